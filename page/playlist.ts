/**
 * Several streams, one of which is played at a time, as viewers see them: a player that has more than one implements
 * {@linkcode Playlist} beside `Playback`, which is then that of the stream that is played. All may be watched at once in a grid.
 *
 * @module
 */

import type { ReceivedFrame } from "./playback.ts";

/** What a stream of the list is doing. */
export type ItemState =
  /** Nothing. */
  | "idle"
  /** It has been asked for, and its server has not answered yet. */
  | "waiting"
  | "playing"
  | "paused"
  /** It has been played to its end. */
  | "ended"
  /** It cannot be played, or its server is gone. */
  | "failed";

/** What is known of a stream of the list, whether it is played or not. */
export interface KnownOfItem {
  /** Its length, in seconds; `undefined` where it has none, or none is known yet. */
  readonly durationSeconds: number | undefined;
  /** Whether it is known to have no end. */
  readonly isLive: boolean;
  /** Size of its pictures, in pixels, and frames a second; left out where they are not known. */
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
}

/** A stream of the list. */
export interface PlaylistItem extends KnownOfItem {
  /** Its name, for instance `movie.mjpeg`. */
  readonly name: string;
  /** Its server, for instance `127.0.0.1:1025`. */
  readonly server: string;
  readonly state: ItemState;
}

/** How fast a stream comes: in the last second. */
export interface CellRates {
  /** Whole frames. */
  readonly fps: number;
  /** Payload bits. */
  readonly bitrate: number;
}

/** Takes a frame of the item with that index. It must return quickly, and not write to its bytes. */
export type CellFrameListener = (index: number, frame: ReceivedFrame) => void;

/** The list as it is now. */
export interface PlaylistStatus {
  readonly items: readonly PlaylistItem[];
  /** Index of the item that is played. */
  readonly current: number;
  /** Whether one comes behind it, and before it. */
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  /** Whether the item that is played is played again at its end: then no other follows. */
  readonly loops: boolean;
  /** Whether the items come in random order. */
  readonly shuffles: boolean;
  /** Whether pages begin with the grid. */
  readonly opensGrid: boolean;
  /** How many items the grid has room for: the first ones. */
  readonly cells: number;
}

/** Changes between the streams of a list. Who subscribes to the `Playback` hears of it. */
export interface Playlist {
  readonly list: PlaylistStatus;
  /** Plays an item; nothing happens where there is none of that index. */
  select(index: number): void;
  /** Plays the next item (1), or the one before (-1), where there is one. */
  skip(direction: 1 | -1): void;
  setLoops(loops: boolean): void;
  setShuffles(shuffles: boolean): void;
  /** A JPEG of the item with that index, once it could be had; `undefined` where there is none. */
  thumbnail(index: number): Promise<Uint8Array | undefined>;
  /** How fast the streams of the grid come, in the order of their items. */
  readonly rates: readonly CellRates[];
  /** Plays the streams of the grid all at once, for as long as somebody watches. Returns the function that ends watching. */
  watchGrid(viewer: CellFrameListener): () => void;
}
