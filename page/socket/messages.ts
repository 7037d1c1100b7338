/**
 * What the page is told, and what it asks for: texts in JSON. Frames and sound are in media_message.ts.
 *
 * @module
 */

import type { SoundFormat } from "../../mjpeg/sound.ts";
import type { ExchangedReports } from "../wire_view.ts";
import { isSessionMethod, type SessionMethod } from "../../rtsp/session_state.ts";
import {
  type EmulatedNetwork,
  isScale,
  type PlaybackStatistics,
  type PlaybackStatus,
  type WireMessage,
} from "../playback.ts";
import { networkOf } from "../emulate_command.ts";
import type { PacketsMessage } from "../packet_feed.ts";
import type { CellRates, PlaylistStatus } from "../playlist.ts";

/** A message to the page, as JSON. */
export type PageMessage =
  /** What is played; it comes first, and again where another stream is played from now on. */
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
    readonly reports: ExchangedReports | undefined;
  } & PlaybackStatistics
  | PacketsMessage
  /** Messages of the dialogue that the page does not have yet. */
  | { readonly type: "wire"; readonly messages: readonly WireMessage[] }
  /** Comes where there are several streams. */
  | { readonly type: "playlist" } & PlaylistStatus
  /** Comes while the page shows the grid. */
  | { readonly type: "grid"; readonly rates: readonly CellRates[] }
  | { readonly type: "error"; readonly text: string };

/** What the page asks of the player. */
export type PlayerCommand =
  | { readonly command: SessionMethod | "step" }
  | { readonly command: "seek"; readonly seconds: number }
  | { readonly command: "scale"; readonly scale: number }
  | { readonly command: "emulate"; readonly network: Partial<EmulatedNetwork> };

/** What the page asks of the playlist, or wants of it: the streams of the grid in place of the one. */
export type PlaylistCommand =
  | { readonly command: "select"; readonly index: number }
  | { readonly command: "skip"; readonly direction: 1 | -1 }
  | { readonly command: "loop" | "shuffle"; readonly wanted: boolean }
  | { readonly command: "grid"; readonly wanted: boolean };

/** What the page wants from now on: the sound; pictures, not while nobody sees them; to hear of packets while it draws them. */
export type PageWish = { readonly command: "sound" | "pictures" | "packets"; readonly wanted: boolean };

/** A message from the page, as JSON. */
export type PageCommand = PlayerCommand | PlaylistCommand | PageWish;

const FOR_PLAYLIST: readonly string[] = [
  "select",
  "skip",
  "loop",
  "shuffle",
  "grid",
] satisfies PlaylistCommand["command"][];
const WISHES: readonly string[] = ["sound", "pictures", "packets"] satisfies PageWish["command"][];

/** Whether a command is one for the playlist. */
export function isForPlaylist(command: PageCommand): command is PlaylistCommand {
  return FOR_PLAYLIST.includes(command.command);
}

/** Whether a command says what the page wants from now on. */
export function isWish(command: PageCommand): command is PageWish {
  return WISHES.includes(command.command);
}

/** Decodes a message from the page; `undefined` where it is not a command. */
export function decodePageCommand(text: string): PageCommand | undefined {
  try {
    const { command, seconds, scale, wanted, index, direction, network: given } = JSON.parse(text) ?? {};
    switch (command) {
      case "step":
        return { command };
      case "seek":
        return Number.isFinite(seconds) ? { command, seconds } : undefined;
      case "scale":
        return Number.isFinite(scale) && isScale(scale) ? { command, scale } : undefined;
      case "emulate": {
        const network = networkOf(given);
        return network && { command, network };
      }
      case "sound":
      case "packets":
      case "pictures":
      case "grid":
      case "loop":
      case "shuffle":
        return typeof wanted === "boolean" ? { command, wanted } : undefined;
      case "select":
        return Number.isSafeInteger(index) ? { command, index } : undefined;
      case "skip":
        return direction === 1 || direction === -1 ? { command, direction } : undefined;
    }
    return typeof command === "string" && isSessionMethod(command) ? { command } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
