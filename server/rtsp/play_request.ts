/**
 * PLAY: from where, to where, how fast (RFC 2326, 10.5), and what of it came true.
 *
 * @module
 */

import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspRequest } from "../../rtsp/message.ts";
import { decodeRange, encodeRange, isNormalPlayTime, type NptRange } from "../../rtsp/range.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import type { JpegSender } from "../send/jpeg_sender.ts";
import { MAX_PLAY_FACTOR, MIN_PLAY_FACTOR } from "../limits.ts";
import type { ClientSession, PlayOptions } from "../session/client_session.ts";
import { trackUrl } from "./stream_describer.ts";

/** What a method of a session answers. */
export interface Outcome {
  /** The status code. */
  readonly status: StatusCode;
  /** What else is told. */
  readonly headers?: readonly HeaderField[];
}

/** Plays a session as the request says. 457 for a range that the movie does not have, 501 for times of other units. */
export async function play(
  session: ClientSession,
  sender: JpegSender,
  { uri, headers }: RtspRequest,
): Promise<Outcome> {
  const [rangeText, scaleText, speedText] = ["Range", "Scale", "Speed"].map((name) => headers.get(name));
  // What others watch as well goes on as it is.
  const { isShared } = session;
  const scale = isShared ? 1 : decodeFactor(scaleText, { isSigned: true });
  const speed = isShared ? 1 : decodeFactor(speedText, { isSigned: false });
  const range: Partial<NptRange> | undefined = isShared || rangeText === undefined ? {} : decodeRange(rangeText);
  const { media, frameRate } = session;
  const options = range === undefined ? undefined : inFrames(range, { session, scale });
  if (range === undefined || options === undefined) {
    // Times of other units are not understood (RFC 2326, 12.29).
    return { status: range === undefined && !isNormalPlayTime(rangeText ?? "") ? 501 : 457 };
  }
  const startMs = await session.play({ ...options, scale, speed });
  const start = session.position / frameRate;
  const duration = media.frameCount / frameRate;
  const last = session.isCircular ? undefined : scale < 0 ? 0 : duration;
  const end = range.end === undefined ? last : session.isCircular ? range.end : Math.min(range.end, duration);
  const rtpInfo = `url=${trackUrl(uri)};seq=${sender.nextSequenceNumber};rtptime=${sender.timestampAt(startMs)}`;
  return {
    status: 200,
    headers: [
      ["Range", encodeRange({ start, end })],
      ...(scaleText === undefined ? [] : [["Scale", factorText(scale)] as const]),
      ...(speedText === undefined ? [] : [["Speed", factorText(speed)] as const]),
      ["RTP-Info", rtpInfo],
    ],
  };
}

/** A range as frames of the movie; `undefined` where the movie has no such part. */
function inFrames(
  { start: from, end }: Partial<NptRange>,
  { session, scale }: { session: ClientSession; scale: number },
): PlayOptions | undefined {
  const { media, frameRate, position } = session;
  const isBackwards = scale < 0;
  const duration = media.frameCount / frameRate;
  const start = from === "now" ? undefined : from ?? (end === undefined ? undefined : 0);
  if (start !== undefined && start > duration) return undefined;
  const begin = start ?? position / frameRate;
  if (end !== undefined && (isBackwards ? end >= begin : end <= begin)) return undefined;
  const frame = (seconds: number) => Math.floor(seconds * frameRate + 1e-6);
  return {
    from: start === undefined ? undefined : Math.min(media.frameCount - 1, frame(start)),
    // Backwards the frame at the end is the last one that is shown.
    to: end === undefined ? undefined : isBackwards ? frame(end) - 1 : Math.ceil(end * frameRate - 1e-6),
  };
}

/** Scale or Speed: 1 where there is none that makes sense, the nearest possible one for what is out of range. */
function decodeFactor(text: string | undefined, { isSigned }: { isSigned: boolean }): number {
  if (text === undefined || !/^[+-]?\d{1,6}(?:\.\d{0,6})?$/.test(text.trim())) return 1;
  const factor = Number(text);
  if (factor === 0 || (factor < 0 && !isSigned)) return 1;
  return Math.sign(factor) * Math.min(MAX_PLAY_FACTOR, Math.max(MIN_PLAY_FACTOR, Math.abs(factor)));
}

function factorText(factor: number): string {
  return String(Number(factor.toFixed(4)));
}
