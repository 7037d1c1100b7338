/**
 * Text of a peer, made fit to be shown.
 *
 * @module
 */

/**
 * Control and format characters and line separators, by their Unicode categories: they move the cursor, colour, hide or reorder what
 * stands beside them. Lone surrogates are no characters at all.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The text with everything escaped that a terminal or a page would obey instead of showing it: `\u001b`. The escapes are those of JSON,
 * so that JSON stays what it means.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT[character] ?? escapeUnits(character));
}

function escapeUnits(character: string): string {
  let escaped = "";
  for (let index = 0; index < character.length; index++) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }
  return escaped;
}
