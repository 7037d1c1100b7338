/**
 * Stores the frames of a player on disk or in a pipe: whole ones only, in order, and the sound beside them. A viewer like the page.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import type { SoundFormat } from "../../mjpeg/sound.ts";
import type { Playback, ReceivedFrame, ReceivedSound } from "../../page/playback.ts";
import { FrameRefusedError, FrameTooLargeError } from "../../mjpeg/containers/written_format.ts";
import {
  RECORDER_GATHER_MS,
  RECORDER_MAX_QUEUE,
  RECORDER_MAX_QUEUE_BYTES,
  RECORDER_MAX_SOUND_QUEUE,
  RECORDER_STALL_MS,
} from "../limits.ts";
import type { FrameStore, StoredFrame } from "./stores/frame_store.ts";
import { openFrameStore, type StoreOptions } from "./open_frame_store.ts";
import { storageAdvice } from "./storage_advice.ts";

const log = getLogger(["mjpegrtsp", "recorder"]);

/** Constructor options of {@linkcode Recorder}. */
export interface RecorderOptions {
  /** Frames to store. */
  readonly maxFrames: number;
  /** Times how long the end waits for a store that takes nothing. */
  readonly clock: Clock;
}

/** Stores frames until there are enough, or until one cannot be stored. */
export class Recorder {
  readonly #store: FrameStore;
  readonly #options: RecorderOptions;
  readonly #ended = Promise.withResolvers<void>();
  #accepted = 0;
  #stored = 0;
  #queued = 0;
  #queuedBytes = 0;
  #dropped = 0;
  #tooLarge = 0;
  #lastWrite: Promise<void> = Promise.resolve();
  /** How often a part of a frame was taken. */
  #progress = 0;
  #hasFailed = false;
  #failure: Error | undefined;
  /** The sound that is stored; `undefined` where there is none, or where it cannot be stored. */
  #soundFormat: SoundFormat | undefined;
  #queuedSound = 0;
  #unsubscribe: (() => void) | undefined;

  /** Closes `store` at the end. */
  constructor(store: FrameStore, options: RecorderOptions) {
    this.#store = store;
    this.#options = options;
    this.#ended.promise.catch(() => {/* awaited by whoever runs the recorder */});
  }

  /** Records to the store that `out` names: see {@linkcode openFrameStore}. */
  static async open(out: string, options: RecorderOptions & StoreOptions): Promise<Recorder> {
    return new Recorder(await openFrameStore(out, { ...options, gatherMs: RECORDER_GATHER_MS }), options);
  }

  /** Frames stored so far. */
  get stored(): number {
    return this.#stored;
  }

  /** Frames dropped because writing was slower than receiving. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Frames dropped because the format has no room for them. */
  get tooLarge(): number {
    return this.#tooLarge;
  }

  /** Resolves when all frames that were wanted are stored; rejects when one cannot be stored. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Why a frame, or none at all, or the end of the file could not be stored; `undefined` where nothing went wrong. It may come as late as the end. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Stores the frames of `playback` from now on. */
  record(playback: Playback): void {
    this.#unsubscribe = playback.subscribe({
      frame: (frame) => {
        if (this.#accepted === 0) this.#expectSound(playback.soundFormat);
        this.#take(frame);
      },
      sound: (sound) => this.#takeSound(sound),
    });
  }

  /** Stores the frames that wait, for as long as the store takes anything, then closes. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#store.flush();
    if (await this.#storeRest()) await this.#finish();
    else {
      this.#hasFailed = true;
      const count = this.#accepted - this.#stored;
      this.#dropped += count;
      const seconds = RECORDER_STALL_MS / 1000;
      if (this.#stored === 0) {
        this.#failure ??= new Error(`Nothing is stored: nothing was written for ${seconds} s; is the pipe read?`);
      } else {
        const values = { count, seconds };
        log.warn("{count} frames are not stored: nothing was written for {seconds} s; is the pipe read?", values);
      }
    }
    this.#store.close();
  }

  /** Sound may still wait for another frame. */
  async #finish(): Promise<void> {
    try {
      await this.#store.finish();
    } catch (error) {
      this.#failure ??= new Error(
        `The end is not stored: ${storageAdvice(error)}; ${this.#stored} whole frames are kept`,
      );
    }
  }

  /** Waits until all is stored; false where the store takes nothing any more. */
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

  #take({ data, timestampUs, arrivalMs }: ReceivedFrame): void {
    if (this.#hasFailed || this.#accepted >= this.#options.maxFrames) return;
    const isTooMuch = this.#queued > 0 && this.#queuedBytes + data.length > RECORDER_MAX_QUEUE_BYTES;
    if (this.#queued >= RECORDER_MAX_QUEUE || isTooMuch) {
      this.#dropped++;
      return;
    }
    this.#accepted++;
    this.#queued++;
    this.#queuedBytes += data.length;
    this.#lastWrite = this.#write({ data, timestampUs, arrivalMs });
    if (this.#accepted >= this.#options.maxFrames) this.#store.flush();
  }

  /** Says what sound there will be, as the header of a file may have to. */
  #expectSound(format: SoundFormat | undefined): void {
    if (format === undefined) return;
    if (this.#store.expectSound === undefined) return log.info("the sound is not stored: a pipe has no room for it");
    this.#soundFormat = format;
    this.#store.expectSound(format);
  }

  /** Sound that comes in another form later, as after a reconnection, has no place in the file. */
  #takeSound({ format, data, timestampUs }: ReceivedSound): void {
    const isDone = this.#hasFailed || this.#accepted >= this.#options.maxFrames;
    if (isDone || format.sampleRate !== this.#soundFormat?.sampleRate) return;
    if (format.channels !== this.#soundFormat.channels) return;
    const isTooMuch = this.#queuedBytes + data.length > RECORDER_MAX_QUEUE_BYTES;
    if (this.#queuedSound >= RECORDER_MAX_SOUND_QUEUE || isTooMuch) return;
    this.#queuedSound++;
    this.#queuedBytes += data.length;
    const stored = this.#store.writeSound?.({ data, timestampUs }) ?? Promise.resolve();
    this.#lastWrite = Promise.all([this.#lastWrite, stored.catch((error) => this.#loseSound(error))]).then(() => {
      this.#queuedSound--;
      this.#queuedBytes -= data.length;
    });
  }

  /** The frames are worth as much without it: the run goes on. */
  #loseSound(error: unknown): void {
    if (this.#soundFormat === undefined) return;
    this.#soundFormat = undefined;
    log.warn("the sound is not stored from now on: {reason}", { reason: storageAdvice(error) });
  }

  async #write(frame: StoredFrame): Promise<void> {
    try {
      await this.#store.write(frame, () => this.#progress++).finally(() => {
        this.#queued--;
        this.#queuedBytes -= frame.data.length;
      });
      if (this.#hasFailed) return;
      this.#progress++;
      if (++this.#stored >= this.#options.maxFrames) this.#ended.resolve();
    } catch (error) {
      if (this.#hasFailed) return;
      if (error instanceof FrameTooLargeError) return this.#dropTooLarge(error);
      if (error instanceof FrameRefusedError) return this.#dropRefused(error);
      this.#hasFailed = true;
      this.#failure = new Error(
        `Cannot store frame ${this.#stored + 1}: ${storageAdvice(error)}; ${this.#stored} whole frames are kept`,
      );
      this.#ended.reject(this.#failure);
    }
  }

  /** The others may be whole: the run goes on. */
  #dropRefused({ message }: FrameRefusedError): void {
    this.#accepted--;
    this.#dropped++;
    log.warn("a frame behind {stored} others is not stored: {reason}", { stored: this.#stored, reason: message });
  }

  /** The others may be smaller: the run goes on. */
  #dropTooLarge({ message }: FrameTooLargeError): void {
    this.#accepted--;
    if (this.#tooLarge++ > 0) return;
    log.warn(
      "frame {number} is dropped, as all will be that are too large: {reason}. Record to a folder (--out NAME/) or to " +
        "an AVI file (--out NAME.avi) to have them all, or add --fit to re-encode them",
      { number: this.#stored + 1, reason: message },
    );
  }
}
