/**
 * The tracks of a session: the video first, then sound. What is true of all of them is done here.
 *
 * @module
 */

import { LabDepacketizer } from "../../rtp/lab/lab_payload.ts";
import type { MediaTrack } from "./media_track.ts";
import { InterleavedPath } from "../transport/packet_path.ts";
import { RtpReceiver } from "../../rtp/receiver/rtp_receiver.ts";

/** The tracks that are set up; none before SETUP and once they are closed. */
export class TrackList {
  #tracks: MediaTrack[] = [];
  /** Datagrams of strangers on paths that are closed. */
  #pastUnexpected = 0;

  /** The track of the picture. */
  get video(): MediaTrack | undefined {
    return this.#tracks[0];
  }

  /** The tracks of sound. */
  get audio(): readonly MediaTrack[] {
    return this.#tracks.slice(1);
  }

  /** What has come of the picture since SETUP. */
  get receiver(): RtpReceiver {
    return this.video?.receiver ?? new RtpReceiver({ depacketizer: new LabDepacketizer() });
  }

  /** Datagrams of the picture's from other addresses than the server's, those of closed tracks included. */
  get unexpectedSourcePackets(): number {
    return this.#pastUnexpected + (this.video?.path.unexpectedSourcePackets ?? 0);
  }

  /** One more. */
  add(track: MediaTrack): void {
    this.#tracks.push(track);
  }

  /** Goes on without it. */
  leaveOut(track: MediaTrack): void {
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

  /** Reports no more. */
  stopReports(): void {
    for (const track of this.#tracks) track.stopReports();
  }

  /** Takes leave of the senders. */
  sayBye(): void {
    for (const track of this.#tracks) track.sayBye();
  }

  /** Takes nothing more in. */
  close(): void {
    this.#pastUnexpected = this.unexpectedSourcePackets;
    for (const track of this.#tracks) track.close();
    this.#tracks = [];
  }
}
