/**
 * Builds the headers of a JPEG from the headers of its first RTP/JPEG packet (RFC 2435, appendix B) and from the segments that an
 * ONVIF header extension gives.
 *
 * @module
 */

import {
  encodeJpegHeader,
  encodeJpegHeaderWith,
  type HeaderFields,
  type HeaderSegments,
} from "../../mjpeg/conditioning/rebuild.ts";
import type { QuantTables } from "../../mjpeg/conditioning/supported_jpeg.ts";
import { DQT } from "../../mjpeg/jpeg/markers.ts";
import type { DamageCause } from "../damage.ts";
import { type JpegPayload, RESTART_TYPES, type Size } from "./jpeg_payload.ts";

/** What a header is built from. */
export interface HeaderSource {
  /** From the headers of its first packet. */
  readonly payload: Pick<JpegPayload, "type" | "width" | "height" | "restartInterval">;
  /** The tables, or why there are none. */
  readonly quantTables: QuantTables | DamageCause;
  /** From its header extensions; `undefined` without them, and where they are malformed. */
  readonly segments: HeaderSegments | undefined;
}

/** Builds headers for the frames of one stream. */
export class JpegHeaderBuilder {
  readonly #dimensions: Size | undefined;
  /** The size in the last header extension that had one. It holds for frames without one (ONVIF). */
  #extensionSize: Size | undefined;
  /** The header that was built last: most frames of a stream have the same one. */
  #last: { readonly fields: HeaderFields; readonly bytes: Uint8Array } | undefined;

  /** `dimensions` is the size from SDP, for frames whose size neither their packets nor header extensions tell. */
  constructor({ dimensions }: { readonly dimensions?: Size }) {
    this.#dimensions = dimensions;
  }

  /** Everything in front of the entropy-coded data, or why the frame cannot be shown. Shared, not to be written to. */
  build({ payload, quantTables, segments }: HeaderSource): Uint8Array | DamageCause {
    if (segments?.frame !== undefined) this.#extensionSize = segments.frame;
    const { type, restartInterval } = payload;
    const isKnownType = type % RESTART_TYPES <= 1 && type < 2 * RESTART_TYPES;
    const size = payload.width > 0 && payload.height > 0 ? payload : this.#extensionSize ?? this.#dimensions;
    if (segments?.frame === undefined) {
      if (!isKnownType) return "unknown-type";
      if (size === undefined) return "no-size";
    }
    const fields = {
      width: size?.width ?? 0,
      height: size?.height ?? 0,
      sampling: type % RESTART_TYPES === 0 ? "4:2:2" : "4:2:0",
      restartInterval,
    } as const;
    if (typeof quantTables === "string") {
      return segments?.markers.has(DQT) ? encodeJpegHeaderWith(segments, fields) : quantTables;
    }
    return segments === undefined
      ? this.#buildPlain({ ...fields, quantTables })
      : encodeJpegHeaderWith(segments, { ...fields, quantTables });
  }

  #buildPlain(fields: HeaderFields): Uint8Array {
    if (this.#last === undefined || !isSame(this.#last.fields, fields)) {
      this.#last = { fields, bytes: encodeJpegHeader(fields) };
    }
    return this.#last.bytes;
  }
}

/** Whether two headers have the same bytes. Tables are compared by identity. */
function isSame(one: HeaderFields, other: HeaderFields): boolean {
  return one.width === other.width && one.height === other.height && one.sampling === other.sampling &&
    one.restartInterval === other.restartInterval && one.quantTables === other.quantTables;
}
