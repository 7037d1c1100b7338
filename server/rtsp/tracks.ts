/**
 * The URLs of a stream and its tracks (RFC 2326, C.1.1): what they name, both ways.
 *
 * @module
 */

import { decodePercents, encodePath } from "../../rtsp/fields/uri.ts";
import type { TrackKind } from "../send/rtp_stream.ts";

/** Control URLs of the tracks, relative to the stream's. */
export const TRACKS: Readonly<Record<TrackKind, string>> = { video: "track1", sound: "track2" };

/** What a URL names. */
export interface NamedTrack {
  /** The source, decoded. */
  readonly name: string;
  /** The track; `undefined` for the whole stream. */
  readonly track: TrackKind | undefined;
}

/**
 * What a URL names; `undefined` for what is no URL. A request has no fragment: `#` is part of a name, which ffmpeg sends as it was
 * typed.
 */
export function namedTrack(uri: string): NamedTrack | undefined {
  const match = /^rtsps?:\/\/[^/?#]*([^?]*)/i.exec(uri);
  if (match === null) return undefined;
  const segments = decodePercents(match[1]).split("/").filter((segment) => segment !== "");
  const track = trackCalled(segments.at(-1));
  return { name: (track === undefined ? segments : segments.slice(0, -1)).join("/"), track };
}

/** The source that a URL names, with or without its track; `undefined` for what is no URL. */
export function sourceName(uri: string): string | undefined {
  return namedTrack(uri)?.name;
}

/** The URL of a stream as a folder that its tracks are in, without query, encoded: `uri` is as a person typed it. */
export function contentBase(uri: string): string {
  const [, server, path] = /^([^:/?#]+:\/\/[^/?#]*)?([^?]*)/.exec(uri)!;
  const segments = path.split("/");
  while (segments.at(-1) === "") segments.pop();
  return `${server ?? ""}${encodePath(segments.join("/"))}/`;
}

/** The URL of a track of the stream that `uri` names, itself or by one of its tracks. */
export function trackUrl(uri: string, track: TrackKind): string {
  const base = contentBase(uri);
  const named = base.slice(0, -1).split("/").at(-1);
  return (trackCalled(named) === undefined ? base : base.slice(0, -1 - named!.length)) + TRACKS[track];
}

function trackCalled(segment: string | undefined): TrackKind | undefined {
  return segment === TRACKS.video ? "video" : segment === TRACKS.sound ? "sound" : undefined;
}
