/**
 * What is heard of a page: its sound, on the way to the loudspeakers.
 *
 * @module
 */

import type { PlayerPage } from "./browser.ts";

/** A script for the page that listens: `window.heard` is an AnalyserNode, once there is sound. */
export const LISTENING = `{
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      window.heard = new AnalyserNode(this.context, { fftSize: 2048 });
      connect.call(this, window.heard);
    }
    return connect.call(this, target, ...rest);
  };
}`;

/** What was heard last. */
export interface HeardTone {
  /** By how often it goes through zero. */
  readonly hz: number;
  /** The largest sample, 0 to 1. */
  readonly level: number;
}

/** The last quarter of a second or less. */
export async function heardTone(tab: PlayerPage): Promise<HeardTone> {
  return await tab.page.evaluate<HeardTone>(`(() => {
    if (window.heard === undefined || heard.context.state !== "running") return { hz: 0, level: 0 };
    const samples = new Float32Array(heard.fftSize);
    heard.getFloatTimeDomainData(samples);
    let count = 0;
    for (let index = 1; index < samples.length; index++) if (samples[index] >= 0 && samples[index - 1] < 0) count++;
    return {
      hz: count / samples.length * heard.context.sampleRate,
      level: Math.max(...samples.map(Math.abs)),
    };
  })()`);
}

/**
 * A script for the page, behind {@linkcode LISTENING}: `window.beats` has when beeps are heard and flashes drawn, in milliseconds.
 * Flashes are looked for at a place of the picture, in parts of its width and height.
 */
export function measuringBeats({ x, y } = { x: 0.5, y: 0.5 }): string {
  return `{
  const beats = window.beats = { beeps: [], flashes: [] };
  addEventListener("DOMContentLoaded", () => {
    const picture = document.querySelector("#picture");
    const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    let wasBright = true;
    const look = () => {
      requestAnimationFrame(look);
      if (picture.dataset.frame === undefined) return;
      pixel.drawImage(picture, Math.floor(picture.width * ${x}), Math.floor(picture.height * ${y}), 1, 1, 0, 0, 1, 1);
      const [level] = pixel.getImageData(0, 0, 1, 1).data;
      if (level > 128 && !wasBright) beats.flashes.push(performance.now());
      wasBright = level > 128;
    };
    look();
  });
  setInterval(() => {
    if (window.heard === undefined || heard.context.state !== "running") return;
    const { contextTime, performanceTime } = heard.context.getOutputTimestamp();
    const { currentTime, sampleRate } = heard.context;
    const samples = new Float32Array(heard.fftSize);
    heard.getFloatTimeDomainData(samples);
    const at = samples.findIndex((sample) => Math.abs(sample) > 0.05);
    // One that is in full swing began before.
    if (at < samples.length / 4) return;
    const heardMs = performanceTime + (currentTime - (samples.length - at) / sampleRate - contextTime) * 1000;
    const before = beats.beeps.at(-1) ?? -Infinity;
    if (heardMs - before > 500) beats.beeps.push(heardMs);
    // What the browser has made is a little more than the time that it tells.
    else beats.beeps[beats.beeps.length - 1] = Math.max(before, heardMs);
  }, 5);
}`;
}

/** How much later than its flash each beep is heard, in milliseconds. */
export async function beatOffsets(tab: PlayerPage): Promise<number[]> {
  const { beeps, flashes } = await tab.page.evaluate<{ beeps: number[]; flashes: number[] }>("beats");
  return beeps.map((beep) => {
    const offsets = flashes.map((flash) => beep - flash).sort((one, other) => Math.abs(one) - Math.abs(other));
    return offsets[0] ?? Infinity;
  });
}
