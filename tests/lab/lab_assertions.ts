/**
 * What every session of a lab client must show, whoever the server is.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { equals } from "@std/bytes";
import type { LabClientResult } from "./lab_peers.ts";

/** Plays, pauses, plays on and takes leave: the assignment's session. */
export const WHOLE_SESSION = "setup,play:8,pause,play:8,teardown";
/** Frames that {@linkcode WHOLE_SESSION} shows at least. */
export const WHOLE_SESSION_FRAMES = 16;

/** All steps were done, and the shown frames are the movie's first ones, byte for byte, in order, none missing. */
export function assertShowsMovie(
  result: LabClientResult,
  options: { readonly frames: readonly Uint8Array[]; readonly atLeast: number },
): void {
  const { code, report, stderr, frames } = result;
  assertEquals(code, 0, `the lab client ended with ${code}: ${report.error}\n${stderr}`);
  assert(frames.length >= options.atLeast, `${frames.length} frames shown, not ${options.atLeast}`);
  assert(frames.length <= options.frames.length, `${frames.length} frames shown of ${options.frames.length}`);
  frames.forEach((frame, index) => {
    // assertEquals would print kilobytes.
    assert(equals(frame, options.frames[index]), `frame ${index + 1} differs from the file's`);
  });
  assertEquals(report.unshowable, 0, "frames that could not be shown");
}

/** Sequence numbers count from 1, whatever was paused, and no packet is missing, doubled or late. */
export function assertCountsFromOne(result: LabClientResult): void {
  const { sequence_numbers, packets } = result.report;
  assertEquals(sequence_numbers, Array.from({ length: packets }, (_, index) => index + 1));
}

/** The header fields that the lab fixes: version 2, type 26, SSRC 0, a clock of whole seconds. */
export function assertLabHeaders(result: LabClientResult, clock: { readonly startedMs: number }): void {
  const { versions, payload_types, ssrcs, timestamps } = result.report;
  assertEquals(versions, [2]);
  assertEquals(payload_types, [26]);
  assertEquals(ssrcs, [0]);
  const from = Math.floor(clock.startedMs / 1000);
  const to = Math.ceil(Date.now() / 1000);
  assert(timestamps.every((time) => time >= from && time <= to), `timestamps ${timestamps}, not ${from} to ${to}`);
}
