/*
 * What the user should know, in the picture: a sentence, and a button where something can be done about it. Each part of the page has
 * one thing to tell at most; the most urgent one is shown.
 */

// @ts-check
/// <reference lib="dom" />

import { button, element } from "../dom.js";

/** @typedef {import("../player.js").Player} Player */
/** @typedef {import("../player.js").Notice} Notice */
/** @typedef {import("../record/recording.js").Recording} Recording */
/** @typedef {import("./picture.js").Picture} Picture */

/** How long an info is shown. */
const INFO_MS = 5000;
/** How long is shown what became of a recording. */
const RECORDING_MS = 20_000;
// Below the start page of a server, the player is in the server.
const GONE = `The ${
  location.pathname === "/" ? "player" : "server"
} is gone. Start it again, and this page reconnects by itself`;

/** Shows one notice at most. */
export class Notices {
  #player;
  #notice = element("#notice");
  #text = element("#notice-text");
  #button = button("#notice-button");
  /** By who tells it, the most urgent first. @type {Record<string, Notice | undefined>} */
  #notices = { link: undefined, command: undefined, decoder: undefined, recording: undefined, player: undefined };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ player: Player, picture: Picture, recording: Recording }} parts */
  constructor({ player, picture, recording }) {
    this.#player = player;
    this.#button.onclick = () => player.play();
    player.addEventListener("hello", () => {
      this.#notices.decoder = undefined;
      this.#tell("link", undefined);
    });
    player.addEventListener("gone", (event) => {
      const refusal = /** @type {CustomEvent<string | null>} */ (event).detail;
      this.#tell("link", refusal === null ? { level: "error", text: GONE } : { level: "warning", text: refusal });
    });
    player.addEventListener("refused", (event) => {
      this.#tell("command", { level: "error", text: /** @type {CustomEvent<string>} */ (event).detail });
    });
    player.addEventListener("status", () => {
      this.#notices.command = undefined;
      this.#tell("player", player.status.notice);
    });
    recording.addEventListener("change", () => this.#notices.recording && this.#tell("recording", undefined));
    recording.addEventListener("ended", (event) => {
      const { text, isTrouble } = /** @type {CustomEvent<{ text: string, isTrouble?: boolean }>} */ (event).detail;
      this.#tell("recording", isTrouble ? { level: "warning", text } : undefined);
    });
    picture.addEventListener("undecodable", (event) => {
      const reason = /** @type {CustomEvent} */ (event).detail;
      const text = `The browser cannot decode the frames that come: ${reason}`.replace(/\.$/, "");
      const advice = "mjpegrtsp probe says how they are coded";
      this.#tell("decoder", reason === null ? undefined : { level: "error", text, advice });
    });
  }

  /** @param {string} teller @param {Notice | undefined} news */
  #tell(teller, news) {
    this.#notices[teller] = news;
    const shown = Object.values(this.#notices).find((candidate) => candidate !== undefined);
    const isTrouble = shown?.level === "error" && this.#player.status.state === "INIT";
    this.#button.hidden = !isTrouble || this.#player.commandsOf("play").length === 0;
    element("#screen").dataset.trouble = String(isTrouble);
    const text = shown?.advice === undefined ? shown?.text ?? "" : `${shown.text}. ${shown.advice}`;
    if (text === this.#text.textContent) return;
    this.#text.textContent = text;
    this.#notice.dataset.level = shown?.level ?? "";
    this.#notice.hidden = shown === undefined;
    clearTimeout(this.#timer);
    // What needs nobody's help does not lie on the picture for long.
    const shownMs = shown?.level === "info" ? INFO_MS : RECORDING_MS;
    const isPassing = shown?.level === "info" || (shown !== undefined && shown === this.#notices.recording);
    if (isPassing) this.#timer = setTimeout(() => this.#notice.hidden = true, shownMs);
  }
}
