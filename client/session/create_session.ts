/**
 * Makes the session that fits what is to be played.
 *
 * @module
 */

import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import type { Dialect } from "../../rtsp/message.ts";
import { LabSession } from "./lab_session.ts";
import type { MediaSession, MediaSessionEvents, TransportKind } from "./media_session.ts";
import { parseRtspUrl, type RtspUrl } from "../rtsp/rtsp_url.ts";
import { RtspSession } from "./rtsp_session.ts";

/** A movie named as the networking lab does. */
export interface LabTarget {
  /** Host name or IP address of the server. */
  readonly hostname: string;
  /** TCP port of the server. */
  readonly port: number;
  /** UDP port to receive on. */
  readonly rtpPort: number;
  /** The bare file name to ask for. */
  readonly file: string;
  /** The dialect to speak, or `auto` to find out. */
  readonly dialect: "auto" | Dialect;
  /** Sockets that the server is to send from (multi-flow fork); `undefined` for a plain session. */
  readonly flowCount?: number;
}

/** A stream named by its URL, at a server of the standards. */
export interface UrlTarget {
  /** The stream. */
  readonly url: RtspUrl;
  /** UDP port to receive on; `undefined` for any. */
  readonly rtpPort?: number;
}

/** What to play and how. */
export interface SessionFactoryOptions {
  /** What is played, in one of the two ways to name it. */
  readonly source: LabTarget | UrlTarget;
  /** How packets travel from servers of the standards; `auto` tries UDP first. Lab servers have UDP only. */
  readonly transport?: "auto" | TransportKind;
  /** Name and version of the program. */
  readonly userAgent?: string;
  /** Times packets and replies. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1; default `Math.random`. */
  readonly random?: () => number;
}

/** A session in the dialect that is known, or that finds it out. */
export function createSession(
  options: SessionFactoryOptions,
  { dialect, events }: { readonly dialect: Dialect | undefined; readonly events: MediaSessionEvents },
): MediaSession {
  const { source, transport = "auto", userAgent = "mjpegrtsp", clock, random = Math.random } = options;
  const spoken = dialect ?? ("url" in source ? "rtsp" : source.dialect);
  if (!("url" in source) && spoken !== "rtsp") {
    return new LabSession({ ...source, dialect: spoken, flowCount: source.flowCount, clock, events });
  }
  const url = "url" in source ? source.url : urlOf(source);
  return new RtspSession({ url, rtpPort: source.rtpPort, transport, userAgent, clock, random, events });
}

/** The URL of what a lab source names, at a server of the standards. */
function urlOf({ hostname, port, file }: LabTarget): RtspUrl {
  return parseRtspUrl(`rtsp://${hostAndPort({ hostname, port })}/${file.split("/").map(encodeURIComponent).join("/")}`);
}
