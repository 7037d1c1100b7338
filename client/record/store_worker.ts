/**
 * The worker behind a {@linkcode StoreThread}: gets the plan of a store, then frames, some at a time.
 *
 * @module
 */

import { tellError, type ToldError } from "../../net/told_error.ts";
import type { SoundFormat, SoundPiece } from "../../mjpeg/sound.ts";
import type { LocalStore, StoredFrame, StoreNotice } from "./stores/frame_store.ts";
import { createStore, type StorePlan } from "./store_plan.ts";

/** A frame, or sound between two. */
export type StoredItem = { readonly frame: StoredFrame } | { readonly sound: SoundPiece };

/** What the worker is told: the plan, what sound to expect, frames and sound, and how it ends. */
export type StoreTask =
  | { readonly plan: StorePlan }
  | { readonly soundFormat: SoundFormat }
  | { readonly items: readonly StoredItem[] }
  | "finish"
  | "discard";

/**
 * What it says: that a part of a frame was taken, something to know, or, of one task after the other, what became of each of its steps.
 */
export type StoreAnswer = "progress" | StoreNotice | readonly (ToldError | undefined)[];

/** What this module uses of the scope of a worker. */
interface Scope {
  onmessage: (event: MessageEvent<StoreTask>) => void;
  postMessage(answer: StoreAnswer): void;
}

const scope = self as unknown as Scope;
let store: LocalStore;
let lastTask: Promise<void> = Promise.resolve();

scope.onmessage = ({ data: task }) => {
  lastTask = lastTask.then(async () => scope.postMessage(await perform(task)));
};

async function perform(task: StoreTask): Promise<StoreAnswer> {
  if (task === "finish") return [await attempt(() => store.finish())];
  if (task === "discard") return [await attempt(() => store.discard())];
  if ("plan" in task) {
    return [
      await attempt(() => {
        store = createStore(task.plan, (notice) => scope.postMessage(notice));
      }),
    ];
  }
  if ("soundFormat" in task) return [await attempt(() => store.expectSound?.(task.soundFormat))];
  const outcomes: (ToldError | undefined)[] = [];
  for (const item of task.items) {
    outcomes.push(
      await attempt(() => {
        if ("sound" in item) return store.writeSound?.(item.sound);
        return store.write(item.frame, () => scope.postMessage("progress"));
      }),
    );
  }
  return outcomes;
}

/** What went wrong, if anything. */
async function attempt(step: () => void | Promise<void>): Promise<ToldError | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return tellError(error);
  }
}
