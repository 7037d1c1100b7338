/**
 * What is to be played, and the session that fits it.
 *
 * @module
 */

import { hostAndPort } from "../../net/addresses.ts";
import type { Clock } from "../../net/clock.ts";
import type { Dialect } from "../../rtsp/message.ts";
import { LabSession } from "./lab_session.ts";
import type { PlayerSession, PlayerSessionEvents, TransportKind } from "./player_session.ts";
import { parseRtspUrl, type RtspUrl } from "../rtsp/rtsp_url.ts";
import { RtspSession } from "./rtsp_session.ts";

/** A stream named as in the networking lab. */
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

/** A stream named by its URL, at an RTSP/1.0 server. */
export interface UrlTarget {
  /** The stream. */
  readonly url: RtspUrl;
  /** UDP port to receive on; `undefined` for any. */
  readonly rtpPort?: number;
}

/** What to play and how. */
export interface PlayerSessionOptions {
  /** What is played, in one of the two ways to name it. */
  readonly target: LabTarget | UrlTarget;
  /** How packets travel from RTSP/1.0 servers; `auto` tries UDP first. Lab servers have UDP only. */
  readonly transport?: "auto" | TransportKind;
  /** Name and version of the program. */
  readonly userAgent?: string;
  /** Times packets and replies. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1; default `Math.random`. */
  readonly random?: () => number;
}

/** A session in the known dialect, or one that finds the dialect out. */
export function createPlayerSession(
  options: PlayerSessionOptions,
  { dialect, events }: { readonly dialect: Dialect | undefined; readonly events: PlayerSessionEvents },
): PlayerSession {
  const { target, transport = "auto", userAgent = "mjpegrtsp", clock, random = Math.random } = options;
  const spoken = dialect ?? ("url" in target ? "rtsp" : target.dialect);
  if (!("url" in target) && spoken !== "rtsp") {
    return new LabSession({ ...target, dialect: spoken, flowCount: target.flowCount, clock, events });
  }
  const url = "url" in target ? target.url : urlOf(target);
  return new RtspSession({ url, rtpPort: target.rtpPort, transport, userAgent, clock, random, events });
}

/** The URL of what a lab target names, at an RTSP/1.0 server. */
function urlOf({ hostname, port, file }: LabTarget): RtspUrl {
  return parseRtspUrl(`rtsp://${hostAndPort({ hostname, port })}/${file.split("/").map(encodeURIComponent).join("/")}`);
}
