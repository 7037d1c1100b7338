/**
 * Frames of RTP/JPEG, whose entropy-coded data is not decodable, and their packets.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { ConditionedJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import type { DepacketizerOutput, OrderedPacket } from "../../rtp/depacketizer.ts";
import { JpegDepacketizer, type JpegDepacketizerOptions } from "../../rtp/jpeg/jpeg_depacketizer.ts";
import type { RtpPacket } from "../../rtp/packet.ts";
import { markGaps } from "./ordered_packets.ts";

/** 64 different values, none of which is in {@linkcode CHROMA}. */
export const LUMA = Uint8Array.from({ length: 64 }, (_, index) => index + 1);
/** 64 different values, none of which is in {@linkcode LUMA}. */
export const CHROMA = Uint8Array.from({ length: 64 }, (_, index) => index + 101);

/** A frame of 64x48, unless `changes` say otherwise. */
export function conditionedJpeg(scanBytes: number, changes: Partial<ConditionedJpeg> = {}): ConditionedJpeg {
  return {
    width: 64,
    height: 48,
    sampling: "4:2:0",
    quantTables: [LUMA, CHROMA],
    restartInterval: 0,
    scan: Uint8Array.from({ length: scanBytes }, (_, index) => index % 251),
    isTranscoded: false,
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

/** What a depacketizer makes of packets: the bytes of each frame, or the cause of its damage. */
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

/** The JPEGs of packets that came in order, without one that has not ended. */
export function decodeFrames(packets: readonly RtpPacket[]): Uint8Array[] {
  const depacketizer = new JpegDepacketizer({ maxFrameBytes: 10_000_000 });
  return packets.flatMap((packet) => depacketizer.push({ ...packet, isAfterGap: false, arrivalMs: 0 })).map(
    (output) => {
      assert(output.kind === "frame", `A frame is damaged: ${JSON.stringify(output)}`);
      return output.data;
    },
  );
}
