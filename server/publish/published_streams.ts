/**
 * The streams that clients publish, by name: one publisher at a time for each. A stream is there for a while without one, so that
 * whoever publishes it may come back to those who watch.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../net/clock.ts";
import {
  MAX_PUBLISHED_STREAMS,
  PUBLISHED_ADDRESS_SHARE,
  PUBLISHER_LEAVING_MS,
  PUBLISHER_SILENCE_MS,
} from "../limits.ts";
import { type LivePipe, receiveInto } from "../source/live_pipe.ts";
import { LiveFeed } from "../source/live_source.ts";

const log = getLogger(["mjpegrtsp", "publish"]);

/** Constructor options of {@linkcode PublishedStreams}. */
export interface PublishedStreamsOptions {
  readonly clock: Clock;
  /** How long a stream is there without a publisher, in milliseconds. */
  readonly waitMs: number;
  /** Makes a stream one that can be watched; it ends when the stream does. */
  readonly onOpened: (feed: LiveFeed) => void | Promise<void>;
}

/** Who publishes a stream. */
export interface StreamPublisher {
  /** The number of the engine that it is connected to. */
  readonly engine: number;
  /** Its IP address. */
  readonly hostname: string;
}

/** Whether a stream is published; if not, because somebody else does, or since there are too many. */
export type Published = "published" | "taken" | "full";

/** A stream, with a publisher or without. */
interface PublishedStream {
  readonly feed: LiveFeed;
  publisher: StreamPublisher | undefined;
  /** Resolves once it can be watched. */
  readonly opened: Promise<void>;
  /** When its last frame came, or its publisher, on the clock. */
  heardMs: number;
  /** Whether a frame of it has ever come. */
  hasHadFrames: boolean;
  /** Called once its publisher has gone. */
  onLeft: () => void;
  /** Takes no more of its publisher. */
  drop: () => void;
  cancelEnd: () => void;
}

/** All published streams of a server. */
export class PublishedStreams {
  readonly #options: PublishedStreamsOptions;
  readonly #streams = new Map<string, PublishedStream>();

  constructor(options: PublishedStreamsOptions) {
    this.#options = options;
  }

  /**
   * Publishes what comes through a pipe under the pipe's name. Resolves with whether it does, once the stream can be watched. Of many
   * streams, one that nobody publishes gives way.
   */
  async publish(pipe: LivePipe, publisher: StreamPublisher): Promise<Published> {
    const { clock } = this.#options;
    const key = pipe.name.toLowerCase();
    const before = this.#streams.get(key);
    // Its end may be on its way.
    if (before !== undefined && this.#isPublished(before)) await this.#awaitEnd(before);
    const stream = this.#streams.get(key) ?? this.#add(pipe, publisher);
    if (stream === undefined || this.#isPublished(stream)) {
      pipe.port.close();
      return stream === undefined ? "full" : "taken";
    }
    stream.cancelEnd();
    stream.drop();
    stream.publisher = publisher;
    stream.heardMs = clock.nowMs();
    stream.drop = receiveInto(stream.feed, pipe, {
      onFrame: () => {
        stream.heardMs = clock.nowMs();
        stream.hasHadFrames = true;
      },
      onEnd: () => this.#leave(stream, publisher),
    });
    await stream.opened;
    return "published";
  }

  /** An engine has failed, and its clients are gone. */
  leaveAll(engine: number): void {
    for (const stream of this.#streams.values()) {
      const { publisher } = stream;
      if (publisher?.engine !== engine) continue;
      // Frames of its publisher may still be on their way: a stream that has ended takes none.
      stream.drop();
      this.#leave(stream, publisher);
    }
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#streams.values()) {
      stream.cancelEnd();
      stream.drop();
      stream.feed.end();
    }
    this.#streams.clear();
  }

  #add({ name, frameRate }: LivePipe, { hostname }: StreamPublisher): PublishedStream | undefined {
    const streams = [...this.#streams.values()];
    const ofAddress = streams.filter(({ publisher }) => publisher?.hostname === hostname).length;
    if (ofAddress >= MAX_PUBLISHED_STREAMS * PUBLISHED_ADDRESS_SHARE) return undefined;
    if (streams.length >= MAX_PUBLISHED_STREAMS) {
      const waiting = streams.find(({ publisher }) => publisher === undefined);
      if (waiting === undefined) return undefined;
      this.#end(waiting, "another one is published in its place");
    }
    const { clock, onOpened } = this.#options;
    const feed = new LiveFeed({ name, frameRate, clock });
    const opened = Promise.resolve(onOpened(feed));
    const ignore = () => {};
    const stream: PublishedStream = {
      ...{ feed, opened, publisher: undefined, heardMs: 0, hasHadFrames: false },
      ...{ onLeft: ignore, drop: ignore, cancelEnd: ignore },
    };
    this.#streams.set(name.toLowerCase(), stream);
    return stream;
  }

  /** Waits a moment for the publisher of a stream to go. */
  async #awaitEnd(stream: PublishedStream): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(PUBLISHER_LEAVING_MS, resolve);
    stream.onLeft = resolve;
    await promise;
    cancel();
  }

  /** Whether somebody publishes it, who was not silent for long: a network that has failed tells nobody. */
  #isPublished({ publisher, heardMs }: PublishedStream): boolean {
    return publisher !== undefined && this.#options.clock.nowMs() - heardMs < PUBLISHER_SILENCE_MS;
  }

  /** A publisher has gone; unless another one has taken its place, the stream waits for one. */
  #leave(stream: PublishedStream, publisher: StreamPublisher): void {
    if (stream.publisher !== publisher) return;
    const { clock, waitMs } = this.#options;
    const { feed } = stream;
    stream.publisher = undefined;
    stream.drop = () => {};
    stream.onLeft();
    // Who watches one that has never shown anything waits for nothing.
    if (!stream.hasHadFrames) return this.#end(stream, "no frame of it has come");
    feed.interrupt("nobody publishes it for now");
    stream.cancelEnd = clock.after(
      waitMs,
      () => this.#end(stream, `nobody has published it for ${waitMs / 1000} s`),
    );
  }

  #end({ feed, cancelEnd }: PublishedStream, reason: string): void {
    log.info("{name} ends: {reason}", { name: feed.name, reason });
    cancelEnd();
    this.#streams.delete(feed.name.toLowerCase());
    feed.end();
  }
}
