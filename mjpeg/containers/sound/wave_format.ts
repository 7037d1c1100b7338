/**
 * The format of sound as WAV and AVI have it (`PCMWAVEFORMAT`).
 *
 * @module
 */

import { blockBytes, SAMPLE_BYTES, type SoundFormat } from "../../sound.ts";
import { fields } from "../avi/riff_writer.ts";

const PCM = 1;

/** The data of the chunk `fmt `, or `strf`. */
export function waveFormat(format: SoundFormat): Uint8Array {
  const block = blockBytes(format);
  const { sampleRate, channels } = format;
  return fields(16, [
    [0, PCM | channels << 16],
    [4, sampleRate],
    [8, sampleRate * block],
    [12, block | 8 * SAMPLE_BYTES << 16],
  ]);
}
