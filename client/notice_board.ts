/**
 * The newest thing that the user should know, and what may take its place: news do not hide trouble, and what does not hold any more
 * goes.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Notice } from "../page/playback.ts";

const log = getLogger(["mjpegrtsp", "player"]);

/** Holds one notice at most. */
export class NoticeBoard {
  readonly #onChange: () => void;
  #notice: Notice | undefined;
  /** The notice that a reply is awaited. */
  #waiting: Notice | undefined;

  /** `onChange` is called where something is told. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** The newest notice that holds. */
  get notice(): Notice | undefined {
    return this.#notice;
  }

  /** Whether the notice is of something that other news must not hide: nothing comes, or something has failed. */
  get isTrouble(): boolean {
    return this.#notice !== undefined && this.#notice.level !== "info" && this.#notice.goesOn !== true;
  }

  /** Changes the notice, for whoever looks next. */
  set(notice: Notice | undefined): void {
    this.#notice = notice;
  }

  /** Forgets what is no mere information: something else is tried now. */
  clearTrouble(): void {
    if (this.#notice?.level !== "info") this.#notice = undefined;
  }

  /** Changes the notice, and says so, also in the log where it is new. */
  tell(notice: Notice | undefined): void {
    if (notice !== undefined && notice !== this.#notice) log[notice.level]("{text}", { text: notice.text });
    this.#notice = notice;
    this.#onChange();
  }

  /** Tells something of the packets that come, or (`undefined`) that it does not hold any more. */
  tellOfPicture(notice: Notice | undefined): void {
    const isNews = notice !== undefined || this.#notice?.goesOn === true;
    if (isNews && !this.isTrouble) this.tell(notice);
  }

  /** Tells that a reply is awaited, or (`undefined`) that it is not any more. */
  tellWaiting(text: string | undefined): void {
    const isOver = text === undefined && this.#waiting !== undefined && this.#notice === this.#waiting;
    if (text !== undefined && (this.#notice?.level ?? "info") !== "info") return;
    this.#waiting = text === undefined ? undefined : { level: "info", text };
    if (isOver || text !== undefined) this.tell(this.#waiting);
  }
}
