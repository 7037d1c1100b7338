/**
 * Starts a server for the files among what `play` is asked for.
 *
 * @module
 */

import type { Target } from "../../client/session/target.ts";
import type { LogLevel } from "../../server/engines/settings.ts";
import type { FilePath } from "../options/play_target.ts";
import { standardError } from "../terminal/line_output.ts";
import { findLocalMovies } from "./local_movies.ts";
import { LocalServer } from "./local_server.ts";

/** How to serve. */
export interface LocalOptions {
  /** All arguments of `play`, for errors. */
  readonly positionals: readonly string[];
  /** Frames a second of movies that have no times of their own. */
  readonly frameRate: number;
  /** UDP port to receive on; `undefined` for any. */
  readonly rtpPort: number | undefined;
  readonly logLevel: LogLevel;
}

/** What to play, and the server of what are files; `undefined` where none are. */
export interface OpenedLocal {
  readonly targets: readonly Target[];
  readonly server: LocalServer | undefined;
}

/** Serves the files among `asked`. Rejects with an error that says what to do where one is not there, or may not be read. */
export async function openLocal(
  asked: readonly (Target | FilePath)[],
  { positionals, ...options }: LocalOptions,
): Promise<OpenedLocal> {
  const paths = asked.flatMap((one) => "path" in one ? [one.path] : []);
  const server = paths.length === 0 ? undefined : await LocalServer.start({
    ...options,
    files: await findLocalMovies(paths, positionals),
    onLogDropped: (count) => standardError.onDropped(count),
  });
  const targetsOf = (one: Target | FilePath): readonly Target[] =>
    "path" in one ? server?.targetsOf(one.path) ?? [] : [one];
  return { targets: asked.flatMap(targetsOf), server };
}
