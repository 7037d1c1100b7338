/**
 * What axe-core finds wrong with a page.
 *
 * @module
 */

import axe from "axe-core";
import type { PlayerPage } from "./browser.ts";

/** The rules of WCAG 2.2, A and AA, and what axe-core's makers hold good practice. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** A rule that is broken, and by which elements. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

/** What axe-core finds wrong with the page as it is now, an entry for each element. */
export async function violations(tab: PlayerPage): Promise<string[]> {
  if (!await tab.page.evaluate<boolean>("'axe' in window")) await tab.page.evaluate(axe.source);
  const found = await tab.page.evaluate<Violation[]>(
    `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`)
  );
}
