/**
 * The state table of a session: which method may come in which state, and where it leads (RFC 2326, A.1 and A.2, and
 * the networking lab's INIT / READY / PLAYING). Server and client follow the same table; nothing else decides on states.
 *
 * @module
 */

import type { Dialect } from "./message.ts";

/** A state of a session. */
export type SessionState = "INIT" | "READY" | "PLAYING";

/** The methods of the state table, in the order of the lab's buttons. */
export const SESSION_METHODS = ["SETUP", "PLAY", "PAUSE", "TEARDOWN"] as const;

/** One of {@linkcode SESSION_METHODS}. */
export type SessionMethod = typeof SESSION_METHODS[number];

const NEXT_STATE: Readonly<Record<SessionState, Readonly<Partial<Record<SessionMethod, SessionState>>>>> = {
  INIT: { SETUP: "READY" },
  READY: { PLAY: "PLAYING", TEARDOWN: "INIT" },
  PLAYING: { PAUSE: "READY", TEARDOWN: "INIT" },
};

/** RFC 2326, A.2, allows RTSP/1.0 clients more: PLAY while playing, which seeks or changes the speed, and PAUSE while paused. */
const NEXT_RTSP_STATE: typeof NEXT_STATE = {
  INIT: NEXT_STATE.INIT,
  READY: { ...NEXT_STATE.READY, PAUSE: "READY" },
  PLAYING: { ...NEXT_STATE.PLAYING, PLAY: "PLAYING" },
};

/** The state after `method` succeeded in `state`; `undefined` if the method is not valid in it. */
export function nextState(
  state: SessionState,
  method: SessionMethod,
  { dialect = "lab" }: { readonly dialect?: Dialect } = {},
): SessionState | undefined {
  return (dialect === "rtsp" ? NEXT_RTSP_STATE : NEXT_STATE)[state][method];
}

/** The methods valid in `state`. */
export function validMethods(state: SessionState): SessionMethod[] {
  return SESSION_METHODS.filter((method) => nextState(state, method) !== undefined);
}

/** Whether the state table knows a method of that name. */
export function isSessionMethod(method: string): method is SessionMethod {
  return (SESSION_METHODS as readonly string[]).includes(method);
}
