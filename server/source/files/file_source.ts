/**
 * A Motion-JPEG file as a source: indexed once, then read a frame at a time, whoever watches.
 *
 * @module
 */

import type { FrameIndex } from "../../../mjpeg/containers/index/frame_index.ts";
import { isSoiAt } from "../../../mjpeg/jpeg/markers.ts";
import { isWholeJpeg, withEoi } from "../../../mjpeg/jpeg/whole_jpeg.ts";
import { readExactly } from "../../../net/file_access.ts";
import { type FileVersion, isSameVersion, versionOf } from "./file_version.ts";
import { READ_AHEAD_BYTES } from "../../limits.ts";
import { Follower } from "./follower.ts";
import type { FrameCache } from "./frame_cache.ts";
import { changedError, SharedFile } from "./shared_file.ts";
import type { FrameTimes } from "../frame_times.ts";
import { IndexedCursor, type IndexedFrames } from "../indexed_cursor.ts";
import type { SeekableSource } from "../source.ts";

/** Bytes between two frames that are read along with them: headers of a container. */
const MAX_GAP_BYTES = 1024;

/** The frames of a file at one time. */
export interface FileFrames {
  /** What the file was like when it was indexed. */
  readonly version: FileVersion;
  /** Where its frames are. */
  readonly index: FrameIndex;
  /** When they are shown. */
  readonly times: FrameTimes;
}

/** Constructor options of {@linkcode FileSource}. */
export interface FileSourceOptions extends FileFrames {
  /** The name under which it is served. */
  readonly name: string;
  /** Its real path. */
  readonly path: string;
  /** Looks whether it has grown, and calls {@linkcode FileSource.grow} then; `undefined` for a file that does not. */
  readonly look?: () => Promise<unknown>;
  /** Whether it starts again at its end. */
  readonly loops: boolean;
  /** Finds the sound that belongs to it. */
  readonly sound?: SeekableSource["sound"];
  /** Where frames that were read are kept. */
  readonly cache: FrameCache;
}

/**
 * The frames of one file. The file is open while a cursor is, or a read is under way; a frame that several cursors want is read
 * once.
 */
export class FileSource implements SeekableSource, IndexedFrames {
  readonly isLive = false;
  readonly name: string;
  readonly loops: boolean;
  readonly sound: SeekableSource["sound"];
  readonly #file: SharedFile;
  #version: FileVersion;
  #index: FrameIndex;
  #times: FrameTimes;
  readonly #follower: Follower | undefined;
  readonly #cache: FrameCache;
  readonly #owner: number;
  readonly #reading = new Map<number, Promise<Uint8Array>>();

  /** Opens nothing until a frame is wanted. */
  constructor(options: FileSourceOptions) {
    this.name = options.name;
    this.loops = options.loops;
    this.sound = options.sound;
    this.#times = options.times;
    this.#file = new SharedFile(options.path);
    this.#version = options.version;
    this.#index = options.index;
    this.#cache = options.cache;
    this.#owner = options.cache.createOwner();
    this.#follower = options.look && new Follower(options.look);
  }

  get times(): FrameTimes {
    return this.#times;
  }

  get grows(): boolean {
    return this.#follower !== undefined && !this.#follower.hasEnded;
  }

  get whenGrown(): IndexedFrames["whenGrown"] {
    const follower = this.#follower;
    return follower === undefined || follower.hasEnded ? undefined : (waiter) => follower.whenGrown(waiter);
  }

  /** The file has been indexed again. Returns false where it has other frames than before: who watches comes to the end. */
  grow({ version, index, times }: FileFrames): boolean {
    const common = Math.min(index.count, this.#index.count) - 1;
    const isSame = version.sizeBytes >= this.#version.sizeBytes &&
      index.locate(common).offset === this.#index.locate(common).offset;
    if (!isSame) {
      this.#follower?.end();
      return false;
    }
    this.#version = version;
    if (index.count <= this.#index.count) return true;
    [this.#index, this.#times] = [index, times];
    this.#follower?.wake();
    return true;
  }

  get frameRate(): number | undefined {
    return this.times.frameRate;
  }

  firstFrame(): Uint8Array | Promise<Uint8Array> {
    return this.frame(0);
  }

  openCursor(): IndexedCursor {
    const [leaveFile, leaveCache] = [this.#file.use(), this.#cache.addReader()];
    const onClose = () => {
      leaveCache();
      leaveFile();
    };
    return new IndexedCursor(this, { onClose });
  }

  frame(index: number): Uint8Array | Promise<Uint8Array> {
    return this.#cache.get(this.#owner, index) ?? this.#reading.get(index) ?? this.#read(index);
  }

  #read(index: number): Promise<Uint8Array> {
    const reading = this.#file.inTurn(() => this.#readNow(index));
    this.#reading.set(index, reading);
    const done = () => this.#reading.delete(index);
    reading.then(done, done);
    return reading;
  }

  async #readNow(index: number): Promise<Uint8Array> {
    const cached = this.#cache.get(this.#owner, index);
    if (cached !== undefined) return cached;
    const file = await this.#file.open();
    const count = this.#runFrom(index);
    try {
      return await this.#readRun(file, index, count);
    } catch (error) {
      // What is wrong may lie behind the frame that is wanted.
      if (count === 1) throw error;
      return await this.#readRun(file, index, 1);
    }
  }

  /** How many frames are read at once: only for somebody who has had the one before is it worth while. */
  #runFrom(index: number): number {
    if (!this.#cache.has(this.#owner, index - 1)) return 1;
    const { offset, lengthBytes } = this.#index.locate(index);
    const maxEnd = offset + Math.min(READ_AHEAD_BYTES, this.#cache.shareBytes);
    let count = 1;
    for (let end = offset + lengthBytes; index + count < this.#index.count; count++) {
      const next = this.#index.locate(index + count);
      const nextEnd = next.offset + next.lengthBytes;
      if (next.offset < end || next.offset > end + MAX_GAP_BYTES || nextEnd > maxEnd) break;
      end = nextEnd;
    }
    return count;
  }

  /** Reads `count` frames that follow one another in the file, and gives the first. */
  async #readRun(file: Deno.FsFile, first: number, count: number): Promise<Uint8Array> {
    const { offset } = this.#index.locate(first);
    const last = this.#index.locate(first + count - 1);
    const target = new Uint8Array(last.offset + last.lengthBytes - offset);
    await readExactly(file, { target, offset });
    const isUnchanged = await this.#isUnchanged(file);
    for (let index = first + count - 1;; index--) {
      const { offset: frameOffset, lengthBytes } = this.#index.locate(index);
      const bytes = target.subarray(frameOffset - offset, frameOffset - offset + lengthBytes);
      // A file that grows while it is played, such as a recording, still has the frames that it had.
      if (!isUnchanged && !(this.grows ? isSoiAt(bytes, 0) : isWholeJpeg(bytes))) throw changedError();
      const frame = withEoi(bytes);
      this.#cache.set(this.#owner, index, frame);
      if (index === first) return frame;
    }
  }

  /** Whether the file is what it was when it was indexed. Asked behind a read, it holds for the bytes that were read. */
  async #isUnchanged(file: Deno.FsFile): Promise<boolean> {
    return isSameVersion(versionOf(await file.stat()), this.#version);
  }
}
