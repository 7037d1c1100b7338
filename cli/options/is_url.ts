/**
 * Tells URLs from names of files.
 *
 * @module
 */

/** Whether an argument is a URL of any kind, and no name of a file. One letter is a drive of Windows: `C://movie.avi`. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}
