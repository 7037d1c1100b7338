/**
 * Finds the store that is meant by a name on the command line, and makes sure that nothing is overwritten. Nothing of the store is
 * made before the first frame. What writes is a thread of its own: nobody else needs a right to files from then on.
 *
 * @module
 */

import { basename, dirname, resolve } from "@std/path";
import type { FractionalRate } from "../../mjpeg/containers/avi/frame_rate.ts";
import { WRITTEN_PICTURE } from "../../mjpeg/containers/written_format.ts";
import { assertTakesMore, endOf } from "./file_end.ts";
import { FittingStore } from "./fitting_store.ts";
import { storageAdvice } from "./storage_advice.ts";
import { assertWritable, folderPath, lookAt } from "./place.ts";
import { type FormatWord, isStandardOutput, type Present, type StoreKind, storeKindOf } from "./store_name.ts";
import type { StorePlan } from "./store_plan.ts";
import { StoreThread } from "./store_thread.ts";
import { soundPathOf } from "./stores/file_store.ts";
import { lastFrameNumber } from "./stores/folder_store.ts";
import type { FrameStore } from "./stores/frame_store.ts";
import { PipeStore } from "./stores/pipe_store.ts";
import type { SegmentLimits } from "./stores/segmented_store.ts";

/** Options of {@linkcode openFrameStore}. */
export interface StoreOptions {
  /** Frames to store. */
  readonly maxFrames: number;
  /** What the name stands for, whatever its ending; default `auto`, by its ending. */
  readonly format?: FormatWord;
  /** Replace a file, or the frames in a folder; default false. */
  readonly force?: boolean;
  /** Make a file once all frames are stored, and not before, so that there are all or none; default false. */
  readonly isAllOrNothing?: boolean;
  /** How long frames may wait to be stored together, in milliseconds; default 0. What is no file is written to at once. */
  readonly gatherMs?: number;
  /** Go on behind the frames of a file or a folder; default false. Not together with `force` and `segments`. */
  readonly append?: boolean;
  /** Re-encode frames that are too large for the format, where it has a limit; default false. */
  readonly fit?: boolean;
  /** Begin a new file or folder where one of these is reached. Names of their own keep them apart from what is there. */
  readonly segments?: SegmentLimits;
  /** Frames a second, where that is known; default as the first frames come. */
  readonly rate?: FractionalRate;
  /** Name of the movie that is played, where this machine may serve it: a file or a folder of that name is never replaced. */
  readonly playedName?: string;
  /** Real path of the movie that is read: frames that are read are not replaced meanwhile. */
  readonly readPath?: string;
}

/**
 * Opens a store: `-` is standard output (concatenated JPEG), a name that ends in `.mjpeg` is a file in the lab's format, `.mjpg` one
 * of concatenated JPEGs, `.avi` an AVI file, `.jpg` one JPEG, and a name without an ending, or with a slash, is a folder of JPEGs;
 * `format` says otherwise. Rejects with an error that says what to do.
 */
export async function openFrameStore(out: string, options: StoreOptions): Promise<FrameStore> {
  const { maxFrames, format = "auto", segments, append = false, fit = false, gatherMs = 0 } = options;
  try {
    const isStandard = isStandardOutput(out);
    const present = isStandard ? "device" : await lookAt(out);
    const store = storeKindOf(out, { present, maxFrames, format });
    if (store.kind === "pipe") {
      if (append) throw new Error("a pipe has no end to go on at: leave --append out");
      if (segments !== undefined) throw segmentsError("a pipe");
      return isStandard ? PipeStore.standardOutput() : await StoreThread.start({ kind: "pipe", path: resolve(out) }, 0);
    }
    const plan = segments === undefined
      ? await planStore(out, { store, present, options })
      : await planSegments(out, { store, limits: segments });
    const thread = await StoreThread.start(plan, gatherMs);
    const maxBytes = store.kind === "file" ? store.format.maxFrameBytes : undefined;
    return fit && maxBytes !== undefined ? await FittingStore.start(thread, maxBytes) : thread;
  } catch (error) {
    throw new Error(`Cannot write to ${out}: ${storageAdvice(error)}`);
  }
}

/** What is not a pipe. */
type FileOrFolder = Exclude<StoreKind, { readonly kind: "pipe" }>;

/** One store for all frames, under a name that is free, or whose owner gives it away. */
async function planStore(
  out: string,
  { store, present, options }: {
    readonly store: FileOrFolder;
    readonly present: Present;
    readonly options: StoreOptions;
  },
): Promise<StorePlan> {
  const { force = false, append = false, isAllOrNothing = false, playedName, readPath, rate } = options;
  const isPlayed = basename(resolve(out)).toLowerCase() === playedName?.toLowerCase();
  if (present !== "nothing" && isPlayed && (force || append)) {
    throw new Error("it may be the very movie that is played, which this machine serves; name another");
  }
  // What is there before all frames are read would be replaced by some of them, were that the end.
  if (present === "file" && (force || append) && !isAllOrNothing && await Deno.realPath(out) === readPath) {
    throw new Error("it is the movie that is read; name another");
  }
  if (store.kind === "folder") {
    if (present === "folder" && await Deno.realPath(out) === readPath) {
      throw new Error("it is the folder that is read, whose frames would be replaced meanwhile; name another");
    }
    const lastNumber = present === "folder" && !force ? lastFrameNumber(out) : 0;
    if (lastNumber > 0 && !append) {
      throw new Error("it has frames of an earlier run; --force replaces them, or name another folder");
    }
    return { kind: "folder", path: await folderPath(out), replaces: force, lastNumber };
  }
  if (present === "file" && !force && !append) {
    throw new Error("it exists already; --force replaces it, or name another");
  }
  const { format } = store;
  const path = resolve(out);
  if (append) assertTakesMore(format);
  const soundPath = await grantedPath(soundPathOf(path, format));
  const whole = { kind: "file", path, soundPath, format: format.word, replaces: force, rate } as const;
  if (append && present === "file") {
    // Nobody knows how long the movie is: sound has no place beside it.
    return {
      ...whole,
      soundPath: undefined,
      end: await endOf(out, format),
      partPath: undefined,
      isAllOrNothing: false,
    };
  }
  await assertWritable(dirname(out));
  const partPath = force || isAllOrNothing ? `${path}.${crypto.randomUUID().slice(0, 8)}.part` : undefined;
  return { ...whole, partPath, isAllOrNothing };
}

/** A path that may be written to; a program with the right to one file alone does without another beside it. */
async function grantedPath(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const { state } = await Deno.permissions.query({ name: "write", path });
  return state === "granted" ? path : undefined;
}

/** Segments get names that are free when they begin. */
async function planSegments(
  out: string,
  { store, limits }: { readonly store: FileOrFolder; readonly limits: SegmentLimits },
): Promise<StorePlan> {
  if (store.kind === "folder") {
    return { kind: "segments", name: { path: await folderPath(out), isFolder: true }, limits, format: undefined };
  }
  if (store.format === WRITTEN_PICTURE) throw segmentsError("one JPEG");
  await assertWritable(dirname(out));
  return { kind: "segments", name: { path: resolve(out), isFolder: false }, limits, format: store.format.word };
}

function segmentsError(what: string): Error {
  return new Error(`${what} has no segments: name a file (NAME.avi) or a folder (NAME/)`);
}
