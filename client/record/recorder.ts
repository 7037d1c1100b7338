/**
 * Writes the frames of a player to disk or to a pipe: whole ones only, in order, whatever happens on the way. Stands
 * beside the preview page as one more viewer.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { concat } from "@std/bytes";
import { extname, join } from "@std/path";
import { encodeLabHeader } from "../../mjpeg/containers/lab_format.ts";
import type { Clock } from "../../net/clock.ts";
import { RECORDER_MAX_QUEUE, RECORDER_MAX_QUEUE_BYTES, RECORDER_STALL_MS } from "../limits.ts";
import type { Playback, ReceivedFrame } from "../../page/playback.ts";

const log = getLogger(["mjpegrtsp", "recorder"]);

/** A pipe takes a write as a whole: in pieces, one of which something is read now and then is told from a dead one. */
const PIPE_PIECE_BYTES = 16 * 1024;

/** Constructor options of {@linkcode Recorder}. */
export interface RecorderOptions {
  /** End after so many frames. */
  readonly maxFrames: number;
  /** Times the end. */
  readonly clock: Clock;
}

/** Where frames are stored; each of its calls ends before the next begins. */
export interface FrameStore {
  /** Stores one whole frame, or nothing of it; says each time that something of it was taken. */
  write(frame: Uint8Array, onProgress: () => void): Promise<void>;
  /** Nothing more is to be stored. */
  close(): void;
}

/** Stores frames until there are enough, or until it cannot go on. */
export class Recorder {
  readonly #store: FrameStore;
  readonly #options: RecorderOptions;
  readonly #ended = Promise.withResolvers<void>();
  #accepted = 0;
  #stored = 0;
  #queued = 0;
  #queuedBytes = 0;
  #dropped = 0;
  #lastWrite: Promise<void> = Promise.resolve();
  /** Times that something of a frame was taken. */
  #progress = 0;
  #hasFailed = false;
  #unsubscribe: (() => void) | undefined;

  /** Stores in `store`, which it closes at the end. */
  constructor(store: FrameStore, options: RecorderOptions) {
    this.#store = store;
    this.#options = options;
    this.#ended.promise.catch(() => {/* awaited by whoever runs the recorder */});
  }

  /**
   * Opens `out`: `-` is standard output (concatenated JPEG), a name with an ending is a file in the lab's format, any
   * other is a folder of JPEGs. Rejects with an error that says what to do.
   */
  static async open(out: string, options: RecorderOptions): Promise<Recorder> {
    return new Recorder(await openStore(out), options);
  }

  /** Frames stored so far. */
  get stored(): number {
    return this.#stored;
  }

  /** Frames left out because writing was slower than receiving. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Resolves when as many frames are stored as were wanted; rejects when one cannot be stored. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Stores the frames of `playback` from now on. */
  record(playback: Playback): void {
    this.#unsubscribe = playback.subscribe({ frame: (frame) => this.#take(frame) });
  }

  /** Stores what is still waiting, for as long as anything is taken, then closes. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    if (!await this.#storeRest()) {
      this.#hasFailed = true;
      const count = this.#accepted - this.#stored;
      this.#dropped += count;
      log.warn("{count} frames are not stored: nothing was taken for {seconds} s; is the pipe read?", {
        count,
        seconds: RECORDER_STALL_MS / 1000,
      });
    }
    this.#store.close();
  }

  /** Waits until all is stored; false where nothing is taken any more. */
  async #storeRest(): Promise<boolean> {
    for (let before = -1; before < this.#progress;) {
      before = this.#progress;
      const pause = Promise.withResolvers<false>();
      const cancel = this.#options.clock.after(RECORDER_STALL_MS, () => pause.resolve(false));
      const isDone = await Promise.race([this.#lastWrite.then(() => true), pause.promise]);
      cancel();
      if (isDone) return true;
    }
    return false;
  }

  #take({ data }: ReceivedFrame): void {
    if (this.#hasFailed || this.#accepted >= this.#options.maxFrames) return;
    const isTooMuch = this.#queued > 0 && this.#queuedBytes + data.length > RECORDER_MAX_QUEUE_BYTES;
    if (this.#queued >= RECORDER_MAX_QUEUE || isTooMuch) {
      this.#dropped++;
      return;
    }
    this.#accepted++;
    this.#queued++;
    this.#queuedBytes += data.length;
    this.#lastWrite = this.#lastWrite.then(() => this.#write(data));
  }

  async #write(data: Uint8Array): Promise<void> {
    this.#queued--;
    this.#queuedBytes -= data.length;
    if (this.#hasFailed) return;
    try {
      await this.#store.write(data, () => this.#progress++);
      if (this.#hasFailed) return;
      this.#progress++;
      if (++this.#stored >= this.#options.maxFrames) this.#ended.resolve();
    } catch (error) {
      this.#hasFailed = true;
      this.#ended.reject(
        new Error(`Cannot store frame ${this.#stored + 1}: ${advice(error)}; ${this.#stored} whole frames are kept`),
      );
    }
  }
}

async function openStore(out: string): Promise<FrameStore> {
  try {
    if (out === "-") return new PipeStore();
    if (extname(out) === "" || await isDirectory(out)) return await FolderStore.open(out);
    return await LabFileStore.open(out);
  } catch (error) {
    throw new Error(`Cannot write to ${out}: ${advice(error)}`);
  }
}

/** `frame-000001.jpg`, `frame-000002.jpg`, … */
class FolderStore implements FrameStore {
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<FolderStore> {
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      if (/^frame-\d{6,}\.jpg$/.test(name)) {
        throw new Error("it has frames of an earlier run, which would mix with new ones; empty it or name another");
      }
    }
    return new FolderStore(folder);
  }

  async write(frame: Uint8Array): Promise<void> {
    const path = join(this.#folder, `frame-${String(++this.#count).padStart(6, "0")}.jpg`);
    try {
      await Deno.writeFile(path, frame);
    } catch (error) {
      await Deno.remove(path).catch(() => {/* it may never have been created: the first error is the one to tell */});
      throw error;
    }
  }

  close(): void {}
}

/** The lab's format: five digits and the JPEG, a frame after the other. */
class LabFileStore implements FrameStore {
  readonly #file: Deno.FsFile;
  #wholeBytes = 0;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  static async open(path: string): Promise<LabFileStore> {
    return new LabFileStore(await Deno.open(path, { write: true, create: true, truncate: true }));
  }

  async write(frame: Uint8Array, onProgress: () => void): Promise<void> {
    const bytes = concat([encodeLabHeader(frame.length), frame]);
    try {
      await writeAll(this.#file, bytes, { onProgress });
      this.#wholeBytes += bytes.length;
    } catch (error) {
      await this.#file.truncate(this.#wholeBytes).catch(() => {/* a device: what is written stays written */});
      throw error;
    }
  }

  close(): void {
    this.#file.close();
  }
}

/** Concatenated JPEG to standard output. */
class PipeStore implements FrameStore {
  write(frame: Uint8Array, onProgress: () => void): Promise<void> {
    return writeAll(Deno.stdout, frame, { onProgress, pieceBytes: PIPE_PIECE_BYTES });
  }

  close(): void {}
}

async function writeAll(
  target: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
  { onProgress, pieceBytes = Infinity }: { readonly onProgress: () => void; readonly pieceBytes?: number },
): Promise<void> {
  for (let written = 0; written < bytes.length; onProgress()) {
    written += await target.write(bytes.subarray(written, written + pieceBytes));
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function advice(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.NotFound) return "the folder it lies in does not exist; create it first";
  const isForbidden = error instanceof Deno.errors.PermissionDenied || /read-only|os error 30\b/i.test(text);
  if (isForbidden) return "you have no right to write there; name another place";
  if (error instanceof Deno.errors.BrokenPipe) return "the program that reads the pipe has ended";
  if (/os error 28|no space|disk full|os error 112/i.test(text)) return "the disk is full; make room or name another";
  return text;
}
