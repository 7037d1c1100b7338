/**
 * What to do about an error of a file, a folder or a pipe.
 *
 * @module
 */

import { fileReason } from "../../net/file_reason.ts";

/** Why storing failed and what to do about it, where that is known; the error's own text elsewhere. */
export function storageAdvice(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.AlreadyExists) {
    return "a file of that name has appeared meanwhile, and is not overwritten; name another";
  }
  if (error instanceof Deno.errors.NotCapable && /"\/(?:dev|proc|sys)\//.test(text)) {
    return "no devices but /dev/null and /dev/stdout are written to; write to - and let the shell redirect it";
  }
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is no folder";
  if (error instanceof Deno.errors.NotFound) return "the folder it lies in does not exist; create it first";
  const isForbidden = error instanceof Deno.errors.PermissionDenied || /read-only|os error 30\b/i.test(text);
  if (isForbidden) return "you have no right to write there; name another place";
  if (error instanceof Deno.errors.BrokenPipe) return "the program that reads the pipe has ended";
  if (/os error 28|no space|disk full|os error 112/i.test(text)) return "the disk is full; make room or name another";
  return fileReason(error);
}
