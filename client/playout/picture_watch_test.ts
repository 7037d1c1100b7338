import { assertEquals, assertMatch } from "@std/assert";
import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { TrackReceiver } from "../../rtp/receiver/track_receiver.ts";
import type { RtpStatistics } from "../../rtp/receiver/rtp_receiver.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { MIN_BROKEN_FRAMES, NO_PICTURE_SECONDS } from "../limits.ts";
import { parseRtspUrl } from "../rtsp/rtsp_url.ts";
import { isByLoss, lossNotice, noPictureNotice, noPictureReason } from "./picture_notice.ts";
import { silenceNotice } from "./silence_notice.ts";
import { PictureWatch } from "./picture_watch.ts";

const NOTHING: RtpStatistics = {
  ...{ frames: 0, damagedFrames: 0, damageCauses: {}, packets: 0, expectedPackets: 0, lostPackets: 0, bytes: 0 },
  ...{
    duplicatePackets: 0,
    reorderedPackets: 0,
    repairedPackets: 0,
    malformedPackets: 0,
    otherPayloadTypePackets: 0,
    strayPackets: 0,
  },
  jitterMs: 0,
  peakJitterMs: 0,
};

function open() {
  const clock = new FakeClock();
  let counters = NOTHING;
  let video = { statistics: () => counters };
  const heard: string[] = [];
  const watch = new PictureWatch({
    clock,
    video: () => video,
    onLoss: ({ frames, damageCauses }) => heard.push(`${damageCauses["packet-lost"]} of ${frames} lost`),
    onNoPicture: (counts) => heard.push(noPictureNotice(counts).text),
    onPicture: () => heard.push("picture"),
  });
  watch.start();
  return {
    clock,
    heard,
    watch,
    /** Lets a second go by in which so many frames came, and so many were damaged. */
    second(frames: number, damaged: number, cause = "packet-lost"): void {
      counters = {
        ...counters,
        frames: counters.frames + frames,
        packets: counters.packets + 10,
        damagedFrames: counters.damagedFrames + damaged,
        damageCauses: { ...counters.damageCauses, [cause]: (counters.damageCauses[cause] ?? 0) + damaged },
      };
      clock.advance(1000);
    },
    /** The session has started again. */
    renew(): void {
      counters = NOTHING;
      video = { statistics: () => counters };
    },
  };
}

Deno.test("PictureWatch tells of each second in which most frames are damaged by loss", () => {
  const { heard, second } = open();
  second(10, 0);
  second(5, 5);
  second(5, 6);
  second(0, MIN_BROKEN_FRAMES);
  second(0, MIN_BROKEN_FRAMES - 1);
  second(5, 6, "wrong-offset");
  assertEquals(heard, ["picture", "picture", "6 of 5 lost", "2 of 0 lost", "picture"]);
});

Deno.test(`PictureWatch tells once that no frame is whole, after ${NO_PICTURE_SECONDS} seconds with packets`, () => {
  const { heard, second, clock } = open();
  second(3, 0);
  for (let count = 1; count < NO_PICTURE_SECONDS; count++) second(0, 4, "no-size");
  clock.advance(60_000);
  assertEquals(heard, ["picture"]);
  second(0, 4, "no-size");
  second(0, 4, "no-size");
  assertEquals(heard.length, 2);
  assertMatch(
    heard[1],
    /^No picture for 5 s: none of 20 frames is whole: its Width or Height is 0/,
  );
  second(1, 0);
  assertEquals(heard.at(-1), "picture");
});

Deno.test("PictureWatch begins anew with another session, and tells nothing once it is stopped", () => {
  const { heard, second, renew, watch, clock } = open();
  second(5, 0);
  renew();
  second(1, 0);
  assertEquals(heard, ["picture", "picture"]);
  watch.start();
  watch.stop();
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("noPictureNotice() names what is wrong, and where it is written", () => {
  const counts = { frames: 0, damagedFrames: 4, damageCauses: {}, packets: 40, duplicatePackets: 0 };
  const text = (changes: Partial<typeof counts> & { damageCauses?: Record<string, number> }) =>
    noPictureNotice({ ...counts, ...changes }).text;
  assertMatch(
    text({ damageCauses: { "packet-lost": 1, "reserved-q": 3 } }),
    /whole: in 3 cases its Q is 0 or 100 to 127.*RFC 2435, 3\.1\.4/,
  );
  assertMatch(text({ damageCauses: { "malformed-tables": 4 } }), /quantization tables.*RFC 2435, 3\.1\.8/);
  assertMatch(text({ duplicatePackets: 39 }), /39 of 40 packets repeat a sequence number.*RFC 3550, 5\.1/);
  assertMatch(text({}), /no frame has ended: neither the marker nor the timestamp.*RFC 2435, 3/);
  assertMatch(text({ damageCauses: { "something-new": 4 } }), /something-new/);
});

Deno.test("noPictureReason() says that nothing has come, or what came in place of the video", () => {
  assertEquals(noPictureReason(NOTHING), "no packet has come");
  assertMatch(
    noPictureReason({ ...NOTHING, malformedPackets: 2, otherPayloadTypePackets: 30 }),
    /^2 packets were malformed .*, and 30 had another payload type/,
  );
});

Deno.test("noPictureNotice() names the Fragment Offset where no sequence number is missing", () => {
  const counts = { frames: 0, damagedFrames: 9, damageCauses: { "wrong-offset": 9 }, packets: 90, duplicatePackets: 0 };
  assertMatch(noPictureNotice(counts).text, /none of 9 frames is whole: the Fragment Offset .*RFC 2435, 3\.1\.2/);
  assertEquals(isByLoss(counts), false);
});

Deno.test("lossNotice() says how many frames broke, and what helps", () => {
  const counts = { frames: 1, damagedFrames: 9, damageCauses: { "packet-lost": 9 }, packets: 900, duplicatePackets: 0 };
  const lab = { hostname: "a", port: 1025, rtpPort: 5008, file: "m", dialect: "lab" as const };
  const { text } = lossNotice(lab, counts, { transport: "udp", seconds: 1 });
  assertMatch(
    text,
    /^Packets are lost over UDP: 9 of 10 frames in the last second are broken; what helps: a larger .*net\.core\.rmem_default/,
  );
});

Deno.test("lossNotice() gives no advice about UDP where packets come over TCP", () => {
  const counts = { frames: 1, damagedFrames: 9, damageCauses: { "packet-lost": 9 }, packets: 900, duplicatePackets: 0 };
  const target = { url: parseRtspUrl("rtsp://camera/") };
  assertEquals(
    lossNotice(target, counts, { transport: "tcp", seconds: 5 }).text,
    "Sequence numbers are missing over TCP: 9 of 10 frames in 5 s are broken; " +
      "the server, or a proxy, dropped packets or misnumbered them",
  );
});

Deno.test("lossNotice() advises TCP over UDP, and over multicast what helps there", () => {
  const counts = { frames: 1, damagedFrames: 9, damageCauses: { "packet-lost": 9 }, packets: 900, duplicatePackets: 0 };
  const target = { url: parseRtspUrl("rtsp://camera/") };
  const buffer = "a larger receive buffer: sysctl -w net.core.rmem_default=4194304 (Linux), then start again";
  assertEquals(
    lossNotice(target, counts, { transport: "udp", seconds: 5 }).text,
    `Packets are lost over UDP: 9 of 10 frames in 5 s are broken; what helps: --transport tcp, or ${buffer}`,
  );
  assertEquals(
    lossNotice(target, counts, { transport: "multicast", seconds: 5 }).text,
    `Packets to the multicast group are lost: 9 of 10 frames in 5 s are broken; what helps: ${buffer}; ` +
      "or, if the server sends to single players, too, no --transport multicast",
  );
});

Deno.test("silenceNotice() advises TCP only where packets were to come over UDP", () => {
  const target = { url: parseRtspUrl("rtsp://camera/") };
  const video = new TrackReceiver({
    depacketizer: new LabDepacketizer(),
    clock: new FakeClock(),
    onFrame() {},
    onPacket() {},
    reports: undefined,
  });
  const texts = (["udp", "multicast", "tcp"] as const).map((transport) =>
    silenceNotice({ target, transport }, video).text.replace(/^No packet has come for \d+ s: /, "")
  );
  assertEquals(texts, [
    "check the server, or try --transport tcp",
    "check the server, and that the network carries its multicast group to here",
    "check the server",
  ]);
});
