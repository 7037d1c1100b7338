import { assertEquals } from "@std/assert";
import { TestPlayback } from "../tests/support/test_playback.ts";
import { until } from "../tests/support/until.ts";
import { MAX_TOLD_PACKETS } from "./limits.ts";
import { PacketFeed, type PacketsMessage } from "./packet_feed.ts";
import type { PacketTrace } from "./wire_view.ts";

/** Has so many packets, a millisecond apart from 1000.25 ms on. */
class TracedPlayback extends TestPlayback {
  count = 0;
  /** How often somebody has looked. */
  looks = 0;

  packetTrace(from: number): PacketTrace {
    this.looks++;
    const packets = Array.from({ length: this.count - from }, (_, index) => ({
      ...{ sequenceNumber: (from + index) % 65_536, arrivalMs: 1000.25 + from + index },
      ...{ lengthBytes: 1400, marker: index % 2 === 1 },
    }));
    return { packets, next: this.count };
  }
}

Deno.test("PacketFeed tells what comes once somebody looks, the newest of it, and again where there was no room", async () => {
  const playback = new TracedPlayback();
  const told: PacketsMessage[] = [];
  let hasRoom = true;
  const feed = new PacketFeed({
    playback,
    tell: (message) => {
      if (hasRoom) told.push(message);
      return hasRoom;
    },
  });
  playback.count = 5;
  feed.want(true);
  playback.count = 7;
  await until(() => told.length === 1);
  assertEquals(told[0], {
    ...{ type: "packets", startMs: 1005.25, omitted: 0, isCaptured: false },
    packets: [[5, 0, 1400, 0], [6, 1, 1400, 1]],
  });
  hasRoom = false;
  playback.count = 8;
  const { looks } = playback;
  await until(() => playback.looks > looks + 1);
  hasRoom = true;
  await until(() => told.length === 2);
  assertEquals(told[1].packets.map(([number]) => number), [7]);
  for (const [more, omitted] of [[MAX_TOLD_PACKETS, 0], [MAX_TOLD_PACKETS + 1, 1]] as const) {
    const before = told.length;
    playback.count += more;
    await until(() => told.length > before);
    assertEquals([told.at(-1)?.packets.length, told.at(-1)?.omitted], [MAX_TOLD_PACKETS, omitted]);
  }
  feed.want(false);
  feed.close();
});
