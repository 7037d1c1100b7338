/**
 * What each thread of a server may do. Deno gives the right to send a datagram only with that to use the network at all, to any address.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import type { ServedPlace } from "../source/served/served.ts";

const NOTHING_ELSE = { write: false, env: false, run: false, sys: false, ffi: false, import: false } as const;

/** Rights of an engine: the network, and reading what is served. */
export function rightsOfEngine(place: ServedPlace | undefined): Deno.PermissionOptionsObject {
  return { net: true, read: readablePaths(place), ...NOTHING_ELSE };
}

/** A directory, or the movies that are served for themselves, with their sounds. */
function readablePaths(place: ServedPlace | undefined): string[] {
  if (place === undefined) return [];
  if ("directory" in place) return [place.directory];
  return place.movies.flatMap(({ realPath, soundPath }) =>
    soundPath === undefined ? [realPath] : [realPath, soundPath]
  );
}

/** Rights of the host: those of the engines that it starts, and reading the program itself, which their code is in. */
export function rightsOfHost(place: ServedPlace | undefined): Deno.PermissionOptionsObject {
  const program = fromFileUrl(new URL("../../", import.meta.url));
  const { read, ...rest } = rightsOfEngine(place);
  return { ...rest, read: [...read as string[], program] };
}
