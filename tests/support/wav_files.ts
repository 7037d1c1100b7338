/**
 * WAV files, put together by hand.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { characters, chunk } from "../../mjpeg/containers/avi/riff_writer.ts";

/** How a file is made. */
export interface WavOptions {
  /** Number of the format: 1 is PCM, 6 A-law, 7 mu-law. */
  readonly number?: number;
  readonly bits?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
}

/** A file with these bytes of samples; PCM of 16 bits, 8000 a second, unless told otherwise. */
export function wavFile(
  data: Uint8Array,
  { number = 1, bits = 16, sampleRate = 8000, channels = 1 }: WavOptions = {},
): Uint8Array {
  const format = new DataView(new ArrayBuffer(16));
  format.setUint16(0, number, true);
  format.setUint16(2, channels, true);
  format.setUint32(4, sampleRate, true);
  format.setUint32(8, sampleRate * channels * bits / 8, true);
  format.setUint16(12, channels * bits / 8, true);
  format.setUint16(14, bits, true);
  const body = concat([characters("WAVE"), chunk("fmt ", new Uint8Array(format.buffer)), chunk("data", data)]);
  return chunk("RIFF", body);
}

/** Samples of 16 bits that count up from 0, least significant byte first. */
export function countingSamples(count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * count));
  for (let index = 0; index < count; index++) view.setInt16(2 * index, index << 16 >> 16, true);
  return new Uint8Array(view.buffer);
}
