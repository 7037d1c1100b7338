import { assertEquals } from "@std/assert";
import { FrameHistory } from "./frame_history.js";

function frame(number: number, positionSeconds?: number, lengthBytes = 1) {
  return { number, positionSeconds, arrivalMs: 0, timestampUs: 0, jpeg: new Uint8Array(lengthBytes) };
}

/** The numbers that can be stepped back to from the newest frame. */
function numbersOf(history: FrameHistory, newest: ReturnType<typeof frame>): number[] {
  const numbers = [];
  for (let at: ReturnType<typeof frame> | undefined = newest; at !== undefined; at = history.before(at)) {
    numbers.unshift(at.number);
  }
  return numbers;
}

Deno.test("FrameHistory goes back and on through the frames as they came", () => {
  const history = new FrameHistory();
  const [one, two, three] = [1, 2, 3].map((number) => frame(number, number / 25));
  for (const each of [one, two, three]) history.add(each);
  assertEquals([history.before(three), history.before(two), history.before(one)], [two, one, undefined]);
  assertEquals([history.after(one), history.after(two), history.after(three)], [two, three, undefined]);
  assertEquals([history.isNewest(three), history.isNewest(one)], [true, false]);
  assertEquals([history.before(undefined), history.after(frame(9))], [undefined, undefined]);
});

Deno.test("FrameHistory begins anew where the movie goes elsewhere, and remembers the shortest time between frames", () => {
  for (const [place, numbers] of [[1.75, [1, 2, 3]], [2.5, [1, 2, 3]], [2.75, [3]], [1.5, [3]], [0, [3]]] as const) {
    const history = new FrameHistory();
    history.add(frame(1, 1));
    history.add(frame(2, 1.5));
    const last = frame(3, place);
    history.add(last);
    assertEquals(numbersOf(history, last), [...numbers], `at ${place} s`);
    assertEquals(history.frameSeconds, place === 1.75 ? 0.25 : 0.5);
  }
});

Deno.test("FrameHistory keeps frames without a place, 250 of them, and 32 MB", () => {
  const history = new FrameHistory();
  let last = frame(0);
  for (let number = 1; number <= 251; number++) history.add(last = frame(number));
  assertEquals(numbersOf(history, last).length, 250);
  const half = 16 * 1024 * 1024;
  history.add(frame(252, undefined, half));
  history.add(last = frame(253, undefined, half));
  assertEquals(numbersOf(history, last), [252, 253]);
  history.add(last = frame(254, undefined, 1));
  assertEquals(numbersOf(history, last), [253, 254]);
  history.add(last = frame(255, undefined, 3 * half));
  assertEquals(numbersOf(history, last), [255]);
});
