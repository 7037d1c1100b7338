/**
 * Matroska files, put together by hand.
 *
 * @module
 */

import { concat } from "@std/bytes";

/** How a file is made. */
export interface MatroskaOptions {
  readonly frames: readonly Uint8Array[];
  /** When each is shown, in milliseconds; default 40 apart. */
  readonly timesMs?: readonly number[];
  /** Default `V_MJPEG`. */
  readonly codec?: string;
  /** Four characters, where the codec is that of Video for Windows. */
  readonly fourCharacters?: string;
  /** What the file says of the time between two frames. */
  readonly frameNanoseconds?: number;
  /** Frames in a cluster; default 2. */
  readonly framesACluster?: number;
  /** Frames are in groups. */
  readonly hasGroups?: boolean;
  /** Lengths are not known, as in a live recording. */
  readonly isLive?: boolean;
  /** Nanoseconds of a unit of time; default 1 000 000. */
  readonly scale?: number;
  /** Sound between the frames. */
  readonly hasSound?: boolean;
  /** Frames are compressed. */
  readonly isEncoded?: boolean;
  /** Flags of each block. */
  readonly flags?: number;
}

/** An element; without `isLive` with its length in eight bytes. */
export function element(id: number, parts: readonly Uint8Array[], { isLive = false } = {}): Uint8Array {
  const idBytes = id.toString(16).match(/../g)!.map((byte) => parseInt(byte, 16));
  const body = concat(parts);
  const length = new Uint8Array(8);
  if (isLive) length.fill(0xff);
  else new DataView(length.buffer).setUint32(4, body.length);
  length[0] = 1;
  return concat([new Uint8Array(idBytes), length, body]);
}

function uint(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

const text = (characters: string) => new TextEncoder().encode(characters);

/** The bytes of a file. */
export function matroskaFile(options: MatroskaOptions): Uint8Array {
  const { frames, framesACluster = 2, isLive = false, scale = 1_000_000, frameNanoseconds } = options;
  const { codec = "V_MJPEG", fourCharacters, hasSound = false, isEncoded = false } = options;
  const timesMs = options.timesMs ?? frames.map((_, index) => 40 * index);
  const video = element(0xae, [
    element(0xd7, [uint(300)]),
    element(0x83, [uint(1)]),
    element(0x86, [text(codec)]),
    ...(fourCharacters === undefined
      ? []
      : [element(0x63a2, [concat([new Uint8Array(16), text(fourCharacters), new Uint8Array(20)])])]),
    ...(frameNanoseconds === undefined ? [] : [element(0x23e383, [uint(frameNanoseconds)])]),
    ...(isEncoded ? [element(0x6d80, [])] : []),
  ]);
  const sound = element(0xae, [element(0xd7, [uint(1)]), element(0x83, [uint(2)]), element(0x86, [text("A_PCM")])]);
  const clusters: Uint8Array[] = [];
  for (let first = 0; first < frames.length; first += framesACluster) {
    const startMs = timesMs[first];
    const blocks = frames.slice(first, first + framesACluster).flatMap((frame, index) => [
      ...(hasSound ? [element(0xa3, [new Uint8Array([0x81, 0, 0, 0x80, 1, 2, 3])])] : []),
      block(frame, timesMs[first + index] - startMs, options),
    ]);
    clusters.push(element(0x1f43b675, [element(0xe7, [uint(startMs * 1_000_000 / scale)]), ...blocks], { isLive }));
  }
  return concat([
    element(0x1a45dfa3, [element(0x4282, [text("matroska")])]),
    element(0x18538067, [
      element(0x1549a966, [element(0x2ad7b1, [uint(scale)])]),
      element(0x1654ae6b, hasSound ? [sound, video] : [video]),
      ...clusters,
    ], { isLive }),
  ]);
}

function block(frame: Uint8Array, ms: number, { hasGroups = false, scale = 1_000_000, flags = 0x80 }: MatroskaOptions) {
  const time = ms * 1_000_000 / scale;
  const data = concat([new Uint8Array([0x41, 0x2c, time >> 8 & 0xff, time & 0xff, flags]), frame]);
  return hasGroups ? element(0xa0, [element(0xa1, [data]), element(0x9b, [uint(40)])]) : element(0xa3, [data]);
}
