/**
 * A folder of JPEGs as a source: one frame a file, in the order in which people count (`9.jpg` before `10.jpg`). A file that is gone or
 * damaged costs one frame.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { join } from "@std/path";
import { isJpegAt } from "../../../mjpeg/jpeg/markers.ts";
import { endsWithEoi, withEoi } from "../../../mjpeg/jpeg/whole_jpeg.ts";
import { fileReason } from "../../../net/file_reason.ts";
import { MAX_FOLDER_FRAMES, MAX_FRAME_BYTES } from "../../limits.ts";
import { RegularTimes } from "../frame_times.ts";
import { IndexedCursor, type IndexedFrames } from "../indexed_cursor.ts";
import { FrameUnreadableError, type SeekableSource } from "../source.ts";
import { readExactly } from "../../../net/file_access.ts";
import { versionOf } from "./file_version.ts";
import type { Indexed } from "./file_index.ts";
import { Follower } from "./follower.ts";
import type { FrameCache } from "./frame_cache.ts";

const log = getLogger(["mjpegrtsp", "catalog"]);

const PICTURE_NAME = /\.jpe?g$/i;
/** Numbers with more digits are in order only among those of one length. */
const MAX_DIGITS = 20;
/** A picture that was written to so lately may go on being written to, in milliseconds. */
const SETTLED_MS = 2000;

/** The names of the JPEGs in a folder, in their order. Links are left out: they may lead anywhere. */
export async function listFolder(path: string, signal: AbortSignal): Promise<Indexed<readonly string[]>> {
  const version = versionOf(await Deno.stat(path));
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(path)) {
    signal.throwIfAborted();
    if (isFile && PICTURE_NAME.test(name) && names.push(name) >= MAX_FOLDER_FRAMES) break;
  }
  if (names.length >= MAX_FOLDER_FRAMES) {
    log.warn("{path} has more than {count} pictures; the others are left out", { path, count: MAX_FOLDER_FRAMES });
  }
  return { version, index: inNaturalOrder(names) };
}

/** `9.jpg` before `10.jpg`, `a.jpg` before `B.jpg`: by keys, since comparing names as people do takes seconds where there are many. */
function inNaturalOrder(names: readonly string[]): string[] {
  const keyOf = (name: string) => name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(MAX_DIGITS, "0"));
  const byKey = Map.groupBy(names, keyOf);
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key)!.toSorted());
}

/**
 * The same for a folder that more pictures come to. The last one is left out while it is being written, and the folder is to be listed
 * again.
 */
export async function listGrowingFolder(path: string, signal: AbortSignal): Promise<Indexed<readonly string[]>> {
  const { version, index: names } = await listFolder(path, signal);
  const last = names.at(-1);
  if (last === undefined || await isWritten(join(path, last))) return { version, index: names };
  return { version: { ...version, sizeBytes: -1 }, index: names.slice(0, -1) };
}

/** Whether a picture has an EOI, or has not been written to lately. */
async function isWritten(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    const { size, mtime } = await file.stat();
    if (Date.now() - (mtime?.getTime() ?? 0) > SETTLED_MS) return true;
    const end = new Uint8Array(Math.min(2, size));
    await readExactly(file, { target: end, offset: size - end.length });
    return endsWithEoi(end);
  } catch {
    // It is gone, or not there yet.
    return false;
  }
}

/** Constructor options of {@linkcode FolderSource}. */
export interface FolderSourceOptions {
  /** The name under which it is served. */
  readonly name: string;
  /** The real path of the folder. */
  readonly path: string;
  /** Names of the files, in their order; at least one. */
  readonly files: readonly string[];
  /** Frames a second. */
  readonly frameRate: number;
  /** Whether it starts again at its end. */
  readonly loops: boolean;
  /** Finds the sound that belongs to it. */
  readonly sound?: SeekableSource["sound"];
  /** Where frames that were read are kept. */
  readonly cache: FrameCache;
  /** Looks whether there are more, and calls {@linkcode FolderSource.grow} then; `undefined` for a folder that stays as it is. */
  readonly look?: () => Promise<unknown>;
}

/** The frames of one folder. A frame that several cursors want is read once. */
export class FolderSource implements SeekableSource, IndexedFrames {
  readonly isLive = false;
  readonly name: string;
  readonly loops: boolean;
  readonly frameRate: number;
  readonly sound: SeekableSource["sound"];
  #files: readonly string[];
  #times: RegularTimes;
  readonly #follower: Follower | undefined;
  readonly #options: FolderSourceOptions;
  readonly #owner: number;
  readonly #reading = new Map<number, Promise<Uint8Array>>();

  /** Opens nothing until a frame is wanted. */
  constructor(options: FolderSourceOptions) {
    this.name = options.name;
    this.loops = options.loops;
    this.frameRate = options.frameRate;
    this.sound = options.sound;
    this.#files = options.files;
    this.#times = new RegularTimes(options.files.length, options.frameRate);
    this.#follower = options.look && new Follower(options.look);
    this.#options = options;
    this.#owner = options.cache.createOwner();
  }

  get times(): RegularTimes {
    return this.#times;
  }

  get grows(): boolean {
    return this.#follower !== undefined && !this.#follower.hasEnded;
  }

  get whenGrown(): IndexedFrames["whenGrown"] {
    const follower = this.#follower;
    return follower === undefined || follower.hasEnded ? undefined : (waiter) => follower.whenGrown(waiter);
  }

  /**
   * The folder has been listed again. Returns false where other files stand where those from before stood: who watches comes to the
   * end.
   */
  grow(files: readonly string[]): boolean {
    const common = Math.min(files.length, this.#files.length);
    if (files.slice(0, common).some((file, index) => file !== this.#files[index])) {
      this.#follower?.end();
      return false;
    }
    if (files.length <= this.#files.length) return true;
    this.#files = files;
    this.#times = new RegularTimes(files.length, this.frameRate);
    this.#follower?.wake();
    return true;
  }

  firstFrame(): Uint8Array | Promise<Uint8Array> {
    return this.frame(0);
  }

  openCursor(): IndexedCursor {
    return new IndexedCursor(this, { onClose() {} });
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    return this.#options.cache.get(this.#owner, index) ?? this.#reading.get(index) ?? this.#read(index);
  }

  #read(index: number): Promise<Uint8Array> {
    const reading = this.#readNow(index).finally(() => this.#reading.delete(index));
    this.#reading.set(index, reading);
    return reading;
  }

  async #readNow(index: number): Promise<Uint8Array> {
    const { path, cache } = this.#options;
    const file = this.#files[index];
    try {
      const { jpeg, isSettled } = await readPicture(join(path, file));
      if (isSettled) cache.set(this.#owner, index, jpeg);
      return jpeg;
    } catch (error) {
      throw new FrameUnreadableError(`${JSON.stringify(file)} cannot be shown: ${fileReason(error)}`);
    }
  }
}

async function readPicture(path: string): Promise<{ readonly jpeg: Uint8Array; readonly isSettled: boolean }> {
  const { isFile, size, mtime } = await Deno.lstat(path);
  if (!isFile) throw new Error("it is no regular file any more");
  if (size > MAX_FRAME_BYTES) throw new Error(`it has ${size} bytes, at most ${MAX_FRAME_BYTES} are read`);
  const bytes = await Deno.readFile(path);
  if (!isJpegAt(bytes, 0)) throw new Error("it is no JPEG");
  return { jpeg: withEoi(bytes), isSettled: Date.now() - (mtime?.getTime() ?? 0) > SETTLED_MS };
}
