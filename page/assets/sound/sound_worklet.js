/*
 * What the browser's thread for sound runs: takes pieces of sound from the page, and gives what is heard of them now.
 */

// @ts-check

import { SoundReel } from "./sound_reel.js";

/**
 * What that thread has besides JavaScript. `currentTime` grows with each call.
 *
 * @type {{
 *   sampleRate: number, currentTime: number,
 *   AudioWorkletProcessor: new () => { port: { onmessage: ((event: { data: any }) => void) | null } },
 *   registerProcessor: (name: string, processor: unknown) => void,
 * }}
 */
const scope = /** @type {any} */ (globalThis);

/**
 * Messages to it, each with one of: `piece` (a `Piece`), `aim` (when time 0 of the stream is heard, in seconds of the output),
 * `flush`.
 */
class SoundProcessor extends scope.AudioWorkletProcessor {
  #reel = new SoundReel(scope.sampleRate);

  constructor() {
    super();
    this.port.onmessage = ({ data: { piece, aim, flush } }) => {
      if (flush !== undefined) this.#reel.flush();
      if (aim !== undefined) this.#reel.aim(aim);
      if (piece !== undefined) this.#reel.push(piece);
    };
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, [output]) {
    this.#reel.render(output, scope.currentTime);
    return true;
  }
}

scope.registerProcessor("sound", SoundProcessor);
