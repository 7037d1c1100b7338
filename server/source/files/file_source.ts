/**
 * A Motion-JPEG file as a source: indexed once, then read a frame at a time, whoever watches.
 *
 * @module
 */

import type { FrameIndex } from "../../../mjpeg/containers/frame_index.ts";
import { isWholeJpeg, withEoi } from "../../../mjpeg/jpeg/whole_jpeg.ts";
import { type FileVersion, isSameVersion, readExactly, versionOf } from "./file_access.ts";
import type { FrameCache } from "./frame_cache.ts";
import type { FrameTimes } from "../frame_times.ts";
import { IndexedCursor, type IndexedFrames } from "../indexed_cursor.ts";
import type { SeekableSource } from "../source.ts";

/** Constructor options of {@linkcode FileSource}. */
export interface FileSourceOptions {
  /** The name under which it is served. */
  readonly name: string;
  /** Its real path. */
  readonly path: string;
  /** What the file was like when it was indexed. */
  readonly version: FileVersion;
  /** Where its frames are. */
  readonly index: FrameIndex;
  /** When they are shown. */
  readonly times: FrameTimes;
  /** Whether it starts again at its end. */
  readonly loops: boolean;
  /** Where frames that were read are kept. */
  readonly cache: FrameCache;
}

/**
 * The frames of one file. The file is open while a cursor is, or a read is under way. Reads follow one another, since a file has
 * only one position; a frame that several cursors want is read once.
 */
export class FileSource implements SeekableSource, IndexedFrames {
  readonly isLive = false;
  readonly name: string;
  readonly loops: boolean;
  readonly times: FrameTimes;
  readonly #path: string;
  readonly #version: FileVersion;
  readonly #index: FrameIndex;
  readonly #cache: FrameCache;
  readonly #owner: number;
  readonly #reading = new Map<number, Promise<Uint8Array>>();
  #lastRead: Promise<unknown> = Promise.resolve();
  #file: Deno.FsFile | undefined;
  /** Cursors that are open, and reads that are under way. */
  #users = 0;

  /** Opens nothing until a frame is wanted. */
  constructor(options: FileSourceOptions) {
    this.name = options.name;
    this.loops = options.loops;
    this.times = options.times;
    this.#path = options.path;
    this.#version = options.version;
    this.#index = options.index;
    this.#cache = options.cache;
    this.#owner = options.cache.createOwner();
  }

  get frameCount(): number {
    return this.times.count;
  }

  get durationUs(): number {
    return this.times.durationUs;
  }

  get frameRate(): number | undefined {
    return this.times.frameRate;
  }

  firstFrame(): Uint8Array | Promise<Uint8Array> {
    return this.frame(0);
  }

  openCursor(): IndexedCursor {
    this.#users++;
    return new IndexedCursor(this, { onClose: () => this.#release() });
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    return this.#cache.get(this.#owner, index) ?? this.#reading.get(index) ?? this.#read(index);
  }

  #read(index: number): Promise<Uint8Array> {
    this.#users++;
    const reading = this.#lastRead.then(() => this.#readNow(index));
    this.#lastRead = reading.catch(() => {/* the next read stands for itself; this one's caller gets the error */});
    this.#reading.set(index, reading);
    const done = () => {
      this.#reading.delete(index);
      this.#release();
    };
    reading.then(done, done);
    return reading;
  }

  async #readNow(index: number): Promise<Uint8Array> {
    const { offset, lengthBytes } = this.#index.locate(index);
    this.#file ??= await this.#open();
    const target = new Uint8Array(lengthBytes);
    await readExactly(this.#file, { target, offset });
    // A file that grows while it is played, such as a recording, still has the frames that it had.
    if (!await this.#isUnchanged(this.#file) && !isWholeJpeg(target)) throw changedError();
    const frame = withEoi(target);
    this.#cache.set(this.#owner, index, frame);
    return frame;
  }

  async #open(): Promise<Deno.FsFile> {
    // To open a pipe that has taken the place of the file would wait for its other end.
    if (!(await Deno.stat(this.#path)).isFile) throw changedError();
    return await Deno.open(this.#path, { read: true });
  }

  /** Whether the file is what it was when it was indexed. Asked behind a read, it holds for the bytes that were read. */
  async #isUnchanged(file: Deno.FsFile): Promise<boolean> {
    return isSameVersion(versionOf(await file.stat()), this.#version);
  }

  /** One user less. Queued reads come first, and another user may come meanwhile. */
  #release(): void {
    this.#users--;
    this.#lastRead = this.#lastRead.then(() => {
      if (this.#users > 0) return;
      this.#file?.close();
      this.#file = undefined;
    });
  }
}

function changedError(): Error {
  return new Error(
    "Cannot read on: the file has been written to since it was indexed; a new SETUP plays what it is now",
  );
}
