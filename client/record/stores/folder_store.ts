/**
 * A folder of JPEGs: `frame-000001.jpg`, `frame-000002.jpg`, …, and `sound.wav` where there is sound.
 *
 * @module
 */

import { dirname, join } from "@std/path";
import type { JpegFrame } from "../../../mjpeg/frame.ts";
import type { SoundFormat, SoundPiece } from "../../../mjpeg/sound.ts";
import { writeAllSync } from "../../../net/write_all.ts";
import { removeIfThere, type Segment } from "./frame_store.ts";
import { SoundFile } from "./sound_file.ts";

const SOUND_NAME = "sound.wav";
const FRAME_NAME = /^frame-(\d{6,})\.jpg$/;

/** Constructor options of {@linkcode FolderStore}. */
export interface FolderStoreOptions {
  /** Remove frames of an earlier run when the first new one is there; default false. */
  readonly replaces?: boolean;
  /** Take no folder that is there already; default false. */
  readonly isNew?: boolean;
  /** The highest number of a frame that is there and stays, default 0. */
  readonly lastNumber?: number;
}

/** A file for each frame. The folder is made when the first frame is there. */
export class FolderStore implements Segment {
  readonly #folder: string;
  readonly #options: FolderStoreOptions;
  #count = 0;
  #lengthBytes = 0;
  #soundFormat: SoundFormat | undefined;
  #sound: SoundFile | undefined;

  /** Makes nothing until a frame comes. */
  constructor(folder: string, options: FolderStoreOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  write(frame: JpegFrame): void {
    this.writeWithin(frame, Infinity);
  }

  writeWithin({ data, timestampUs }: JpegFrame, maxBytes: number): boolean {
    if (this.#count > 0 && this.#lengthBytes + data.length > maxBytes) return false;
    if (this.#count === 0) {
      this.#prepare();
      this.#sound = this.#soundFrom(timestampUs);
    }
    this.#add(data);
    this.#lengthBytes += data.length;
    return true;
  }

  expectSound(format: SoundFormat): void {
    this.#soundFormat = format;
  }

  writeSound(piece: SoundPiece): void {
    this.#sound?.write(piece);
  }

  finish(): void {
    this.close();
  }

  discard(): void {
    this.close();
  }

  close(): void {
    this.#sound?.close();
  }

  remove(): void {
    this.#sound?.remove();
    for (; this.#count > 0; this.#count--) removeIfThere(this.#newestPath());
    try {
      Deno.removeSync(this.#folder);
    } catch {
      // Somebody else has something in it.
    }
  }

  #soundFrom(startUs: number): SoundFile | undefined {
    const format = this.#soundFormat;
    const { replaces = false, lastNumber = 0 } = this.#options;
    // Behind frames of another run nobody knows where it belongs.
    if (format === undefined || lastNumber > 0) return undefined;
    return new SoundFile({ path: join(this.#folder, SOUND_NAME), replaces, format, startUs });
  }

  #add(data: Uint8Array): void {
    this.#count++;
    const path = this.#newestPath();
    // A name that is taken meanwhile, be it by a link, is neither followed nor overwritten.
    using file = Deno.openSync(path, { write: true, createNew: true });
    try {
      writeAllSync(file, data);
    } catch (error) {
      try {
        Deno.removeSync(path);
      } catch {
        // The first error is the one to tell.
      }
      throw error;
    }
  }

  #newestPath(): string {
    const number = (this.#options.lastNumber ?? 0) + this.#count;
    return join(this.#folder, `frame-${String(number).padStart(6, "0")}.jpg`);
  }

  #prepare(): void {
    const { replaces = false, isNew = false } = this.#options;
    if (isNew) Deno.mkdirSync(dirname(this.#folder), { recursive: true });
    Deno.mkdirSync(this.#folder, { recursive: !isNew });
    if (!replaces) return;
    for (const name of frameNames(this.#folder)) Deno.removeSync(join(this.#folder, name));
  }
}

/** The highest number of the frames of earlier runs in a folder; 0 where there are none. */
export function lastFrameNumber(folder: string): number {
  return frameNames(folder).reduce((last, name) => Math.max(last, Number(FRAME_NAME.exec(name)![1])), 0);
}

function frameNames(folder: string): string[] {
  const entries = [...Deno.readDirSync(folder)];
  return entries.map(({ name }) => name).filter((name) => FRAME_NAME.test(name));
}
