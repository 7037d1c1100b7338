import { decodeRtpPacket, encodeRtpHeader, encodeRtpPacket } from "./packet.ts";

const payload = new Uint8Array(1400);
const header = { marker: false, payloadType: 26, sequenceNumber: 1, timestamp: 1_700_000_000, ssrc: 0 };
const packet = encodeRtpPacket({ ...header, payload });
const target = new Uint8Array(1412);

Deno.bench("decodeRtpPacket(): a packet of 1400 bytes", { group: "packet", baseline: true }, () => {
  decodeRtpPacket(packet);
});

Deno.bench("encodeRtpHeader(): in place, with its payload copied", { group: "packet" }, () => {
  encodeRtpHeader(target, header);
  target.set(payload, 12);
});
