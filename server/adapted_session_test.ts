/** Sessions of a whole server that are fitted to what their clients report. */
import { assert, assertEquals } from "@std/assert";
import { decodeJpegPayload } from "../rtp/jpeg/jpeg_payload.ts";
import { decodeRtpPacket } from "../rtp/packet.ts";
import { UdpPlayer } from "../tests/support/udp_player.ts";

/** Frames a second of the movie. */
const FPS = 20;

/** A client over UDP that reports what it is told to. */
async function play(options: { readonly adapts?: boolean }) {
  const player = await UdpPlayer.play(options);
  const { server, receiver, ssrc } = player;
  const zeros = { cumulativeLost: 0, highestSequenceNumber: 0, jitter: 0, lastSenderReport: 0 };
  return {
    /** Lets seconds go by, then reports. The frames a second that came, and the coarsest step of their luma tables. */
    async watch(seconds: number, lostShare: number): Promise<{ fps: number; step: number }> {
      const before = receiver.datagrams.length;
      await server.advance(1000 * seconds);
      const packets = receiver.datagrams.slice(before).map(decodeRtpPacket);
      const tables = packets.flatMap(({ payload }) => [...decodeJpegPayload(payload).tables?.subarray(0, 64) ?? []]);
      const block = { ssrc, fractionLost: Math.round(256 * lostShare), ...zeros, delaySinceLastSenderReport: 0 };
      await server.report(() => player.sendRtcp([{ kind: "receiver-report", ssrc: 1, reports: [block] }]));
      return { fps: packets.filter(({ marker }) => marker).length / seconds, step: Math.max(...tables) };
    },
    [Symbol.asyncDispose]: () => player[Symbol.asyncDispose](),
  };
}

Deno.test("a session whose client reports loss gets fewer and coarser frames, and all again when nothing is lost", async () => {
  await using playing = await play({ adapts: true });
  const full = await playing.watch(5, 0.75);
  assertEquals(full.fps, FPS);
  await playing.watch(1, 0);
  const narrow = await playing.watch(4, 0);
  assertEquals(narrow.fps, FPS / 2);
  assert(narrow.step > 2 * full.step, `${narrow.step}, ${full.step} before`);
  for (let report = 0; report < 4; report++) await playing.watch(5, 0);
  assertEquals(await playing.watch(2, 0), full);
});

Deno.test("without --adapt reports of loss change nothing", async () => {
  await using playing = await play({});
  const full = await playing.watch(2, 0.75);
  assertEquals(await playing.watch(2, 0.75), full);
  assertEquals(await playing.watch(2, 0.75), full);
});
