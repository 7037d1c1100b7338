/**
 * Frames of RTP/JPEG whose data nobody will decode, and their packets.
 *
 * @module
 */

import type { ConditionedJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import type { DepacketizerOutput } from "../../rtp/depacketizer.ts";
import { JpegDepacketizer, type JpegDepacketizerOptions } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import type { OrderedPacket } from "../../rtp/depacketizer.ts";
import { markGaps } from "./ordered_packets.ts";

/** Values that differ from one another and from those of {@linkcode CHROMA}. */
export const LUMA = Uint8Array.from({ length: 64 }, (_, index) => index + 1);
/** Values that differ from one another and from those of {@linkcode LUMA}. */
export const CHROMA = Uint8Array.from({ length: 64 }, (_, index) => index + 101);

/** A frame of 64x48, unless told otherwise. */
export function conditionedJpeg(scanBytes: number, changes: Partial<ConditionedJpeg> = {}): ConditionedJpeg {
  return {
    width: 64,
    height: 48,
    sampling: "4:2:0",
    quantTables: [LUMA, CHROMA],
    restartInterval: 0,
    scan: Uint8Array.from({ length: scanBytes }, (_, index) => index % 251),
    isRecoded: false,
    ...changes,
  };
}

/** Packets of frames, given as their payloads, one after the other and 3600 ticks apart, over the wrap of their numbers. */
export function packetsOf(frames: readonly (readonly Uint8Array[])[]): OrderedPacket[] {
  let number = 65_530;
  return frames.flatMap((payloads, frame) =>
    payloads.map((payload, index) => ({
      marker: index === payloads.length - 1,
      payloadType: 26,
      sequenceNumber: ++number & 0xffff,
      timestamp: frame * 3600,
      ssrc: 1,
      payload,
      isAfterGap: false,
      arrivalMs: number,
    }))
  );
}

/** What a depacketizer makes of packets: frames as their bytes, damage as its cause. */
export function depacketize(
  input: readonly OrderedPacket[],
  options: Partial<JpegDepacketizerOptions> = {},
): (Uint8Array | string)[] {
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 1_000_000, ...options });
  const outputs: DepacketizerOutput[] = [
    ...markGaps(input).flatMap((packet) => depacketizer.push(packet)),
    ...depacketizer.flush(),
  ];
  return outputs.map((output) => output.kind === "frame" ? output.data : output.cause);
}
