/**
 * A file of frames in one of the formats that are written. It is made when the first frame is there, and is whole behind each. It is
 * written to in a thread of its own, which has nothing else to do meanwhile.
 *
 * @module
 */

import type { FractionalRate } from "../../../mjpeg/containers/avi/frame_rate.ts";
import type { Patch } from "../../../mjpeg/containers/patch.ts";
import type { FormatWriter, WrittenFormat } from "../../../mjpeg/containers/written_format.ts";
import type { JpegFrame } from "../../../mjpeg/frame.ts";
import { removeIfThere, type Segment } from "./frame_store.ts";
import { writeAllSync } from "../../../net/write_all.ts";

/** Where a file ends that frames are added to. */
export interface FileEnd {
  /** Bytes up to the end of its last whole frame. What is behind them is cut off when a frame is there. */
  readonly wholeBytes: number;
  /** All of its bytes. */
  readonly lengthBytes: number;
}

/** Constructor options of {@linkcode FileStore}. */
export interface FileStoreOptions {
  readonly format: WrittenFormat;
  /**
   * Where a file is made that replaces the one of that name, once the first frame is on disk. Without it nothing is overwritten.
   */
  readonly partPath: string | undefined;
  /** Whether that happens once all frames are on disk, so that there are all or none; `partPath` is needed then. */
  readonly isAllOrNothing: boolean;
  /** Whether there may be a file of that name that is replaced. */
  readonly replaces: boolean;
  /** Frames a second, where that is known and the format has a steady rate; default as the first frames come. */
  readonly rate?: FractionalRate;
  /** Where the file of that name ends, which is gone on with; `undefined` where a new one is made. */
  readonly end?: FileEnd;
}

/** One file, which never ends in a part of a frame. */
export class FileStore implements Segment {
  readonly #path: string;
  readonly #options: FileStoreOptions;
  #writer: FormatWriter | undefined;
  #file: Deno.FsFile | undefined;
  #isMade = false;
  /** Where the next byte is written if nobody says otherwise. */
  #position = 0;
  /** Bytes of the file behind the last whole frame. */
  #wholeBytes = 0;

  /** Opens nothing until a frame comes. */
  constructor(path: string, options: FileStoreOptions) {
    this.#path = path;
    this.#options = options;
    this.#wholeBytes = options.end?.wholeBytes ?? 0;
  }

  write(frame: JpegFrame): void {
    this.writeWithin(frame, Infinity);
  }

  writeWithin(frame: JpegFrame, maxBytes: number): boolean {
    const { format, end, rate } = this.#options;
    this.#writer ??= format.createWriter({ from: end?.wholeBytes, rate });
    const patches = this.#writer.add(frame);
    const wholeBytes = Math.max(this.#wholeBytes, ...patches.map(({ offset, bytes }) => offset + bytes.length));
    if (this.#file === undefined) this.#file = end === undefined ? this.#create(patches) : this.#goOn(end, patches);
    else if (wholeBytes > maxBytes) return false;
    else this.#append(this.#file, patches);
    this.#wholeBytes = wholeBytes;
    return true;
  }

  finish(): void {
    const { partPath, isAllOrNothing, replaces } = this.#options;
    this.close();
    if (!isAllOrNothing || partPath === undefined || !this.#isMade) return;
    // A file of that name that has appeared meanwhile is not ours to replace.
    if (!replaces) Deno.openSync(this.#path, { write: true, createNew: true }).close();
    Deno.renameSync(partPath, this.#path);
  }

  discard(): void {
    const { partPath, isAllOrNothing } = this.#options;
    this.close();
    if (isAllOrNothing && partPath !== undefined && this.#isMade) Deno.removeSync(partPath);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#writer = undefined;
  }

  remove(): void {
    this.close();
    removeIfThere(this.#path);
  }

  /** A new file with the first frame. Where it cannot be written, what was there is still there. */
  #create(patches: readonly Patch[]): Deno.FsFile {
    const { partPath, isAllOrNothing } = this.#options;
    const path = partPath ?? this.#path;
    // Links are not followed, and no other program's file is taken.
    const file = Deno.openSync(path, { write: true, createNew: true });
    try {
      this.#writePatches(file, patches);
      if (partPath !== undefined && !isAllOrNothing) Deno.renameSync(partPath, this.#path);
      this.#isMade = true;
      return file;
    } catch (error) {
      file.close();
      attempt(() => Deno.removeSync(path));
      throw error;
    }
  }

  /** The file that is there, with one frame more. */
  #goOn({ wholeBytes, lengthBytes }: FileEnd, patches: readonly Patch[]): Deno.FsFile {
    const file = Deno.openSync(this.#path, { write: true });
    try {
      // To ask for its size would need the right to read it.
      this.#position = file.seekSync(0, Deno.SeekMode.End);
      if (this.#position !== lengthBytes) throw new Error("somebody else has written to the file meanwhile");
      file.truncateSync(wholeBytes);
      this.#append(file, patches);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #append(file: Deno.FsFile, patches: readonly Patch[]): void {
    try {
      this.#writePatches(file, patches);
    } catch (error) {
      attempt(() => file.truncateSync(this.#wholeBytes));
      throw error;
    }
  }

  #writePatches(file: Deno.FsFile, patches: readonly Patch[]): void {
    for (const { offset, bytes } of patches) {
      if (offset !== this.#position) file.seekSync(offset, Deno.SeekMode.Start);
      writeAllSync(file, bytes);
      this.#position = offset + bytes.length;
    }
  }
}

/** Mends what an error has left, as far as it can be: the error is the one to tell. */
function attempt(mend: () => void): void {
  try {
    mend();
  } catch {
    // Nothing more can be done.
  }
}
