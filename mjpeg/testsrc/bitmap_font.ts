/**
 * A font of 5x7 dots for the test pattern, with the capitals, digits and signs that it writes.
 *
 * @module
 */

/** Width of a glyph in dots; one empty column follows each glyph. */
export const GLYPH_WIDTH = 5;
/** Height of a glyph in dots. */
export const GLYPH_HEIGHT = 7;

/** Seven rows of five dots a glyph, top row first, leftmost dot in bit 4, written as base-32 digits. */
const GLYPHS: Readonly<Record<string, string>> = {
  " ": "0000000",
  "0": "ehjlphe",
  "1": "4c4444e",
  "2": "eh1248v",
  "3": "v2421he",
  "4": "26aiv22",
  "5": "vgu11he",
  "6": "68guhhe",
  "7": "v124888",
  "8": "ehhehhe",
  "9": "ehhf12c",
  ":": "0440440",
  ".": "00000cc",
  "-": "000v000",
  "/": "0124800",
  A: "ehhhvhh",
  B: "uhhuhhu",
  C: "ehggghe",
  D: "sihhhis",
  E: "vggugg" + "v",
  F: "vggugg" + "g",
  G: "ehgnhhf",
  H: "hhhvhhh",
  I: "e44444e",
  J: "72222ic",
  K: "hikokih",
  L: "ggggggv",
  M: "hrllhhh",
  N: "hhpljhh",
  O: "ehhhhhe",
  P: "uhhuggg",
  Q: "ehhhlid",
  R: "uhhukih",
  S: "fgge11u",
  T: "v444444",
  U: "hhhhhhe",
  V: "hhhhha4",
  W: "hhhllla",
  X: "hha4ahh",
  Y: "hhha444",
  Z: "v1248gv",
};

/** Whether the dot of `character` at column `x`, row `y` is set; an unknown character is blank. */
export function isDotSet(character: string, dot: { x: number; y: number }): boolean {
  const rows = GLYPHS[character] ?? GLYPHS[" "];
  return (parseInt(rows[dot.y], 32) >> (GLYPH_WIDTH - 1 - dot.x) & 1) === 1;
}
