/*
 * The worker that shows the picture, so that frames of any size keep nobody waiting who presses a button.
 *
 * To it: first `{ canvas }`, then `{ id, jpeg }` for each frame, and `{ isCleared }`. From it: `{ isReady }` once it runs, and for each
 * frame `{ id }` with its `size`, nothing where it was overtaken, or an `error`.
 */

// @ts-check
/// <reference lib="dom" />

import { Easel } from "./easel.js";

/** @type {Easel | undefined} */
let easel;

self.addEventListener("message", async ({ data: { canvas, isCleared, id, jpeg } }) => {
  if (canvas !== undefined) {
    easel = new Easel(canvas);
  } else if (isCleared) {
    easel?.clear();
  } else {
    try {
      self.postMessage({ id, size: await easel?.show(jpeg) });
    } catch (error) {
      self.postMessage({ id, error: String(error) });
    }
  }
});

self.postMessage({ isReady: true });
