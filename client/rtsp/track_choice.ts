/**
 * Which tracks of a description are played: the first Motion-JPEG video, and sound of the kinds that are known.
 *
 * @module
 */

import { SOUND_ENCODINGS } from "../../rtp/audio/sound_depacketizer.ts";
import { JPEG_CLOCK_RATE } from "../../rtp/jpeg/jpeg_payload.ts";
import type { PresentationDescription, TrackDescription, TrackFormat } from "../../rtsp/sdp.ts";
import { MAX_AUDIO_TRACKS, MAX_CLOCK_RATE, MAX_SOUND_CHANNELS } from "../limits.ts";

/** A track to be set up. */
export interface ChosenTrack {
  /** What it carries. */
  readonly kind: "video" | "audio";
  /** Name of its encoding, in capitals. */
  readonly encoding: string;
  readonly payloadType: number;
  /** RTP timestamp ticks a second. */
  readonly clockRate: number;
  /** Channels of sound; 1 for video. */
  readonly channels: number;
  /** Its control attribute (RFC 2326, C.1.1). */
  readonly control: string | undefined;
  /** Size of the video where the description has it. */
  readonly dimensions: TrackDescription["dimensions"];
  /** Whether the server sends again what it is asked for. */
  readonly isRepaired: boolean;
}

/** The tracks that are played, and those that are not. */
export interface TrackChoice {
  /** The Motion-JPEG track. */
  readonly video: ChosenTrack;
  /** Sound, in the order of the description. */
  readonly audio: readonly ChosenTrack[];
  /** Tracks that are not played, for people: `audio MPEG4-GENERIC`. */
  readonly dropped: readonly string[];
}

/** What PCMU, PCMA and L16 without a rate mean (RFC 3551, 4.5). */
const AUDIO_CLOCK_RATE = 8000;

/** Chooses tracks. Throws an `Error` that names what there is where there is no Motion-JPEG. */
export function chooseTracks({ tracks }: PresentationDescription): TrackChoice {
  const chosen = tracks.map((track) => ({ track, choice: chooseFormat(track) }));
  const video = chosen.find(({ choice }) => choice?.kind === "video")?.choice;
  if (video === undefined) {
    const found = tracks.map(describe).join(", ");
    throw new Error(`The stream has no Motion-JPEG video, the only kind that is played here: it has ${found}`);
  }
  const audio = chosen.flatMap(({ choice }) => choice?.kind === "audio" ? [choice] : []).slice(0, MAX_AUDIO_TRACKS);
  const dropped = chosen.filter(({ choice }) => choice === undefined || choice !== video && !audio.includes(choice));
  return { video, audio, dropped: dropped.map(({ track }) => describe(track)) };
}

/** The first format of a track that is known. */
function chooseFormat(track: TrackDescription): ChosenTrack | undefined {
  for (const payloadType of track.payloadTypes) {
    const format = track.formats.get(payloadType);
    const kind = format === undefined ? undefined : kindOf(track, format);
    if (format === undefined || kind === undefined) continue;
    const { encoding, channels, clockRate = AUDIO_CLOCK_RATE } = format;
    const { control, dimensions } = track;
    // RTP/JPEG ticks at 90 kHz whatever the description says (RFC 2435, 3).
    const rate = kind === "video" ? JPEG_CLOCK_RATE : Math.min(clockRate, MAX_CLOCK_RATE);
    return {
      kind,
      encoding,
      payloadType,
      clockRate: rate,
      channels,
      control,
      dimensions,
      isRepaired: track.repairedTypes.includes(payloadType),
    };
  }
  return undefined;
}

function kindOf({ type }: TrackDescription, { encoding, channels }: TrackFormat): ChosenTrack["kind"] | undefined {
  if (type === "video" && encoding === "JPEG") return "video";
  const isKnown = SOUND_ENCODINGS.some((known) => known === encoding);
  return type === "audio" && isKnown && channels <= MAX_SOUND_CHANNELS ? "audio" : undefined;
}

function describe({ type, formats }: TrackDescription): string {
  return [type, ...[...formats.values()].map(({ encoding }) => encoding)].join(" ");
}
