import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { until } from "../../tests/support/until.ts";
import {
  MAX_PUBLISHED_STREAMS,
  PUBLISHED_ADDRESS_SHARE,
  PUBLISHER_LEAVING_MS,
  PUBLISHER_SILENCE_MS,
} from "../limits.ts";
import { sendLive } from "../source/live_pipe.ts";
import { LiveFeed } from "../source/live_source.ts";
import { PublishedStreams } from "./published_streams.ts";

const WAIT_MS = 10_000;

function open() {
  const clock = new FakeClock();
  const opened: LiveFeed[] = [];
  const streams = new PublishedStreams({ clock, waitMs: WAIT_MS, onOpened: (feed) => void opened.push(feed) });
  /** A publisher's own feed, what was told to it, and what came of it. */
  const publish = async (name: string, { engine = 0, hostname = "10.0.0.1" } = {}) => {
    const feed = new LiveFeed({ name, clock });
    const publisher = { feed, isClosed: false, published: "" };
    const { pipe } = sendLive(feed, () => publisher.isClosed = true);
    const publishing = streams.publish(pipe, { engine, hostname });
    // It waits for the end of another one, if there is one.
    await until(
      () =>
        Promise.race([publishing.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 5, false))]),
      {
        step: () => Promise.resolve(void clock.advance(PUBLISHER_LEAVING_MS)),
      },
    );
    publisher.published = await publishing;
    return publisher;
  };
  return { clock, opened, streams, publish };
}

/** Has a publisher send a frame, and waits for it as a viewer. */
async function push(from: LiveFeed, { to }: { readonly to: LiveFeed }) {
  const number = to.lastNumber;
  const letGo = to.want();
  from.push(Uint8Array.of(1));
  await until(() => to.lastNumber > number);
  letGo();
}

Deno.test("PublishedStreams: one publisher a name, in capital or small letters, until it goes", async () => {
  const { opened, streams, publish } = open();
  const first = await publish("Live");
  assertEquals([first.published, opened.map(({ name }) => name)], ["published", ["Live"]]);
  await push(first.feed, { to: opened[0] });
  assertEquals((await publish("live")).published, "taken");
  first.feed.end();
  await until(() => opened[0].trouble !== undefined);
  assertEquals(opened[0].trouble, "nobody publishes it for now");
  const second = await publish("live");
  assertEquals([second.published, opened.length], ["published", 1]);
  await push(second.feed, { to: opened[0] });
  assertEquals(opened[0].lastNumber, 2);
  streams.close();
  assertEquals(opened[0].hasEnded, true);
});

Deno.test("PublishedStreams: a publisher that has just ended is no other one", async () => {
  const { opened, streams, publish } = open();
  const first = await publish("live");
  await push(first.feed, { to: opened[0] });
  // Its end is on its way when the next one comes.
  first.feed.end();
  assertEquals([(await publish("live")).published, opened.length], ["published", 1]);
  streams.close();
});

Deno.test("PublishedStreams: a stream without a publisher ends after a while, and may be published again", async () => {
  const { clock, opened, streams, publish } = open();
  const first = await publish("live");
  await push(first.feed, { to: opened[0] });
  first.feed.end();
  await until(() => opened[0].trouble !== undefined);
  clock.advance(WAIT_MS - 1);
  assertEquals(opened[0].hasEnded, false);
  clock.advance(1);
  assertEquals(opened[0].hasEnded, true);
  assertEquals([(await publish("live")).published, opened.length], ["published", 2]);
  streams.close();
});

Deno.test("PublishedStreams: one that has never had a frame ends with its publisher", async () => {
  const { opened, streams, publish } = open();
  (await publish("live")).feed.end();
  await until(() => opened[0].hasEnded);
  assertEquals((await publish("live")).published, "published");
  streams.close();
});

Deno.test("PublishedStreams: frames that nobody wants show that there is a publisher", async () => {
  const { clock, opened, streams, publish } = open();
  const first = await publish("live");
  clock.advance(PUBLISHER_SILENCE_MS);
  first.feed.push(Uint8Array.of(1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([(await publish("live")).published, opened[0].lastNumber], ["taken", 0]);
  streams.close();
});

Deno.test("PublishedStreams: who is silent for long gives way, and is told", async () => {
  const { clock, opened, streams, publish } = open();
  const first = await publish("live");
  assertEquals((await publish("live")).published, "taken");
  clock.advance(PUBLISHER_SILENCE_MS);
  const second = await publish("live");
  assertEquals([second.published, opened.length], ["published", 1]);
  await until(() => first.isClosed);
  // The end of the first one is not that of the stream.
  first.feed.end();
  await push(second.feed, { to: opened[0] });
  streams.close();
});

Deno.test("PublishedStreams.leaveAll() has the streams of one engine wait for their publishers", async () => {
  const { opened, streams, publish } = open();
  const one = await publish("one", { engine: 1 });
  const two = await publish("two", { engine: 2 });
  await push(one.feed, { to: opened[0] });
  await push(two.feed, { to: opened[1] });
  streams.leaveAll(1);
  assertEquals(opened.map(({ trouble }) => trouble), ["nobody publishes it for now", undefined]);
  assertEquals([(await publish("one", { engine: 2 })).published, (await publish("two")).published], [
    "published",
    "taken",
  ]);
  streams.close();
});

Deno.test("PublishedStreams: frames that are on their way when an engine fails, or all ends, come before the end or never", async () => {
  const { opened, streams, publish } = open();
  const first = await publish("first", { engine: 1 });
  const second = await publish("second", { engine: 2 });
  for (const feed of opened) feed.want();
  // Where somebody watches, frames are sent at once.
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { feed } of [first, second]) feed.push(Uint8Array.of(1));
  streams.leaveAll(1);
  streams.close();
  await until(() => first.isClosed && second.isClosed);
  assertEquals(opened.map(({ hasEnded }) => hasEnded), [true, true]);
});

const SHARE = MAX_PUBLISHED_STREAMS * PUBLISHED_ADDRESS_SHARE;

Deno.test(`PublishedStreams takes ${MAX_PUBLISHED_STREAMS} streams, ${SHARE} of one address, and more where one waits`, async () => {
  const { opened, streams, publish } = open();
  const of = (hostname: string) =>
    Promise.all(Array.from({ length: SHARE }, (_, index) => publish(`${hostname} ${index}`, { hostname })));
  const publishers = await of("10.0.0.1");
  assertEquals(publishers.every(({ published }) => published === "published"), true);
  assertEquals((await publish("one more")).published, "full");
  await of("10.0.0.2");
  const hostname = "10.0.0.3";
  assertEquals((await publish("one more", { hostname })).published, "full");
  await push(publishers[0].feed, { to: opened[0] });
  publishers[0].feed.end();
  await until(() => opened[0].trouble !== undefined);
  assertEquals((await publish("one more", { hostname })).published, "published");
  assertEquals(opened[0].hasEnded, true);
  streams.close();
});
