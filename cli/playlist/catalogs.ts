/**
 * Servers that are named without a stream, `rtsp://HOST:PORT/`: what their catalogues list is played.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { isHttpUrl } from "../../client/http/http_url.ts";
import { askForCatalog, type CatalogOptions } from "../../client/playlist/catalog.ts";
import type { PlaylistSource } from "../../client/playlist/playlist_entry.ts";
import { serverOf, type Target, type UrlTarget } from "../../client/session/target.ts";
import { FailedError } from "../options/errors.ts";

const log = getLogger(["mjpegrtsp", "play"]);

/**
 * The streams that are meant. A server without a catalogue is played by its URL: some have one stream, under no name. Rejects with a
 * `FailedError` where a server that is alone cannot be reached, or serves nothing.
 */
export async function withCatalogs(
  targets: readonly Target[],
  options: CatalogOptions,
): Promise<readonly PlaylistSource[]> {
  const found: PlaylistSource[] = [];
  for (const target of targets) {
    const streams = isServer(target)
      ? await streamsOf(target, { ...options, isAlone: targets.length === 1 })
      : undefined;
    found.push(...streams ?? [{ target }]);
  }
  return found;
}

function isServer(target: Target): target is UrlTarget {
  return "url" in target && !isHttpUrl(target.url) && target.url.path === "/";
}

async function streamsOf(
  target: UrlTarget,
  { isAlone, ...options }: CatalogOptions & { readonly isAlone: boolean },
): Promise<readonly PlaylistSource[] | undefined> {
  const server = serverOf(target);
  try {
    const streams = await askForCatalog(target.url, options);
    if (streams === undefined) log.info("{server} has no catalogue: what it has without a name is played", { server });
    else log.info("{server} lists {count} streams", { server, count: streams.length });
    if (streams?.length === 0) throw new Error(`${server} serves nothing that can be played`);
    return streams;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (isAlone) throw new FailedError(reason);
    // It has its place in the list, which says that it fails.
    log.warn("{reason}", { reason });
    return undefined;
  }
}
