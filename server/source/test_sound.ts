/**
 * The sound of the test source: a beep a second, as PCMU, which every player knows.
 *
 * @module
 */

import { SILENCE, type StoredFormat } from "../../mjpeg/sound.ts";
import { beepSamples } from "../../mjpeg/testsrc/beep.ts";
import { encodeMuLaw } from "../../rtp/audio/g711.ts";
import { samplesPerBlock, type SoundTrack } from "./sound_track.ts";

const SAMPLE_RATE = 8000;

/** One second of it is made, and is heard again and again. */
export class TestSound implements SoundTrack {
  readonly format: StoredFormat = { encoding: "mulaw", sampleRate: SAMPLE_RATE, channels: 1 };
  readonly sampleCount: number;
  /** By their first samples in a second, which whole blocks make up. */
  readonly #blocks = new Map<number, Uint8Array>();

  /** For a source of so many seconds. */
  constructor(seconds: number) {
    this.sampleCount = seconds * SAMPLE_RATE;
  }

  block(index: number): Uint8Array {
    const length = samplesPerBlock(this.format);
    const start = index * length % SAMPLE_RATE;
    let block = this.#blocks.get(start);
    if (block === undefined) {
      const samples = beepSamples(SAMPLE_RATE).subarray(start, start + length);
      block = Uint8Array.from(samples, (sample) => sample === 0 ? SILENCE.mulaw : encodeMuLaw(sample));
      this.#blocks.set(start, block);
    }
    return block;
  }

  addListener(): () => void {
    return () => {};
  }
}
