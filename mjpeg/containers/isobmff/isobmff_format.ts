/**
 * MP4 and MOV files with Motion-JPEG (ISO/IEC 14496-12, the QuickTime file format), in one piece or in fragments, with the true times of
 * their frames and with edit lists.
 *
 * @module
 */

import type { Container, RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import type { FrameIndexBuilder, IndexEnd } from "../index/frame_index_builder.ts";
import { addMarkedFrames } from "../marked_frames.ts";
import { TimedFrames } from "../timed_frames.ts";
import { isMotionJpeg, otherCodecError } from "../video_codec.ts";
import { type Box, decodeBoxHeader } from "./boxes.ts";
import { EditedFrames, isWhole } from "./edits.ts";
import { samplesInFragments } from "./fragments.ts";
import { findIsobmffSound } from "./isobmff_sound.ts";
import { findMovie, type Movie, readMovie, type VideoTrack } from "./movie_headers.ts";
import { type Sample, samplesIn } from "./sample_table.ts";

const FORMAT = "MP4";

/** What files begin with; those of QuickTime need no `ftyp`. */
const FIRST_BOXES = new Set(["ftyp", "styp", "moov", "mdat", "free", "skip", "wide", "pnot", "moof"]);

/** MP4 and MOV files, whatever is in them. */
export const ISOBMFF: Container = {
  name: FORMAT,
  signature: "an MP4 or MOV file",
  recognizes: (head) => FIRST_BOXES.has(decodeBoxHeader(head, { end: Infinity })?.type ?? ""),
  index: indexIsobmff,
  findSound: findIsobmffSound,
};

async function indexIsobmff(file: RandomAccess, frames: FrameIndexBuilder): Promise<IndexEnd> {
  const window = new FileWindow(file);
  const moov = await findMovie(window);
  if (moov === undefined) {
    frames.note(`The ${FORMAT} file was not finished: it has no headers; its frames are found by their markers`);
    await addMarkedFrames(file, { frames });
    return {};
  }
  const movie = await readMovie(window, moov);
  let damagedAt: number | undefined;
  const onDamage = (offset: number) => damagedAt = offset;
  const samples = (track: VideoTrack) => samplesOf(file, { window, moov, movie, track, onDamage });
  const track = await chooseTrack(window, movie, samples);
  const first = await firstOf(samples(track));
  const scaleUs = 1e6 / track.timeScale;
  const timed = new TimedFrames(frames, {
    frameRate: first === undefined || first.duration === 0 ? undefined : track.timeScale / first.duration,
    toleranceUs: 1,
  });
  const end = isWhole(track.edits)
    ? await addSamples(file, { samples: samples(track), timed, scaleUs })
    : await addEdited(file, { samples: samples(track), timed, scaleUs, track, movie });
  if (damagedAt !== undefined) {
    frames.note(`At byte ${damagedAt} there is no box of ${FORMAT}; frames from there on are left out`);
  }
  return end;
}

/** Adds what an edit list shows. */
async function addEdited(
  file: RandomAccess,
  { samples, timed, scaleUs, track, movie }: {
    readonly samples: AsyncGenerator<Sample>;
    readonly timed: TimedFrames;
    readonly scaleUs: number;
    readonly track: VideoTrack;
    readonly movie: Movie;
  },
): Promise<IndexEnd> {
  const edited = new EditedFrames(scaleUs);
  for await (const sample of samples) if (!edited.push(sample)) break;
  return edited.addTo(timed, { edits: track.edits, movieScaleUs: 1e6 / movie.timeScale, file });
}

/** The first track with Motion-JPEG. Rejects with a `SyntaxError` where there is none. */
async function chooseTrack(
  window: FileWindow,
  { tracks }: Movie,
  samples: (track: VideoTrack) => AsyncGenerator<Sample>,
): Promise<VideoTrack> {
  for (const track of tracks) {
    if (await isMotionJpeg(window, await firstOf(samples(track)), track.codec)) return track;
  }
  throw tracks.length === 0
    ? new SyntaxError(`The ${FORMAT} file has no video`)
    : otherCodecError(FORMAT, tracks[0].codec);
}

/** All samples of a track that have bytes: those of its tables, then those of fragments. */
async function* samplesOf(
  file: RandomAccess,
  { window, moov, movie, track, onDamage }: {
    readonly window: FileWindow;
    readonly moov: Box;
    readonly movie: Movie;
    readonly track: VideoTrack;
    readonly onDamage: (offset: number) => void;
  },
): AsyncGenerator<Sample> {
  if (track.tables !== undefined) yield* samplesIn(file, track.tables);
  if (movie.isFragmented) yield* samplesInFragments(window, { track, start: moov.end, onDamage });
}

async function firstOf(samples: AsyncGenerator<Sample>): Promise<Sample | undefined> {
  for await (const sample of samples) if (sample.lengthBytes > 0) return sample;
  return undefined;
}

/** Adds the samples at their times. One without bytes shows the one before for longer. */
async function addSamples(
  file: RandomAccess,
  { samples, timed, scaleUs }: {
    readonly samples: AsyncGenerator<Sample>;
    readonly timed: TimedFrames;
    readonly scaleUs: number;
  },
): Promise<IndexEnd> {
  let endUs = 0;
  for await (const { offset, lengthBytes, time, duration } of samples) {
    endUs = (time + duration) * scaleUs;
    if (lengthBytes === 0) continue;
    if (offset + lengthBytes > file.lengthBytes) timed.drop(offset, "it is truncated by the end of the file");
    else if (!timed.add({ offset, lengthBytes }, time * scaleUs)) break;
  }
  return timed.end(endUs);
}
