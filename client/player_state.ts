/**
 * The life of a player: a table of states and events. What the player may do, and what it tells its viewers of its session, follows
 * from the state alone.
 *
 * @module
 */

import type { SessionState } from "../rtsp/session_state.ts";

/** Where a player stands. */
export type PlayerState =
  /** There is no session. */
  | "idle"
  /** A session is set up, and frames are not asked for. */
  | "ready"
  /** Frames are asked for. */
  | "playing"
  /** As `playing`, and the server has said that the stream has ended; no packet has come since. */
  | "at-end"
  /** The server has gone, and is tried again. */
  | "lost"
  /** The player ends, and its session is still to be torn down. */
  | "leaving"
  /** The player ends, and has no session. */
  | "closing"
  /** The player has ended: nothing more comes. */
  | "ended";

/** What happens to a player. */
export type PlayerEvent =
  /** SETUP was answered, or PAUSE. */
  | "ready"
  /** PLAY was answered. */
  | "played"
  /** The session is over: torn down, refused, or given up. */
  | "session-over"
  /** The server has gone, and is to be tried again. */
  | "server-lost"
  /** The server says that the stream has ended. */
  | "stream-ended"
  /** A packet of the stream has come. */
  | "packet"
  /** The player is to end. */
  | "close"
  /** The player has given up all that it had. */
  | "closed";

const NEXT: Readonly<Record<PlayerState, Readonly<Partial<Record<PlayerEvent, PlayerState>>>>> = {
  "idle": { "ready": "ready", "played": "playing", "close": "closing" },
  "ready": { "played": "playing", "session-over": "idle", "server-lost": "lost", "close": "leaving" },
  "playing": {
    ...{ "ready": "ready", "session-over": "idle", "server-lost": "lost" },
    ...{ "stream-ended": "at-end", "close": "leaving" },
  },
  "at-end": {
    ...{ "ready": "ready", "played": "playing", "session-over": "idle", "server-lost": "lost" },
    ...{ "packet": "playing", "close": "leaving" },
  },
  "lost": { "ready": "ready", "played": "playing", "session-over": "idle", "close": "closing" },
  // A step that was under way may still bring a session.
  "leaving": { "session-over": "closing", "closed": "ended" },
  "closing": { "ready": "leaving", "played": "leaving", "closed": "ended" },
  "ended": {},
};

/** The state after `event` in `state`: the same where the event means nothing there. */
export function nextPlayerState(state: PlayerState, event: PlayerEvent): PlayerState {
  return NEXT[state][event] ?? state;
}

/** What viewers are told of the session in a state of the player. */
export function sessionStateOf(state: PlayerState): SessionState {
  switch (state) {
    case "playing":
    case "at-end":
      return "PLAYING";
    case "ready":
    case "leaving":
      return "READY";
    default:
      return "INIT";
  }
}

/** Whether the player has ended, or is about to. */
export function isEnding(state: PlayerState): boolean {
  return state === "leaving" || state === "closing" || state === "ended";
}
