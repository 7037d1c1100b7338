/**
 * Why a file or a folder cannot be used, in words.
 *
 * @module
 */

/** What an error of the file system says, for people; the error's own text where there are no better words. */
export function fileReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.NotCapable) {
    // Deno goes on with how to give a program more rights, which is not for who runs an executable.
    if (/^Requires all access/.test(text)) {
      return "special places such as /dev, /proc and /sys are closed to this program";
    }
    return text.split(/,? (?:run again with|specify the required)/, 1)[0];
  }
  if (error instanceof Deno.errors.PermissionDenied) return "you have no right to use it";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is no directory";
  if (error instanceof Deno.errors.FilesystemLoop) return "its links lead in a circle";
  if (/\(os error 36\)/.test(text)) return "its name is too long";
  return text;
}
