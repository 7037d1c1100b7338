/**
 * The header fields in front of a part of a multipart stream (RFC 2046, 5.1): what they say of its length, its kind and its time.
 *
 * @module
 */

/** Values by the names of their fields in lower case; of a field that comes twice, the last. */
export type PartFields = ReadonlyMap<string, string>;

const FIELD_LINE = /^([!#$%&'*+.^_`|~\w-]+)[ \t]*:(.*)$/;
/** More digits are no length of anything. */
const LENGTH = /^\d{1,12}$/;
const TIMESTAMP = /^(\d{1,19})(?:\.(\d{1,9})\d{0,9})?$/;
/** A time without a point from here on has no seconds: 5138 years of them. */
const NOT_SECONDS = 1e11;

/** The name, in lower case, and the value of a line; `undefined` where it is no field. */
export function decodeField(line: string): readonly [name: string, value: string] | undefined {
  const match = FIELD_LINE.exec(line);
  return match === null ? undefined : [match[1].toLowerCase(), match[2].trim()];
}

/** Bytes of the part by its Content-Length; `undefined` where that is missing or no number. */
export function contentLengthOf(fields: PartFields): number | undefined {
  const value = fields.get("content-length");
  return value !== undefined && LENGTH.test(value) ? Number(value) : undefined;
}

/** Whether a part is text or sound, and no JPEG. Cameras call a JPEG many things, or nothing. */
export function isOtherThanImage(fields: PartFields): boolean {
  return /^(?:text|audio)\//i.test(fields.get("content-type") ?? "");
}

/** Whether the fields are those of the whole stream, as the head of an HTTP response has them. */
export function isOfStream(fields: PartFields): boolean {
  return /^multipart\//i.test(fields.get("content-type") ?? "");
}

/**
 * When the frame of a part was taken, in microseconds since whatever its clock counts from: X-Timestamp, in seconds, as mjpg-streamer,
 * ustreamer and the ESP32-CAM write it. Whole numbers that are too large for seconds are milliseconds, microseconds or nanoseconds.
 * `undefined` where there is none.
 */
export function timestampUsOf(fields: PartFields): number | undefined {
  const match = TIMESTAMP.exec(fields.get("x-timestamp") ?? "");
  if (match === null) return undefined;
  let seconds = Number(match[1]);
  if (match[2] !== undefined) return Math.round(seconds * 1e6 + Number(`0.${match[2]}`) * 1e6);
  while (seconds >= NOT_SECONDS) seconds /= 1000;
  return Math.round(seconds * 1e6);
}
