/**
 * Names of the segments of a recording: the local time of the first frame, in a form that every file system takes and that sorts.
 *
 * @module
 */

import { extname, join } from "@std/path";

/** Whose segments they are. */
export interface SegmentedName {
  /** The file or the folder that is named on the command line. */
  readonly path: string;
  /** Whether segments are folders in that folder, or files beside that file. */
  readonly isFolder: boolean;
}

/**
 * The path of a segment: `cam-2026-11-27T10-20-00.avi` for `cam.avi`, `cam/2026-11-27T10-20-00` for the folder `cam`. `attempt` counts
 * from 1: names above that end in `_2` and so on, for where more than one segment begins in a second, or where the clock is put back.
 */
export function segmentPath(
  { path, isFolder }: SegmentedName,
  { arrivalMs, attempt }: { readonly arrivalMs: number; readonly attempt: number },
): string {
  const time = localTime(new Date(arrivalMs)) + (attempt > 1 ? `_${attempt}` : "");
  if (isFolder) return join(path, time);
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-${time}${ending}`;
}

/** As ISO 8601 has it, with dashes for the colons that Windows does not take. */
function localTime(date: Date): string {
  const [month, day, hours, minutes, seconds] = [
    ...[date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()],
  ].map((value) => String(value).padStart(2, "0"));
  return `${date.getFullYear()}-${month}-${day}T${hours}-${minutes}-${seconds}`;
}
