/**
 * The state table of the player: which RTSP method may be sent in which state, and where it leads (RFC 2326, A.1, and
 * the networking lab's INIT / READY / PLAYING). Nothing else in the client decides on states.
 *
 * @module
 */

/** A state of the player's session. */
export type PlayerState = "INIT" | "READY" | "PLAYING";

/** A method that the player's user can ask for. */
export type PlayerCommand = "SETUP" | "PLAY" | "PAUSE" | "TEARDOWN";

const NEXT_STATE: Readonly<Record<PlayerState, Readonly<Partial<Record<PlayerCommand, PlayerState>>>>> = {
  INIT: { SETUP: "READY" },
  READY: { PLAY: "PLAYING", TEARDOWN: "INIT" },
  PLAYING: { PAUSE: "READY", TEARDOWN: "INIT" },
};

/** The state after `command` succeeded in `state`, or `undefined` where the command is not allowed. */
export function nextPlayerState(state: PlayerState, command: PlayerCommand): PlayerState | undefined {
  return NEXT_STATE[state][command];
}

/** The commands allowed in `state`, in the order of the lab's buttons. */
export function allowedCommands(state: PlayerState): PlayerCommand[] {
  return (["SETUP", "PLAY", "PAUSE", "TEARDOWN"] as const).filter((command) => command in NEXT_STATE[state]);
}
