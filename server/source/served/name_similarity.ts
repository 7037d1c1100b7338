/**
 * Names that look like another one, found in time linear in their letters: by the pairs of letters that two names have in common.
 *
 * @module
 */

/** Up to `count` of the names, those that are most similar to `name` first; their case does not matter. */
export function mostSimilar(name: string, names: readonly string[], count: number): string[] {
  const wanted = name.toLowerCase();
  const pairs = new Set<number>();
  for (let index = 0; index < wanted.length; index++) pairs.add(pairAt(wanted, index));
  const scored = names.map((candidate) => ({ candidate, score: scoreOf(candidate.toLowerCase(), pairs) }));
  return scored.toSorted((left, right) => right.score - left.score).slice(0, count).map(({ candidate }) => candidate);
}

/** The part of all pairs, of both names, that both have: 0 to 1 for names without repetitions. */
function scoreOf(letters: string, pairs: ReadonlySet<number>): number {
  let common = 0;
  for (let index = 0; index < letters.length; index++) if (pairs.has(pairAt(letters, index))) common++;
  return 2 * common / (pairs.size + letters.length);
}

/** The letter at `index` and the one in front of it, as a number. */
function pairAt(letters: string, index: number): number {
  return (index === 0 ? 0 : letters.charCodeAt(index - 1)) * 65_536 + letters.charCodeAt(index);
}
