/**
 * The player's names for the states and methods of the one state table.
 *
 * @module
 */

import { nextState, type SessionMethod, type SessionState, validMethods } from "../rtsp/session_state.ts";

/** A state of the player's session. */
export type PlayerState = SessionState;
/** A method that the player's user can ask for. */
export type PlayerCommand = SessionMethod;
/** See {@linkcode nextState}. */
export const nextPlayerState = nextState;
/** See {@linkcode validMethods}. */
export const allowedCommands = validMethods;
