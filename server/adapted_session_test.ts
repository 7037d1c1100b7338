/** Sessions of a whole server that are fitted to what their clients report. */
import { assert, assertEquals } from "@std/assert";
import { type AdaptationReport, decodeAdaptation } from "../rtp/adaptation_report.ts";
import { decodeJpegPayload } from "../rtp/jpeg/jpeg_payload.ts";
import { decodeRtpPacket } from "../rtp/packet.ts";
import { decodeRtcp } from "../rtp/rtcp.ts";
import { UdpPlayer } from "../tests/support/udp_player.ts";

/** Frames a second of the movie. */
const FPS = 20;

/** A client over UDP that reports what it is told to. */
async function play(options: { readonly adapts?: boolean }) {
  const player = await UdpPlayer.play(options);
  const { server, receiver, ssrc } = player;
  const told: (AdaptationReport | undefined)[] = [];
  const reading = (async () => {
    for await (const [packet] of player.rtcp) {
      for (const report of decodeRtcp(packet)) if (report.kind === "application") told.push(decodeAdaptation(report));
    }
  })();
  const zeros = { cumulativeLost: 0, highestSequenceNumber: 0, jitter: 0, lastSenderReport: 0 };
  return {
    /** What the server has told of what it sends. */
    told,
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
    async [Symbol.asyncDispose]() {
      await player[Symbol.asyncDispose]();
      await reading;
    },
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
  assertEquals(playing.told[0], { frames: [1, 1], coarseness: 1 });
  assert(playing.told.some((report) => report?.frames[1] === 2 && report.coarseness > 1), JSON.stringify(playing.told));
  assertEquals(playing.told.at(-1), playing.told[0]);
});

Deno.test("without --adapt reports of loss change nothing", async () => {
  await using playing = await play({});
  const full = await playing.watch(2, 0.75);
  assertEquals(await playing.watch(2, 0.75), full);
  assertEquals(await playing.watch(2, 0.75), full);
  assertEquals(playing.told, []);
});
