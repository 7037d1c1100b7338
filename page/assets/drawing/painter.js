/*
 * Who shows the picture: a worker where the browser lets one have the canvas, else the page itself.
 */

// @ts-check
/// <reference lib="dom" />

import { Easel } from "./easel.js";

/** @typedef {import("./easel.js").Size} Size */
/** @typedef {Pick<Easel, "show" | "clear">} Painter */

/** @param {HTMLCanvasElement} canvas @returns {Promise<Painter>} */
export async function openPainter(canvas) {
  const worker = "transferControlToOffscreen" in canvas ? await startWorker() : undefined;
  return worker === undefined ? new Easel(canvas) : new RemoteEasel(canvas, worker);
}

/** A worker that runs; `undefined` where none does. @returns {Promise<Worker | undefined>} */
function startWorker() {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./easel_worker.js", import.meta.url), { type: "module" });
    worker.onmessage = () => resolve(worker);
    worker.onerror = () => resolve(undefined);
  });
}

/** An easel in a worker. */
class RemoteEasel {
  #worker;
  #lastId = 0;
  /** Frames that are being shown, by their identifiers. @type {Map<number, PromiseWithResolvers<Size | undefined>>} */
  #pending = new Map();

  /** @param {HTMLCanvasElement} canvas @param {Worker} worker */
  constructor(canvas, worker) {
    this.#worker = worker;
    worker.onmessage = ({ data: { id, size, error } }) => {
      const frame = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) frame?.resolve(size);
      else frame?.reject(error);
    };
    worker.onerror = ({ message }) => {
      for (const frame of this.#pending.values()) frame.reject(message);
      this.#pending.clear();
    };
    const offscreen = canvas.transferControlToOffscreen();
    worker.postMessage({ canvas: offscreen }, [offscreen]);
  }

  /** @param {Uint8Array<ArrayBuffer>} jpeg @returns {Promise<Size | undefined>} */
  show(jpeg) {
    const id = ++this.#lastId;
    /** @type {PromiseWithResolvers<Size | undefined>} */
    const shown = Promise.withResolvers();
    this.#pending.set(id, shown);
    // The page keeps the JPEG, for stepping back and for snapshots.
    this.#worker.postMessage({ id, jpeg });
    return shown.promise;
  }

  clear() {
    this.#worker.postMessage({ isCleared: true });
  }
}
