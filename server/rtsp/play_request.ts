/**
 * Answers PLAY: from where, to where, how fast (RFC 2326, 10.5), and what of it came true.
 *
 * @module
 */

import type { HeaderField } from "../../rtsp/headers.ts";
import type { RtspRequest } from "../../rtsp/message.ts";
import { decodeRange, encodeRange, isNormalPlayTime, type NptRange } from "../../rtsp/fields/range.ts";
import { encodeRtpInfo } from "../../rtsp/fields/rtp_info.ts";
import type { StatusCode } from "../../rtsp/status.ts";
import { MAX_PLAY_FACTOR, MIN_PLAY_FACTOR } from "../limits.ts";
import type { PlayOptions, Session } from "../session/session.ts";
import type { SeekableSource } from "../source/source.ts";
import { trackUrl } from "./tracks.ts";

/** What a method of a session answers. */
export interface Outcome {
  readonly status: StatusCode;
  readonly headers?: readonly HeaderField[];
}

/** Plays a session as the request says. 457 for a range that the source does not have, 501 for times of other units. */
export async function play(session: Session, { uri, headers }: RtspRequest): Promise<Outcome> {
  const [rangeText, scaleText, speedText] = ["Range", "Scale", "Speed"].map((name) => headers.get(name));
  // What is live, or watched by others as well, goes on as it is.
  const isFixed = session.isShared || session.source.isLive;
  const scale = isFixed ? 1 : decodeFactor(scaleText, { isSigned: true });
  const speed = isFixed ? 1 : decodeFactor(speedText, { isSigned: false });
  const range: Partial<NptRange> | undefined = isFixed || rangeText === undefined ? {} : decodeRange(rangeText);
  const options = range === undefined ? undefined : playOptions(range, { session, scale, speed });
  if (range === undefined || options === undefined) {
    // Times of other units are not understood (RFC 2326, 12.29).
    return { status: range === undefined && !isNormalPlayTime(rangeText ?? "") ? 501 : 457 };
  }
  const startMs = await session.play(options);
  const rtpInfo = encodeRtpInfo(session.streams.map((stream) => ({
    url: trackUrl(uri, stream.kind),
    sequenceNumber: stream.nextSequenceNumber,
    timestamp: stream.timestampAt(startMs),
  })));
  return {
    status: 200,
    headers: [
      ["Range", encodeRange(playedRange(session, { ...range, scale }))],
      ...(scaleText === undefined ? [] : [["Scale", factorText(scale)] as const]),
      ...(speedText === undefined ? [] : [["Speed", factorText(speed)] as const]),
      ["RTP-Info", rtpInfo],
    ],
  };
}

/** What a session plays of its source from now on. */
function playedRange(
  { source, positionUs }: Session,
  { start: asked, end, scale }: Partial<NptRange> & { readonly scale: number },
): NptRange {
  if (source.isLive) return { start: "now", end: undefined };
  const start = positionUs / 1e6;
  const duration = source.times.durationUs / 1e6;
  if (source.loops) {
    const round = typeof asked === "number" ? Math.floor(asked * 1e6 / source.times.durationUs) : 0;
    return { start: round * duration + start, end };
  }
  if (source.grows && scale > 0) return { start, end };
  return { start, end: end === undefined ? (scale < 0 ? 0 : duration) : Math.min(end, duration) };
}

/** How a session plays a range; `undefined` where its source has no such part. */
function playOptions(
  range: Partial<NptRange>,
  { session, scale, speed }: { session: Session; scale: number; speed: number },
): PlayOptions | undefined {
  const { source, positionUs } = session;
  const times = source.isLive ? {} : timesOf(range, { source, positionUs, isBackwards: scale < 0 });
  return times === undefined ? undefined : { ...times, scale, speed };
}

/** A range in times of its source; `undefined` where the source has no such part. */
function timesOf(
  { start: from, end }: Partial<NptRange>,
  { source, positionUs, isBackwards }: { source: SeekableSource; positionUs: number; isBackwards: boolean },
): Pick<PlayOptions, "fromUs" | "toUs"> | undefined {
  const start = from === "now" ? undefined : from ?? (end === undefined ? undefined : 0);
  const fromUs = start === undefined ? undefined : start * 1e6;
  const toUs = end === undefined ? undefined : end * 1e6;
  // What loops has no end, as its description says.
  if (fromUs !== undefined && fromUs > source.times.durationUs && !source.loops) return undefined;
  const beginUs = fromUs ?? positionUs;
  if (toUs !== undefined && (isBackwards ? toUs >= beginUs : toUs <= beginUs)) return undefined;
  return { fromUs, toUs };
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
