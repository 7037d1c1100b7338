/**
 * Session descriptions (RFC 8866, and RFC 2326, appendix C) of Motion-JPEG streams, both ways: the body of DESCRIBE. The
 * grammar of SDP is sdp-transform's.
 *
 * @module
 */

import * as sdp from "sdp-transform";
import { decodeRange } from "./fields/range.ts";
import { MAX_DESCRIPTION_LINES, MAX_LINE_BYTES, MAX_MEDIA_SECTIONS } from "./limits.ts";

/** What the server says about a stream. */
export interface StreamDescription {
  /** Session name. */
  readonly title: string;
  /** Differs between descriptions that differ. */
  readonly sessionId: number;
  /** The server's address as the client sees it. */
  readonly address: string;
  /** Seconds; `undefined` for live sources. */
  readonly duration: number | undefined;
  /** Frames a second; `undefined` if unknown. */
  readonly frameRate: number | undefined;
  /** Samples a line. */
  readonly width: number;
  /** Lines. */
  readonly height: number;
  /** Control URL of the track, relative to Content-Base. */
  readonly control: string;
  /** The sound beside it, if there is some. */
  readonly sound?: SoundDescription;
  /** Name and version of the program. */
  readonly tool: string;
}

/** What the server says about the sound of a stream. */
export interface SoundDescription {
  /** 0 to 127: that of RFC 3551, 6, or one from 96 on. */
  readonly payloadType: number;
  /** Such as `PCMU`. */
  readonly encoding: string;
  /** RTP timestamp ticks a second. */
  readonly clockRate: number;
  readonly channels: number;
  /** Control URL of the track, relative to Content-Base. */
  readonly control: string;
}

const PAYLOAD_TYPE_JPEG = 26;
/** Seven bits (RFC 3550, 5.1). */
const MAX_PAYLOAD_TYPE = 127;
const JPEG_MAX_DIMENSION = 2040;
/** Sizes in a frame header have 16 bits (T.81, B.2.2). */
const JPEG_MAX_LENGTH = 65_535;

/** The SDP of a stream. */
export function encodeStreamDescription(stream: StreamDescription): string {
  const { width, height, duration, address } = stream;
  const ipVer = address.includes(":") ? 6 : 4;
  const isLarge = width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION;
  return sdp.write({
    version: 0,
    origin: { username: "-", sessionId: stream.sessionId, sessionVersion: 1, netType: "IN", ipVer, address },
    name: stream.title.replace(/[\r\n]/g, " ") || " ",
    connection: { version: ipVer, ip: ipVer === 6 ? "::" : "0.0.0.0" },
    timing: { start: 0, stop: 0 },
    control: "*",
    invalid: [
      { value: `tool:${stream.tool}` },
      { value: `range:npt=0-${duration === undefined ? "" : Number(duration.toFixed(3))}` },
    ],
    media: [{
      type: "video",
      port: 0,
      protocol: "RTP/AVP",
      payloads: PAYLOAD_TYPE_JPEG,
      rtp: [],
      fmtp: [],
      control: stream.control,
      ...(stream.frameRate === undefined ? {} : { framerate: Number(stream.frameRate.toFixed(3)) }),
      invalid: [
        { value: `framesize:${PAYLOAD_TYPE_JPEG} ${width}-${height}` },
        ...(isLarge ? [{ value: `x-dimensions:${width},${height}` }] : []),
        // What is lost over UDP is sent again to whoever asks (RFC 4585, 4.2). Players that know nothing of it pass it over.
        { value: `rtcp-fb:${PAYLOAD_TYPE_JPEG} nack` },
      ],
    }, ...stream.sound === undefined ? [] : [describeSound(stream.sound)]],
  });
}

/** Also payload types of RFC 3551 are mapped: some players know none of them. */
function describeSound(
  { payloadType, encoding, clockRate, channels, control }: SoundDescription,
): sdp.MediaDescription {
  return {
    type: "audio",
    port: 0,
    protocol: "RTP/AVP",
    payloads: payloadType,
    rtp: [{
      payload: payloadType,
      codec: encoding,
      rate: clockRate,
      ...(channels === 1 ? {} : { encoding: channels }),
    }],
    fmtp: [],
    control,
  };
}

/** The format of one payload type. */
export interface TrackFormat {
  /** Name in capitals, such as `JPEG`. */
  readonly encoding: string;
  /** RTP timestamp ticks a second; `undefined` if not given. */
  readonly clockRate: number | undefined;
  /** Audio channels; 1 if not given. */
  readonly channels: number;
}

/** What the client needs to know about a track. */
export interface TrackDescription {
  /** `video`, `audio`, … */
  readonly type: string;
  /** Payload types offered, in order. */
  readonly payloadTypes: readonly number[];
  /** By payload type; those of RFC 3551 included. */
  readonly formats: ReadonlyMap<number, TrackFormat>;
  /** Control URL, relative or absolute; `undefined` if none is given. */
  readonly control: string | undefined;
  /** Frame size, if given: frames larger than an RTP/JPEG header can say need it. */
  readonly dimensions: { readonly width: number; readonly height: number } | undefined;
  /** Frames a second of a video, if given. */
  readonly frameRate: number | undefined;
  /** Payload types whose packets the server sends again where they are asked for (RFC 4585, 4.2). */
  readonly repairedTypes: readonly number[];
}

/** What the client needs to know about a presentation. */
export interface PresentationDescription {
  /** Its name, if it has one. */
  readonly title: string | undefined;
  /** Control URL of all tracks together. */
  readonly control: string | undefined;
  /** In the order of the description. */
  readonly tracks: readonly TrackDescription[];
  /** Whether it has an end: its range of play times is closed. */
  readonly isFinite: boolean;
  /** Where its play times end, in seconds; `undefined` where they do not, or where that is malformed. */
  readonly durationSeconds: number | undefined;
}

/** Static payload types (RFC 3551, 6) that are played or named in messages. */
const STATIC_FORMATS: readonly (readonly [payloadType: number, format: TrackFormat])[] = [
  [0, { encoding: "PCMU", clockRate: 8000, channels: 1 }],
  [8, { encoding: "PCMA", clockRate: 8000, channels: 1 }],
  [10, { encoding: "L16", clockRate: 44_100, channels: 2 }],
  [11, { encoding: "L16", clockRate: 44_100, channels: 1 }],
  [14, { encoding: "MPA", clockRate: 90_000, channels: 1 }],
  [26, { encoding: "JPEG", clockRate: 90_000, channels: 1 }],
  [32, { encoding: "MPV", clockRate: 90_000, channels: 1 }],
  [33, { encoding: "MP2T", clockRate: 90_000, channels: 1 }],
];

/** Decodes a description. Throws a `SyntaxError` for text without a media section. */
export function decodePresentation(text: string): PresentationDescription {
  const session = sdp.parse(withoutOddities(bounded(text)));
  if (session.media.length === 0) throw new SyntaxError("Cannot decode SDP: it describes no media");
  const ranges = [session, ...session.media].flatMap(({ invalid = [] }) => invalid)
    .filter(({ value }) => /^range:npt=[^-]*-/.test(value)).map(({ value }) => value.slice("range:".length));
  return {
    title: textOf(session.name)?.trim() || undefined,
    control: textOf(session.control),
    isFinite: ranges.some((range) => range.slice(range.indexOf("-") + 1).trim() !== ""),
    durationSeconds: ranges.map((range) => decodeRange(range)?.end).find((end) => end !== undefined && end > 0),
    tracks: session.media.map((media) => {
      const payloadTypes = payloadTypesOf(media);
      return {
        type: String(media.type),
        payloadTypes,
        formats: formatsOf(media, payloadTypes),
        control: textOf(media.control),
        dimensions: dimensionsOf(media),
        frameRate: frameRateOf(media),
        repairedTypes: repairedTypesOf(media, payloadTypes),
      };
    }),
  };
}

/** The text without what is too long or too many of it: nothing that is played has such, and sdp-transform is slow with it. */
function bounded(text: string): string {
  const lines = text.split(/\r\n|\r|\n/, MAX_DESCRIPTION_LINES).filter((line) => line.length <= MAX_LINE_BYTES);
  const sections = lines.flatMap((line, index) => line.startsWith("m=") ? [index] : []);
  return lines.slice(0, sections[MAX_MEDIA_SECTIONS]).join("\n");
}

/** Rewrites what sdp-transform 3.0.0 does not understand: several ports (valid), more than one space (common). */
function withoutOddities(text: string): string {
  return text.replace(/^(m=\S+ \d+)\/\d+/gm, "$1").replace(/^(a=rtpmap:\d+)[ \t]+/gm, "$1 ");
}

/** Payload types have seven bits; other entries are ignored. */
function payloadTypesOf({ payloads = "" }: sdp.MediaDescription): number[] {
  return String(payloads).split(/\s+/).filter((part) => /^\d{1,3}$/.test(part) && Number(part) <= MAX_PAYLOAD_TYPE)
    .map(Number);
}

function formatsOf({ rtp }: sdp.MediaDescription, payloadTypes: readonly number[]): TrackDescription["formats"] {
  const formats = new Map(STATIC_FORMATS.filter(([payloadType]) => payloadTypes.includes(payloadType)));
  for (const { payload, codec, rate, encoding: channels = 1 } of rtp) {
    formats.set(payload, { encoding: String(codec).toUpperCase(), clockRate: rate || undefined, channels });
  }
  return formats;
}

/** `a=rtcp-fb:26 nack`, or `*` for all. Other words behind it, such as `nack pli`, mean something else. */
function repairedTypesOf({ rtcpFb = [] }: sdp.MediaDescription, payloadTypes: readonly number[]): number[] {
  const named = rtcpFb.filter(({ type, subtype }) => type === "nack" && !subtype).map(({ payload }) => String(payload));
  return payloadTypes.filter((payloadType) => named.includes("*") || named.includes(String(payloadType)));
}

/** sdp-transform 3.0.0 turns text that looks like a number into one, such as the control URL of `a=control:1`. */
function textOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** `a=framerate:25`, as a number above 0. */
function frameRateOf({ framerate }: sdp.MediaDescription): number | undefined {
  const rate = Number(framerate);
  return Number.isFinite(rate) && rate > 0 ? rate : undefined;
}

function dimensionsOf({ invalid = [] }: sdp.MediaDescription): TrackDescription["dimensions"] {
  for (const { value } of invalid) {
    const match =
      /^(?:x-dimensions:[ \t]*(\d{1,5})[ \t]*,[ \t]*(\d{1,5})|framesize:[ \t]*\d+[ \t]+(\d{1,5})-(\d{1,5}))/i
        .exec(value);
    const [width, height] = [Number(match?.[1] ?? match?.[3]), Number(match?.[2] ?? match?.[4])];
    const isPossible = (length: number) => length >= 1 && length <= JPEG_MAX_LENGTH;
    if (isPossible(width) && isPossible(height)) return { width, height };
  }
  return undefined;
}
