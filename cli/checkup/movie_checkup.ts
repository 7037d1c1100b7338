/**
 * What each kind of peer can take of a movie.
 *
 * @module
 */

import { FailedError } from "../options/errors.ts";
import { describeLab, describeRtp } from "../probing/jpeg_kinds.ts";
import { type MovieProbe, probeMovie } from "../probing/movie_probe.ts";
import type { Finding } from "./finding.ts";

/** Looks into a file or a folder. */
export async function checkMovie(path: string): Promise<Finding[]> {
  try {
    return judge(await probeMovie(path));
  } catch (error) {
    if (!(error instanceof FailedError)) throw error;
    return [{ topic: "movie", level: "problem", text: error.message }];
  }
}

function judge(movie: MovieProbe): Finding[] {
  const { frames, format, problem, damage, damagedFrames, jpegs } = movie;
  const isRefused = jpegs.length === 0 || jpegs.some(({ rtp }) => rtp === "refused" || rtp === "re-encoded");
  const players = describeRtp(jpegs);
  const lab = describeLab(movie.largestFrameBytes);
  return [
    { topic: "movie", level: "ok", text: `${frames} frames, ${format}` },
    ...(problem === null ? [] : [{ topic: "movie", level: "note", text: problem } as const]),
    ...(damage === null
      ? []
      : [{ topic: "movie", level: "note", text: `${damagedFrames} damaged frames: ${damage}` } as const]),
    { topic: "lab clients", level: lab === "yes" ? "ok" : "problem", text: lab },
    { topic: "VLC, ffmpeg", level: isRefused ? "problem" : "ok", text: players },
    {
      topic: "browsers",
      level: isRefused ? "problem" : "ok",
      text: isRefused
        ? `${players}; the page of play gets what players get`
        : "yes, through play or at its /stream.mjpeg",
    },
  ];
}
