/**
 * The frames that clients over TCP are being sent, together, or those that clients over UDP may ask for again: each counts once,
 * however many hold it. With too many bytes of them the oldest is cut short, so that clients who read slowly, or nothing, do not fill
 * the memory.
 *
 * @module
 */

import type { RtpPackets } from "../packetize/rtp_packets.ts";

/** Takes a frame away from a client: no more of its packets are to be sent. */
export type CutListener = () => void;

/** The frames that all clients of a server hold. */
export class HeldFrames {
  readonly #maxBytes: number;
  /** Who holds each frame; the oldest frame first. */
  readonly #holders = new Map<RtpPackets, Set<CutListener>>();
  #bytes = 0;

  /** The newest frame counts as well, but is never cut for itself. */
  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of all frames that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A client is sent `frame`. It has to let go of the frame when `onCut` is called. */
  hold(frame: RtpPackets, onCut: CutListener): void {
    const holders = this.#holders.get(frame);
    if (holders !== undefined) return void holders.add(onCut);
    this.#holders.set(frame, new Set([onCut]));
    this.#bytes += frame.bytes.length;
    for (const oldest of this.#holders.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === frame) return;
      for (const cut of this.#drop(oldest)) cut();
    }
  }

  /** The client that gave `onCut` has got `frame`, or left. */
  release(frame: RtpPackets, onCut: CutListener): void {
    const holders = this.#holders.get(frame);
    if (holders?.delete(onCut) && holders.size === 0) this.#drop(frame);
  }

  #drop(frame: RtpPackets): Iterable<CutListener> {
    const holders = this.#holders.get(frame) ?? [];
    this.#holders.delete(frame);
    this.#bytes -= frame.bytes.length;
    return holders;
  }
}
