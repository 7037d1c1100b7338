/**
 * The boxes of an MP4 or MOV file (ISO/IEC 14496-12, 4.2): a length of 32 bits with the highest byte first, four characters, and a
 * body, which may be more boxes. A length of 1 says that one of 64 bits follows, one of 0 that the box goes up to the end.
 *
 * @module
 */

import { MAX_SIBLING_BOXES } from "../../limits.ts";
import type { FileWindow } from "../index/file_window.ts";

/** Bytes that the longest header has. */
export const BOX_HEADER_BYTES = 16;

/** A box, as its header announces it. */
export interface Box {
  /** Its four characters. */
  readonly type: string;
  /** Where its header begins. */
  readonly start: number;
  /** Where its body begins. */
  readonly offset: number;
  /** Where it ends; a file that was cut ends before. */
  readonly end: number;
}

const TYPE = /^[\x20-\x7e\xa9]{4}$/;

/** The header at `at` of `bytes`, which are at `base` of the file; `undefined` where none stands there. `end` is that of what it is in. */
export function decodeBoxHeader(
  bytes: Uint8Array,
  { at = 0, base = 0, end }: { readonly at?: number; readonly base?: number; readonly end: number },
): Box | undefined {
  if (at + 8 > bytes.length) return undefined;
  const view = viewOf(bytes);
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (!TYPE.test(type)) return undefined;
  const start = base + at;
  const length = view.getUint32(at);
  if (length === 0) return { type, start, offset: start + 8, end };
  if (length >= 8) return { type, start, offset: start + 8, end: start + length };
  if (length !== 1 || at + BOX_HEADER_BYTES > bytes.length) return undefined;
  const long = Number(view.getBigUint64(at + 8));
  return long < BOX_HEADER_BYTES ? undefined : { type, start, offset: start + BOX_HEADER_BYTES, end: start + long };
}

/** The boxes from `offset` up to `end` of a file, as far as there are any; no more than {@linkcode MAX_SIBLING_BOXES}. */
export async function boxesIn(
  window: FileWindow,
  { offset, end }: Pick<Box, "offset" | "end">,
): Promise<ReadonlyMap<string, readonly Box[]>> {
  const boxes = new Map<string, Box[]>();
  let at = offset;
  for (let count = 0; at < Math.min(end, window.lengthBytes) && count < MAX_SIBLING_BOXES; count++) {
    const box = decodeBoxHeader(await window.read(at, BOX_HEADER_BYTES), { base: at, end });
    if (box === undefined) break;
    boxes.set(box.type, [...boxes.get(box.type) ?? [], box]);
    at = box.end;
  }
  return boxes;
}

/** The boxes in some bytes, from `at` up to `end` of them. */
export function* boxesOf(bytes: Uint8Array, { offset, end }: Pick<Box, "offset" | "end">): Generator<Box> {
  for (let at = offset; at < end;) {
    const box = decodeBoxHeader(bytes, { at, end });
    if (box === undefined || box.end > end) return;
    yield box;
    at = box.end;
  }
}

/** Numbers of some bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
