import { assertEquals } from "@std/assert";
import { ffmpegArguments, quantizerOf } from "./ffmpeg_arguments.ts";

Deno.test("quantizerOf() falls from 31 to 1 as the quality rises", () => {
  assertEquals([1, 25, 26, 50, 75, 90, 95, 100].map(quantizerOf), [31, 31, 31, 16, 8, 3, 2, 1]);
});

Deno.test("ffmpegArguments() names a part and a size only where they are wanted", () => {
  const all = ffmpegArguments({ quality: 90 });
  assertEquals(["-ss", "-to", "-vf"].filter((option) => all.includes(option)), []);
  const part = ffmpegArguments({ quality: 90, from: 1e-6, to: 1e5, size: { width: 64, height: 48 } });
  const valueOf = (option: string) => part[part.indexOf(option) + 1];
  assertEquals(["-ss", "-to", "-vf"].map(valueOf), ["0.000001", "100000.000000", "scale=64:48"]);
});
