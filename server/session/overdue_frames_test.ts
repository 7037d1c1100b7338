/** Sessions with overdue frames: what is sent, what is dropped, and when. */
import { configureSync, type LogRecord, resetSync } from "@logtape/logtape";
import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import type { FrameSender, SendCounters } from "../send/frame_sender.ts";
import { MAX_DROPPED_AT_ONCE, MAX_FRAMES_BEHIND } from "../limits.ts";
import { RegularTimes } from "../source/frame_times.ts";
import { IndexedCursor } from "../source/indexed_cursor.ts";
import type { SeekableSource } from "../source/source.ts";
import { Pacer } from "../send/pacer.ts";
import { UnicastSession } from "./unicast_session.ts";

const FRAME_RATE = 20;

/** A session whose frames are their own numbers, from 0. */
function open({ frameCount = 100, drops = true, loops = false, isReady = () => true, transcodes = false }) {
  const clock = new FakeClock();
  const sent: number[] = [];
  const counters: SendCounters = { frames: 0, packets: 0, bytes: 0, droppedFrames: 0 };
  let finished = false;
  const shared = {
    counters,
    destination: "nowhere",
    get isReady() {
      return isReady();
    },
    dropsOverdueFrames: drops,
    send([number]: Uint8Array) {
      sent.push(number);
      counters.frames++;
    },
    drop: (frames: number) => void (counters.droppedFrames += frames),
    pause() {},
    finish: () => void (finished = true),
    close() {},
    summary: () => undefined,
  };
  const ofRtsp = { stream: undefined, prepare() {} };
  const own = transcodes
    ? { dialect: "rtsp" as const, preparesFrames: true, ...ofRtsp }
    : { dialect: "lab" as const, nextNumber: 1, renumber() {} };
  // The getter stays one.
  const sender: FrameSender = Object.assign(shared, own);
  const times = new RegularTimes(frameCount, FRAME_RATE);
  let read = 0;
  const frames = {
    times,
    loops,
    frame(index: number) {
      read++;
      return Uint8Array.of(index);
    },
  };
  const source: SeekableSource = {
    ...{ isLive: false, name: "numbers", times, grows: false, frameRate: FRAME_RATE, loops },
    firstFrame: () => frames.frame(0),
    frame: (index) => frames.frame(index),
    openCursor: () => new IndexedCursor(frames, { onClose() {} }),
  };
  const pacer = new Pacer(clock);
  const session = new UnicastSession({ id: "1", peer: "test", source, sender, pacer, clock });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    session,
    sent,
    counters,
    isFinished: () => finished,
    /** Frames read from the source. */
    read: () => read,
    /** Stands still for so many intervals, and then goes on. */
    async stall(frames: number): Promise<void> {
      clock.advance(frames * 1000 / FRAME_RATE);
      await settle();
    },
    /** Lets time go by as it should. */
    async run(frames: number): Promise<void> {
      for (let step = 0; step < frames * 10; step++) {
        clock.advance(100 / FRAME_RATE);
        await settle();
      }
    },
  };
}

const upTo = (end: number, start = 0) => Array.from({ length: end - start }, (_, index) => start + index);

Deno.test(`a session ${MAX_FRAMES_BEHIND} frames behind sends them all; one more, and it drops them`, async () => {
  for (const [behind, expected] of [[MAX_FRAMES_BEHIND, 0], [MAX_FRAMES_BEHIND + 1, MAX_FRAMES_BEHIND + 1]]) {
    const opened = open({});
    opened.session.play({ fromUs: 0 });
    await opened.run(1);
    // The next frame is due just now.
    const { length } = opened.sent;
    await opened.stall(behind);
    await opened.run(1);
    const left = opened.counters.droppedFrames;
    assertEquals(left, expected);
    assertEquals(opened.sent.slice(0, length), upTo(length));
    assertEquals(opened.sent[length] - length <= 1, left === 0);
    opened.session.end("test over");
  }
});

Deno.test("a session far behind drops what is overdue at any place of the source, the last frames as the first", async () => {
  for (const from of [0, 50, 90, 98]) {
    const opened = open({});
    opened.session.play({ fromUs: from * 1e6 / FRAME_RATE });
    await opened.run(1);
    const { length } = opened.sent;
    await opened.stall(200);
    await opened.run(2);
    assertEquals([opened.sent, opened.isFinished()], [upTo(from + length, from), true], `from frame ${from}`);
    assertEquals(opened.counters.droppedFrames, 100 - from - length);
    opened.session.end("test over");
  }
});

Deno.test("a session whose sender drops nothing goes on in its own time, wherever it was held up", async () => {
  for (const from of [0, 85]) {
    const opened = open({ drops: false });
    opened.session.play({ fromUs: from * 1e6 / FRAME_RATE });
    await opened.run(1);
    const { length } = opened.sent;
    await opened.stall(200);
    assertEquals(opened.sent.length, length + 1, "one frame, and no burst of what is past");
    await opened.run(3);
    assertEquals(opened.sent, upTo(from + opened.sent.length, from));
    assertEquals(opened.sent.length <= length + 5, true);
    opened.session.end("test over");
  }
});

Deno.test("a session whose client takes nothing drops frames without reading them, and goes on in time", async () => {
  let isReady = true;
  const opened = open({ isReady: () => isReady });
  opened.session.play({ fromUs: 0 });
  await opened.run(2);
  const { length } = opened.sent;
  const before = opened.read();
  isReady = false;
  await opened.run(10);
  assertEquals([opened.sent.length, opened.read(), opened.counters.droppedFrames], [length, before, 10]);
  isReady = true;
  await opened.run(2);
  assertEquals(opened.sent.slice(length), upTo(opened.sent.length + 10, length + 10));
  opened.session.end("test over");
});

Deno.test("a session that loops is where it should be after having been behind", async () => {
  const opened = open({ frameCount: 30, loops: true });
  opened.session.play();
  await opened.run(1);
  const { length } = opened.sent;
  await opened.stall(65);
  await opened.run(1);
  const after = opened.sent[length];
  assertEquals(after, (opened.counters.droppedFrames + length) % 30);
  opened.session.end("test over");
});

Deno.test(`a session drops ${MAX_DROPPED_AT_ONCE} frames at once, and goes on in its own time where it is further behind`, async () => {
  for (const more of [0, 1000]) {
    const opened = open({ loops: true });
    opened.session.play();
    await opened.run(1);
    const { length } = opened.sent;
    await opened.stall(MAX_DROPPED_AT_ONCE + more);
    assertEquals([opened.counters.droppedFrames, opened.sent.length], [MAX_DROPPED_AT_ONCE, length + 1]);
    await opened.run(3);
    assertEquals(opened.counters.droppedFrames, MAX_DROPPED_AT_ONCE);
    opened.session.end("test over");
  }
});

for (const transcodes of [true, false]) {
  const title = transcodes
    ? "says once that it is too slow to transcode, and how fast it is"
    : "says nothing of others";
  Deno.test(`UnicastSession that drops frames ${title}`, async () => {
    const records: LogRecord[] = [];
    configureSync({
      sinks: { records: (record) => void records.push(record) },
      loggers: [{ category: ["mjpegrtsp"], sinks: ["records"], lowestLevel: "warning" }, {
        category: ["logtape", "meta"],
      }],
    });
    try {
      const opened = open({ transcodes });
      opened.session.play();
      await opened.run(10);
      assertEquals(records, []);
      await opened.stall(MAX_FRAMES_BEHIND + 10);
      await opened.stall(MAX_FRAMES_BEHIND + 2);
      opened.session.end("test over");
      assertEquals(opened.counters.droppedFrames > MAX_FRAMES_BEHIND + 10, true, `${opened.counters.droppedFrames}`);
      // Eleven frames in two seconds.
      assertEquals(records.map(({ properties }) => properties.rate), transcodes ? [5.5] : []);
    } finally {
      resetSync();
    }
  });
}
