/*
 * The steps of docs/TOUR.md, and as much of Markdown as it has: headings, paragraphs, commands, and words that are marked.
 */

// @ts-check

/** @typedef {{ kind: "text" | "code" | "strong" | "emphasis", text: string }} Run */
/** @typedef {{ kind: "paragraph", runs: Run[] } | { kind: "commands", text: string }} Block */
/** @typedef {{ title: string, blocks: Block[] }} Step */

/** What of the page each step speaks of; of several, the first that is there. @type {readonly string[]} */
export const TARGETS = [
  ".modes",
  "#wire",
  "#four, #controls",
  "#packet",
  ".states",
  ".states",
  "#meters",
  "#sequence",
  "#wire",
  "#reports, #meters",
];

/** The steps, from a text with a heading of the second level for each. @param {string} markdown @returns {Step[]} */
export function stepsOf(markdown) {
  return markdown.split(/^## /m).slice(1).map((section) => {
    const [title, ...paragraphs] = section.split(/\n{2,}/);
    return {
      title: title.replace(/^\d+\. /, "").trim(),
      blocks: paragraphs.map((paragraph) => paragraph.trimEnd()).filter((paragraph) => paragraph !== "").map(blockOf),
    };
  });
}

/** @param {string} paragraph @returns {Block} */
function blockOf(paragraph) {
  if (paragraph.split("\n").every((line) => line.startsWith("    "))) {
    return { kind: "commands", text: paragraph.replace(/^ {4}/gm, "") };
  }
  return { kind: "paragraph", runs: runsOf(paragraph.replaceAll("\n", " ")) };
}

/** Marked words, and those between them. @param {string} text @returns {Run[]} */
export function runsOf(text) {
  /** @type {Run[]} */
  const runs = [];
  // Links are named alone: what they lead to is not on the page.
  const named = text.replace(/\[([^[\]]*)\]\([^()]*\)/g, "$1");
  let at = 0;
  for (const match of named.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\b_([^_]+)_\b/g)) {
    if (match.index > at) runs.push({ kind: "text", text: named.slice(at, match.index) });
    const [whole, code, strong, emphasis] = match;
    if (code !== undefined) runs.push({ kind: "code", text: code });
    else if (strong !== undefined) runs.push({ kind: "strong", text: strong });
    else runs.push({ kind: "emphasis", text: emphasis });
    at = match.index + whole.length;
  }
  if (at < named.length) runs.push({ kind: "text", text: named.slice(at) });
  return runs;
}
