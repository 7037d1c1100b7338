import { assertEquals } from "@std/assert";
import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { encodeRtpPacket } from "../../rtp/packet.ts";
import { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";
import { RunStatistics } from "./run_statistics.ts";

const OTHERS = {
  seconds: 2,
  currentFps: 0,
  currentBitrate: 0,
  peakFps: 0,
  peakBitrate: 0,
  largestFrameBytes: 0,
  senderTimeMs: undefined,
  playoutDelayMs: 0,
  lateFrames: 0,
};
const SOUND: ChosenTrack = {
  ...{ kind: "audio", encoding: "PCMU", payloadType: 0, clockRate: 8000, channels: 1 },
  ...{ control: undefined, isRepaired: false, dimensions: undefined },
};
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9);

/** A receiver of frames with these sequence numbers. */
function receive(sequenceNumbers: readonly number[], { payloadType = 26, payload = JPEG } = {}): RtpReceiver {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  sequenceNumbers.forEach((sequenceNumber, index) => {
    const packet = { marker: false, payloadType, sequenceNumber, timestamp: 0, ssrc: 0, payload };
    receiver.push(encodeRtpPacket(packet), index);
  });
  return receiver;
}

Deno.test("RunStatistics adds up the sessions of a run", () => {
  const statistics = new RunStatistics();
  statistics.follow({ video: receive([1, 2, 2]), audio: [] });
  const second = receive([1, 3]);
  statistics.follow({ video: second, audio: [] });
  second.flush();
  const { frames, packets, lostPackets, duplicatePackets, bytes, lossRate } = statistics.summarize(OTHERS);
  assertEquals([frames, packets, lostPackets, duplicatePackets, bytes], [4, 5, 1, 1, 5 * JPEG.length]);
  assertEquals(lossRate, 1 / 5);
});

Deno.test("RunStatistics averages over the time that it is told", () => {
  const statistics = new RunStatistics();
  statistics.follow({ video: receive([1, 2, 3, 4]), audio: [] });
  const { seconds, fps, bitrate } = statistics.summarize(OTHERS);
  assertEquals([seconds, fps, bitrate], [2, 2, 4 * JPEG.length * 8 / 2]);
  assertEquals(statistics.summarize({ ...OTHERS, seconds: 0 }).fps, 0);
});

Deno.test("RunStatistics adds up what is not of the stream, and the causes of damage", () => {
  const statistics = new RunStatistics();
  statistics.countUnexpectedSource();
  for (const payload of [Uint8Array.of(1), Uint8Array.of(2)]) {
    const video = receive([1], { payload });
    video.push(Uint8Array.of(1), 0);
    statistics.follow({ video, audio: [] });
  }
  statistics.follow({ video: receive([1, 2], { payloadType: 96 }), audio: [] });
  statistics.countUnexpectedSource();
  const summary = statistics.summarize(OTHERS);
  assertEquals([summary.malformedPackets, summary.otherPayloadTypePackets, summary.strayPackets], [2, 2, 0]);
  assertEquals([summary.damagedFrames, summary.damageCauses], [2, { "not-a-jpeg": 2 }]);
  assertEquals(summary.unexpectedSourcePackets, 2);
});

Deno.test("RunStatistics keeps two tracks of one kind apart, over sessions that have one or both", () => {
  const statistics = new RunStatistics();
  const track = () => ({ chosen: SOUND, receiver: receive([1, 2]) });
  const packets = () => statistics.summarize(OTHERS).tracks.map(({ packets }) => packets);
  statistics.follow({ video: receive([]), audio: [track(), track()] });
  assertEquals(packets(), [2, 2]);
  statistics.follow({ video: receive([]), audio: [track()] });
  assertEquals(packets(), [4, 2]);
});
