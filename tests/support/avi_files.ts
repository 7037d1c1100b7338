/**
 * AVI files, put together by hand: right ones, and those of programs that were not careful.
 *
 * @module
 */

import { concat } from "@std/bytes";

/** How a file is made. */
export interface AviOptions {
  /** A frame without bytes shows the one before for longer. */
  readonly frames: readonly Uint8Array[];
  /** Frames are `scale / rate` seconds apart; default 1 and 25. */
  readonly scale?: number;
  readonly rate?: number;
  /** Size of the video as the headers say it; default none. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Default `MJPG`. */
  readonly codec?: string;
  /** What frames are found by; default the index of AVI 1.0. */
  readonly index?: "none" | "avi" | "absolute" | "opendml";
  /** Added to the offsets in the index. */
  readonly lie?: number;
  /** Sound between the frames, in the stream in front of the video. */
  readonly hasSound?: boolean;
  /** Frames are in lists of their own, as `rec ` lists. */
  readonly hasRecords?: boolean;
  /** Frames in each RIFF chunk; default all. */
  readonly framesARiff?: number;
  /** Announce no lengths, as a recording that was cut off does. */
  readonly isUnfinished?: boolean;
}

const text = (characters: string) => new TextEncoder().encode(characters);
const uint16 = (value: number) => new Uint8Array(Uint16Array.of(value).buffer);
const uint32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
const uint64 = (value: number) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);

/** A chunk; `announced` is its length as its header says it. */
export function chunk(id: string, data: Uint8Array, announced: number = data.length): Uint8Array {
  return concat([text(id), uint32(announced), data, new Uint8Array(data.length % 2)]);
}

function list(kind: string, parts: readonly Uint8Array[], { id = "LIST", isUnfinished = false } = {}): Uint8Array {
  const data = concat([text(kind), ...parts]);
  return chunk(id, data, isUnfinished ? 0 : data.length);
}

/** The bytes of a file. */
export function aviFile(options: AviOptions): Uint8Array {
  const { frames, hasSound = false, index = "avi", framesARiff = Infinity, isUnfinished = false } = options;
  const stream = hasSound ? "01" : "00";
  const headers = (parts: readonly Uint8Array[]) =>
    list("hdrl", [
      chunk("avih", concat([uint32(40_000), new Uint8Array(52)])),
      ...(hasSound ? [list("strl", [chunk("strh", concat([text("auds"), new Uint8Array(52)]))])] : []),
      list("strl", [...videoHeaders(options), ...parts]),
    ]);
  // The index of indexes has places for so many.
  const indexRoom = (parts: readonly { offset: number; lengthBytes: number }[]) =>
    chunk(
      "indx",
      concat([
        ...[uint16(4), Uint8Array.of(0, 0), uint32(parts.length), text(`${stream}dc`), new Uint8Array(12)],
        ...parts.map(({ offset, lengthBytes }) => concat([uint64(offset), uint32(lengthBytes), uint32(0)])),
      ]),
    );
  const riffs = Math.ceil(frames.length / framesARiff) || 1;
  const isOpenDml = index === "opendml";
  let parts = Array.from({ length: riffs }, () => ({ offset: 0, lengthBytes: 0 }));
  for (let round = 0;; round++) {
    const top = isOpenDml ? headers([indexRoom(parts)]) : headers([]);
    const made = riffsOf(options, { top, stream, riffs });
    if (!isOpenDml || round === 1) return isUnfinished ? made.bytes : concat([made.bytes]);
    parts = made.parts;
  }
}

function videoHeaders({ scale = 1, rate = 25, codec = "MJPG", size }: AviOptions): Uint8Array[] {
  const { width, height } = size ?? { width: 0, height: 0 };
  const strh = concat([text("vids"), text(codec), new Uint8Array(12), uint32(scale), uint32(rate), new Uint8Array(28)]);
  return [
    chunk("strh", strh),
    chunk(
      "strf",
      concat([uint32(40), uint32(width), uint32(height), new Uint8Array(4), text(codec), new Uint8Array(20)]),
    ),
  ];
}

/** All RIFF chunks, and where the parts of an index of OpenDML are. */
function riffsOf(
  options: AviOptions,
  { top, stream, riffs }: { readonly top: Uint8Array; readonly stream: string; readonly riffs: number },
) {
  const { frames, index = "avi", lie = 0, hasSound, hasRecords, framesARiff = frames.length, isUnfinished } = options;
  const parts: { offset: number; lengthBytes: number }[] = [];
  const made: Uint8Array[] = [];
  let written = 0;
  for (let riff = 0; riff < riffs; riff++) {
    const own = frames.slice(riff * framesARiff, (riff + 1) * framesARiff);
    const isFirst = riff === 0;
    /** Where the four characters `movi` stand. */
    const movi = written + 12 + (isFirst ? top.length : 0) + 8;
    const chunks: Uint8Array[] = [];
    const entries: { offset: number; lengthBytes: number }[] = [];
    let at = movi + 4;
    const push = (bytes: Uint8Array) => {
      chunks.push(bytes);
      at += bytes.length;
    };
    for (const frame of own) {
      if (hasSound) push(chunk("00wb", new Uint8Array(33)));
      const bytes = chunk(`${stream}dc`, frame);
      entries.push({ offset: at + (hasRecords ? 12 : 0) + lie, lengthBytes: frame.length });
      push(hasRecords ? list("rec ", [bytes]) : bytes);
    }
    if (index === "opendml") {
      const part = chunk(
        `ix${stream}`,
        concat([
          ...[uint16(2), Uint8Array.of(0, 1), uint32(entries.length), text(`${stream}dc`), uint64(movi), uint32(0)],
          ...entries.map(({ offset, lengthBytes }) => concat([uint32(offset + 8 - movi), uint32(lengthBytes)])),
        ]),
      );
      parts.push({ offset: at, lengthBytes: part.length });
      push(part);
    }
    const base = index === "absolute" ? 0 : movi;
    const old = entries.map(({ offset, lengthBytes }) =>
      concat([text(`${stream}dc`), uint32(16), uint32(offset - base), uint32(lengthBytes)])
    );
    const hasOld = index === "avi" || index === "absolute";
    const bytes = list(isFirst ? "AVI " : "AVIX", [
      ...(isFirst ? [top] : []),
      list("movi", chunks, { isUnfinished }),
      ...(hasOld && isFirst ? [chunk("idx1", concat(old))] : []),
    ], { id: "RIFF", isUnfinished });
    made.push(bytes);
    written += bytes.length;
  }
  return { bytes: concat(made), parts };
}
