/**
 * How one state of a file is told from another.
 *
 * @module
 */

/** Tells one state of a file from another. */
export interface FileVersion {
  readonly sizeBytes: number;
  /** When it was last written to, in milliseconds since the Unix epoch; 0 where the system does not tell. */
  readonly modifiedMs: number;
}

/** What a file is like now. */
export function versionOf({ size, mtime }: Deno.FileInfo): FileVersion {
  return { sizeBytes: size, modifiedMs: mtime?.getTime() ?? 0 };
}

/** Whether a file is unchanged between two looks at it. */
export function isSameVersion(left: FileVersion, right: FileVersion): boolean {
  return left.sizeBytes === right.sizeBytes && left.modifiedMs === right.modifiedMs;
}
