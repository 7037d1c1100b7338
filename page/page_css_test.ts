import { assert, assertEquals } from "@std/assert";
import style from "./assets/page.css" with { type: "text" };

/** Least contrast of text (WCAG 2.2, 1.4.3). */
const MIN_CONTRAST = 4.5;

/** Text and what it is on, by the names of their colours. */
const PAIRS: readonly [text: string, ground: string][] = [
  ...["ink", "soft", "accent"].flatMap((text) => [[text, "ground"], [text, "card"]] as [string, string][]),
  ["on-accent", "accent"],
  ["warn", "warn-ground"],
  ["bad", "bad-ground"],
];

/** The colours of each scheme, by name. */
const SCHEMES = style.match(/:root \{[^}]*\}/g)!.map((block) =>
  new Map([...block.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name, colour]) => [name, colour]))
);

/** Relative luminance (WCAG 2.2, "relative luminance"). */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

Deno.test("page.css has two schemes, with the same colours", () => {
  assertEquals(SCHEMES.map((scheme) => [...scheme.keys()]), [[...SCHEMES[0].keys()], [...SCHEMES[0].keys()]]);
});

for (const [index, name] of ["light", "dark"].entries()) {
  for (const [text, ground] of PAIRS) {
    Deno.test(`page.css: ${text} on ${ground} can be read in the ${name} scheme`, () => {
      const found = contrast(SCHEMES[index].get(text)!, SCHEMES[index].get(ground)!);
      assert(found >= MIN_CONTRAST, `contrast ${found.toFixed(2)}, not ${MIN_CONTRAST}`);
    });
  }
}
