/**
 * Normal play time ranges (RFC 2326, 3.6 and 12.29), both ways.
 *
 * @module
 */

/** A part of a source, in seconds from its start. */
export interface NptRange {
  /** `now` is the live position, or where a file was paused; `undefined` if only an end is given. */
  readonly start: number | "now" | undefined;
  /** `undefined` is the end of the source. */
  readonly end: number | undefined;
}

/** `npt=10-20.5`. */
export function encodeRange({ start, end }: NptRange): string {
  const text = (seconds: number) => String(Number(seconds.toFixed(3)));
  const from = start === undefined ? "" : start === "now" ? "now" : text(start);
  return `npt=${from}-${end === undefined ? "" : text(end)}`;
}

/** Whether the range of a header value is in normal play time, or has no unit. */
export function isNormalPlayTime(header: string): boolean {
  return !header.includes("=") || /^\s*npt\b/i.test(header);
}

/** The range of a header value; `undefined` if it has another unit or is malformed. */
export function decodeRange(header: string): NptRange | undefined {
  const [range] = header.split(";");
  const equals = range.indexOf("=");
  const dash = range.indexOf("-", equals);
  if (equals < 0 || dash < 0 || range.slice(0, equals).trim().toLowerCase() !== "npt") return undefined;
  const [from, to] = [range.slice(equals + 1, dash).trim(), range.slice(dash + 1).trim()];
  const start = from === "" ? undefined : from.toLowerCase() === "now" ? "now" : decodeTime(from);
  const end = to === "" ? undefined : decodeTime(to);
  const isMalformed = Number.isNaN(start) || Number.isNaN(end) || (start === undefined && end === undefined);
  return isMalformed ? undefined : { start, end };
}

/** `12.5` or `0:01:30.5`; NaN for other text. */
function decodeTime(text: string): number {
  if (/^\d{1,9}(?:\.\d*)?$/.test(text)) return Number(text);
  const match = /^(\d{1,6}):([0-5]?\d):([0-5]?\d(?:\.\d*)?)$/.exec(text);
  return match === null ? NaN : Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
}
