/**
 * Makes the session that fits what is to be played.
 *
 * @module
 */

import type { Clock } from "../../net/clock.ts";
import type { Dialect } from "../../rtsp/message.ts";
import type { KeepaliveMethods } from "../rtsp/keepalive_methods.ts";
import { LabSession } from "./lab_session.ts";
import type { PlayerSession, PlayerSessionEvents, TransportKind } from "./player_session.ts";
import { RtspSession } from "./rtsp_session.ts";
import { type Target, urlOf } from "./target.ts";

/** What to play, and how. */
export interface PlayerSessionOptions {
  /** What is played. */
  readonly target: Target;
  /** What RTSP/1.0 servers send over; `auto` tries UDP first. Lab servers have UDP only. */
  readonly transport?: "auto" | TransportKind;
  /** Name and version of the program. */
  readonly userAgent?: string;
  /** How long to wait for a reply, in milliseconds; default {@linkcode REPLY_TIMEOUT_MS}. */
  readonly replyTimeoutMs?: number;
  /** The requests that may keep sessions at the server alive. */
  readonly keepaliveMethods?: KeepaliveMethods;
  /** Times packets and replies. */
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1; default `Math.random`. */
  readonly random?: () => number;
}

/** A session in the dialect that is known, or one that finds it out. */
export function createSession(
  options: PlayerSessionOptions,
  { dialect, events }: { readonly dialect: Dialect | undefined; readonly events: PlayerSessionEvents },
): PlayerSession {
  const { target, transport = "auto", userAgent = "mjpegrtsp", clock, random = Math.random } = options;
  const { replyTimeoutMs, keepaliveMethods } = options;
  const spoken = dialect ?? ("url" in target ? "rtsp" : target.dialect);
  if (!("url" in target) && spoken !== "rtsp") {
    const { flowCount } = target;
    return new LabSession({ ...target, dialect: spoken, flowCount, userAgent, replyTimeoutMs, clock, events });
  }
  const { rtpPort } = target;
  return new RtspSession({
    ...{ url: urlOf(target), rtpPort, transport, userAgent, replyTimeoutMs, keepaliveMethods, clock, random, events },
  });
}
