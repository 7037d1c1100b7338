/**
 * Standard input as a live source: JPEGs that another program writes, one after the other, or a multipart stream as
 * cameras write it.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { timestampUsOf } from "../mjpeg/multipart/part_fields.ts";
import { MultipartSplitter } from "../mjpeg/multipart/multipart_splitter.ts";
import { systemClock } from "../net/system_clock.ts";
import { MAX_FRAME_BYTES } from "../server/limits.ts";
import { LiveFeed } from "../server/source/live_source.ts";
import { FailedError } from "./options/errors.ts";

const log = getLogger(["mjpegrtsp", "stdin"]);

/** The name under which it is served. */
export const STDIN_NAME = "stdin";

/** A live source, and what feeds it. */
export interface StdinSource {
  readonly feed: LiveFeed;
  /** Reads to the end of standard input, which is that of the source. */
  run(): Promise<void>;
}

/** Throws a {@linkcode FailedError} where nobody writes to standard input. */
export function openStdin(): StdinSource {
  if (Deno.stdin.isTerminal()) {
    throw new FailedError(
      "Standard input is a terminal: pipe JPEGs into it, such as those of ffmpeg -re -i IN -f mjpeg - | mjpegrtsp serve -",
    );
  }
  const feed = new LiveFeed({ name: STDIN_NAME, clock: systemClock });
  const splitter = new MultipartSplitter({ maxBytes: MAX_FRAME_BYTES });
  return {
    feed,
    async run() {
      let frames = 0;
      try {
        for await (const chunk of Deno.stdin.readable) {
          for (const { data, fields } of splitter.push(chunk)) {
            feed.push(data, { takenUs: timestampUsOf(fields) });
            frames++;
          }
        }
        log.info("standard input has ended: {frames} frames, {dropped} damaged or too large", {
          frames,
          dropped: splitter.dropped,
        });
        if (frames === 0) log.warn("there was no JPEG in it; ffmpeg writes them with -f mjpeg -");
      } catch (error) {
        log.error("Standard input cannot be read any more: {reason}", { reason: String(error) });
      } finally {
        feed.end();
      }
    },
  };
}
