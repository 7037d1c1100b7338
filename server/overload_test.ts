/** A server that sends late: those who watch keep whole frames, newcomers are refused. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { FRAME_RATE, framesOf, rtpOf, serve, TCP } from "../tests/support/rtsp_test_server.ts";
import { TcpClient } from "../tests/support/tcp_client.ts";
import { LATE_FOR_MS, MAX_LATE_MS } from "./limits.ts";

/** A clock of a machine that comes to nothing in time. */
class LateClock extends FakeClock {
  /** How much later all timers fire that are set from now on, in milliseconds. */
  lateMs = 0;

  override after(delayMs: number, callback: () => void): () => void {
    return super.after(delayMs + this.lateMs, callback);
  }
}

const LAB_SETUP = "SETUP movie.mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n\n";

/** A server whose frames have been so late for a while, and the status of two newcomers. */
async function visit(lateMs: number, maxLateMs?: number) {
  const clock = new LateClock();
  const server = await serve({ clock, maxLateMs, loop: true });
  const viewer = await server.connect();
  const { session } = await viewer.ask("SETUP", "movie.mjpeg", TCP);
  clock.lateMs = lateMs;
  await viewer.ask("PLAY", "movie.mjpeg", { Session: session! });
  await server.advance(3 * LATE_FOR_MS);
  return {
    server,
    clock,
    viewer,
    async newcomers(): Promise<number[]> {
      using lab = await TcpClient.connect(server.port);
      const ofLab = Number(/RTSP\/1\.0 (\d+)/.exec(await lab.ask(LAB_SETUP))![1]);
      return [(await (await server.connect()).ask("SETUP", "movie.mjpeg", TCP)).status, ofLab];
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test(`SETUP is refused while frames leave more than ${MAX_LATE_MS} ms late, until they are in time again`, async () => {
  await using late = await visit(MAX_LATE_MS + 20);
  assertEquals(await late.newcomers(), [453, 503]);
  late.clock.lateMs = 0;
  await late.server.advance(3 * LATE_FOR_MS);
  assertEquals(await late.newcomers(), [200, 200]);
});

Deno.test("SETUP is answered where frames leave late, but not that late", async () => {
  await using late = await visit(MAX_LATE_MS - 20);
  assertEquals(await late.newcomers(), [200, 200]);
});

Deno.test("the lateness that newcomers are refused by can be set", async () => {
  await using strict = await visit(200, 150);
  assertEquals(await strict.newcomers(), [453, 503]);
  await using patient = await visit(900, 1000);
  assertEquals(await patient.newcomers(), [200, 200]);
});

Deno.test("those who watch get whole frames at an even rate, however late the server is", async () => {
  await using late = await visit(300);
  const { viewer, server } = late;
  const before = framesOf(rtpOf(viewer));
  await server.advance(10_000);
  const packets = rtpOf(viewer);
  const frames = framesOf(packets) - before;
  // One whenever the timer fires, each time the newest.
  assert(frames >= 25 && frames < 10 * FRAME_RATE, `${frames}`);
  const times = [...new Set(packets.map(({ timestamp }) => timestamp))].slice(-frames);
  const steps = times.slice(1).map((time, index) => ((time - times[index]) >>> 0) / 90_000 * FRAME_RATE);
  assert(Math.max(...steps) - Math.min(...steps) <= 1.001, `${steps}`);
});
