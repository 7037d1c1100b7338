/**
 * Times sound as the frames of a run are timed. The sender reports of both tracks say which sample belongs to which frame (RFC 3550,
 * 6.4.1); until both have come, and where they contradict what arrives, the last sample of a packet belongs to the frame that arrives
 * with it: a packet is sent once all of its samples are there.
 *
 * @module
 */

import { blockBytes, type SoundFormat } from "../../mjpeg/sound.ts";
import type { ReceivedFrame } from "../../page/playback.ts";
import type { TrackFrame } from "../../rtp/receiver/track_receiver.ts";

/** How far sound may be from where the reports have it before it is moved there, in microseconds. */
const MAX_REPORTED_OFFSET_US = 20_000;
/** How far it may be from where it arrives where there are no reports, in microseconds: networks delay packets. */
const MAX_ARRIVAL_OFFSET_US = 500_000;
/** How far reports and arrivals may lie apart, in microseconds: some cameras report two clocks that have nothing to do with each other. */
const MAX_CONTRADICTION_US = 5_000_000;

/** A frame, with the time at which its last packet was read by the clock that reads those of the sound. */
export type TimedFrame = Pick<ReceivedFrame, "timestampUs" | "senderTimeMs"> & { readonly readMs: number };

/** The sound of a run. */
export class SoundFeed {
  /** The piece before, and its time. */
  #last: { readonly timestamp: number; readonly timeUs: number } | undefined;

  /** The next piece is of another session. */
  restart(): void {
    this.#last = undefined;
  }

  /** The time of a piece, in microseconds from the first frame of the run, by the newest frame. */
  time(piece: TrackFrame, { format, beside }: { readonly format: SoundFormat; readonly beside: TimedFrame }): number {
    const { timestamp, data } = piece;
    const { sampleRate } = format;
    const lengthUs = data.length / blockBytes(format) * 1e6 / sampleRate;
    const { timeUs, toleranceUs } = placeOf(piece, { lengthUs, beside });
    const next = this.#last && this.#last.timeUs + ((timestamp - this.#last.timestamp) | 0) * 1e6 / sampleRate;
    const isInPlace = next !== undefined && Math.abs(next - timeUs) <= toleranceUs;
    this.#last = { timestamp, timeUs: isInPlace ? next : timeUs };
    return Math.round(this.#last.timeUs);
  }
}

/** Where a piece belongs, and how exact that is. */
function placeOf(
  piece: TrackFrame,
  { lengthUs, beside }: { readonly lengthUs: number; readonly beside: TimedFrame },
): { readonly timeUs: number; readonly toleranceUs: number } {
  const byArrivalUs = beside.timestampUs + (piece.arrivalMs - beside.readMs) * 1000 - lengthUs;
  if (piece.senderTimeMs !== undefined && beside.senderTimeMs !== undefined) {
    const byReportUs = beside.timestampUs + (piece.senderTimeMs - beside.senderTimeMs) * 1000;
    if (Math.abs(byReportUs - byArrivalUs) <= MAX_CONTRADICTION_US) {
      return { timeUs: byReportUs, toleranceUs: MAX_REPORTED_OFFSET_US };
    }
  }
  return { timeUs: byArrivalUs, toleranceUs: MAX_ARRIVAL_OFFSET_US };
}
