/**
 * The catalogue of a server: what it serves, as a playlist. Servers of ours answer a DESCRIBE of `rtsp://HOST:PORT/` with it where the
 * client accepts `application/json`; to others that is a DESCRIBE like any other.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import { MAX_CATALOG_STREAMS } from "../limits.ts";
import { RtspDialogue } from "../rtsp/rtsp_dialogue.ts";
import { parseRtspUrl, type RtspUrl } from "../rtsp/rtsp_url.ts";
import type { UrlTarget } from "../session/target.ts";
import type { PlaylistSource } from "./playlist_entry.ts";

/** How to ask. */
export interface CatalogOptions {
  /** Name and version of the program. */
  readonly userAgent: string;
  /** Times out connecting and replies. */
  readonly clock: Clock;
  /** How long to wait for a reply, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** What a server serves; `undefined` where it has no catalogue. Rejects where the server cannot be reached, or does not answer. */
export async function askForCatalog(
  url: RtspUrl,
  { signal, ...options }: CatalogOptions,
): Promise<readonly PlaylistSource[] | undefined> {
  const dialogue = new RtspDialogue({
    ...{ ...options, url, random: Math.random, isChannel: () => false },
    onPacket() {},
    onRedirect() {},
    onClosed() {},
  });
  const give = () => dialogue.close();
  signal.addEventListener("abort", give);
  try {
    await dialogue.connect();
    const { status, headers, body } = await dialogue.tryRequest("DESCRIBE", {
      url: url.href,
      headers: [["Accept", "application/json, application/sdp"]],
    });
    const isJson = /^application\/json\b/i.test(headers.get("Content-Type") ?? "");
    return status === 200 && isJson ? decodeCatalog(body, url) : undefined;
  } finally {
    signal.removeEventListener("abort", give);
    dialogue.close();
  }
}

/**
 * Decodes a catalogue that a server has given for `url`; `undefined` where it is none. Streams of other servers are left out: the
 * password is for this one.
 */
export function decodeCatalog(body: string, url: RtspUrl): readonly PlaylistSource[] | undefined {
  const streams = streamsOf(body);
  return streams?.slice(0, MAX_CATALOG_STREAMS).flatMap((stream) => {
    const target = targetOf(stream.url, url);
    if (target === undefined) return [];
    const [durationSeconds, width, height, frameRate] = ["duration", "width", "height", "frameRate"].map((name) =>
      typeof stream[name] === "number" && Number.isFinite(stream[name]) && stream[name] > 0 ? stream[name] : undefined
    );
    return [{ target, known: { durationSeconds, isLive: stream.duration === null, width, height, frameRate } }];
  });
}

/** The objects that a catalogue lists. */
function streamsOf(body: string): Record<string, unknown>[] | undefined {
  try {
    const { streams } = JSON.parse(body) ?? {};
    return Array.isArray(streams)
      ? streams.filter((stream) => typeof stream === "object" && stream !== null)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A stream of the same server, with the user name and password that are for it. */
function targetOf(text: unknown, { hostname, port, user, password }: RtspUrl): UrlTarget | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const url = parseRtspUrl(text);
    return url.hostname === hostname && url.port === port ? { url: { ...url, user, password } } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
