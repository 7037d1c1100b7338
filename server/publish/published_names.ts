/**
 * Which names clients may publish streams under.
 *
 * @module
 */

/** A name, or a pattern of names: `*` stands for any letters but slashes. */
export type NamePattern = string;

/** Whether a name is one of those, in capital or small letters. In linear time. */
export function isPublishable(name: string, patterns: readonly NamePattern[]): boolean {
  const segments = name.toLowerCase().split("/");
  // deno-lint-ignore no-control-regex
  const isPlain = !/[\x00-\x1f\x7f]/.test(name) && !segments.some((segment) => /^\.{0,2}$/.test(segment));
  return isPlain && patterns.some((pattern) => {
    const parts = pattern.toLowerCase().split("/");
    return parts.length === segments.length && parts.every((part, index) => matches(segments[index], part));
  });
}

/** What stands between stars is looked for from left to right, and the last of it at the end: nothing is looked for twice. */
function matches(segment: string, pattern: string): boolean {
  const [first, ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return segment === first;
  const end = segment.length - last.length;
  if (!segment.startsWith(first) || !segment.endsWith(last) || end < first.length) return false;
  let at = first.length;
  for (const text of rest) {
    const found = segment.indexOf(text, at);
    if (found < 0 || found + text.length > end) return false;
    at = found + text.length;
  }
  return true;
}
