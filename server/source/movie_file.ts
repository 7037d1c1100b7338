/**
 * A Motion-JPEG file on disk: indexed once, then read a frame at a time, whoever watches. Stands between the catalog
 * and the sessions.
 *
 * @module
 */

import type { FrameIndex, RandomAccess } from "../../mjpeg/containers/frame_index.ts";
import type { FrameCache } from "./frame_cache.ts";
import { MAX_FRAME_BYTES } from "../limits.ts";
import type { Media } from "./media.ts";

/** An open file as {@linkcode RandomAccess}, with one buffer that grows to the largest read. */
export class FileAccess implements RandomAccess {
  /** The file's size. */
  readonly lengthBytes: number;
  readonly #file: Deno.FsFile;
  #buffer = new Uint8Array(64 * 1024);

  /** The file stays its opener's, who closes it. */
  constructor(file: Deno.FsFile, lengthBytes: number) {
    this.#file = file;
    this.lengthBytes = lengthBytes;
  }

  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    if (this.#buffer.length < lengthBytes) this.#buffer = new Uint8Array(lengthBytes);
    const target = this.#buffer.subarray(0, lengthBytes);
    await readExactly(this.#file, { target, offset });
    return target;
  }
}

/** Fills `target` with the bytes from `offset`. Rejects with the numbers where the file ends before. */
async function readExactly(
  file: Deno.FsFile,
  { target, offset }: { target: Uint8Array; offset: number },
): Promise<void> {
  await file.seek(offset, Deno.SeekMode.Start);
  for (let filled = 0; filled < target.length;) {
    const count = await file.read(target.subarray(filled));
    if (count === null) {
      const { size } = await file.stat();
      throw new Error(
        `Cannot read ${target.length} bytes at ${offset}: the file has become shorter, it ends at ${size}`,
      );
    }
    filled += count;
  }
}

/** Tells one state of a file from another. */
export interface FileVersion {
  /** Its size. */
  readonly sizeBytes: number;
  /** When it was last written to, in milliseconds since the Unix epoch; 0 where the system does not tell. */
  readonly modifiedMs: number;
}

/** What a file is like now. */
export function versionOf({ size, mtime }: Deno.FileInfo): FileVersion {
  return { sizeBytes: size, modifiedMs: mtime?.getTime() ?? 0 };
}

/** Whether a file is what it was. */
export function equal(left: FileVersion, right: FileVersion): boolean {
  return left.sizeBytes === right.sizeBytes && left.modifiedMs === right.modifiedMs;
}

/** Constructor options of {@linkcode MovieFile}. */
export interface MovieFileOptions {
  /** The name under which it is served. */
  readonly name: string;
  /** Its real path. */
  readonly path: string;
  /** What it was like when it was indexed. */
  readonly version: FileVersion;
  /** Where its frames are. */
  readonly index: FrameIndex;
  /** Where frames that were read are kept. */
  readonly cache: FrameCache;
}

/**
 * The frames of one file. The file is open while at least one session has it. Reads follow one another, since a file
 * has only one position; a frame that several sessions want is read once.
 */
export class MovieFile implements Media {
  readonly name: string;
  readonly frameRate: undefined = undefined;
  readonly isEndless = false;
  readonly #path: string;
  readonly #version: FileVersion;
  readonly #index: FrameIndex;
  readonly #cache: FrameCache;
  readonly #owner: number;
  readonly #reading = new Map<number, Promise<Uint8Array>>();
  #lastRead: Promise<unknown> = Promise.resolve();
  #file: Deno.FsFile | undefined;
  #users = 0;

  /** Opens nothing until the first frame is wanted. */
  constructor(options: MovieFileOptions) {
    this.name = options.name;
    this.#path = options.path;
    this.#version = options.version;
    this.#index = options.index;
    this.#cache = options.cache;
    this.#owner = options.cache.createOwner();
  }

  get frameCount(): number {
    return this.#index.count;
  }

  get largestFrameBytes(): number {
    return this.#index.largestBytes;
  }

  /** Counts one more user; each calls {@linkcode release} once. */
  acquire(): this {
    this.#users++;
    return this;
  }

  release(): void {
    this.#users--;
    // Reads that are queued come first; a new user may come meanwhile.
    this.#lastRead = this.#lastRead.then(() => this.#users > 0 ? undefined : this.#closeFile());
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    return this.#cache.get(this.#owner, index) ?? this.#reading.get(index) ?? this.#read(index);
  }

  #read(index: number): Promise<Uint8Array> {
    const reading = this.#lastRead.then(() => this.#readNow(index));
    this.#lastRead = reading.catch(() => {/* the next read stands for itself; this one's caller gets the error */});
    this.#reading.set(index, reading);
    const done = () => this.#reading.delete(index);
    reading.then(done, done);
    return reading;
  }

  async #readNow(index: number): Promise<Uint8Array> {
    const { offset, lengthBytes } = this.#index.locate(index);
    if (lengthBytes > MAX_FRAME_BYTES) {
      throw new RangeError(`Cannot read frame ${index + 1}: ${lengthBytes} bytes, at most ${MAX_FRAME_BYTES} are read`);
    }
    this.#file ??= await this.#open();
    const target = new Uint8Array(lengthBytes);
    await readExactly(this.#file, { target, offset });
    this.#cache.set(this.#owner, index, target);
    return target;
  }

  async #open(): Promise<Deno.FsFile> {
    const file = await Deno.open(this.#path, { read: true });
    const version = versionOf(await file.stat());
    if (equal(version, this.#version)) return file;
    file.close();
    throw new Error(
      "Cannot read on: the file has been written to since it was indexed; a new SETUP plays what it is now",
    );
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
