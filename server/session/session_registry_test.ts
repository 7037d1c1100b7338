import { assertEquals } from "@std/assert";
import type { Clock } from "../../net/clock.ts";
import { encodeRtcp, type ReportBlock } from "../../rtp/rtcp.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import type { Connection } from "../connection/connection.ts";
import { SESSION_TIMEOUT_SECONDS } from "../limits.ts";
import { LocalPlaces } from "../places/places.ts";
import type { Client } from "./client.ts";
import type { Session } from "./session.ts";
import { SessionRegistry } from "./session_registry.ts";

const REPORTS_FROM: Deno.NetAddr = { transport: "udp", hostname: "10.0.0.1", port: 5001 };

/** A session that counts what it hears. */
function createSession(ssrc: number, clock: Clock) {
  let touched = 0;
  let heardMs = clock.nowMs();
  const reports: ReportBlock[] = [];
  const stream = { ssrc, takeReport: (block: ReportBlock) => void reports.push(block) };
  const session = {
    ...{ id: String(ssrc), state: "PLAYING", hasPlayed: true, streams: [stream], sender: { counters: {} } },
    get heardMs() {
      return heardMs;
    },
    touch() {
      touched++;
      heardMs = clock.nowMs();
    },
    end() {},
  } as unknown as Session;
  return { session, reports, touched: () => touched };
}

function createRegistry(clock: Clock) {
  const client: Client = {
    ...{
      connection: {} as Connection,
      hostname: "10.0.0.1",
      localAddress: REPORTS_FROM,
      labSession: undefined,
      isPublishing: false,
    },
    ...{ sessions: new Set(), channels: new Map() },
  };
  const registry = new SessionRegistry({
    clock,
    createPlaces: (occupancy) => new LocalPlaces({ clock, max: 1000, addressShare: 1, ...occupancy }),
  });
  const add = async (session: Session) => {
    const place = await registry.places.take(client.hostname);
    registry.add(session, { place: place!, client, endsWithClient: false, reportsFrom: REPORTS_FROM });
  };
  return { registry, add };
}

function reportOn(...ssrcs: number[]): Uint8Array {
  const block = { fractionLost: 0, cumulativeLost: 0, highestSequenceNumber: 0, jitter: 0, lastSenderReport: 0 };
  const reports = ssrcs.map((ssrc) => ({ ...block, ssrc, delaySinceLastSenderReport: 0 }));
  return encodeRtcp([{ kind: "receiver-report", ssrc: 1, reports }]);
}

Deno.test("SessionRegistry gives a report to the session that it is about, of all that have the same port", async () => {
  const clock = new FakeClock();
  const { registry, add } = createRegistry(clock);
  const sessions = Array.from({ length: 100 }, (_, ssrc) => createSession(ssrc, clock));
  for (const { session } of sessions) await add(session);
  assertEquals(registry.takeReport(reportOn(7, 200), REPORTS_FROM), true);
  assertEquals(sessions.map(({ touched }) => touched()), sessions.map((_, ssrc) => ssrc === 7 ? 1 : 0));
  assertEquals(sessions[7].reports.length, 1);
  assertEquals(registry.takeReport(reportOn(200), REPORTS_FROM), false);
  assertEquals(registry.takeReport(reportOn(7), { ...REPORTS_FROM, port: 5003 }), false);
  assertEquals(registry.takeReport(new Uint8Array(65_000), REPORTS_FROM), false);
  registry.close();
});

Deno.test("SessionRegistry keeps all sessions of a port by a report of a receiver that waits, without touching each", async () => {
  const clock = new FakeClock();
  const { registry, add } = createRegistry(clock);
  const sessions = [1, 2, 3].map((ssrc) => createSession(ssrc, clock));
  for (const { session } of sessions) await add(session);
  for (let second = 0; second < 2 * SESSION_TIMEOUT_SECONDS; second += 5) {
    assertEquals(registry.takeReport(reportOn(), REPORTS_FROM), true);
    clock.advance(5000);
  }
  assertEquals([registry.places.taken, ...sessions.map(({ touched }) => touched())], [3, 0, 0, 0]);
  clock.advance((SESSION_TIMEOUT_SECONDS + 5) * 1000);
  assertEquals(registry.places.taken, 0);
});
