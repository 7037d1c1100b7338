/**
 * What the page is told, and what it asks for: texts in JSON. Frames and sound are in media_message.ts.
 *
 * @module
 */

import type { SoundFormat } from "../../mjpeg/sound.ts";
import { isSessionMethod, type SessionMethod } from "../../rtsp/session_state.ts";
import { isScale, type PlaybackStatistics, type PlaybackStatus, type WireMessage } from "../playback.ts";

/** A message to the page, as JSON. */
export type PageMessage =
  | {
    readonly type: "hello";
    /** Changes with the files of the page: a page of another build reloads itself. */
    readonly build: string;
    readonly title: string;
    readonly server: string;
  }
  | {
    readonly type: "status";
    /** The sound that comes beside the frames, for pages that want it; left out where there is none. */
    readonly sound: SoundFormat | undefined;
  } & PlaybackStatus
  | {
    readonly type: "stats";
    readonly droppedFrames: number;
    /** The first bytes of a packet of the video. */
    readonly packet: readonly number[] | undefined;
  } & PlaybackStatistics
  /** Messages of the dialogue that the page does not have yet. */
  | { readonly type: "wire"; readonly messages: readonly WireMessage[] }
  | { readonly type: "error"; readonly text: string };

/** What the page asks of the player. */
export type PlayerCommand =
  | { readonly command: SessionMethod | "step" }
  | { readonly command: "seek"; readonly seconds: number }
  | { readonly command: "scale"; readonly scale: number };

/** A message from the page, as JSON: something for the player to do, or whether the page wants the sound from now on. */
export type PageCommand = PlayerCommand | { readonly command: "sound"; readonly wanted: boolean };

/** Decodes a message from the page; `undefined` where it is not a command. */
export function decodePageCommand(text: string): PageCommand | undefined {
  try {
    const { command, seconds, scale, wanted } = JSON.parse(text) ?? {};
    if (command === "step") return { command };
    if (command === "seek") return Number.isFinite(seconds) ? { command, seconds } : undefined;
    if (command === "scale") return Number.isFinite(scale) && isScale(scale) ? { command, scale } : undefined;
    if (command === "sound") return typeof wanted === "boolean" ? { command, wanted } : undefined;
    return typeof command === "string" && isSessionMethod(command) ? { command } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
