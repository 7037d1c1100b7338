/**
 * Steps that run one after the other, whether the one before succeeded or failed.
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

  /** Runs a step in its turn; resolves and rejects as the step does. */
  take(step: () => unknown): Promise<void> {
    const done = this.#last.then(async () => void await step());
    this.#last = done.catch(() => {/* the caller gets the error; the next step does not depend on this one */});
    return done;
  }
}
