/**
 * Goes from element to element of a Matroska or WebM file (RFC 9559), and gives the blocks of some tracks.
 *
 * @module
 */

import { indexOfNeedle as indexOf } from "@std/bytes";
import { MAX_MATROSKA_TRACKS_BYTES } from "../../limits.ts";
import type { FileWindow } from "../index/file_window.ts";
import type { FrameLocation } from "../index/frame_index.ts";
import {
  decodeElementHeader,
  decodeVariableSize,
  type Element,
  ELEMENT_HEADER_BYTES,
  elementsIn,
  uintOf,
} from "./ebml.ts";
import { decodeTracks, type Tracks } from "./tracks.ts";

/** Identifiers of elements (RFC 9559, 5). */
const [SEGMENT, INFO, TIMESTAMP_SCALE, TRACKS] = [0x18538067, 0x1549a966, 0x2ad7b1, 0x1654ae6b];
const [CLUSTER, TIMESTAMP, SIMPLE_BLOCK, GROUP, BLOCK] = [0x1f43b675, 0xe7, 0xa3, 0xa0, 0xa1];

/** Elements whose children are looked at, whatever length they tell. */
const PARENTS = new Set([SEGMENT, CLUSTER, GROUP]);

/** How a cluster begins. */
const CLUSTER_BYTES = new Uint8Array([0x1f, 0x43, 0xb6, 0x75]);
/** Most bytes that are searched for one at once. */
const MAX_SEARCHED_BYTES = 64 * 1024;

/** Nanoseconds of a unit of time where the file names no other. */
const DEFAULT_SCALE_NS = 1_000_000;

/** Bytes in front of a frame: the number of its track, a time of two bytes, and flags. */
const BLOCK_HEADER_BYTES = 11;
/** Flags of a block whose frames are laced. */
const LACING = 0x06;

/** A block: a frame, or some sound, and when it is shown, in units of the file. */
export interface Block extends FrameLocation {
  readonly time: number;
  /** The number of its track. */
  readonly track: number;
  /** How several frames in it are told apart, {@linkcode LACINGS}; 0 where there is one. */
  readonly lacing: number;
}

/** Ways in which the frames of a block are told apart (RFC 9559, 10.3). */
export const LACINGS = { xiph: 0x02, fixed: 0x04, ebml: 0x06 } as const;

/** Says of which tracks the blocks are wanted; `undefined` where none are, and nothing more is to be read. */
export type ChooseTracks = (tracks: Tracks) => readonly { readonly number: number }[] | undefined;

/** Goes from element to element. */
export class BlockReader {
  /** Microseconds of a unit of time. */
  scaleUs = DEFAULT_SCALE_NS / 1000;
  /** Where there is first something else than an element. */
  damagedAt: number | undefined;
  /** None before they have been read. */
  tracks: Tracks = { video: undefined, sound: undefined };
  readonly #window: FileWindow;
  readonly #choose: ChooseTracks;
  /** Of the tracks whose blocks are wanted. */
  #numbers: readonly number[] = [];
  #isOver = false;
  #clusterTime = 0;

  constructor(window: FileWindow, choose: ChooseTracks) {
    this.#window = window;
    this.#choose = choose;
  }

  /** The blocks of those tracks. Where the file is damaged, it goes on with the next cluster. */
  async *blocks(): AsyncGenerator<Block> {
    const window = this.#window;
    for (let at = 0; at < window.lengthBytes && !this.#isOver;) {
      const read = window.read(at, ELEMENT_HEADER_BYTES);
      const element = decodeElementHeader(read instanceof Uint8Array ? read : await read, { base: at });
      const { id, offset, lengthBytes } = element ?? {};
      if (element === undefined || lengthBytes === undefined && !PARENTS.has(id!)) {
        // Less than a header is the end of a file that was cut.
        if (window.lengthBytes - at < ELEMENT_HEADER_BYTES) return;
        this.damagedAt ??= at;
        at = await this.#findCluster(at + 1);
        continue;
      }
      if (PARENTS.has(id!)) {
        at = offset!;
        continue;
      }
      if (id === SIMPLE_BLOCK || id === BLOCK) {
        const block = await this.#readBlock(element);
        if (block !== undefined) yield block;
      } else await this.#take(element);
      at = offset! + lengthBytes!;
    }
  }

  /** Where the next cluster begins, or the end of the file. */
  async #findCluster(from: number): Promise<number> {
    const { lengthBytes } = this.#window;
    // Where one is near, little is read, however often that is.
    for (let [at, searched] = [from, 256]; at < lengthBytes; searched = Math.min(2 * searched, MAX_SEARCHED_BYTES)) {
      const found = indexOf(await this.#window.read(at, searched), CLUSTER_BYTES);
      if (found !== -1) return at + found;
      at += searched - CLUSTER_BYTES.length + 1;
    }
    return lengthBytes;
  }

  /** Takes what stands in front of blocks. */
  async #take({ id, offset, lengthBytes = 0 }: Element): Promise<void> {
    if (id === TIMESTAMP) this.#clusterTime = uintOf(await this.#window.read(offset, Math.min(8, lengthBytes)));
    else if (id === INFO) {
      const info = await this.#window.read(offset, Math.min(lengthBytes, MAX_MATROSKA_TRACKS_BYTES));
      for (const { id, data } of elementsIn(info)) if (id === TIMESTAMP_SCALE) this.scaleUs = uintOf(data) / 1000;
      if (this.scaleUs <= 0) this.scaleUs = DEFAULT_SCALE_NS / 1000;
    } else if (id === TRACKS) {
      // The first ones count.
      if (this.tracks.video !== undefined) return;
      this.tracks = decodeTracks(await this.#window.read(offset, Math.min(lengthBytes, MAX_MATROSKA_TRACKS_BYTES)));
      const chosen = this.#choose(this.tracks);
      if (chosen === undefined) this.#isOver = true;
      else this.#numbers = chosen.map(({ number }) => number);
    }
  }

  /** A block of those tracks; `undefined` where it is of another one. */
  async #readBlock({ offset, lengthBytes = 0 }: Element): Promise<Block | undefined> {
    const head = await this.#window.read(offset, Math.min(BLOCK_HEADER_BYTES, lengthBytes));
    const number = decodeVariableSize(head, 0);
    if (number?.value === undefined || !this.#numbers.includes(number.value)) return undefined;
    const at = number.bytes;
    if (at + 3 > head.length || at + 3 === lengthBytes) return undefined;
    return {
      offset: offset + at + 3,
      lengthBytes: lengthBytes - at - 3,
      time: this.#clusterTime + (head[at] << 24 >> 16 | head[at + 1]),
      track: number.value,
      lacing: head[at + 2] & LACING,
    };
  }
}
