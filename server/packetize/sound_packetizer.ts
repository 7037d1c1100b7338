/**
 * Blocks of sound to RTP packets: each block is packetized once, whoever listens, and its packets live as long as the block itself
 * does.
 *
 * @module
 */

import { storedBlockBytes, type StoredFormat } from "../../mjpeg/sound.ts";
import { encodeSoundPayload, samplesOfPiece, wireFormat } from "../../rtp/audio/sound_packetizer.ts";
import { RTP_HEADER_BYTES } from "../../rtp/packet.ts";
import { HEADROOM_BYTES, type RtpPackets, withHeaders } from "./rtp_packets.ts";

/** A packet of sound, which has a timestamp of its own. */
export interface SoundPacket {
  /** Its first sample, counted from the start of its block. */
  readonly start: number;
  /** Its samples of a channel. */
  readonly count: number;
  readonly packets: RtpPackets;
}

/** Packetizes the sound of all sessions. */
export class SoundPacketizer {
  readonly #maxPayloadBytes: number;
  /** By the bytes of the block, which sessions share. */
  readonly #packets = new WeakMap<Uint8Array, readonly SoundPacket[]>();

  /** RTP packets have at most `maxPacketBytes`. */
  constructor({ maxPacketBytes }: { readonly maxPacketBytes: number }) {
    this.#maxPayloadBytes = maxPacketBytes - RTP_HEADER_BYTES;
  }

  /** The packets of a block, in order; none has samples of two pieces of 20 ms. */
  packetsOf(block: Uint8Array, format: StoredFormat): readonly SoundPacket[] {
    let packets = this.#packets.get(block);
    if (packets === undefined) {
      packets = this.#make(block, format);
      this.#packets.set(block, packets);
    }
    return packets;
  }

  #make(block: Uint8Array, format: StoredFormat): SoundPacket[] {
    const blockBytes = storedBlockBytes(format);
    const { piece, packet } = samplesOfPiece(format, this.#maxPayloadBytes);
    const { payloadType } = wireFormat(format);
    const made: SoundPacket[] = [];
    const sampleCount = Math.floor(block.length / blockBytes);
    for (let start = 0; start < sampleCount;) {
      const pieceEnd = (Math.floor(start / piece) + 1) * piece;
      const count = Math.min(packet, pieceEnd - start, sampleCount - start);
      const stored = block.subarray(start * blockBytes, (start + count) * blockBytes);
      const payload = encodeSoundPayload(stored, format.encoding);
      const bytes = new Uint8Array(HEADROOM_BYTES + payload.length);
      bytes.set(payload, HEADROOM_BYTES);
      const packets = withHeaders([bytes.subarray(HEADROOM_BYTES)], { payloadType, marksLast: false });
      made.push({ start, count, packets });
      start += count;
    }
    return made;
  }
}
