import { LabDepacketizer } from "../../rtp/lab/lab_depacketizer.ts";
import { assertEquals } from "@std/assert";
import { encodeRtpPacket } from "../../rtp/packet.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";
import { RunStatistics } from "./run_statistics.ts";
import type { ChosenTrack } from "../rtsp/track_choice.ts";

const OTHERS = { currentFps: 0, currentBitrate: 0, senderTimeMs: undefined };
const SOUND: ChosenTrack = {
  ...{ kind: "audio", encoding: "PCMU", payloadType: 0, clockRate: 8000, channels: 1 },
  ...{ control: undefined, dimensions: undefined },
};
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9);

/** A reception of frames with these sequence numbers. */
function receive(sequenceNumbers: readonly number[]): RtpReceiver {
  const receiver = new RtpReceiver({ depacketizer: new LabDepacketizer() });
  sequenceNumbers.forEach((sequenceNumber, index) => {
    const packet = { marker: false, payloadType: 26, sequenceNumber, timestamp: 0, ssrc: 0, payload: JPEG };
    receiver.push(encodeRtpPacket(packet), index);
  });
  return receiver;
}

Deno.test("RunStatistics adds up the sessions of a run", () => {
  const statistics = new RunStatistics(new FakeClock());
  statistics.follow({ receiver: receive([1, 2, 2]), audio: [] });
  const second = receive([1, 3]);
  statistics.follow({ receiver: second, audio: [] });
  second.flush();
  const { frames, packets, lostPackets, duplicatePackets, bytes, lossRate } = statistics.summarize(OTHERS);
  assertEquals([frames, packets, lostPackets, duplicatePackets, bytes], [4, 5, 1, 1, 5 * JPEG.length]);
  assertEquals(lossRate, 1 / 5);
});

Deno.test("RunStatistics counts the time of playing only", () => {
  const clock = new FakeClock();
  const statistics = new RunStatistics(clock);
  clock.advance(1000);
  statistics.start();
  clock.advance(500);
  assertEquals(statistics.summarize(OTHERS).seconds, 0.5);
  statistics.stop();
  clock.advance(7000);
  statistics.stop();
  statistics.start();
  clock.advance(250);
  assertEquals(statistics.summarize(OTHERS).seconds, 0.75);
});

Deno.test("RunStatistics keeps two tracks of one kind apart, over sessions that have one or both", () => {
  const statistics = new RunStatistics(new FakeClock());
  const track = () => ({ chosen: SOUND, receiver: receive([1, 2]) });
  const packets = () => statistics.summarize(OTHERS).tracks.map(({ packets }) => packets);
  statistics.follow({ receiver: new RtpReceiver({ depacketizer: new LabDepacketizer() }), audio: [track(), track()] });
  assertEquals(packets(), [2, 2]);
  statistics.follow({ receiver: new RtpReceiver({ depacketizer: new LabDepacketizer() }), audio: [track()] });
  assertEquals(packets(), [4, 2]);
});

Deno.test("RunStatistics averages over the time in which something came", () => {
  const clock = new FakeClock();
  const statistics = new RunStatistics(clock);
  const seconds = () => [statistics.summarize(OTHERS).seconds, statistics.playedSeconds];
  statistics.start();
  clock.advance(7000);
  // Five seconds of silence are noticed at once, and again later.
  statistics.rest(5000);
  clock.advance(1000);
  statistics.rest(6000);
  assertEquals(seconds(), [2, 8]);
  statistics.goOn();
  clock.advance(3000);
  assertEquals(seconds(), [5, 11]);
  statistics.rest(0);
  clock.advance(1000);
  statistics.stop();
  clock.advance(1000);
  assertEquals(seconds(), [5, 12]);
  statistics.rest(0);
  statistics.start();
  clock.advance(1000);
  assertEquals(seconds(), [6, 13]);
});
