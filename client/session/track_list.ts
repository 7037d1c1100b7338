/**
 * The tracks of a session: the video first, then sound. What concerns all of them is done here.
 *
 * @module
 */

import { InterleavedPath } from "../transport/interleaved_path.ts";
import type { Track } from "./track.ts";

/** The tracks that are set up; none before SETUP and once they are closed. */
export class TrackList {
  #tracks: Track[] = [];

  get video(): Track | undefined {
    return this.#tracks[0];
  }

  get audio(): readonly Track[] {
    return this.#tracks.slice(1);
  }

  add(track: Track): void {
    this.#tracks.push(track);
  }

  /** Goes on without a track. */
  drop(track: Track): void {
    track.close();
    this.#tracks = this.#tracks.filter((other) => other !== track);
  }

  /** Packets may come. */
  accept(): void {
    for (const track of this.#tracks) track.path.accept();
  }

  /** Takes a packet out of the RTSP connection. */
  takeInterleaved(channel: number, data: Uint8Array): void {
    for (const { path } of this.#tracks) if (path instanceof InterleavedPath) path.take(channel, data);
  }

  /** Reports now and every few seconds. */
  startReports(): void {
    for (const track of this.#tracks) track.startReports();
  }

  stopReports(): void {
    for (const track of this.#tracks) track.stopReports();
  }

  /** Says to the senders that we leave. */
  sayBye(): void {
    for (const track of this.#tracks) track.sayBye();
  }

  /** Gives the frames that wait for missing packets. */
  flush(): void {
    for (const track of this.#tracks) track.flush();
  }

  /** Takes nothing more in. */
  close(): void {
    for (const track of this.#tracks) track.close();
    this.#tracks = [];
  }
}
