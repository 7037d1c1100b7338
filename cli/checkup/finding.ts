/**
 * What the doctor finds: one thing that works here or does not, and what to do about it.
 *
 * @module
 */

/** How bad it is: all is well; something to know; something does not work. */
export type FindingLevel = "ok" | "note" | "problem";

/** One finding. Names are part of the interface: `doctor --json` prints it. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly topic: string;
  readonly level: FindingLevel;
  /** One sentence without a full stop, with what to do where that helps. */
  readonly text: string;
}

const MARKS: Readonly<Record<FindingLevel, string>> = { ok: "ok", note: "note", problem: "FAIL" };

/** The line for people. */
export function describeFinding({ topic, level, text }: Finding): string {
  return `${MARKS[level].padEnd(5)} ${topic.padEnd(18)} ${text}`;
}
