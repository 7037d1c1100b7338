/**
 * Live frames as `multipart/x-mixed-replace`, which `<img>`, curl, OBS and ffmpeg read. A slow reader gets the newest frame each
 * time that it is ready for one; those in between are dropped.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { Playback, ReceivedFrame } from "./playback.ts";

/** The line between two parts, without its dashes. */
export const BOUNDARY = "mjpegrtsp-frame";

const DELIMITER = `--${BOUNDARY}\r\n`;

/** Time without a frame after which a browser gets the last one again. */
const REPETITION_MS = 100;

/** Who reads. */
export interface MultipartReader {
  /** Aborts when the reader has gone. */
  readonly gone: AbortSignal;
  /** Aborts when no frame will follow: the newest is still sent. Default never. */
  readonly over?: AbortSignal;
  /**
   * Whether the last frame comes twice where nothing follows it: Chromium 156 shows a part when the header of the next has come.
   * "page: /stream.mjpeg shows the newest frame while paused" holds it.
   */
  readonly isForBrowser: boolean;
}

/** The parts from the newest frame on. Each ends with the delimiter of the next, by which readers know that it is whole. */
export async function* multipartStream(
  playback: Playback,
  { gone, over, isForBrowser }: MultipartReader,
): AsyncGenerator<Uint8Array, void> {
  let newest: ReceivedFrame | undefined = playback.latestFrame;
  let news = Promise.withResolvers<void>();
  const unsubscribe = playback.subscribe({
    frame(frame) {
      newest = frame;
      news.resolve();
    },
  });
  for (const signal of [gone, over]) signal?.addEventListener("abort", () => news.resolve());
  try {
    yield new TextEncoder().encode(DELIMITER);
    let unshown: Uint8Array | undefined;
    while (!gone.aborted) {
      if (newest !== undefined) {
        const part = encodePart(newest.data);
        newest = undefined;
        unshown = isForBrowser ? part : undefined;
        yield part;
        continue;
      }
      if (over?.aborted) {
        if (unshown !== undefined) yield unshown;
        return;
      }
      news = Promise.withResolvers();
      const timer = unshown && setTimeout(() => news.resolve(), REPETITION_MS);
      await news.promise;
      clearTimeout(timer);
      if (newest !== undefined || unshown === undefined || gone.aborted) continue;
      yield unshown;
      unshown = undefined;
    }
  } finally {
    unsubscribe();
  }
}

function encodePart(jpeg: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const head = `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
  return concat([encoder.encode(head), jpeg, encoder.encode(`\r\n${DELIMITER}`)]);
}
