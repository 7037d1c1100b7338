/**
 * A file of frames in one of the formats that are written. It is made when the first frame is there, and is whole behind each. It is
 * written to in a thread of its own, which has nothing else to do meanwhile.
 *
 * @module
 */

import { extname } from "@std/path";
import type { FractionalRate } from "../../../mjpeg/containers/avi/frame_rate.ts";
import type { Patch } from "../../../mjpeg/containers/patch.ts";
import type { SoundFormat, SoundPiece } from "../../../mjpeg/sound.ts";
import type { FormatWriter, WrittenFormat } from "../../../mjpeg/containers/written_format.ts";
import type { JpegFrame } from "../../../mjpeg/frame.ts";
import { removeIfThere, type Segment } from "./frame_store.ts";
import { lengthWith, PatchedFile } from "./patched_file.ts";
import { SoundFile } from "./sound_file.ts";

const SOUND_ENDING = ".wav";

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
  /** Where sound is stored that the format has no room for; `undefined` to leave it out. */
  readonly soundPath?: string;
  /** Where the file of that name ends, which is gone on with; `undefined` where a new one is made. */
  readonly end?: FileEnd;
}

/** One file, which never ends in a part of a frame. */
export class FileStore implements Segment {
  readonly #path: string;
  readonly #options: FileStoreOptions;
  #writer: FormatWriter | undefined;
  #file: PatchedFile | undefined;
  #isMade = false;
  /** Bytes of the file behind the last whole frame. */
  /** Whether something could not be written: nothing follows. */
  #isCut = false;
  #wholeBytes = 0;
  #soundFormat: SoundFormat | undefined;
  /** Sound for which the format has no room. */
  #sound: SoundFile | undefined;

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
    this.#writer ??= format.createWriter({ from: end?.wholeBytes, rate, sound: this.#soundFormat });
    // The writer puts what has come of the sound in front of the frame. It stays here where the frame does not.
    if (this.#file !== undefined && maxBytes < Infinity) this.#add(this.#file, this.#writer.finish?.() ?? []);
    const patches = this.#writer.add(frame);
    const wholeBytes = lengthWith(patches, this.#wholeBytes);
    if (this.#file === undefined) {
      this.#file = end === undefined ? this.#create(patches) : this.#goOn(end, patches);
      this.#sound = this.#soundBeside(frame);
    } else if (wholeBytes > maxBytes) return false;
    else this.#append(this.#file, patches);
    this.#wholeBytes = wholeBytes;
    return true;
  }

  expectSound(format: SoundFormat): void {
    this.#soundFormat = format;
  }

  writeSound(piece: SoundPiece): void {
    if (this.#sound !== undefined) this.#sound.write(piece);
    else if (this.#file !== undefined) this.#add(this.#file, this.#writer?.addSound?.(piece) ?? []);
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
    const file = this.#file;
    this.#file = undefined;
    this.#sound?.close();
    if (file === undefined) return;
    try {
      if (!this.#isCut) this.#add(file, this.#writer?.finish?.() ?? []);
    } finally {
      file[Symbol.dispose]();
      this.#writer = undefined;
    }
  }

  remove(): void {
    this.close();
    removeIfThere(this.#path);
    this.#sound?.remove();
  }

  /** Where sound is stored that has no room in the file itself. */
  #soundBeside({ timestampUs: startUs }: JpegFrame): SoundFile | undefined {
    const format = this.#soundFormat;
    const { soundPath: path, replaces } = this.#options;
    if (format === undefined || path === undefined) return undefined;
    return new SoundFile({ path, replaces, format, startUs });
  }

  /** A new file with the first frame. Where it cannot be written, what was there is still there. */
  #create(patches: readonly Patch[]): PatchedFile {
    const { partPath, isAllOrNothing } = this.#options;
    const path = partPath ?? this.#path;
    // Links are not followed, and no other program's file is taken.
    const file = new PatchedFile(Deno.openSync(path, { write: true, createNew: true }));
    try {
      file.write(patches);
      if (partPath !== undefined && !isAllOrNothing) Deno.renameSync(partPath, this.#path);
      this.#isMade = true;
      return file;
    } catch (error) {
      file[Symbol.dispose]();
      tryToRemove(path);
      throw error;
    }
  }

  /** The file that is there, with one frame more. */
  #goOn({ wholeBytes, lengthBytes }: FileEnd, patches: readonly Patch[]): PatchedFile {
    const opened = Deno.openSync(this.#path, { write: true });
    try {
      // To ask for its size would need the right to read it.
      const position = opened.seekSync(0, Deno.SeekMode.End);
      if (position !== lengthBytes) throw new Error("somebody else has written to the file meanwhile");
      opened.truncateSync(wholeBytes);
      const file = new PatchedFile(opened, position);
      this.#append(file, patches);
      return file;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** The same with what belongs to no frame. */
  #add(file: PatchedFile, patches: readonly Patch[]): void {
    this.#append(file, patches);
    this.#wholeBytes = lengthWith(patches, this.#wholeBytes);
  }

  #append(file: PatchedFile, patches: readonly Patch[]): void {
    try {
      file.write(patches);
    } catch (error) {
      file.tryTruncate(this.#wholeBytes);
      // What the writer would add now belongs behind what is not there.
      this.#isCut = true;
      throw error;
    }
  }
}

/** Where the sound of a movie is stored; `undefined` where the movie has room for it. It is `cam.wav` beside `cam.mjpeg`. */
export function soundPathOf(path: string, { hasSound }: WrittenFormat): string | undefined {
  if (hasSound) return undefined;
  const ending = extname(path);
  const isTaken = ending.toLowerCase() === SOUND_ENDING;
  return isTaken ? `${path}${SOUND_ENDING}` : `${path.slice(0, path.length - ending.length)}${SOUND_ENDING}`;
}

/** Removes what an error has left, as far as that can be done: the error is the one to tell. */
function tryToRemove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Nothing more can be done.
  }
}
