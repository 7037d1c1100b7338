import { assertEquals } from "@std/assert";
import { FFmpegLog } from "./ffmpeg_log.ts";

Deno.test("FFmpegLog finds how long the movie is, and the first thing that is wrong", () => {
  const log = new FFmpegLog();
  assertEquals([log.durationUs, log.problem], [undefined, undefined]);
  log.push("[info]   Duration: 01:02:03.45, start: 0.000000, bitrate: 794 kb/s");
  log.push("[swscaler @ 0x1117860] [warning] deprecated pixel format used, make sure you did set range correctly");
  assertEquals([log.durationUs, log.problem], [3_723_450_000, undefined]);
  log.push("[mov,mp4,m4a,3gp,3g2,mj2 @ 0xdeeb90] [error] moov atom not found");
  assertEquals(log.problem, "moov atom not found");
  log.push("[fatal] Stream map '0:V:0' matches no streams.");
  log.push("[error] /movie: Invalid data found when processing input");
  assertEquals(log.problem, "moov atom not found, and 2 more");
  const other = new FFmpegLog();
  other.push("[av1 @ 0xdeefd0] [error] Missing Sequence Header.");
  assertEquals(other.problem, "Missing Sequence Header");
});

Deno.test("FFmpegLog knows no duration where the file does not tell it", () => {
  const log = new FFmpegLog();
  log.push("[info]   Duration: N/A, bitrate: N/A");
  log.push("[info]     title           : Duration: 01:02:03.45,");
  assertEquals(log.durationUs, undefined);
});
