/*
 * Whether anybody sees the picture: a page in a hidden tab wants none, unless its picture is in a window of its own, or recorded.
 */

// @ts-check
/// <reference lib="dom" />

/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./record/recording.js").Recording} Recording */

/** Tells the player. */
export class Attention {
  #player;
  #recording;
  /** What was told last; a player that was not told sends pictures. */
  #isSeen = true;

  /** @param {{ player: Player, recording: Recording }} parts */
  constructor({ player, recording }) {
    this.#player = player;
    this.#recording = recording;
    document.addEventListener("visibilitychange", () => this.#tell());
    player.addEventListener("gone", () => this.#isSeen = true);
    player.addEventListener("hello", () => this.#tell());
    recording.addEventListener("change", () => this.#tell());
  }

  #tell() {
    const ownWindow = document.pictureInPictureElement;
    ownWindow?.addEventListener("leavepictureinpicture", () => this.#tell(), { once: true });
    const isSeen = !document.hidden || ownWindow !== null || this.#recording.isRunning;
    if (isSeen === this.#isSeen) return;
    this.#isSeen = isSeen;
    this.#player.ask({ command: "pictures", wanted: isSeen });
  }
}
