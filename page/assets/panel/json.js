/*
 * What is measured, and all counters, for programs.
 */

// @ts-check

/** @typedef {import("./csv.js").Column} Column */

/**
 * One object: the stream, the counters as they are now, and what was measured at each time; left out where there was nothing to
 * measure.
 *
 * @param {{ title: string, server: string, counters: Record<string, unknown> }} stream
 * @param {readonly number[]} times Milliseconds since 1970, as many as there are values in each column.
 * @param {readonly Column[]} columns
 */
export function jsonOf({ title, server, counters }, times, columns) {
  const measured = times.map((time, index) => ({
    time: new Date(time).toISOString(),
    ...Object.fromEntries(columns.map(({ name, values }) => [name, values[index]])),
  }));
  return `${JSON.stringify({ title, server, counters, measured }, null, 2)}\n`;
}
