/*
 * The player as the page knows it: what it says of itself, and what may be asked of it. All parts of the page look here, and none
 * at another.
 */

// @ts-check
/// <reference lib="dom" />

import { Connection } from "./connection.js";

/** @typedef {import("./connection.js").Frame} Frame */
/** @typedef {"SETUP" | "PLAY" | "PAUSE" | "TEARDOWN"} Command */
/** @typedef {{ level: "info" | "warning" | "error", text: string, advice?: string }} Notice */
/** @typedef {"INIT" | "READY" | "PLAYING"} State */
/**
 * The status, as page/playback.ts has it, and the sound that there is.
 *
 * @typedef {{
 *   state: State, allowed: Command[], notice?: Notice, reconnects: boolean, dialect?: string, transport: string, ended: boolean,
 *   isLive: boolean, durationSeconds?: number, positionSeconds?: number, isAtEnd: boolean,
 *   canSeek: boolean, canScale: boolean, scale: number, emulation?: import("./knobs/scales.js").Network, sound?: { sampleRate: number, channels: number },
 * }} Status
 */

/** How long frames and states from before a seek, or a change of the speed, may still come, in milliseconds. */
const SEEK_MS = 600;
/** How far from where a seek leads a frame may be, in seconds. */
const NEAR_SECONDS = 0.5;

/** @type {Status} */
const NOTHING_KNOWN = {
  ...{ state: "INIT", allowed: [], reconnects: false, transport: "–", ended: false },
  ...{ isLive: false, isAtEnd: false, canSeek: false, canScale: false, scale: 1 },
};

/**
 * Events: `hello` (another player, or another stream), `status`, `stats`, `wire` (messages of the dialogue), `packets` (some have
 * come), `frame` and `sound` (some has come), `position`, `playlist`, `loops`, `cell` and `grid` (a frame of a cell, and how fast they
 * come), `refused` (a command, with a reason), `gone` (the connection, with a reason if there is one). Those with something to say are
 * `CustomEvent`s.
 */
export class Player extends EventTarget {
  /** @type {Status} */
  status = NOTHING_KNOWN;
  title = "";
  server = "";
  isConnected = false;
  /** Where in the movie the picture is that is shown. @type {number | undefined} */
  positionSeconds;
  /** Whether an older picture is shown than the newest one. */
  isBehind = false;
  /** Whether what is played is played again at its end. */
  loops = false;
  #togglesLater = false;
  /** Who wants the sound. @type {Set<string>} */
  #soundIsFor = new Set();
  /** Where the last seek leads, and until when frames may be elsewhere. */
  #sought = { seconds: 0, untilMs: 0 };
  /** The speed that was asked for last, and until when the server may still be at another. */
  #asked = { scale: 1, untilMs: 0 };
  /** The build that this page was loaded with; another one means that its files have changed. */
  #build = "";
  #connection = new Connection({
    onFrame: (frame) => this.#tell("frame", frame),
    onSound: (piece) => this.#tell("sound", piece),
    onCell: (index, frame) => this.#tell("cell", { index, frame }),
    onMessage: (message) => this.#take(message),
    onClosed: (refusal) => this.#lose(refusal),
  });

  /** What is played, as one text. */
  get stream() {
    return `${this.title} from ${this.server}`;
  }

  /** Whether a picture moves, or is to move. */
  get isPlaying() {
    return this.status.state === "PLAYING";
  }

  /** Whether a request awaits its reply. */
  get isBusy() {
    return this.isConnected && this.status.allowed.length === 0 && !this.status.ended;
  }

  /** Whether there is something to pause: where nothing comes any more, PLAY starts again. */
  get canPause() {
    return this.can("PAUSE") && !this.can("PLAY");
  }

  /** Whether there is a next frame to ask for. */
  get canStep() {
    return this.status.state === "READY" && !this.status.isAtEnd;
  }

  /** Whether a method would be sent now. @param {Command} command */
  can(command) {
    return this.status.allowed.includes(command);
  }

  /**
   * What a button of the three-button player means in the present state: when to SETUP, and that Stop is TEARDOWN.
   *
   * @param {string | undefined} action
   * @returns {Command[]}
   */
  commandsOf(action) {
    if (action === "play") return this.can("SETUP") ? ["SETUP", "PLAY"] : this.can("PLAY") ? ["PLAY"] : [];
    if (action === "pause") return this.can("PAUSE") ? ["PAUSE"] : [];
    return action === "stop" && this.can("TEARDOWN") ? ["TEARDOWN"] : [];
  }

  /** Sends methods, one after the other. @param {Command[]} commands */
  send(commands) {
    for (const command of commands) this.#connection.send({ command });
  }

  /** Plays on from the picture that is shown. */
  play() {
    const { isBehind, positionSeconds } = this;
    if (isBehind && positionSeconds !== undefined && !this.isPlaying) this.seek(positionSeconds);
    this.send(this.commandsOf("play"));
  }

  /** Plays, or pauses; while a reply is awaited, once it is there. */
  toggle() {
    if (this.isBusy) this.#togglesLater = !this.#togglesLater;
    else if (this.canPause) this.send(["PAUSE"]);
    else this.play();
  }

  /** Goes to a time of the movie. @param {number} seconds */
  seek(seconds) {
    const { canSeek, durationSeconds = 0 } = this.status;
    if (!canSeek) return;
    const place = Math.min(durationSeconds, Math.max(0, seconds));
    this.#connection.send({ command: "seek", seconds: place });
    this.#sought = { seconds: place, untilMs: performance.now() + SEEK_MS };
    this.show(place, { isBehind: false });
  }

  /** Goes on or back. @param {number} seconds */
  skip(seconds) {
    if (this.positionSeconds !== undefined) this.seek(this.positionSeconds + seconds);
  }

  /** The speed: the one that was asked for, until the server had time to grant it. */
  get scale() {
    return performance.now() < this.#asked.untilMs ? this.#asked.scale : this.status.scale;
  }

  /** Wants another speed. @param {number} scale */
  setScale(scale) {
    if (!this.status.canScale) return;
    this.#connection.send({ command: "scale", scale });
    this.#asked = { scale, untilMs: performance.now() + SEEK_MS };
    // It may grant another one.
    setTimeout(() => this.#tell("status"), SEEK_MS);
  }

  /** Wants another emulated network. @param {Partial<import("./knobs/scales.js").Network>} network */
  emulate(network) {
    this.#connection.send({ command: "emulate", network });
  }

  /** Wants to hear of packets as they come, or no more. @param {boolean} wanted */
  wantPackets(wanted) {
    this.#connection.send({ command: "packets", wanted });
  }

  /** Somebody wants the sound of the stream, or no more of it. @param {string} who @param {boolean} wanted */
  wantSound(who, wanted) {
    const before = this.#soundIsFor.size;
    if (wanted) this.#soundIsFor.add(who);
    else this.#soundIsFor.delete(who);
    const isAnother = (before > 0) !== (this.#soundIsFor.size > 0);
    if (isAnother) this.#connection.send({ command: "sound", wanted });
  }

  /** @param {boolean} loops */
  setLoops(loops) {
    this.loops = loops;
    this.#tell("loops");
  }

  /** Asks for something else; page/socket/messages.ts has what there is. @param {object} command */
  ask(command) {
    this.#connection.send(command);
  }

  /** Wants one more frame. */
  step() {
    if (this.canStep) this.#connection.send({ command: "step" });
  }

  /**
   * A picture is shown, or is about to be, that is there in the movie.
   *
   * @param {number | undefined} positionSeconds
   * @param {{ isBehind: boolean }} options
   */
  show(positionSeconds, { isBehind }) {
    const { seconds, untilMs } = this.#sought;
    const isFromBefore = performance.now() < untilMs && Math.abs((positionSeconds ?? seconds) - seconds) > NEAR_SECONDS;
    if (!isFromBefore) this.positionSeconds = positionSeconds ?? this.positionSeconds;
    this.isBehind = isBehind;
    this.#tell("position");
  }

  /** @param {any} message */
  #take(message) {
    switch (message.type) {
      case "hello":
        if (this.#build !== "" && this.#build !== message.build) location.reload();
        this.#build = message.build;
        this.isConnected = true;
        this.title = message.title;
        this.server = message.server;
        this.#sought.untilMs = this.#asked.untilMs = 0;
        if (this.#soundIsFor.size > 0) this.#connection.send({ command: "sound", wanted: true });
        this.#tell("hello");
        break;
      case "status":
        this.status = message;
        // While it plays, frames say where it is; while it goes elsewhere, nobody knows yet.
        if (!this.isPlaying && !this.isBehind && !this.isBusy) this.positionSeconds = this.status.positionSeconds;
        this.#tell("status");
        this.#tell("position");
        if (this.#togglesLater && !this.isBusy) {
          this.#togglesLater = false;
          this.toggle();
        }
        break;
      case "stats":
        this.#tell("stats", message);
        break;
      case "packets":
        this.#tell("packets", message);
        break;
      case "wire":
        this.#tell("wire", message.messages);
        break;
      case "playlist":
      case "grid":
        this.#tell(message.type, message);
        break;
      case "error":
        this.#tell("refused", message.text);
        break;
    }
  }

  /** @param {string | undefined} refusal */
  #lose(refusal) {
    this.isConnected = false;
    this.status = { ...NOTHING_KNOWN, ended: true };
    this.#tell("status");
    this.#tell("gone", refusal);
  }

  /** @param {string} name @param {unknown} [detail] `null` where there is none. */
  #tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
