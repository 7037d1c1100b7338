import { assertEquals } from "@std/assert";
import type { FrameSender } from "../send/frame_sender.ts";
import type { Session } from "./session.ts";
import { addTotals, type CountedSession, NO_TOTALS, SessionTally } from "./session_tally.ts";

/** A session whose sender counts what the test says. */
function createSession({ isShared = false, channels }: { isShared?: boolean; channels?: number[] } = {}) {
  const counters = { frames: 0, packets: 0, bytes: 0, droppedFrames: 0 };
  const repairs = { askedPackets: 0, resentPackets: 0 };
  const sender = { dialect: "rtsp", counters, repairs, adaptation: { leftOut: 0 } };
  const session = { isShared, sender: sender as unknown as FrameSender } as Session;
  return { counters, repairs, sender, counted: { session, channels } as CountedSession };
}

Deno.test("SessionTally adds up what present sessions were sent and what those were that have ended", () => {
  const tally = new SessionTally();
  const [udp, tcp] = [createSession(), createSession({ channels: [0, 1] })];
  for (const { counted } of [udp, tcp]) tally.begin(counted);
  Object.assign(udp.counters, { frames: 3, packets: 30, bytes: 300, droppedFrames: 1 });
  Object.assign(udp.repairs, { askedPackets: 5, resentPackets: 4 });
  udp.sender.adaptation.leftOut = 7;
  tcp.counters.frames = 2;
  const present = tally.totals([udp.counted, tcp.counted]);
  assertEquals(present.udp, {
    ...{ sessions: 1, frames: 3, packets: 30, bytes: 300, droppedFrames: 1 },
    ...{ leftOutFrames: 7, askedPackets: 5, resentPackets: 4 },
  });
  assertEquals([present.tcp.sessions, present.tcp.frames, present.multicast.sessions], [1, 2, 0]);
  tally.end(udp.counted);
  assertEquals(tally.totals([tcp.counted]), present);
  tcp.counters.frames = 9;
  assertEquals(tally.totals([tcp.counted]).tcp.frames, 9);
});

Deno.test("SessionTally counts what a group is sent once, however many watch", () => {
  const tally = new SessionTally();
  const group = createSession({ isShared: true });
  const seats = [group.counted, { session: { ...group.counted.session } }];
  for (const seat of seats) tally.begin(seat);
  group.counters.frames = 10;
  assertEquals([tally.totals(seats).multicast.sessions, tally.totals(seats).multicast.frames], [2, 10]);
  tally.end(seats[0]);
  group.counters.frames = 15;
  assertEquals(tally.totals([seats[1]]).multicast.frames, 15);
  tally.end(seats[1]);
  assertEquals(tally.totals([]).multicast.frames, 15);
});

Deno.test("addTotals() adds each count", () => {
  const one = { ...NO_TOTALS, udp: { ...NO_TOTALS.udp, frames: 2, bytes: 5 } };
  const both = addTotals(one, { ...one, tcp: { ...NO_TOTALS.tcp, packets: 1 } });
  assertEquals([both.udp.frames, both.udp.bytes, both.tcp.packets], [4, 10, 1]);
});
