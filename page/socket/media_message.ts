/**
 * Frames and sound as binary messages to the page. A frame:
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                     frame number, from 1                      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    arrival of its last packet: milliseconds since 1970,       |
 *     |    IEEE 754 double                                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    time: microseconds from the first frame of the run,        |
 *     |    IEEE 754 double                                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    place in the movie: seconds, IEEE 754 double,              |
 *     |    NaN where it is not known                                  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    JPEG …
 *
 * Sound has 0 in place of the number of a frame:
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                               0                               |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |              samples of a channel in a second                 |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                           channels                            |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    time of the first sample, as the times of frames:          |
 *     |    microseconds, IEEE 754 double                              |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    samples of 16 bits with sign, least significant byte first,
 *     |    those of all channels at a time side by side …
 *
 * A frame of a cell of the grid has the largest number in front of it, and the index of its cell:
 *
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                          4294967295                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                    index of the cell, from 0                  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |    frame, as above …
 *
 * @module
 */

import type { ReceivedFrame, ReceivedSound } from "../playback.ts";

const FRAME_HEADER_BYTES = 28;
const SOUND_HEADER_BYTES = 20;
/** What stands where a frame has its number. */
const SOUND_MARK = 0;
const CELL_MARK = 0xffffffff;
const CELL_HEADER_BYTES = 8;

/** What stands before the JPEG of a frame. */
export function encodeFrameHeader(frame: ReceivedFrame): Uint8Array {
  const header = new DataView(new ArrayBuffer(FRAME_HEADER_BYTES));
  header.setUint32(0, frame.number);
  header.setFloat64(4, frame.arrivalMs);
  header.setFloat64(12, frame.timestampUs);
  header.setFloat64(20, frame.positionSeconds ?? NaN);
  return new Uint8Array(header.buffer);
}

/** What stands before a frame of a cell. */
export function encodeCellHeader(index: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(CELL_HEADER_BYTES));
  header.setUint32(0, CELL_MARK);
  header.setUint32(4, index);
  return new Uint8Array(header.buffer);
}

/** What stands before the samples of a piece of sound. */
export function encodeSoundHeader({ format, timestampUs }: ReceivedSound): Uint8Array {
  const header = new DataView(new ArrayBuffer(SOUND_HEADER_BYTES));
  header.setUint32(0, SOUND_MARK);
  header.setUint32(4, format.sampleRate);
  header.setUint32(8, format.channels);
  header.setFloat64(12, timestampUs);
  return new Uint8Array(header.buffer);
}
