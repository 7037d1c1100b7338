/**
 * Steps that are taken one after the other, each when the one before has ended, however it ended.
 *
 * @module
 */

/** A queue of steps. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when the steps so far have ended. */
  get settled(): Promise<void> {
    return this.#last;
  }

  /** Takes a step in its turn; resolves and rejects as it does. */
  take(step: () => unknown): Promise<void> {
    const done = this.#last.then(async () => void await step());
    this.#last = done.catch(() => {/* whoever gave the step gets the error; the next one stands for itself */});
    return done;
  }
}
