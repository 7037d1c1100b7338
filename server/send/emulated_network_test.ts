/** The emulated network between a server of ours and a UDP client, on a clock that the test turns. */
import { assert, assertEquals } from "@std/assert";
import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { serve } from "../../tests/support/rtsp_test_server.ts";
import { type Impairments, NO_IMPAIRMENTS } from "../emulation/network_emulator.ts";

const STEP_MS = 10;

/** Plays a file for some time; gives each packet's delay in milliseconds of the clock, after the first frame's time. */
async function delaysOf(impairments: Partial<Impairments>, durationMs: number): Promise<number[]> {
  await using server = await serve({
    loop: true,
    emulation: { impairments: { ...NO_IMPAIRMENTS, ...impairments }, seed: 1 },
  });
  const client = await server.connect();
  const { port, datagrams } = await server.receive();
  const { session } = await client.ask("SETUP", "movie.mjpeg", {
    Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}`,
  });
  const play = await client.ask("PLAY", "movie.mjpeg", { Session: session! });
  const startMs = server.clock.nowMs();
  const startTimestamp = Number(/rtptime=(\d+)/.exec(play.headers.get("RTP-Info")!)![1]);
  const delays: number[] = [];
  for (let step = 0; step < durationMs; step += STEP_MS) {
    await server.advance(STEP_MS);
    const nowMs = server.clock.nowMs();
    delays.push(
      ...datagrams.splice(0).map((datagram) => {
        const sentMs = startMs +
          ((decodeRtpPacket(datagram).timestamp - startTimestamp) >>> 0) * 1000 / JPEG_CLOCK_RATE;
        return nowMs - sentMs;
      }),
    );
  }
  return delays;
}

Deno.test("serve: --delay holds every packet back", async () => {
  assertEquals(await delaysOf({ delayMs: 500 }, 490), []);
  const delays = await delaysOf({ delayMs: 500 }, 2000);
  assert(delays.length > 20);
  assert(delays.every((delay) => delay >= 499), `${Math.min(...delays)} ms`);
});

Deno.test("serve: --jitter makes the delay vary by so much either way", async () => {
  const delays = await delaysOf({ delayMs: 500, jitterMs: 500 }, 3000);
  // Packets keep their order, so that one with a long delay holds up those behind it.
  assert(Math.min(...delays) < 900, `at least ${Math.min(...delays)} ms`);
  assert(Math.max(...delays) - Math.min(...delays) > 200, `${Math.min(...delays)} to ${Math.max(...delays)} ms`);
});

Deno.test("serve: --rate lets packets out no faster", async () => {
  // A packet of at least 100 bytes takes 100 ms, and there are 20 a second.
  const delays = await delaysOf({ rate: 8000 }, 3000);
  assert(delays.length > 3 && delays.length <= 30, `${delays.length} packets`);
  assert(delays.at(-1)! > 400, "the link's queue fills");
});
