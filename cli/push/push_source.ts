/**
 * What is published: a file or a folder, the test source, a stream of another server, or standard input.
 *
 * @module
 */

import type { Player } from "../../client/player.ts";
import { systemClock } from "../../net/system_clock.ts";
import type { Source } from "../../server/source/source.ts";
import { DrawnTestFrames } from "../../server/source/test_frames.ts";
import { TestSource } from "../../server/source/test_source.ts";
import { type FileOptions, openFile } from "../open_file.ts";
import { FailedError } from "../options/errors.ts";
import { Relay } from "../relay/relay.ts";
import { openStdin } from "../stdin_source.ts";

/** A source, and what ends it. */
export interface PushSource {
  readonly source: Source;
  close(): Promise<void>;
}

/** A file or a folder. Rejects with a {@linkcode FailedError}. */
export async function openMovie(path: string, options: Omit<FileOptions, "doing">): Promise<PushSource> {
  try {
    const { source, close } = await openFile(path, { ...options, doing: "push" });
    return { source, close: () => Promise.resolve(close()) };
  } catch (error) {
    throw error instanceof FailedError
      ? error
      : new FailedError(error instanceof Error ? error.message : String(error));
  }
}

/** The test source. */
export function openTestSource(): PushSource {
  const source = new TestSource(new DrawnTestFrames());
  return { source, close: () => Promise.resolve(source.close()) };
}

/** A stream of another server. */
export function openStream(name: string, createPlayer: (transport: "tcp" | "udp") => Player): PushSource {
  const relay = new Relay({ name, isAlwaysOn: true, createPlayer, clock: systemClock, random: Math.random });
  return { source: relay.feed, close: () => relay.close() };
}

/** Standard input. Throws a {@linkcode FailedError} where nobody writes to it. */
export function openInput(): PushSource {
  const { feed, run } = openStdin();
  run();
  return {
    source: feed,
    close() {
      feed.end();
      return Promise.resolve();
    },
  };
}
