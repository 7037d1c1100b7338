/** The emulated network between a server of ours and a UDP client, on a clock that the test turns. */
import { assert, assertEquals } from "@std/assert";
import { bindUdpPortPair, udpPortOf } from "../../net/udp_ports.ts";
import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import { decodeRtpPacket } from "../../rtp/packet.ts";
import { serve } from "../../tests/support/rtsp_test_server.ts";
import { type Impairments, NO_IMPAIRMENTS } from "../emulation/network_emulator.ts";

/** Plays a file for some time; gives each packet's delay in milliseconds of the clock, after the first frame's time. */
async function delaysOf(impairments: Partial<Impairments>, durationMs: number): Promise<number[]> {
  await using server = await serve({
    loop: true,
    emulation: { impairments: { ...NO_IMPAIRMENTS, ...impairments }, seed: 1 },
  });
  const client = await server.connect();
  const [rtp, rtcp] = bindUdpPortPair("127.0.0.1");
  const delays: number[] = [];
  let [startMs, startTimestamp] = [0, 0];
  const receiving = (async () => {
    for await (const [datagram] of rtp) {
      const { timestamp } = decodeRtpPacket(datagram);
      const sentMs = startMs + ((timestamp - startTimestamp) >>> 0) * 1000 / JPEG_CLOCK_RATE;
      delays.push(server.clock.nowMs() - sentMs);
    }
  })();
  const { session } = await client.ask("SETUP", "movie.mjpeg", {
    Transport: `RTP/AVP;unicast;client_port=${udpPortOf(rtp)}-${udpPortOf(rtcp)}`,
  });
  const play = await client.ask("PLAY", "movie.mjpeg", { Session: session! });
  startMs = server.clock.nowMs();
  startTimestamp = Number(/rtptime=(\d+)/.exec(play.headers.get("RTP-Info")!)![1]);
  await server.advance(durationMs);
  rtp.close();
  rtcp.close();
  await receiving;
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
