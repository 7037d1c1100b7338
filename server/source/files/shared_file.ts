/**
 * A file that several read, open while somebody uses it.
 *
 * @module
 */

import { isOutOfDescriptors } from "../../../net/socket_errors.ts";

/** How often a file is opened where the system gives no descriptors, and the pause between, in milliseconds. */
const OPEN_TRIES = 20;
const OPEN_PAUSE_MS = 50;

/** One file. It is opened when something of it is wanted. */
export class SharedFile {
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  /** Those who use it, and turns that are under way. */
  #users = 0;

  /** `path` is its real path. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Somebody uses it, and reads now and then, until the function that is returned is called. */
  use(): () => void {
    this.#users++;
    return () => this.#release();
  }

  /** Runs `read` once the reads before it are done, since a file has only one position. */
  inTurn<Result>(read: () => Promise<Result>): Promise<Result> {
    this.#users++;
    const turn = this.#lastTurn.then(read);
    this.#lastTurn = turn.catch(() => {/* the next one stands for itself; the caller gets the error */});
    const done = () => this.#release();
    turn.then(done, done);
    return turn;
  }

  /** The open file; for those whose turn it is. */
  async open(): Promise<Deno.FsFile> {
    return this.#file ??= await this.#open();
  }

  async #open(): Promise<Deno.FsFile> {
    // To open a pipe that has taken the place of the file would wait for its other end.
    if (!(await Deno.stat(this.#path)).isFile) throw changedError();
    for (let tries = 1;; tries++) {
      try {
        return await Deno.open(this.#path, { read: true });
      } catch (error) {
        if (!isOutOfDescriptors(error) || tries === OPEN_TRIES) throw error;
        // Idle clients are giving way.
        await new Promise((resolve) => setTimeout(resolve, OPEN_PAUSE_MS));
      }
    }
  }

  /** One user less. Queued turns come first, and another user may come meanwhile. */
  #release(): void {
    this.#users--;
    this.#lastTurn = this.#lastTurn.then(() => {
      if (this.#users > 0) return;
      this.#file?.close();
      this.#file = undefined;
    });
  }
}

/** Says that a file is another one than it was. */
export function changedError(): Error {
  return new Error(
    "Cannot read on: the file has been written to since it was indexed; a new SETUP plays what it is now",
  );
}
