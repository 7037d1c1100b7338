import { assert, assertEquals } from "@std/assert";
import tour from "../../../docs/TOUR.md" with { type: "text" };
import page from "../index.html" with { type: "text" };
import { runsOf, stepsOf, TARGETS } from "./steps.js";

Deno.test("stepsOf() finds the ten steps of docs/TOUR.md, each with words and a part of the page", () => {
  const steps = stepsOf(tour);
  assertEquals(steps.length, 10);
  assertEquals(steps.map(({ title }) => title).slice(0, 3), ["Start both ends", "Setup", "Play"]);
  assert(steps.every(({ blocks }) => blocks.some(({ kind }) => kind === "paragraph")));
  assertEquals(TARGETS.length, steps.length);
  for (const id of TARGETS.flatMap((target) => target.match(/(?<=#)[\w-]+/g) ?? [])) {
    assert(page.includes(`id="${id}"`), `the page has no #${id}`);
  }
  // No mark is left over that the page would show.
  const texts = steps.flatMap(({ blocks }) =>
    blocks.flatMap((block) => block.kind === "paragraph" ? block.runs.filter(({ kind }) => kind !== "code") : [])
  );
  for (const { text } of texts) assert(!/[`*]|\]\(|^#|\b_|_\b/.test(text), text);
});

Deno.test("stepsOf() keeps commands as they are", () => {
  assertEquals(stepsOf("intro\n\n## 1. Ask\n\nTwo\nlines.\n\n    mjpegrtsp serve\n      --port 1\n"), [{
    title: "Ask",
    blocks: [
      { kind: "paragraph", runs: [{ kind: "text", text: "Two lines." }] },
      { kind: "commands", text: "mjpegrtsp serve\n  --port 1" },
    ],
  }]);
});

Deno.test("runsOf() finds marked words, and names links", () => {
  assertEquals(runsOf("a `b_c` **d** _e_ f_g [h](i.md)."), [
    { kind: "text", text: "a " },
    { kind: "code", text: "b_c" },
    { kind: "text", text: " " },
    { kind: "strong", text: "d" },
    { kind: "text", text: " " },
    { kind: "emphasis", text: "e" },
    { kind: "text", text: " f_g h." },
  ]);
});
