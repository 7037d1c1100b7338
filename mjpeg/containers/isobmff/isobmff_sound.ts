/**
 * The sound of an MP4 or MOV file: the chunks of its first track of sound, or what is in its fragments, at the times that edit lists
 * give them.
 *
 * @module
 */

import type { RandomAccess } from "../container.ts";
import { FileWindow } from "../index/file_window.ts";
import { readable, SoundIndexBuilder, type StoredSound } from "../sound/stored_sound.ts";
import { storedBlockBytes, type StoredFormat } from "../../sound.ts";
import type { Box } from "./boxes.ts";
import { samplesInFragments } from "./fragments.ts";
import { findMovie, type Movie, readMovie, type SoundTrack, type Track } from "./movie_headers.ts";
import { chunksIn, samplesIn } from "./sample_table.ts";

/** The first track of sound, from the first frame on. Rejects with a `SyntaxError` where it cannot be read. */
export async function findIsobmffSound(file: RandomAccess): Promise<StoredSound | undefined> {
  const window = new FileWindow(file);
  const moov = await findMovie(window);
  if (moov?.type !== "moov") return undefined;
  const movie = await readMovie(window, moov);
  const [sound] = movie.sounds;
  if (sound === undefined) return undefined;
  const format = readable(sound.format);
  const shown = sound.edits.filter(({ mediaTime }) => mediaTime >= 0);
  if (shown.length > 1) {
    throw new SyntaxError(`its sound is cut into ${shown.length} pieces by an edit list`);
  }
  const builder = new SoundIndexBuilder(format);
  const [video] = movie.tracks;
  const offsetUs = pauseUs(sound, movie) - (video === undefined ? 0 : pauseUs(video, movie)) -
    (shown[0]?.mediaTime ?? 0) * 1e6 / sound.timeScale;
  await addPieces(file, { window, moov, movie, sound, format, builder, offsetUs });
  return builder.finish();
}

/** How long the movie shows nothing before a track begins, in microseconds. */
function pauseUs({ edits }: Track, { timeScale }: Movie): number {
  let pause = 0;
  for (const { duration, mediaTime } of edits) {
    if (mediaTime !== -1) break;
    pause += duration;
  }
  return pause * 1e6 / timeScale;
}

/** Adds what the tables tell, then what is in fragments, so many microseconds later than its own times. */
async function addPieces(
  file: RandomAccess,
  { window, moov, movie, sound, format, builder, offsetUs }: {
    readonly window: FileWindow;
    readonly moov: Box;
    readonly movie: Movie;
    readonly sound: SoundTrack;
    readonly format: StoredFormat;
    readonly builder: SoundIndexBuilder;
    readonly offsetUs: number;
  },
): Promise<void> {
  const { tables, timeScale } = sound;
  const add = (offset: number, lengthBytes: number, timeUs: number) =>
    builder.add(offset, Math.min(lengthBytes, file.lengthBytes - offset), offsetUs + timeUs);
  const chunks = tables === undefined ? undefined : await chunksIn(file, tables);
  if (chunks !== undefined) {
    // Each sample is one of each channel, whatever length the tables tell: that of QuickTime is 1.
    const blockBytes = storedBlockBytes(format);
    for await (const { offset, first, count } of chunks) {
      if (!add(offset, count * blockBytes, first * 1e6 / format.sampleRate)) return;
    }
  } else if (tables !== undefined) {
    for await (const { offset, lengthBytes, time } of samplesIn(file, tables)) {
      if (!add(offset, lengthBytes, time * 1e6 / timeScale)) return;
    }
  }
  if (!movie.isFragmented) return;
  for await (
    const { offset, lengthBytes, time } of samplesInFragments(window, { track: sound, start: moov.end, onDamage() {} })
  ) if (!add(offset, lengthBytes, time * 1e6 / timeScale)) return;
}
