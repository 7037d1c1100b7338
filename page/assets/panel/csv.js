/*
 * What is measured, as a table for spreadsheets (RFC 4180).
 */

// @ts-check

/** @typedef {{ name: string, values: readonly (number | undefined)[] }} Column */

/**
 * A line for each time, with the value of each column at that time; empty where there was nothing to measure.
 *
 * @param {readonly number[]} times Milliseconds since 1970, as many as there are values in each column.
 * @param {readonly Column[]} columns
 */
export function csvOf(times, columns) {
  const head = ["time", ...columns.map(({ name }) => name)];
  const lines = times.map((time, index) => [
    new Date(time).toISOString(),
    ...columns.map(({ values }) => values[index] ?? ""),
  ]);
  return [head, ...lines].map((cells) => `${cells.join(",")}\r\n`).join("");
}
