/* The published orders. Documents hold counts only; who comes first is computed here, the same way by everyone. */

import type { Idea, Order } from './protocol.js';

export interface Ranked {
  n: number;
  mix: number;
  tally?: { score: number } | undefined;
}

/** `top`: score descending, then n ascending; where no idea has a tally (the vote is secret to this reader), mix
 *  ascending, then n ascending. `new`: n descending. Returns ids. */
export function rank(ideas: Readonly<Record<string, Ranked>>, order: Order): string[] {
  const entries = Object.entries(ideas);
  if (order === 'new') entries.sort(([, a], [, b]) => b.n - a.n);
  else if (entries.some(([, idea]) => idea.tally !== undefined))
    entries.sort(([, a], [, b]) => score(b) - score(a) || a.n - b.n);
  else entries.sort(([, a], [, b]) => a.mix - b.mix || a.n - b.n);
  return entries.map(([id]) => id);
}

function score(idea: Ranked): number {
  return idea.tally?.score ?? Number.MIN_SAFE_INTEGER;
}

/** Contributors: points descending, then n ascending. Returns ids. */
export function leaders(people: Readonly<Record<string, { n: number; points: number }>>): string[] {
  return Object.entries(people)
    .sort(([, a], [, b]) => b.points - a.points || a.n - b.n)
    .map(([id]) => id);
}

/** Places as spoken of in sport: equal scores share a place. `ids` is in rank order. */
export function places(ids: readonly string[], ideas: Readonly<Record<string, Pick<Idea, 'tally'>>>): number[] {
  const result: number[] = [];
  ids.forEach((id, index) => {
    const before = index > 0 ? ideas[ids[index - 1]!] : undefined;
    const same = before !== undefined && before.tally?.score === ideas[id]?.tally?.score;
    result.push(same ? result[index - 1]! : index + 1);
  });
  return result;
}

/** FNV-1a, 32 bits, over UTF-8. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/* FNV-1a alone keeps keys that differ in their last byte only (i1, i2, ...) nearly in order; this makes every bit of
 * the hash depend on every other (MurmurHash3's finaliser). */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The same person sees the same order at each visit; over many people every idea comes first equally often. */
export function shuffled(ids: readonly string[], person: string): string[] {
  return ids
    .map((id) => ({ id, key: mixed(fnv1a(`${person}/${id}`)) }))
    .sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .map(({ id }) => id);
}
