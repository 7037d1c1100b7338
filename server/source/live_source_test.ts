import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { LIVE_FIRST_FRAME_TIMEOUT_MS } from "../limits.ts";
import { LiveFeed } from "./live_source.ts";
import { SourceUnavailableError } from "./source.ts";

function open() {
  const clock = new FakeClock();
  return { clock, feed: new LiveFeed({ name: "live", frameRate: 10, clock }) };
}

Deno.test("LiveFeed gives each frame to all who watch, at the time at which it came", async () => {
  const { clock, feed } = open();
  const cursors = [feed.openCursor(), feed.openCursor()];
  const waiting = cursors.map((cursor) => cursor.peek());
  clock.advance(30);
  const frame = Uint8Array.of(1);
  feed.push(frame);
  for (const [index, slot] of (await Promise.all(waiting)).entries()) {
    assertEquals(slot, { timeUs: clock.nowMs() * 1000, durationUs: 100_000, droppedFrames: 0 });
    assertStrictEquals(await cursors[index].read(), frame);
  }
});

Deno.test("LiveFeed: a viewer that is behind goes on with the newest frame, and learns how many it missed", async () => {
  const { clock, feed } = open();
  const cursor = feed.openCursor();
  feed.push(Uint8Array.of(1));
  await cursor.peek();
  cursor.advance();
  for (const number of [2, 3, 4]) {
    clock.advance(50);
    feed.push(Uint8Array.of(number));
  }
  const slot = await cursor.peek();
  assertEquals([slot?.droppedFrames, slot?.durationUs, await cursor.read()], [2, 50_000, Uint8Array.of(4)]);
});

Deno.test("LiveFeed: who comes late waits for the next frame", async () => {
  const { feed } = open();
  feed.push(Uint8Array.of(1));
  const cursor = feed.openCursor();
  const waiting = cursor.peek();
  feed.push(Uint8Array.of(2));
  assertEquals([(await waiting)?.droppedFrames, await cursor.read()], [0, Uint8Array.of(2)]);
});

Deno.test("LiveFeed.end() ends all who wait, and those who come later", async () => {
  const { feed } = open();
  const waiting = feed.openCursor().peek();
  feed.end();
  assertEquals([await waiting, await feed.openCursor().peek()], [undefined, undefined]);
  assertThrows(() => feed.push(Uint8Array.of(1)), Error, "the source has ended");
});

Deno.test("LiveFeed: closing a cursor ends its wait and no other", async () => {
  const { feed } = open();
  const [one, other] = [feed.openCursor(), feed.openCursor()];
  const waiting = [one.peek(), other.peek()];
  one.close();
  assertEquals(await waiting[0], undefined);
  feed.push(Uint8Array.of(1));
  assert(await waiting[1] !== undefined);
});

Deno.test("LiveFeed.firstFrame() gives the newest frame, waits a while for one, and says where none comes", async () => {
  const { clock, feed } = open();
  const tooEarly = feed.firstFrame();
  clock.advance(LIVE_FIRST_FRAME_TIMEOUT_MS);
  await assertRejects(() => tooEarly, SourceUnavailableError, "No frame of live has come yet");
  const waiting = feed.firstFrame();
  feed.push(Uint8Array.of(7));
  assertEquals(await waiting, Uint8Array.of(7));
  assertEquals(await feed.firstFrame(), Uint8Array.of(7));
});

Deno.test("LiveFeed tells whoever feeds it when somebody begins to watch, and when nobody does any more", async () => {
  const wanted: boolean[] = [];
  const clock = new FakeClock();
  const feed = new LiveFeed({ name: "live", clock, onWanted: (isWanted) => wanted.push(isWanted) });
  const first = feed.firstFrame();
  const [one, other] = [feed.openCursor(), feed.openCursor()];
  assertEquals(wanted, [true]);
  feed.push(Uint8Array.of(1));
  await first;
  one.close();
  one.close();
  assertEquals(wanted, [true]);
  other.close();
  assertEquals(wanted, [true, false]);
});

Deno.test("LiveFeed.interrupt() tells who comes, and who watches goes on with the next frame", async () => {
  const { clock, feed } = open();
  feed.push(Uint8Array.of(1));
  const cursor = feed.openCursor();
  const watching = cursor.peek();
  const coming = (feed.interrupt("the camera is gone"), feed.firstFrame());
  // Another try has failed meanwhile.
  feed.interrupt("the camera is gone");
  await assertRejects(() => coming, SourceUnavailableError, "No frame of live has come yet: the camera is gone");
  clock.advance(5000);
  feed.push(Uint8Array.of(2));
  assertEquals([(await watching)?.droppedFrames, await cursor.read(), feed.trouble], [0, Uint8Array.of(2), undefined]);
});

Deno.test("LiveFeed: frames that say when they were taken stand as evenly as they were taken", async () => {
  const { clock, feed } = open();
  const cursor = feed.openCursor();
  const times: number[] = [];
  // Every other one is late.
  for (let frame = 0; frame < 10; frame++) {
    clock.advance(frame % 2 === 0 ? 80 : 120);
    feed.push(Uint8Array.of(frame), { takenUs: frame * 100_000 });
    times.push((await cursor.peek())!.timeUs);
    cursor.advance();
  }
  for (const [index, timeUs] of times.slice(1).entries()) assertAlmostEquals(timeUs - times[index], 100_000, 500);
});
