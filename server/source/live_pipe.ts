/**
 * A live source of another thread. Its frames are in memory that all threads share, written once; only where they are is passed on. A
 * thread that is behind gets the newest ones. Back comes whether anybody watches.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { LIVE_LINGER_MS, MAX_WAITING_LIVE_BYTES, MAX_WAITING_LIVE_FRAMES } from "../limits.ts";
import { LiveFeed } from "./live_source.ts";

/** What is counted in memory that both threads share. */
const FRAMES = 0;
const BYTES = 1;

/** One end of a pipe, which goes to the thread that the frames go to. */
export interface LivePipe {
  readonly name: string;
  readonly frameRate: number | undefined;
  readonly firstFrameTimeoutMs: number;
  readonly port: MessagePort;
  /** Frames that have been sent and not taken, and their bytes, in memory that both threads share. */
  readonly waiting: Int32Array<SharedArrayBuffer>;
}

/** What goes down the pipe. */
type Sent =
  /** A frame has come that nobody wants. */
  | { readonly kind: "unwanted frame" }
  /** A frame, with its place among the others. */
  | { readonly kind: "frame"; readonly number: number; readonly data: Uint8Array; readonly takenUs: number | undefined }
  /** No frames come for now, for a reason if that is known. */
  | { readonly kind: "interruption"; readonly reason: string | undefined }
  /** No more frames come. */
  | { readonly kind: "end" };

/** What comes back: the thread has taken all frames, somebody there watches, nobody does any more, it takes no more frames. */
type Answer = "caught up" | "wanted" | "unwanted" | "closed";

/** A live source that goes to another thread. */
export interface SentLive {
  /** What the other thread gets; its port has to be transferred. */
  readonly pipe: LivePipe;
  /** Sends no more. */
  stop(): void;
}

/**
 * Sends the newest frame of a source, and all that come, to another thread, for as long as somebody watches there; else that frames come.
 * `onClosed` is told where that thread takes no more.
 */
export function sendLive(feed: LiveFeed, onClosed: () => void = () => {}): SentLive {
  const { port1, port2 } = new MessageChannel();
  const waiting = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  /** Number of the last frame that was sent, and of the last that came. */
  let [sentNumber, seenNumber] = [0, 0];
  /** Frames that nobody wanted: they are no frames that a viewer has missed, and count for nothing at the other end. */
  let unwanted = 0;
  let stopWaiting = () => {};
  let letGo: (() => void) | undefined;
  const post = (message: Sent) => port1.postMessage(message);
  const sendNewest = () => {
    const { newest, hasEnded } = feed;
    if (newest === undefined || newest.number === sentNumber) return;
    const isNew = newest.number > seenNumber;
    if (letGo === undefined) {
      if (isNew) unwanted += newest.number - seenNumber;
      seenNumber = newest.number;
      return post({ kind: "unwanted frame" });
    }
    // The last one is sent in any case: no other comes.
    if (!hasEnded && isFull(waiting, newest.data.length)) return;
    const { number, data, takenUs } = newest;
    // Somebody wants it now.
    if (!isNew) unwanted--;
    sentNumber = seenNumber = number;
    Atomics.add(waiting, FRAMES, 1);
    Atomics.add(waiting, BYTES, data.length);
    post({ kind: "frame", number: number - unwanted, data: inSharedMemory(data), takenUs });
  };
  const sendChange = () => {
    const { newest, trouble, hasEnded } = feed;
    sendNewest();
    if (newest === undefined) post({ kind: "interruption", reason: trouble });
    if (hasEnded) post({ kind: "end" });
    else stopWaiting = feed.whenChanged(sendChange);
  };
  port1.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
    if (answer === "caught up") return feed.hasEnded || sendNewest();
    if (answer === "closed") return onClosed();
    letGo?.();
    letGo = answer === "wanted" ? feed.want() : undefined;
    if (letGo !== undefined && !feed.hasEnded) sendNewest();
  };
  sendChange();
  const { name, frameRate, firstFrameTimeoutMs } = feed;
  return {
    pipe: { name, frameRate, firstFrameTimeoutMs, port: port2, waiting },
    stop() {
      stopWaiting();
      letGo?.();
      port1.close();
    },
  };
}

/** The source at the other end: frames count as having come when they come here. */
export function receiveLive(pipe: LivePipe, clock: Clock): LiveFeed {
  const { name, frameRate, firstFrameTimeoutMs } = pipe;
  const feed = new LiveFeed({ name, frameRate, firstFrameTimeoutMs, clock });
  receiveInto(feed, pipe, { onEnd: () => feed.end() });
  return feed;
}

/** What whoever owns a source is told of a pipe that feeds it. */
export interface PipeEvents {
  /** A frame has come, whether it was wanted or not. */
  readonly onFrame?: () => void;
  /** No more come through this pipe. */
  readonly onEnd: () => void;
}

/** Feeds a source that is there already by what comes through a pipe. Returns the function that takes no more. */
export function receiveInto(feed: LiveFeed, { port, waiting }: LivePipe, { onFrame, onEnd }: PipeEvents): () => void {
  const answer = (message: Answer) => port.postMessage(message);
  const before = feed.lastNumber;
  const unfollow = followLingering(feed, answer);
  port.onmessage = ({ data: sent }: MessageEvent<Sent>) => {
    if (sent.kind === "interruption") return feed.interrupt(sent.reason);
    if (sent.kind === "unwanted frame") return onFrame?.();
    if (sent.kind === "end") {
      unfollow();
      port.close();
      return onEnd();
    }
    const { data, number, takenUs } = sent;
    feed.push(data, { number: before + number, takenUs });
    onFrame?.();
    Atomics.sub(waiting, BYTES, data.length);
    const left = Atomics.sub(waiting, FRAMES, 1) - 1;
    // Others may have been left out meanwhile.
    if (left === 0) answer("caught up");
  };
  return () => {
    unfollow();
    answer("closed");
    port.close();
  };
}

/** Tells the other end whether anybody watches, and for a while that somebody does when nobody does any more. */
function followLingering(feed: LiveFeed, answer: (message: Answer) => void): () => void {
  let cancelLinger: (() => void) | undefined;
  const stopLingering = () => {
    cancelLinger?.();
    cancelLinger = undefined;
  };
  const unfollow = feed.followWanted((isWanted) => {
    if (isWanted && cancelLinger === undefined) answer("wanted");
    stopLingering();
    if (isWanted) return;
    cancelLinger = feed.clock.after(LIVE_LINGER_MS, () => {
      cancelLinger = undefined;
      answer("unwanted");
      // What is shown to the next one who watches is to be of then.
      feed.interrupt();
    });
  });
  return () => {
    unfollow();
    stopLingering();
  };
}

/** Whether no more frame may wait, of so many bytes. */
function isFull(waiting: Int32Array<SharedArrayBuffer>, lengthBytes: number): boolean {
  const [frames, bytes] = [FRAMES, BYTES].map((index) => Atomics.load(waiting, index));
  return frames >= MAX_WAITING_LIVE_FRAMES || frames > 0 && bytes + lengthBytes > MAX_WAITING_LIVE_BYTES;
}

function inSharedMemory(data: Uint8Array): Uint8Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return shared;
}
