/*
 * Decodes JPEGs, several at once, and shows them in the order in which they were given: on the canvas of the page, or in a worker on
 * what the page has handed over.
 */

// @ts-check
/// <reference lib="dom" />

/** @typedef {{ width: number, height: number }} Size */

/** Shows pictures on one canvas. */
export class Easel {
  #canvas;
  #context;
  #lastTurn = 0;
  #shownTurn = 0;

  /** @param {HTMLCanvasElement | OffscreenCanvas} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    // It takes a picture as it is: 33 MB of 4K are not copied another time.
    this.#context = /** @type {ImageBitmapRenderingContext} */ (canvas.getContext("bitmaprenderer", { alpha: false }));
  }

  /**
   * Decodes a JPEG and shows it. Resolves to its size, or to nothing where a later one was shown before; rejects where it cannot be
   * decoded.
   *
   * @param {Uint8Array<ArrayBuffer>} jpeg
   * @returns {Promise<Size | undefined>}
   */
  async show(jpeg) {
    const turn = ++this.#lastTurn;
    const image = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    if (turn < this.#shownTurn) {
      image.close();
      return undefined;
    }
    const { width, height } = image;
    this.#shownTurn = turn;
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    this.#context.transferFromImageBitmap(image);
    return { width, height };
  }

  /** Shows nothing any more, nor what is being decoded. */
  clear() {
    this.#shownTurn = ++this.#lastTurn;
    this.#context.transferFromImageBitmap(null);
  }
}
