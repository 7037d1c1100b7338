/**
 * What a stream of an RTSP server, or of a camera that speaks HTTP, is: what is said of it, and what the first frames show.
 *
 * @module
 */

import denoConfig from "../../deno.json" with { type: "json" };
import { Player } from "../../client/player.ts";
import { noPictureReason } from "../../client/playout/picture_notice.ts";
import type { TransportKind } from "../../client/session/player_session.ts";
import type { UrlTarget } from "../../client/session/target.ts";
import { systemClock } from "../../net/system_clock.ts";
import type { ReceivedFrame } from "../../page/playback.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import type { PresentationDescription } from "../../rtsp/sdp.ts";
import { FailedError } from "../options/errors.ts";
import { playUntilEnd } from "../playing.ts";
import {
  describeDamage,
  describeKinds,
  describeLab,
  describeRtp,
  type FoundKinds,
  JpegKinds,
  layOut,
  type Line,
} from "./jpeg_kinds.ts";

/** Frames that are watched. */
export const WATCHED_FRAMES = 50;

/** Times from frame to frame, in milliseconds. */
export type Intervals = readonly [shortest: number, longest: number];

/** What is known of a stream. Names and units are part of the interface: `probe --json` prints it. */
export interface StreamProbe extends FoundKinds {
  /** Without its password. */
  readonly url: string;
  readonly dialect: string | null;
  readonly transport: TransportKind;
  /** What the description says. */
  readonly title: string | null;
  /** Whether the stream has no end that the server knows of. */
  readonly isLive: boolean;
  /** Null where there is no end, or where it is not known. */
  readonly durationSeconds: number | null;
  readonly describedFrameRate: number | null;
  readonly describedSize: { readonly width: number; readonly height: number } | null;
  readonly tracks: readonly { readonly type: string; readonly encodings: readonly string[] }[];
  /** Whole frames, and such as could not be completed. */
  readonly frames: number;
  readonly incompleteFrames: number;
  /** From the first frame to the last, by their RTP timestamps; null where there are fewer than two. */
  readonly seconds: number | null;
  readonly frameRate: number | null;
  /** By the frames' RTP timestamps. */
  readonly intervalsMs: Intervals | null;
  /** By when they came. */
  readonly arrivalIntervalsMs: Intervals | null;
  /** Interarrival jitter (RFC 3550, 6.4.1). */
  readonly jitterMs: number;
  readonly bitrate: number;
  readonly largestFrameBytes: number;
  readonly meanFrameBytes: number;
  readonly packets: number;
  readonly lostPackets: number;
  readonly repairedPackets: number;
}

/** How to watch. */
export interface StreamProbeOptions {
  readonly transport: "auto" | TransportKind;
  /** Longest time to watch, in seconds. */
  readonly maxSeconds: number;
  /** How long to wait for an answer of the server, in milliseconds. */
  readonly replyTimeoutMs: number;
  /** Aborts when the user wants to end. */
  readonly interrupt: AbortSignal;
}

/** Watches a stream as `play` does. Throws a {@linkcode FailedError} where it cannot be had, or shows no picture. */
export async function probeStream(target: UrlTarget, options: StreamProbeOptions): Promise<StreamProbe> {
  const { transport, maxSeconds, replyTimeoutMs, interrupt } = options;
  const userAgent = `mjpegrtsp/${denoConfig.version}`;
  const player = new Player({ target, transport, replyTimeoutMs, userAgent, reconnect: false, clock: systemClock });
  const frames: ReceivedFrame[] = [];
  let description: PresentationDescription | undefined;
  player.subscribe({
    frame(frame) {
      description = player.description;
      if (frames.length < WATCHED_FRAMES) frames.push(frame);
    },
  });
  await playUntilEnd({
    ...{ player, recorder: undefined, preview: false, paused: false, maxFrames: WATCHED_FRAMES, maxSeconds },
    ...{ clock: systemClock, interrupt },
  });
  const statistics = player.statistics();
  if (frames.length === 0) throw new FailedError(`No picture: ${noPictureReason(statistics)}`);
  const kinds = new JpegKinds();
  for (const { number, data } of frames) await kinds.add(number, () => data);
  const sizes = frames.map(({ data }) => data.length);
  const video = description?.tracks.find(({ type }) => type === "video");
  return {
    url: withoutSecrets(target.url.href),
    dialect: player.status.dialect ?? null,
    transport: player.status.transport,
    title: description?.title ?? null,
    isLive: description === undefined || !description.isFinite,
    durationSeconds: description?.durationSeconds ?? null,
    describedFrameRate: video?.frameRate ?? null,
    describedSize: video?.dimensions ?? null,
    tracks: (description?.tracks ?? []).map(({ type, formats }) => ({
      type,
      encodings: [...formats.values()].map(({ encoding }) => encoding),
    })),
    frames: frames.length,
    incompleteFrames: statistics.damagedFrames,
    ...timesOf(frames),
    jitterMs: statistics.jitterMs,
    bitrate: Math.round(statistics.bitrate),
    largestFrameBytes: Math.max(...sizes),
    meanFrameBytes: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
    packets: statistics.packets,
    lostPackets: statistics.lostPackets,
    repairedPackets: statistics.repairedPackets,
    ...kinds.found,
  };
}

function timesOf(
  frames: readonly ReceivedFrame[],
): Pick<StreamProbe, "seconds" | "frameRate" | "intervalsMs" | "arrivalIntervalsMs"> {
  if (frames.length < 2) return { seconds: null, frameRate: null, intervalsMs: null, arrivalIntervalsMs: null };
  const seconds = (frames.at(-1)!.timestampUs - frames[0].timestampUs) / 1e6;
  return {
    seconds,
    frameRate: seconds > 0 ? (frames.length - 1) / seconds : null,
    intervalsMs: intervalsOf(frames.map(({ timestampUs }) => timestampUs / 1000)),
    arrivalIntervalsMs: intervalsOf(frames.map(({ arrivalMs }) => arrivalMs)),
  };
}

function intervalsOf(timesMs: readonly number[]): Intervals {
  const intervals = timesMs.slice(1).map((timeMs, at) => timeMs - timesMs[at]);
  return [Math.min(...intervals), Math.max(...intervals)];
}

/** The lines for people. JPEGs that come over HTTP have neither a description nor packets. */
export function describeStream(probe: StreamProbe): string[] {
  const isHttp = probe.dialect === "http";
  const { packets, lostPackets, repairedPackets, incompleteFrames } = probe;
  const repaired = repairedPackets === 0 ? "" : `, ${repairedPackets} sent again`;
  const lines: Line[] = [
    ["server", isHttp ? "HTTP" : `RTSP/1.0, packets over ${probe.transport.toUpperCase()}`],
    ...(isHttp ? [] : describeDescription(probe)),
    ["frames", describeFrames(probe)],
    ...describeRegularity(probe),
    ["bytes a frame", `${Math.round(probe.meanFrameBytes)} on average, ${probe.largestFrameBytes} at most`],
    ...describeKinds(probe),
    ...describeDamage(probe),
    isHttp
      ? ["RTSP/1.0 players", describeRtp(probe.jpegs)]
      : ["packets", `${packets}, ${lostPackets} lost${repaired}; ${incompleteFrames} frames incomplete`],
    ["plain lab clients", describeLab(probe.largestFrameBytes)],
  ];
  return layOut(probe.url, lines);
}

function describeDescription(probe: StreamProbe): Line[] {
  const { title, isLive, durationSeconds, describedFrameRate, describedSize } = probe;
  const facts = [
    ...(title === null ? [] : [JSON.stringify(title)]),
    isLive ? "without an end" : durationSeconds === null ? "with an end" : `${durationSeconds.toFixed(2)} s`,
    describedFrameRate === null ? "no rate" : `${describedFrameRate} a second`,
    describedSize === null ? "no size" : `${describedSize.width}x${describedSize.height}`,
  ];
  const tracks = probe.tracks.map(({ type, encodings }) => [type, ...encodings].join(" "));
  return [["description", facts.join(", ")], ["tracks", tracks.join(", ")]];
}

function describeFrames({ frames, seconds, frameRate, bitrate }: StreamProbe): string {
  const rate = frameRate === null ? "" : `, ${frameRate.toFixed(2)} a second`;
  const span = seconds === null ? "" : ` in ${seconds.toFixed(2)} s`;
  return `${frames}${span}${rate}, ${(bitrate / 1e6).toFixed(2)} Mbit/s`;
}

function describeRegularity({ intervalsMs, arrivalIntervalsMs, jitterMs }: StreamProbe): Line[] {
  if (intervalsMs === null || arrivalIntervalsMs === null) return [];
  const range = ([shortest, longest]: Intervals) => `${shortest.toFixed(1)} to ${longest.toFixed(1)} ms`;
  const text = `${range(intervalsMs)} apart by their timestamps, ${range(arrivalIntervalsMs)} as they came; ` +
    `jitter ${jitterMs.toFixed(1)} ms`;
  return [["regularity", text]];
}
