import { assertEquals } from "@std/assert";
import { RtspHeaders } from "../../rtsp/headers.ts";
import { MAX_RTP_INFO_ERROR_SECONDS } from "../limits.ts";
import { playHeaders, PlayTime } from "./play_time.ts";

/** Takes the answer to one PLAY. */
function answered(
  fields: Record<string, string>,
  { fromSeconds, control = "track1" }: { fromSeconds?: number; control?: string } = {},
): PlayTime {
  const time = new PlayTime();
  time.take({ headers: new RtspHeaders(Object.entries(fields)), fromSeconds, control });
  return time;
}

const INFO = "url=rtsp://h/m/track1;seq=1;rtptime=90000";

Deno.test("PlayTime counts from the time and the timestamp of the answer", () => {
  const time = answered({ "Range": "npt=10-20", "RTP-Info": INFO });
  assertEquals([90_000, 99_000, 270_000].map((timestamp) => time.secondsAt(timestamp)), [10, 10.1, 12]);
});

Deno.test("PlayTime knows no time of a frame that was sent before the PLAY", () => {
  const time = answered({ "Range": "npt=10-20", "RTP-Info": INFO });
  assertEquals([89_999, 90_000].map((timestamp) => time.secondsAt(timestamp)), [undefined, 10]);
});

Deno.test("PlayTime follows the scale, also backwards, and never before the beginning", () => {
  const fast = answered({ "Range": "npt=10-20", "RTP-Info": INFO, "Scale": "2.0" });
  assertEquals([fast.scale, fast.secondsAt(180_000)], [2, 12]);
  const back = answered({ "Range": "npt=1-0", "RTP-Info": INFO, "Scale": "-1" });
  assertEquals([back.scale, back.secondsAt(135_000), back.secondsAt(270_000)], [-1, 0.5, 0]);
  assertEquals(answered({ Scale: "1.000", Speed: "2.000" }).scale, 2);
  for (const Scale of ["0", "fast", "1e3", ""]) assertEquals(answered({ Scale }).scale, 1);
});

Deno.test("PlayTime goes on over the end of the timestamps", () => {
  const time = answered({ "Range": "npt=10-", "RTP-Info": "url=x/track1;rtptime=4294967295" });
  assertEquals(time.secondsAt(89_999), 11);
});

Deno.test("PlayTime goes on for days after one PLAY, over all ends of the timestamps", () => {
  const time = answered({ "Range": "npt=0-", "RTP-Info": INFO });
  const hours = Array.from({ length: 49 }, (_, hour) => hour);
  const places = hours.map((hour) => time.secondsAt((90_000 + hour * 3600 * 90_000) % 2 ** 32));
  assertEquals(places, hours.map((hour) => hour * 3600));
});

Deno.test("PlayTime takes the first frame for the start where the answer has no timestamp, or a wrong one", () => {
  const ticks = MAX_RTP_INFO_ERROR_SECONDS * 90_000;
  for (
    const [info, first, seconds] of [
      ["", 5000, 10],
      ["url=x;seq=1", 5000, 10],
      ["url=x;rtptime=0", ticks, 10 + MAX_RTP_INFO_ERROR_SECONDS],
      ["url=x;rtptime=0", ticks + 1, 10],
    ] as const
  ) {
    const time = answered({ "Range": "npt=10-", "RTP-Info": info });
    assertEquals([time.secondsAt(first), time.secondsAt(first + 90_000)], [seconds, seconds + 1], info);
  }
});

Deno.test("PlayTime takes what was asked for where the answer has no range, and goes on where it has nothing", () => {
  const time = answered({ "RTP-Info": INFO }, { fromSeconds: 4 });
  assertEquals(time.secondsAt(180_000), 5);
  time.take({ headers: new RtspHeaders([]), fromSeconds: undefined, control: "track1" });
  assertEquals(time.secondsAt(270_000), 6);
  assertEquals(answered({}).secondsAt(0), undefined);
});

Deno.test("PlayTime takes the timestamp of the video among several tracks", () => {
  const tracks = "url=rtsp://h/m/track2;rtptime=7,url=rtsp://h/m/track1;rtptime=90000";
  assertEquals(answered({ "Range": "npt=0-", "RTP-Info": tracks }).secondsAt(180_000), 1);
  assertEquals(answered({ "Range": "npt=0-", "RTP-Info": tracks }, { control: "other" }).secondsAt(90_007), 1);
});

Deno.test("playHeaders() asks from a time on, rounded up, and backwards down to the beginning", () => {
  for (
    const [fromSeconds, scale, ...fields] of [
      [undefined, 1],
      [0, 1, "npt=0.000-"],
      [0.0666667, 1, "npt=0.067-"],
      [0.1 + 0.2, 1, "npt=0.300-"],
      [undefined, 2, undefined, "2"],
      [12.5, -0.5, "npt=12.500-0.000", "-0.5"],
    ] as const
  ) {
    const headers = new RtspHeaders([...playHeaders({ fromSeconds, scale })]);
    assertEquals([headers.get("Range"), headers.get("Scale")], [fields[0], fields[1]]);
  }
});
