import { makeJpeg } from "../../tests/support/jpegs.ts";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { JpegDepacketizer } from "../jpeg/jpeg_depacketizer.ts";
import { packetizeJpeg } from "../jpeg/jpeg_packetizer.ts";
import { encodeRtpPacket } from "../packet.ts";
import { RtpReceiver } from "./rtp_receiver.ts";

const payloads = packetizeJpeg(conditionJpeg(await makeJpeg({ width: 1280, height: 720 })), { maxPayloadBytes: 1388 });
const packets = payloads.map((payload, index) =>
  encodeRtpPacket({
    ...{ marker: index === payloads.length - 1, payloadType: 26, sequenceNumber: 0, timestamp: 0, ssrc: 1, payload },
  })
);
const receiver = new RtpReceiver({ depacketizer: new JpegDepacketizer({ maxFrameBytes: 1e7 }), clockRate: 90_000 });
let sequenceNumber = 0;
let timestamp = 0;

/** Numbers the packets of the next frame. */
function stamp(): void {
  timestamp += 3600;
  for (const packet of packets) {
    sequenceNumber = sequenceNumber + 1 & 0xffff;
    packet[2] = sequenceNumber >> 8;
    packet[3] = sequenceNumber;
    packet[4] = timestamp >>> 24;
    packet[5] = timestamp >>> 16;
    packet[6] = timestamp >>> 8;
    packet[7] = timestamp;
  }
}

Deno.bench(`numbering ${packets.length} packets, for comparison`, { group: "a frame", baseline: true }, () => {
  stamp();
});

Deno.bench(`RtpReceiver: a frame of ${packets.length} packets`, { group: "a frame" }, () => {
  stamp();
  for (const packet of packets) receiver.push(packet, timestamp / 90);
});

Deno.bench("RtpReceiver: the same, with two packets swapped", { group: "a frame" }, () => {
  stamp();
  receiver.push(packets[1], timestamp / 90);
  receiver.push(packets[0], timestamp / 90);
  for (let index = 2; index < packets.length; index++) receiver.push(packets[index], timestamp / 90);
});
