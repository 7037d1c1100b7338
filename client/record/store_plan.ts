/**
 * What frames are to be stored in, as data that another thread can be told, and what that thread may do.
 *
 * @module
 */

import { dirname } from "@std/path";
import type { FractionalRate } from "../../mjpeg/containers/avi/frame_rate.ts";
import { MOVIE_FORMATS, WRITTEN_PICTURE, type WrittenFormat } from "../../mjpeg/containers/written_format.ts";
import { type FileEnd, FileStore, soundPathOf } from "./stores/file_store.ts";
import { FolderStore } from "./stores/folder_store.ts";
import type { LocalStore, Segment, StoreNotice } from "./stores/frame_store.ts";
import { PipeStore } from "./stores/pipe_store.ts";
import type { SegmentedName } from "./stores/segment_name.ts";
import { SegmentedStore, type SegmentLimits } from "./stores/segmented_store.ts";

/** A store that is to be made when the first frame comes. Paths are absolute. */
export type StorePlan =
  | {
    readonly kind: "file";
    readonly path: string;
    /** The word of its format. */
    readonly format: string;
    /** See `FileStoreOptions`. */
    readonly partPath: string | undefined;
    readonly isAllOrNothing: boolean;
    readonly replaces: boolean;
    readonly soundPath?: string;
    readonly end?: FileEnd;
    readonly rate?: FractionalRate;
  }
  /** With `replaces`, frames of an earlier run are removed. */
  | { readonly kind: "folder"; readonly path: string; readonly replaces: boolean; readonly lastNumber: number }
  | { readonly kind: "pipe"; readonly path: string }
  | SegmentsPlan;

/** A file or a folder for each segment. */
export interface SegmentsPlan {
  readonly kind: "segments";
  readonly name: SegmentedName;
  readonly limits: SegmentLimits;
  /** The word of the format of files; `undefined` for folders. */
  readonly format: string | undefined;
}

/** The rights that the store needs: to write there, and nowhere else. */
export function rightsOf(plan: StorePlan): Deno.PermissionOptionsObject {
  return { ...filesOf(plan), net: false, env: false, run: false, sys: false, ffi: false, import: false };
}

function filesOf(plan: StorePlan): { readonly read: string[]; readonly write: string[] } {
  switch (plan.kind) {
    case "segments":
      // Segments get their names as they come: a right is to one name, or to all in a folder.
      return { read: [], write: [plan.name.isFolder ? plan.name.path : dirname(plan.name.path)] };
    case "folder":
      return { read: [plan.path], write: [plan.path] };
    case "file": {
      // What is renamed has to be read.
      const parts = plan.partPath === undefined ? [] : [plan.partPath];
      const sounds = plan.soundPath === undefined ? [] : [plan.soundPath];
      return { read: parts, write: [plan.path, ...sounds, ...parts] };
    }
    case "pipe":
      return { read: [], write: [plan.path] };
  }
}

/** Makes the store. `tell` hears what whoever records should know. */
export function createStore(plan: StorePlan, tell: (notice: StoreNotice) => void): LocalStore {
  switch (plan.kind) {
    case "segments":
      return new SegmentedStore({ ...plan, tell, open: (path) => openSegment(path, plan.format) });
    case "folder":
      return new FolderStore(plan.path, plan);
    case "file":
      return new FileStore(plan.path, { ...plan, format: formatOf(plan.format) });
    case "pipe":
      return PipeStore.at(plan.path);
  }
}

function openSegment(path: string, word: string | undefined): Segment {
  if (word === undefined) return new FolderStore(path, { isNew: true });
  const format = formatOf(word);
  const soundPath = soundPathOf(path, format);
  return new FileStore(path, { format, soundPath, partPath: undefined, isAllOrNothing: false, replaces: false });
}

function formatOf(word: string): WrittenFormat {
  const format = [...MOVIE_FORMATS, WRITTEN_PICTURE].find((candidate) => candidate.word === word);
  if (format === undefined) throw new RangeError(`Cannot write the format ${word}`);
  return format;
}
