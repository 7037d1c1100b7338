/**
 * Makes the session that fits what is to be played.
 *
 * @module
 */

import type { Capture } from "../../net/capture/capture.ts";
import type { Clock } from "../../net/clock.ts";
import { HttpSession } from "../http/http_session.ts";
import { isHttpUrl } from "../http/http_url.ts";
import type { KeepaliveMethods } from "../rtsp/keepalive_methods.ts";
import { LabSession } from "./lab_session.ts";
import type { PlayerSession, PlayerSessionEvents, TransportKind } from "./player_session.ts";
import { RtspSession } from "./rtsp_session.ts";
import { type Target, urlOf } from "./target.ts";

/** What to play, and how. */
export interface PlayerSessionOptions {
  /** What is played. */
  readonly target: Target;
  /** How often a camera is asked for its snapshot, a second; default {@linkcode SNAPSHOT_FPS}. */
  readonly snapshotFps?: number;
  /** What RTSP/1.0 servers send over; `auto` tries UDP first. Lab servers have UDP only. */
  readonly transport?: "auto" | TransportKind;
  /** Whether to ask for packets again that are lost over UDP, where the server sends them; default true. */
  readonly repairs?: boolean;
  /** Name and version of the program. */
  readonly userAgent?: string;
  /** How long to wait for a reply, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  /** The requests that may keep sessions at the server alive. */
  readonly keepaliveMethods?: KeepaliveMethods;
  /** Is told what goes over the wire; without it, nothing is. Sessions over HTTP tell nothing. */
  readonly capture?: Capture;
  /** Times packets and replies. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1; default `Math.random`. */
  readonly random?: () => number;
}

/** A session in the dialect that is known, or one that finds it out. */
export function createSession(
  options: PlayerSessionOptions,
  { dialect, events }: { readonly dialect: PlayerSession["dialect"]; readonly events: PlayerSessionEvents },
): PlayerSession {
  const { target, transport = "auto", repairs = true, userAgent = "mjpegrtsp", clock, random = Math.random } = options;
  const { replyTimeoutMs, keepaliveMethods, capture } = options;
  if ("url" in target && isHttpUrl(target.url)) {
    const { snapshotFps } = options;
    return new HttpSession({ url: target.url, snapshotFps, userAgent, replyTimeoutMs, clock, random, events });
  }
  const spoken = dialect ?? ("url" in target ? "rtsp" : target.dialect);
  if (!("url" in target) && spoken !== "rtsp" && spoken !== "http") {
    const { flowCount } = target;
    return new LabSession({ ...target, dialect: spoken, flowCount, userAgent, replyTimeoutMs, capture, clock, events });
  }
  const { rtpPort } = target;
  return new RtspSession({
    ...{
      url: urlOf(target),
      rtpPort,
      transport,
      repairs,
      userAgent,
      replyTimeoutMs,
      keepaliveMethods,
      capture,
      clock,
      random,
      events,
    },
  });
}
