/**
 * What the JPEG scanner knows of the bytes so far: a few numbers.
 *
 * @module
 */

/**
 * What the next byte should be. "anything" is entropy-coded data and junk, up to the next FF; "soi-ff" and "soi-code" stand behind
 * FF D8, which is an SOI only if a marker follows.
 */
export type Expecting = "anything" | "marker" | "code" | "soi-ff" | "soi-code" | "length-high" | "length-low" | "body";

/** What is known of the bytes so far. */
export interface ScannerState {
  expecting: Expecting;
  phase: "between" | "header" | "entropy";
  /** Of the image that has not ended. */
  imageOffset: number;
  multiPictureOffset: number | undefined;
  /** Of the FF D8 that may begin the next image. */
  soiOffset: number;
  /** Of the segment that was read last. */
  marker: number;
  /** Bytes of it still to come. */
  left: number;
  /** The first bytes of its data, up to four, and how many have come. */
  signature: number;
  signatureBytes: number;
}

/** Between images. */
export function initialState(): ScannerState {
  return {
    expecting: "anything",
    phase: "between",
    imageOffset: 0,
    multiPictureOffset: undefined,
    soiOffset: 0,
    marker: 0,
    left: 0,
    signature: 0,
    signatureBytes: 0,
  };
}

/** Makes a state like a new one: files may have millions of images. */
export function resetState(state: ScannerState): void {
  state.expecting = "anything";
  state.phase = "between";
  state.multiPictureOffset = undefined;
}

/** Whether the next byte is part of a segment, its length included. */
export function isInSegment(expecting: Expecting): boolean {
  return expecting === "length-high" || expecting === "length-low" || expecting === "body";
}
