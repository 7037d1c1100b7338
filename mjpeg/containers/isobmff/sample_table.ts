/**
 * The samples of a track, from the tables in its headers (ISO/IEC 14496-12, 8.6 and 8.7): where each frame is, how long it is, and when
 * it is decoded, which for Motion-JPEG is when it is shown. The tables are read a page at a time, however long they are.
 *
 * @module
 */

import type { RandomAccess } from "../container.ts";
import type { Box } from "./boxes.ts";
import { viewOf } from "./boxes.ts";

/** Bytes of a table that are read at once. */
const PAGE_BYTES = 16 * 1024;

/** Version, flags and number of entries of most tables. */
const TABLE_HEADER_BYTES = 8;

/** A frame. */
export interface Sample {
  readonly offset: number;
  readonly lengthBytes: number;
  /** In units of the track's time scale. */
  readonly time: number;
  readonly duration: number;
}

/** The tables of a track. */
export interface SampleTables {
  /** `stts`: durations of runs of samples. */
  readonly times: Box;
  /** `stsc`: how many samples the chunks have. */
  readonly chunks: Box;
  /** `stsz` or `stz2`: lengths. */
  readonly lengths: Box;
  /** `stco` or `co64`: where the chunks are. */
  readonly offsets: Box;
}

/** Gives the samples in their order, as far as they are in the file. */
export async function* samplesIn(file: RandomAccess, tables: SampleTables): AsyncGenerator<Sample> {
  const { times, chunks, lengths, offsets } = tables;
  const [durations, lengthOf] = [await Durations.open(file, times), await openLengths(file, lengths)];
  const runs = await Table.open(file, chunks, 12);
  const places = await Table.open(file, offsets, offsets.type === "co64" ? 8 : 4);
  let [run, perChunk, sample, time] = [0, 0, 0, 0];
  for (let chunk = 0; chunk < places.count; chunk++) {
    // A run says which chunk it begins with, from 1.
    if (run < runs.count && (await runs.at(run)).getUint32(0) <= chunk + 1) {
      perChunk = (await runs.at(run++)).getUint32(4);
    }
    const place = await places.at(chunk);
    let offset = offsets.type === "co64" ? Number(place.getBigUint64(0)) : place.getUint32(0);
    for (let index = 0; index < perChunk && sample < lengthOf.count; index++, sample++) {
      // What a cut file has lost is not worth counting, whatever number its headers tell.
      if (offset > file.lengthBytes) return;
      const lengthBytes = await lengthOf.at(sample);
      const duration = await durations.next();
      yield { offset, lengthBytes, time, duration };
      offset += lengthBytes;
      time += duration;
    }
  }
}

/** Samples that follow one another in the file. */
export interface Chunk {
  readonly offset: number;
  /** The first sample, counted from 0. */
  readonly first: number;
  readonly count: number;
}

/**
 * Gives the chunks of a track whose samples all have one length, as those of uncompressed sound: there are too many to look at each.
 * `undefined` where they do not.
 */
export async function chunksIn(
  file: RandomAccess,
  { chunks, lengths, offsets }: SampleTables,
): Promise<AsyncGenerator<Chunk> | undefined> {
  const { count, same } = await openLengths(file, lengths);
  if (same === undefined) return undefined;
  const runs = await Table.open(file, chunks, 12);
  const places = await Table.open(file, offsets, offsets.type === "co64" ? 8 : 4);
  return (async function* () {
    let [run, perChunk, first] = [0, 0, 0];
    for (let chunk = 0; chunk < places.count && first < count; chunk++) {
      if (run < runs.count && (await runs.at(run)).getUint32(0) <= chunk + 1) {
        perChunk = (await runs.at(run++)).getUint32(4);
      }
      const place = await places.at(chunk);
      const offset = offsets.type === "co64" ? Number(place.getBigUint64(0)) : place.getUint32(0);
      if (offset > file.lengthBytes) return;
      yield { offset, first, count: Math.min(perChunk, count - first) };
      first += perChunk;
    }
  })();
}

/** A table of entries of one length. */
class Table {
  readonly count: number;
  readonly #file: RandomAccess;
  readonly #offset: number;
  readonly #entryBytes: number;
  #page: DataView = new DataView(new ArrayBuffer(0));
  #pageStart = 0;

  private constructor(file: RandomAccess, offset: number, entryBytes: number, count: number) {
    this.#file = file;
    this.#offset = offset;
    this.#entryBytes = entryBytes;
    this.count = count;
  }

  /** The entries behind `headerBytes` of a box, the last four of which tell their number; no more than there is room for. */
  static async open(
    file: RandomAccess,
    { offset, end }: Box,
    entryBytes: number,
    headerBytes: number = TABLE_HEADER_BYTES,
  ): Promise<Table> {
    const room = Math.min(end, file.lengthBytes) - offset - headerBytes;
    if (room < 0) return new Table(file, offset, entryBytes, 0);
    const announced = viewOf(await file.read(offset, headerBytes)).getUint32(headerBytes - 4);
    return new Table(file, offset + headerBytes, entryBytes, Math.min(announced, Math.floor(room / entryBytes)));
  }

  /** Entry `index`, 0 to count - 1. It holds until the next call. */
  async at(index: number): Promise<DataView> {
    const at = index * this.#entryBytes;
    if (at < this.#pageStart || at + this.#entryBytes > this.#pageStart + this.#page.byteLength) {
      const lengthBytes = Math.min(
        Math.floor(PAGE_BYTES / this.#entryBytes) * this.#entryBytes,
        this.count * this.#entryBytes - at,
      );
      // Another table may read before the next entry of this one is wanted.
      this.#page = viewOf((await this.#file.read(this.#offset + at, lengthBytes)).slice());
      this.#pageStart = at;
    }
    return new DataView(this.#page.buffer, this.#page.byteOffset + at - this.#pageStart, this.#entryBytes);
  }
}

/** Lengths of samples. */
interface Lengths {
  readonly count: number;
  /** The length of all of them, if they have one. */
  readonly same?: number;
  at(index: number): number | Promise<number>;
}

async function openLengths(file: RandomAccess, box: Box): Promise<Lengths> {
  const headerBytes = 12;
  if (box.offset + headerBytes > file.lengthBytes) return { count: 0, at: () => 0 };
  const head = viewOf((await file.read(box.offset, headerBytes)).slice());
  if (box.type === "stz2") {
    const bits = head.getUint8(7);
    // Four bits hold no JPEG's length.
    if (bits !== 8 && bits !== 16) return { count: 0, at: () => 0 };
    const table = await Table.open(file, box, bits / 8, headerBytes);
    const at = async (index: number) => {
      const entry = await table.at(index);
      return bits === 8 ? entry.getUint8(0) : entry.getUint16(0);
    };
    return { count: table.count, at };
  }
  const same = head.getUint32(4);
  if (same > 0) return { count: head.getUint32(8), same, at: () => same };
  const table = await Table.open(file, box, 4, headerBytes);
  return { count: table.count, at: async (index) => (await table.at(index)).getUint32(0) };
}

/** Durations of samples, one after the other. */
class Durations {
  readonly #table: Table;
  #run = 0;
  #left = 0;
  #duration = 0;

  private constructor(table: Table) {
    this.#table = table;
  }

  static async open(file: RandomAccess, box: Box): Promise<Durations> {
    return new Durations(await Table.open(file, box, 8));
  }

  /** The next one; where there are no more, the last one again. */
  async next(): Promise<number> {
    while (this.#left === 0 && this.#run < this.#table.count) {
      const entry = await this.#table.at(this.#run++);
      [this.#left, this.#duration] = [entry.getUint32(0), entry.getUint32(4)];
    }
    if (this.#left > 0) this.#left--;
    return this.#duration;
  }
}
