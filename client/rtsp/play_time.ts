/**
 * The normal play time (RFC 2326, 3.6) of frames: which RTP timestamp is which time of the movie, from one PLAY to the next. The
 * answer to a PLAY says so with Range and RTP-Info (12.29, 12.33).
 *
 * @module
 */

import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import { decodeRange } from "../../rtsp/fields/range.ts";
import { decodeRtpInfo } from "../../rtsp/fields/rtp_info.ts";
import type { HeaderField, RtspHeaders } from "../../rtsp/headers.ts";
import { MAX_RTP_INFO_ERROR_SECONDS } from "../limits.ts";

/** What a sum of floating-point numbers may be off by, in milliseconds. */
const ROUNDING = 1e-6;
/** So far from its anchor a timestamp becomes the next one: those further than twice as far count as earlier (RFC 3550, 5.1). */
const FAR_TICKS = 2 ** 30;

/** What was asked for, and what the answer is. */
export interface PlayAnswer {
  /** Fields of the answer. */
  readonly headers: RtspHeaders;
  /** Where the PLAY was to start, in seconds; `undefined` where it was to go on. */
  readonly fromSeconds: number | undefined;
  /** The control attribute of the video. */
  readonly control: string | undefined;
}

/** The fields that ask for it: Range, which backwards ends at its lower end (12.34), and Scale. */
export function playHeaders(
  { fromSeconds, scale }: { readonly fromSeconds: number | undefined; readonly scale: number },
): HeaderField[] {
  // Rounded up: servers start with the frame that is shown at a time, and not with the one before the one that is meant.
  const from = ((fromSeconds === undefined ? 0 : Math.ceil(fromSeconds * 1000 - ROUNDING)) / 1000).toFixed(3);
  return [
    ...(fromSeconds === undefined ? [] : [["Range", `npt=${from}-${scale < 0 ? "0.000" : ""}`] as const]),
    ...(scale === 1 ? [] : [["Scale", String(scale)] as const]),
  ];
}

/** A timestamp and its time. Where the timestamp is not known, it is that of the next frame. */
interface Anchor {
  readonly seconds: number;
  readonly timestamp: number | undefined;
}

/** Follows the PLAYs of the video of one session. */
export class PlayTime {
  #anchor: Anchor | undefined;
  #isChecked = false;
  #scale = 1;

  /** Seconds of the movie in a second; negative backwards. */
  get scale(): number {
    return this.#scale;
  }

  /** Takes the answer to a PLAY. One that says nothing of times goes on where the last one was, if it was to go on. */
  take({ headers, fromSeconds, control }: PlayAnswer): void {
    const start = decodeRange(headers.get("Range") ?? "")?.start;
    const seconds = typeof start === "number" ? start : fromSeconds;
    this.#scale = scaleOf(headers);
    if (seconds === undefined) return;
    this.#anchor = { seconds, timestamp: timestampOf(headers, control) };
    this.#isChecked = false;
  }

  /** The time of a frame, in seconds; `undefined` where nothing is known, and of a frame that was sent before the last PLAY. */
  secondsAt(timestamp: number): number | undefined {
    if (this.#anchor === undefined) return undefined;
    const anchor = this.#isChecked ? this.#anchor : this.#check(this.#anchor, timestamp);
    const ticks = (timestamp - (anchor.timestamp ?? timestamp)) | 0;
    if (ticks < 0) return undefined;
    const seconds = Math.max(0, anchor.seconds + ticks / JPEG_CLOCK_RATE * this.#scale);
    if (ticks >= FAR_TICKS) this.#anchor = { seconds, timestamp };
    return seconds;
  }

  /** Some servers have no timestamp to tell, or a wrong one: the first frame is then where the range starts. */
  #check(anchor: Anchor, timestamp: number): Anchor {
    const error = ((timestamp - (anchor.timestamp ?? timestamp)) | 0) / JPEG_CLOCK_RATE;
    const isWrong = anchor.timestamp === undefined || Math.abs(error) > MAX_RTP_INFO_ERROR_SECONDS;
    this.#isChecked = true;
    return this.#anchor = isWrong ? { ...anchor, timestamp } : anchor;
  }
}

/**
 * What a server plays at: 1 where it does not say, or says what is none. GStreamer 1.22 grants a Scale as Speed (12.35), with
 * timestamps that go on as the clock does; "page: gst-rtsp-server seeks, steps and changes its speed" holds it.
 */
function scaleOf(headers: RtspHeaders): number {
  return factorOf(headers.get("Scale")) * factorOf(headers.get("Speed"));
}

function factorOf(text = "1"): number {
  const factor = /^[+-]?\d{1,6}(?:\.\d{0,9})?$/.test(text.trim()) ? Number(text) : 1;
  return factor === 0 ? 1 : factor;
}

/** The timestamp of the video; where no URL is its own, that of the first track. */
function timestampOf(headers: RtspHeaders, control: string | undefined): number | undefined {
  const tracks = decodeRtpInfo(headers.get("RTP-Info") ?? "");
  const own = tracks.find(({ url }) => control !== undefined && url.endsWith(control));
  return (own ?? tracks.at(0))?.timestamp;
}
