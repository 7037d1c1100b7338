/**
 * The quantization tables of RTP/JPEG frames by their Q: computed, sent with the frame, or remembered from an earlier one (RFC 2435,
 * 3.1.8).
 *
 * @module
 */

import { equals } from "@std/bytes";
import type { QuantTables } from "../../mjpeg/conditioning/supported_jpeg.ts";
import type { DamageCause } from "../damage.ts";
import { type JpegPayload, Q_DYNAMIC, TABLE_BYTES } from "./jpeg_payload.ts";
import { quantTablesOf } from "./jpeg_quantization.ts";

/** Finds the tables of frames. Remembers those of Q 128 to 254, one pair for each Q. */
export class JpegTableCache {
  /** By Q: computed ones, and those that came last. */
  readonly #byQ = new Map<number, QuantTables>();
  /** The tables that came last. Most senders repeat them with every frame. */
  #last: { readonly data: Uint8Array; readonly precision: number; readonly split: QuantTables } | undefined;

  /**
   * The tables of a frame by the headers of its first packet, or why it has none. The same tables give the same object, so that they
   * can be compared by identity.
   */
  find({ q, precision, tables }: Pick<JpegPayload, "q" | "precision" | "tables">): QuantTables | DamageCause {
    if (q >= 1 && q <= 99) {
      const computed = this.#byQ.get(q) ?? quantTablesOf(q);
      this.#byQ.set(q, computed);
      return computed;
    }
    if (tables === undefined) return "reserved-q";
    if (tables.length === 0) return this.#byQ.get(q) ?? "tables-missing";
    const split = this.#split(tables, precision);
    if (split === undefined) return "malformed-tables";
    if (q !== Q_DYNAMIC) this.#byQ.set(q, split);
    return split;
  }

  #split(data: Uint8Array, precision: number): QuantTables | undefined {
    const last = this.#last;
    if (last !== undefined && last.precision === precision && equals(last.data, data)) return last.split;
    const split = splitTables(data, precision);
    if (split !== undefined) this.#last = { data: data.slice(), precision, split };
    return split;
  }
}

/**
 * Splits table data into luma and chroma: peers send one table for both, two, or one for each of the three components. Tables of 16
 * bits are accepted where their values fit 8. `undefined` for anything else.
 */
function splitTables(data: Uint8Array, precision: number): QuantTables | undefined {
  const tables: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const isWide = (precision >> tables.length & 1) === 1;
    const end = at + (isWide ? 2 * TABLE_BYTES : TABLE_BYTES);
    if (end > data.length || tables.length === 3) return undefined;
    const table = data.slice(at, end);
    if (isWide && table.some((byte, index) => index % 2 === 0 && byte !== 0)) return undefined;
    tables.push(isWide ? table.filter((_, index) => index % 2 === 1) : table);
    at = end;
  }
  return [tables[0], tables[1] ?? tables[0]];
}
