/**
 * The tracks of a session: the video first, then sound. What is done to all of them is done here.
 *
 * @module
 */

import type { Track } from "./track.ts";

/** The tracks that are set up; none before SETUP and once they are closed. */
export class TrackList {
  #tracks: readonly Track[] = [];

  get video(): Track | undefined {
    return this.#tracks[0];
  }

  get audio(): readonly Track[] {
    return this.#tracks.slice(1);
  }

  add(track: Track): void {
    this.#tracks = [...this.#tracks, track];
  }

  /** Goes on without a track. */
  drop(track: Track): void {
    track.close();
    this.#tracks = this.#tracks.filter((other) => other !== track);
  }

  /** Lets packets in. */
  accept(): void {
    for (const track of this.#tracks) track.path.accept();
  }

  /** Takes no packet any more: those that come after TEARDOWN were not asked for. */
  refuse(): void {
    for (const track of this.#tracks) track.refuse();
  }

  /** Takes a packet that came in the RTSP connection. */
  takeInterleaved(channel: number, packet: Uint8Array): void {
    for (const { path } of this.#tracks) path.takeInterleaved?.(channel, packet);
  }

  /** Whether packets of a track come on a channel of the RTSP connection. */
  hasChannel(channel: number): boolean {
    return this.#tracks.some(({ path }) => path.hasChannel?.(channel));
  }

  /** Reports now and every few seconds. */
  startReports(): void {
    for (const { receiver } of this.#tracks) receiver.startReports();
  }

  stopReports(): void {
    for (const { receiver } of this.#tracks) receiver.stopReports();
  }

  /** Tells the senders that we leave. */
  sayBye(): void {
    for (const { receiver } of this.#tracks) receiver.sayBye();
  }

  /** Gives the frames that still wait for packets: these will not come. */
  flush(): void {
    for (const { receiver } of this.#tracks) receiver.flush();
  }

  close(): void {
    for (const track of this.#tracks) track.close();
    this.#tracks = [];
  }
}
