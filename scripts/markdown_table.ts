/**
 * Markdown tables for the pages that scripts write.
 *
 * @module
 */

/** A table with aligned columns. A `|` in a cell is escaped. */
export function markdownTable(columns: readonly string[], lines: readonly (readonly string[])[]): string {
  const rows = [columns, ...lines].map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = columns.map((_, index) => Math.max(...rows.map((cells) => cells[index].length)));
  const text = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  const [head, ...body] = rows.map(text);
  return [head, text(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}
