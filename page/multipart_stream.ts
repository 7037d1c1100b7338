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

/** The body of a response without an end, from the newest frame on. `onClosed` is called once when the reader leaves. */
export function multipartStream(playback: Playback, onClosed: () => void): ReadableStream<Uint8Array> {
  let newest: ReceivedFrame | undefined = playback.latestFrame;
  let wake: (() => void) | undefined;
  const unsubscribe = playback.subscribe({
    frame(frame) {
      newest = frame;
      wake?.();
    },
  });
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (newest === undefined) {
        const next = Promise.withResolvers<void>();
        wake = next.resolve;
        await next.promise;
      }
      controller.enqueue(encodePart(newest.data));
      newest = undefined;
    },
    cancel() {
      unsubscribe();
      onClosed();
    },
  }, { highWaterMark: 0 });
}

function encodePart(jpeg: Uint8Array): Uint8Array {
  const head = `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
  const encoder = new TextEncoder();
  return concat([encoder.encode(head), jpeg, encoder.encode("\r\n")]);
}
