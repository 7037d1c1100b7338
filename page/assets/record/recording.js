/*
 * A recording on the page: the frames as they come, byte by byte, at their times, with the sound beside them. The player writes
 * nothing for it, and needs no right to.
 */

// @ts-check
/// <reference lib="dom" />

import { nameOf } from "../dom.js";
import { jpegSize } from "./jpeg_size.js";
import { MatroskaWriter, SOUND, VIDEO } from "./matroska_writer.js";

/** @typedef {import("../connection.js").Frame} Frame */
/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../sound/sound_reel.js").Piece} Piece */
/** @typedef {import("./file_sink.js").Sink} Sink */

/** What may wait for the disk, or for the user to name a file, in bytes; with more, the recording ends. */
export const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** Time from one frame to the next where the player begins to count anew, in microseconds. */
const USUAL_FRAME_US = 40_000;

/**
 * Events: `change` (it has begun, has grown, or has ended), `ended` (with what to tell, and whether something went wrong), a
 * `CustomEvent`.
 */
export class Recording extends EventTarget {
  /** Frames of it, and bytes. */
  frames = 0;
  bytes = 0;
  /** How long it is, in seconds. */
  seconds = 0;
  #player;
  #openSink;
  #isRunning = false;
  /** @type {Sink | undefined} */
  #sink;
  /** @type {MatroskaWriter | undefined} */
  #writer;
  /** What is to be written, in order. @type {Uint8Array[]} */
  #waiting = [];
  #waitingBytes = 0;
  /** The writes that are under way. @type {Promise<void>} */
  #written = Promise.resolve();
  /** From the times of the frames to those in the file, in microseconds. */
  #offsetUs = 0;
  #lastUs = 0;
  /** What is recorded, by its name and its server. */
  #stream = "";
  /** What it has of the sound when it begins, it has until the end. @type {{ sampleRate: number, channels: number } | undefined} */
  #sound;

  /** @param {{ player: Player, openSink: (name: string) => Promise<Sink> }} parts */
  constructor({ player, openSink }) {
    super();
    this.#player = player;
    this.#openSink = openSink;
    // What is recorded is one stream, from a playlist of others.
    player.addEventListener("hello", () => this.#stream !== player.stream && this.end("Another stream is played"));
    player.addEventListener("frame", (event) => this.#take(/** @type {CustomEvent<Frame>} */ (event).detail));
    player.addEventListener("sound", (event) => this.#takeSound(/** @type {CustomEvent<Piece>} */ (event).detail));
    addEventListener("beforeunload", (event) => this.#isRunning && event.preventDefault());
  }

  get isRunning() {
    return this.#isRunning;
  }

  /** Begins, or ends. Call this within a click or a key. */
  toggle() {
    if (this.#isRunning) this.end();
    else this.#begin();
  }

  /** Stores what has come. @param {string} [reason] Why, unless the user wants it. */
  async end(reason) {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#player.wantSound("recording", false);
    this.#tell("change");
    const [sink, writer] = [this.#sink, this.#writer];
    // The user names no file any more.
    if (sink === undefined) return;
    try {
      if (writer === undefined) {
        await sink.discard();
        this.#tell("ended", { text: "No frame has come: nothing is recorded", isTrouble: true });
        return;
      }
      const { tail, head } = writer.end();
      this.#write(tail);
      await this.#written;
      await sink.close(head);
      const what = `${this.frames} frames are recorded`;
      this.#tell("ended", reason === undefined ? { text: what } : { text: `${reason}: ${what}`, isTrouble: true });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #begin() {
    const { title, stream, status } = this.#player;
    Object.assign(this, { frames: 0, bytes: 0, seconds: 0 });
    [this.#sink, this.#writer, this.#waiting, this.#waitingBytes] = [undefined, undefined, [], 0];
    this.#isRunning = true;
    this.#stream = stream;
    this.#sound = status.sound;
    this.#player.wantSound("recording", this.#sound !== undefined);
    this.#tell("change");
    try {
      const sink = await this.#openSink(`${nameOf(title)}-${timeForNames(new Date())}.mkv`);
      if (!this.#isRunning) return await sink.discard();
      this.#sink = sink;
      this.#flush();
    } catch (error) {
      const isChoice = error instanceof DOMException && error.name === "AbortError";
      if (isChoice) this.end();
      else this.#fail(error);
    }
  }

  /** @param {Frame} frame */
  #take({ jpeg, timestampUs }) {
    if (!this.#isRunning) return;
    if (this.#writer === undefined) {
      const size = jpegSize(jpeg);
      if (size === undefined) return;
      this.#writer = new MatroskaWriter({ ...size, sound: this.#sound });
      this.#offsetUs = -timestampUs;
      this.#write(this.#writer.begin());
    } else if (timestampUs + this.#offsetUs < this.#lastUs) {
      // Another player counts from 0.
      this.#offsetUs = this.#lastUs + USUAL_FRAME_US - timestampUs;
    }
    this.#lastUs = timestampUs + this.#offsetUs;
    this.#write(this.#writer.add(VIDEO, { timeMs: this.#lastUs / 1000, data: jpeg }));
    this.frames++;
    this.bytes += jpeg.length;
    this.seconds = this.#lastUs / 1e6;
    this.#tell("change");
    this.#limit();
  }

  /** @param {Piece} piece */
  #takeSound({ samples, sampleRate, channels, timestampUs }) {
    const timeMs = (timestampUs + this.#offsetUs) / 1000;
    const isWanted = sampleRate === this.#sound?.sampleRate && channels === this.#sound.channels && timeMs >= 0;
    if (!this.#isRunning || this.#writer === undefined || !isWanted) return;
    const data = new Uint8Array(samples.buffer);
    this.#write(this.#writer.add(SOUND, { timeMs, data }));
    this.bytes += data.length;
  }

  #limit() {
    const { maxBytes = Infinity } = this.#sink ?? {};
    if (this.bytes >= maxBytes) this.end(`A download has ${megabytes(maxBytes)} at most`);
    else if (this.#waitingBytes > MAX_WAITING_BYTES) {
      if (this.#sink === undefined) {
        this.#fail(new Error(`${megabytes(this.#waitingBytes)} have waited for a file name`));
      } else this.end("The disk is slower than the stream");
    }
  }

  /** @param {readonly Uint8Array[]} parts */
  #write(parts) {
    this.#waiting.push(...parts);
    this.#waitingBytes += parts.reduce((sum, part) => sum + part.length, 0);
    this.#flush();
  }

  #flush() {
    const sink = this.#sink;
    if (sink === undefined || this.#waiting.length === 0) return;
    const parts = this.#waiting;
    this.#waiting = [];
    this.#written = this.#written.then(async () => {
      await sink.write(parts);
      this.#waitingBytes -= parts.reduce((sum, part) => sum + part.length, 0);
    });
    this.#written.catch((error) => this.#fail(error));
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#writer === undefined && !this.#isRunning) return;
    this.#isRunning = false;
    this.#writer = undefined;
    this.#waiting = [];
    this.#player.wantSound("recording", false);
    this.#sink?.discard().catch(() => {/* It has failed already. */});
    this.#tell("change");
    const reason = error instanceof Error ? error.message : String(error);
    this.#tell("ended", { text: `Nothing is recorded: ${reason}`, isTrouble: true });
  }

  /** @param {string} name @param {unknown} [detail] */
  #tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The local time as names of files have it: `2026-11-27T10-20-00`. @param {Date} date */
function timeForNames(date) {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replaceAll(":", "-");
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
