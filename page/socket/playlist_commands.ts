/**
 * What one page asks of the playlist.
 *
 * @module
 */

import type { Playlist } from "../playlist.ts";
import type { PlaylistCommand } from "./messages.ts";

/** Has the playlist do it. */
export function passToPlaylist(
  playlist: Playlist,
  command: Exclude<PlaylistCommand, { readonly command: "grid" }>,
): void {
  switch (command.command) {
    case "select":
      return playlist.select(command.index);
    case "skip":
      return playlist.skip(command.direction);
    case "loop":
      return playlist.setLoops(command.wanted);
    case "shuffle":
      return playlist.setShuffles(command.wanted);
  }
}
