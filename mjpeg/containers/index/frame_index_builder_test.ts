import { assertEquals, assertThrows } from "@std/assert";
import { type FoundFrame, FrameIndexBuilder } from "./frame_index_builder.ts";

/** Frames of 10 bytes one after the other, with these times. */
function framesAt(timesUs: readonly (number | undefined)[]): FoundFrame[] {
  return timesUs.map((timeUs, index) => ({ offset: 10 * index, lengthBytes: 10, timeUs }));
}

function builderWith(frames: readonly FoundFrame[], maxFrames?: number): FrameIndexBuilder {
  const builder = new FrameIndexBuilder({ maxFrames });
  for (const frame of frames) builder.add(frame);
  return builder;
}

Deno.test("FrameIndexBuilder holds offsets and lengths beyond 4 GiB, and the largest length", () => {
  const frames = [
    { offset: 7, lengthBytes: 2 ** 32 - 1 },
    { offset: 2 ** 32 + 6, lengthBytes: 9 },
    { offset: 2 ** 40, lengthBytes: 2 ** 33 },
  ];
  const index = builderWith(frames).finish("test", {});
  assertEquals([index.format, index.count, index.largestBytes, index.times, index.problem], [
    ...["test", 3, 2 ** 33, undefined, undefined],
  ]);
  // Nobody reads frames of 4 GiB: longer ones count as 4 GiB - 1.
  assertEquals([0, 1, 2].map((one) => index.locate(one)), [frames[0], frames[1], {
    ...frames[2],
    lengthBytes: 2 ** 32 - 1,
  }]);
  for (const outside of [-1, 3, NaN]) assertThrows(() => index.locate(outside), RangeError, "there are 3");
});

Deno.test("FrameIndexBuilder gives the times of formats that have them", () => {
  const timesUs = [0, 40_000, 5_000_000_000, 5_000_000_001];
  const { times } = builderWith(framesAt(timesUs)).finish("test", { durationUs: 6_000_000_000 });
  assertEquals(times?.durationUs, 6_000_000_000);
  assertEquals(Array.from({ length: times!.timesUs.length }, (_, index) => times!.timesUs.at(index)), timesUs);
});

const REJECTED_TIMES: readonly (readonly (number | undefined)[])[] = [
  ...[[1], [0, 0], [0, 40, 39], [0, undefined], [undefined, 0], [-1]],
];

for (const timesUs of REJECTED_TIMES) {
  Deno.test(`FrameIndexBuilder rejects the times ${timesUs.join(", ")}`, () => {
    assertThrows(() => builderWith(framesAt(timesUs)), RangeError, "times start at 0 and rise");
  });
}

Deno.test("FrameIndexBuilder rejects times without an end after the last one", () => {
  const builder = builderWith(framesAt([0, 40]));
  for (const durationUs of [undefined, 40]) {
    assertThrows(() => builder.finish("test", { durationUs }), RangeError, "its last frame is at 40 us");
  }
});

Deno.test("FrameIndexBuilder ends the last frame of maxFrames where the first dropped one begins", () => {
  const builder = builderWith(framesAt([0, 40, 90, 120]), 2);
  const { count, times, problem } = builder.finish("test", { durationUs: 150, problem: "other" });
  assertEquals([count, times?.durationUs, problem], [2, 90, "The file has more than 2 frames; the others are dropped"]);
});

Deno.test("FrameIndexBuilder rejects an index without frames", () => {
  assertThrows(() => builderWith([]).finish("test", { problem: "It is empty" }), SyntaxError, "It is empty");
  assertThrows(() => builderWith([]).finish("test", {}), SyntaxError, "There is no whole JPEG in the file");
});
