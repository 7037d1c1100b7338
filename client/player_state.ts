/**
 * The life of a player: a table of what it is doing, and what that becomes with each event. What the server knows of the session is
 * the other half of its state: the table of rtsp/session_state.ts.
 *
 * @module
 */

import { type SessionMethod, type SessionState, validMethods } from "../rtsp/session_state.ts";

/** What a player is doing. */
export type PlayerPhase =
  /** Nothing: it waits for commands, whatever the state of the session. */
  | "idle"
  /** A request that opens no connection awaits its reply. */
  | "requesting"
  /** A connection is being opened: for SETUP, or because the session starts again. Closing does not wait for it. */
  | "connecting"
  /** The server is gone, and will be tried again after a while. */
  | "waiting"
  /** The server is gone, and is being tried again. */
  | "reconnecting"
  /** It is to end; what is under way has a short time left. */
  | "closing"
  /** Nothing will come any more. */
  | "ended";

/** What happens to a player. */
export type PlayerEvent =
  /** PLAY, PAUSE or TEARDOWN is sent. */
  | "request"
  /** SETUP, or a session that starts again. */
  | "connect"
  /** What was under way has succeeded or failed. */
  | "settle"
  /** The server is gone, or could not be reached again; it is to be tried again. */
  | "lose"
  /** The wait is over. */
  | "retry"
  /** The server is back. */
  | "reconnected"
  /** The server refuses for good. */
  | "refused"
  /** The user does not want the server back any more. */
  | "forget"
  /** The user wants the player to end. */
  | "close"
  /** All is closed. */
  | "end";

/** All phases, in the order of a life. */
export const PLAYER_PHASES = [
  "idle",
  "requesting",
  "connecting",
  "waiting",
  "reconnecting",
  "closing",
  "ended",
] as const satisfies readonly PlayerPhase[];

/** All events. */
export const PLAYER_EVENTS = [
  "request",
  "connect",
  "settle",
  "lose",
  "retry",
  "reconnected",
  "refused",
  "forget",
  "close",
  "end",
] as const satisfies readonly PlayerEvent[];

/** What changes; other events change nothing. */
const NEXT: Readonly<Record<PlayerPhase, Partial<Record<PlayerEvent, PlayerPhase>>>> = {
  idle: { request: "requesting", connect: "connecting", lose: "waiting", close: "closing" },
  requesting: { settle: "idle", lose: "waiting", close: "closing" },
  connecting: { settle: "idle", lose: "waiting", close: "closing" },
  // A request that was under way when the server was lost may settle here.
  waiting: { retry: "reconnecting", forget: "idle", close: "closing" },
  // A try that nobody wants any more goes on until it settles.
  reconnecting: { reconnected: "idle", lose: "waiting", refused: "idle", forget: "connecting", close: "closing" },
  closing: { end: "ended" },
  ended: {},
};

/** The phase after an event. */
export function nextPhase(phase: PlayerPhase, event: PlayerEvent): PlayerPhase {
  return NEXT[phase][event] ?? phase;
}

/** Whether the server is gone and wanted back. */
export function isLost(phase: PlayerPhase): boolean {
  return phase === "waiting" || phase === "reconnecting";
}

/** Whether a connection is being opened, which closing does not wait for. */
export function isConnecting(phase: PlayerPhase): boolean {
  return phase === "connecting" || phase === "reconnecting";
}

/** Whether the player is to end, or has ended. */
export function isEnding(phase: PlayerPhase): boolean {
  return phase === "closing" || phase === "ended";
}

/** The commands that make sense in a phase, with the session in a state. Where nothing comes any more, PLAY starts again. */
export function allowedCommands(
  phase: PlayerPhase,
  session: SessionState,
  { isSilent = false }: { readonly isSilent?: boolean } = {},
): readonly SessionMethod[] {
  switch (phase) {
    case "idle":
      return session === "PLAYING" && isSilent ? ["PLAY", ...validMethods(session)] : validMethods(session);
    case "waiting":
      return ["SETUP", "TEARDOWN"];
    case "reconnecting":
      return ["TEARDOWN"];
    default:
      return [];
  }
}
