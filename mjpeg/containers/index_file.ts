/**
 * Indexes a file in any known container format. The format is recognized by the content of the file, never by its name.
 *
 * @module
 */

import { encodeHex } from "@std/encoding/hex";
import { AVI } from "./avi/avi_format.ts";
import { CONCATENATED_JPEGS } from "./streams/concatenated_format.ts";
import type { Container, RandomAccess } from "./container.ts";
import type { StoredSound } from "./sound/stored_sound.ts";
import { WAV } from "./sound/wav_format.ts";
import type { FrameIndex } from "./index/frame_index.ts";
import { FrameIndexBuilder, type FrameLimits } from "./index/frame_index_builder.ts";
import { ISOBMFF } from "./isobmff/isobmff_format.ts";
import { LAB_FORMAT } from "./streams/lab_format.ts";
import { MATROSKA } from "./matroska/matroska_format.ts";
import { MULTIPART } from "./streams/multipart_format.ts";
import { OTHER_FORMATS } from "./other_formats.ts";

/** The first that recognizes a file indexes it. */
const CONTAINERS: readonly Container[] = [AVI, ISOBMFF, MATROSKA, LAB_FORMAT, MULTIPART];

/** Concatenated JPEGs may start with any junk, so they are the last. */
const RECOGNIZED: readonly Container[] = [...CONTAINERS, ...OTHER_FORMATS, CONCATENATED_JPEGS];

/** Bytes of a file that its format is recognized by. */
const HEAD_BYTES = 64 * 1024;

/** Options of {@linkcode indexFile}. */
export interface IndexOptions extends FrameLimits {
  /** Stops the indexing before its next read; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Finds every frame of a file. Rejects with a `SyntaxError` that says what is wrong where the file is empty, has no known format, or
 * has not one whole frame; with an `OtherCodecError` where its frames are no JPEGs.
 */
export async function indexFile(file: RandomAccess, { signal, ...limits }: IndexOptions = {}): Promise<FrameIndex> {
  if (file.lengthBytes === 0) throw new SyntaxError("The file is empty");
  const stoppable = signal === undefined ? file : stopAt(signal, file);
  const head = await stoppable.read(0, Math.min(HEAD_BYTES, file.lengthBytes));
  const container = RECOGNIZED.find((candidate) => candidate.recognizes(head));
  if (container === undefined) {
    const start = encodeHex(head.subarray(0, 8)).replaceAll(/..(?=.)/g, "$& ");
    const expected = [...CONTAINERS, CONCATENATED_JPEGS].map(({ signature }) => signature).join(" or ");
    throw new SyntaxError(`The file is not a JPEG: it starts with ${start}; expected ${expected}`);
  }
  const frames = new FrameIndexBuilder(limits);
  const end = await container.index(stoppable, frames);
  return frames.finish(container.name, end);
}

/**
 * Finds the sound of a file: of a container beside its frames, or of a WAV file. `undefined` where there is none; rejects with a
 * `SyntaxError` that says why, as a sentence about the file, where it cannot be read, and once `signal` aborts.
 */
export async function findSound(file: RandomAccess, signal: AbortSignal): Promise<StoredSound | undefined> {
  const stoppable = stopAt(signal, file);
  const head = await stoppable.read(0, Math.min(HEAD_BYTES, file.lengthBytes));
  return await [WAV, ...CONTAINERS].find((candidate) => candidate.recognizes(head))?.findSound?.(stoppable);
}

/** Whether files of the format of an index may have sound. */
export function mayHaveSound({ format }: Pick<FrameIndex, "format">): boolean {
  return containerNamed(format)?.findSound !== undefined;
}

/** The format that an index names. */
export function containerNamed(name: string): Container | undefined {
  return RECOGNIZED.find((container) => container.name === name);
}

/** The same file, whose reads reject once `signal` aborts. */
function stopAt(signal: AbortSignal, file: RandomAccess): RandomAccess {
  return {
    lengthBytes: file.lengthBytes,
    read: (offset, lengthBytes) => signal.aborted ? Promise.reject(signal.reason) : file.read(offset, lengthBytes),
  };
}
