/**
 * What each thread of a server may do. Deno gives the right to send a datagram only with that to use the network at all, to any address.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import type { ServedPlace } from "../source/files/served_root.ts";

const NOTHING_ELSE = { write: false, env: false, run: false, sys: false, ffi: false, import: false } as const;

/** Rights of an engine: the network, and reading what is served. */
export function rightsOfEngine(place: ServedPlace | undefined): Deno.PermissionOptionsObject {
  return { net: true, read: readablePaths(place), ...NOTHING_ELSE };
}

/** A file that is served alone, and its sound, or a directory. */
function readablePaths(place: ServedPlace | undefined): string[] {
  if (place?.onlyFile === undefined) return place === undefined ? [] : [place.directory];
  const { realPath, soundPath } = place.onlyFile;
  return soundPath === undefined ? [realPath] : [realPath, soundPath];
}

/** Rights of the host: those of the engines that it starts, and reading the program itself, which their code is in. */
export function rightsOfHost(place: ServedPlace | undefined): Deno.PermissionOptionsObject {
  const program = fromFileUrl(new URL("../../", import.meta.url));
  const { read, ...rest } = rightsOfEngine(place);
  return { ...rest, read: [...read as string[], program] };
}
