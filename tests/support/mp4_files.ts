/**
 * MP4 files, put together by hand.
 *
 * @module
 */

import { concat } from "@std/bytes";

/** An entry of an edit list; times as in the file. */
export interface Mp4Edit {
  readonly duration: number;
  readonly mediaTime: number;
  readonly isStill?: boolean;
}

/** How a file is made. */
export interface Mp4Options {
  /** A frame without bytes shows the one before for longer. */
  readonly frames: readonly Uint8Array[];
  /** Units a second, of the track and of the movie; default 100. */
  readonly timeScale?: number;
  /** Of each frame; default 4. */
  readonly durations?: readonly number[];
  /** Default `jpeg`. */
  readonly codec?: string;
  /** Frames in a chunk; default 2. */
  readonly framesAChunk?: number;
  /** Offsets and lengths of boxes with 64 bits. */
  readonly isLong?: boolean;
  readonly edits?: readonly Mp4Edit[];
  /** Edits with 64 bits. */
  readonly hasLongEdits?: boolean;
  /** Headers stand in front of the frames. */
  readonly isHeadersFirst?: boolean;
  /** How many samples, chunks and durations the tables announce; default as many as there are. */
  readonly announced?: number;
  /** A track with another codec stands in front. */
  readonly otherCodec?: string;
  /** The media data go up to the end of the file: their length is 0. */
  readonly isOpen?: boolean;
}

/** Four bytes, the highest first. */
export function uint32(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setUint32(4 * index, value >>> 0));
  return new Uint8Array(view.buffer);
}

function uint64(value: number): Uint8Array {
  return uint32(Math.floor(value / 2 ** 32), value % 2 ** 32);
}

const text = (characters: string) => new TextEncoder().encode(characters);

/** A box. */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts);
  return concat([uint32(body.length + 8), text(type), body]);
}

/** A box whose length has 64 bits. */
export function longBox(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts);
  return concat([uint32(1), text(type), uint64(body.length + 16), body]);
}

/** The bytes of a file in one piece. */
export function mp4File(options: Mp4Options): Uint8Array {
  const { frames, isLong = false, isHeadersFirst = false, isOpen = false } = options;
  const data = isOpen ? concat([uint32(0), text("mdat"), ...frames]) : (isLong ? longBox : box)("mdat", ...frames);
  const head = box("ftyp", text("isom"), uint32(0));
  const dataHeader = data.length - concat(frames).length;
  const headers = (offset: number) => box("moov", ...movie(options, offset));
  if (!isHeadersFirst) return concat([head, data, headers(head.length + dataHeader)]);
  const headersBytes = headers(0).length;
  return concat([head, headers(head.length + headersBytes + dataHeader), data]);
}

function movie(options: Mp4Options, offset: number): Uint8Array[] {
  const { frames, timeScale = 100, framesAChunk = 2, isLong = false, announced, otherCodec } = options;
  const durations = options.durations ?? frames.map(() => 4);
  const count = (length: number) => uint32(announced ?? length);
  const chunks: number[] = [];
  frames.reduce((at, { length }, index) => {
    if (index % framesAChunk === 0) chunks.push(at);
    return at + length;
  }, offset);
  const tables = [
    box("stts", uint32(0), count(durations.length), ...durations.map((duration) => uint32(1, duration))),
    box("stsc", uint32(0), uint32(1), uint32(1, framesAChunk, 1)),
    box("stsz", uint32(0, 0), count(frames.length), ...frames.map(({ length }) => uint32(length))),
    isLong
      ? box("co64", uint32(0), count(chunks.length), ...chunks.map(uint64))
      : box("stco", uint32(0), count(chunks.length), uint32(...chunks)),
  ];
  return [
    box("mvhd", uint32(0, 0, 0, timeScale, 0, 0x10000)),
    ...(otherCodec === undefined ? [] : [track({ ...options, edits: undefined, codec: otherCodec }, 1, emptyTables())]),
    track(options, 2, tables),
  ];
}

function track(
  { timeScale = 100, codec = "jpeg", edits, hasLongEdits = false }: Omit<Mp4Options, "frames">,
  id: number,
  tables: readonly Uint8Array[],
): Uint8Array {
  return box(
    "trak",
    box("tkhd", uint32(3, 0, 0, id, 0, 0, 0)),
    ...(edits === undefined ? [] : [box("edts", editList(edits, hasLongEdits))]),
    box(
      "mdia",
      box("mdhd", uint32(0, 0, 0, timeScale, 0, 0)),
      box("hdlr", uint32(0, 0), text("vide"), uint32(0)),
      box("minf", box("stbl", box("stsd", uint32(0, 1), box(codec, new Uint8Array(78))), ...tables)),
    ),
  );
}

function editList(edits: readonly Mp4Edit[], isLong: boolean): Uint8Array {
  const entries = edits.map(({ duration, mediaTime, isStill = false }) =>
    concat([
      isLong ? uint64(duration) : uint32(duration),
      isLong ? (mediaTime < 0 ? uint32(-1, -1) : uint64(mediaTime)) : uint32(mediaTime),
      uint32(isStill ? 0 : 0x10000),
    ])
  );
  return box("elst", uint32(isLong ? 0x1000000 : 0, edits.length), ...entries);
}

function emptyTables(): Uint8Array[] {
  return [
    box("stts", uint32(0, 0)),
    box("stsc", uint32(0, 0)),
    box("stsz", uint32(0, 0, 0)),
    box("stco", uint32(0, 0)),
  ];
}

/** How a file in fragments is made. */
export interface FragmentedOptions {
  /** Frames of each fragment. */
  readonly fragments: readonly (readonly Uint8Array[])[];
  /** What offsets count from: where the file begins, where the fragment does, or the end of the run before. */
  readonly base?: "file" | "fragment" | "none";
  /** Durations stand in the headers of the movie, of the fragment, or of each frame. */
  readonly durationsIn?: "movie" | "fragment" | "frames";
  /** Whether fragments tell when they begin. */
  readonly hasTimes?: boolean;
  /** How many frames each fragment announces, all as long as the first one; default as many as there are, each of its length. */
  readonly announced?: number;
}

/** The bytes of a file in fragments: frames are 4 hundredths of a second apart. */
export function fragmentedMp4File(options: FragmentedOptions): Uint8Array {
  const { fragments, base = "fragment", durationsIn = "frames", hasTimes = true, announced } = options;
  const sameBytes = announced === undefined ? 0 : fragments[0][0].length;
  const extends_ = box("mvex", box("trex", uint32(0, 2, 1, durationsIn === "movie" ? 4 : 0, sameBytes, 0)));
  const headers = box("mvhd", uint32(0, 0, 0, 100, 0, 0x10000));
  let file = concat([
    box("ftyp", text("isom"), uint32(0)),
    box("moov", headers, track({}, 2, emptyTables()), extends_),
  ]);
  let time = 0;
  for (const frames of fragments) {
    const make = (offset: number) =>
      box(
        "moof",
        box("mfhd", uint32(0, 1)),
        box(
          "traf",
          box(
            "tfhd",
            uint32((base === "file" ? 1 : 0) | (durationsIn === "fragment" ? 8 : 0), 2),
            ...(base === "file" ? [uint64(0)] : []),
            ...(durationsIn === "fragment" ? [uint32(4)] : []),
          ),
          ...(hasTimes ? [box("tfdt", uint32(0x1000000), uint64(time))] : []),
          announced === undefined
            ? box(
              "trun",
              uint32(0x200 | 0x1 | (durationsIn === "frames" ? 0x100 : 0), frames.length, offset),
              ...frames.map(({ length }) => durationsIn === "frames" ? uint32(4, length) : uint32(length)),
            )
            : box("trun", uint32(0x1, announced, offset)),
        ),
      );
    const moofBytes = make(0).length;
    file = concat([file, make((base === "file" ? file.length : 0) + moofBytes + 8), box("mdat", ...frames)]);
    time += 4 * frames.length;
  }
  return file;
}
