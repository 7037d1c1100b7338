/**
 * The part of a connection that interleaved packets are written to.
 *
 * @module
 */

/** What a TCP transport writes to. */
export interface MediaWriter {
  /** Whether a frame may be written: what is waiting is below its limit. */
  readonly isReady: boolean;
  /** Queues bytes behind whatever is being written; they are the caller's again once this has resolved. Never rejects. */
  writeMedia(bytes: Uint8Array): Promise<void>;
}
