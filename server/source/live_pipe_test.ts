import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { until } from "../../tests/support/until.ts";
import { LIVE_LINGER_MS, MAX_WAITING_LIVE_BYTES, MAX_WAITING_LIVE_FRAMES } from "../limits.ts";
import { LiveFeed } from "./live_source.ts";
import { receiveLive, sendLive } from "./live_pipe.ts";

const clock = new FakeClock();
/** Lets time go by, and messages arrive. */
async function pass(milliseconds: number) {
  clock.advance(milliseconds);
  await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Whether somebody watches a source. */
function isWanted(feed: LiveFeed): boolean {
  let wanted = false;
  feed.followWanted((isWanted) => wanted = isWanted)();
  return wanted;
}

const create = () => new LiveFeed({ name: "live", frameRate: 10, clock });

Deno.test("sendLive() sends the newest frame, those that come, and the end", async () => {
  const feed = create();
  feed.push(Uint8Array.of(1));
  feed.push(Uint8Array.of(2));
  const { pipe } = sendLive(feed);
  const received = receiveLive(pipe, clock);
  received.want();
  assertEquals([received.name, received.frameRate], ["live", 10]);
  await until(() => received.newest?.number === 1);
  assertEquals(received.newest?.data, Uint8Array.of(2));
  feed.push(Uint8Array.of(3));
  await until(() => received.newest?.number === 2);
  assertEquals(received.newest?.data, Uint8Array.of(3));
  feed.end();
  await until(() => received.hasEnded);
});

Deno.test("sendLive() writes a frame once into memory that is shared, however many threads it goes through", async () => {
  const feed = create();
  const first = sendLive(feed);
  const between = receiveLive(first.pipe, clock);
  const second = sendLive(between);
  const last = receiveLive(second.pipe, clock);
  last.want();
  feed.push(Uint8Array.of(7));
  await until(() => last.newest !== undefined);
  assert(last.newest!.data.buffer instanceof SharedArrayBuffer);
  assertEquals(last.newest?.data, Uint8Array.of(7));
  // What one of them writes, the other one sees.
  between.newest!.data[0] = 8;
  assertEquals(last.newest?.data, Uint8Array.of(8));
  feed.end();
  await until(() => last.hasEnded);
});

Deno.test("sendLive() sends no more than a few frames to a thread that takes none, and the newest once it does", async () => {
  const wanted: boolean[] = [];
  const feed = new LiveFeed({ name: "live", clock, onWanted: (isWanted) => wanted.push(isWanted) });
  const { pipe } = sendLive(feed);
  pipe.port.postMessage("wanted");
  await until(() => wanted.length === 1);
  const last = 2 * MAX_WAITING_LIVE_FRAMES;
  for (let number = 1; number <= last; number++) feed.push(Uint8Array.of(number));
  assertEquals(Atomics.load(pipe.waiting, 0), MAX_WAITING_LIVE_FRAMES);
  const received = receiveLive(pipe, clock);
  const cursor = received.openCursor();
  // Nobody pushes another one.
  await until(() => received.newest?.number === last);
  const slot = await cursor.peek();
  assertEquals([await cursor.read(), slot?.droppedFrames], [Uint8Array.of(last), last - 1]);
  for (let number = 1; number <= last; number++) feed.push(Uint8Array.of(100 + number));
  feed.end();
  await until(() => received.hasEnded);
  assertEquals(received.newest?.data, Uint8Array.of(100 + last));
});

Deno.test("SentLive.stop() ends the pipe and leaves the source", async () => {
  const feed = create();
  const { pipe, stop } = sendLive(feed);
  const received = receiveLive(pipe, clock);
  received.want();
  feed.push(Uint8Array.of(1));
  await until(() => received.newest !== undefined);
  stop();
  feed.push(Uint8Array.of(2));
  assertEquals([received.newest?.number, feed.newest?.number, feed.hasEnded], [1, 2, false]);
  pipe.port.close();
});

Deno.test("sendLive() passes on trouble, when frames were taken, and back whether anybody watches", async () => {
  const wanted: boolean[] = [];
  const feed = new LiveFeed({ name: "live", clock, onWanted: (isWanted) => wanted.push(isWanted) });
  const first = sendLive(feed);
  const between = receiveLive(first.pipe, clock);
  const second = sendLive(between);
  const last = receiveLive(second.pipe, clock);
  const cursor = last.openCursor();
  await until(() => wanted.length === 1);
  feed.push(Uint8Array.of(1), { takenUs: 70 });
  await until(() => last.newest !== undefined);
  assertEquals(last.newest?.takenUs, 70);
  feed.interrupt("gone");
  await until(() => last.trouble !== undefined);
  assertEquals([last.trouble, last.newest], ["gone", undefined]);
  feed.push(Uint8Array.of(2));
  await until(() => last.newest !== undefined);
  assertEquals([last.trouble, last.newest?.number], [undefined, 2]);
  cursor.close();
  // Each thread lingers for itself.
  await until(() => wanted.length === 2, { step: () => pass(LIVE_LINGER_MS) });
  // A thread that has ended watches no more.
  const other = last.openCursor();
  await until(() => wanted.length === 3);
  first.stop();
  assertEquals(wanted, [true, false, true, false]);
  other.close();
  second.stop();
  for (const { pipe } of [first, second]) pipe.port.close();
});

Deno.test("sendLive() sends nothing of what nobody wants, and the newest frame once somebody does", async () => {
  const feed = create();
  const { pipe } = sendLive(feed);
  const received = receiveLive(pipe, clock);
  feed.push(Uint8Array.of(1));
  feed.push(Uint8Array.of(2));
  assertEquals([Atomics.load(pipe.waiting, 0), Atomics.load(pipe.waiting, 1)], [0, 0]);
  const letGo = received.want();
  await until(() => received.newest !== undefined);
  assertEquals([received.newest?.number, received.newest?.data], [1, Uint8Array.of(2)]);
  letGo();
  // Who comes again at once finds it.
  clock.advance(LIVE_LINGER_MS - 1);
  assertEquals(received.newest?.data, Uint8Array.of(2));
  clock.advance(1);
  assertEquals(received.newest, undefined);
  feed.end();
  await until(() => received.hasEnded);
});

Deno.test("sendLive(): frames that nobody wanted are none that a viewer has missed", async () => {
  const feed = create();
  const { pipe } = sendLive(feed);
  const received = receiveLive(pipe, clock);
  const watch = async () => {
    const cursor = received.openCursor();
    const slot = await cursor.peek();
    const frame = cursor.read();
    cursor.close();
    await pass(LIVE_LINGER_MS);
    return [slot?.droppedFrames, frame];
  };
  for (const number of [1, 2, 3]) feed.push(Uint8Array.of(number));
  assertEquals(await watch(), [0, Uint8Array.of(3)]);
  // It hears that nobody watches.
  await until(() => !isWanted(feed));
  for (const number of [4, 5, 6]) feed.push(Uint8Array.of(number));
  assertEquals(await watch(), [0, Uint8Array.of(6)]);
  feed.end();
  await until(() => received.hasEnded);
});

Deno.test("sendLive() sends large frames one by one to a thread that takes none", async () => {
  const feed = create();
  const { pipe } = sendLive(feed);
  pipe.port.postMessage("wanted");
  const frame = new Uint8Array(MAX_WAITING_LIVE_BYTES / 2 + 1);
  feed.push(frame);
  await until(() => Atomics.load(pipe.waiting, 0) === 1);
  feed.push(frame);
  assertEquals(Atomics.load(pipe.waiting, 0), 1);
  // One that fits may wait beside it.
  feed.push(frame.subarray(2));
  assertEquals([Atomics.load(pipe.waiting, 0), Atomics.load(pipe.waiting, 1)], [2, MAX_WAITING_LIVE_BYTES]);
  pipe.port.close();
});
