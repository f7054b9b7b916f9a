/* Which proposals a list shows, in which order. Pure.
 *
 * What is on screen (`shown`) stays where it is; what the list would be now (`wanted`) replaces it when the reader
 * asks, or keeps still. */

import { rank, shuffled } from '../../client/order';
import type { Idea, IdeaPage } from '../../client/protocol';

/** choices: a brand's options; discover: what this person has not voted on; top and new: the published orders. */
export type View = 'choices' | 'discover' | 'top' | 'new';

export type Ideas = Readonly<Record<string, Idea>>;

export function arrange(view: View, ideas: Ideas, votes: Readonly<Record<string, number>>, person: string): string[] {
  const shownIdeas = Object.fromEntries(Object.entries(ideas).filter(([, idea]) => idea.state === 'published'));
  if (view === 'top' || view === 'new') return rank(shownIdeas, view);
  const ids = shuffled(Object.keys(shownIdeas), person);
  return view === 'choices' ? ids : ids.filter((id) => !votes[id]);
}

export interface Difference {
  arrivals: string[];
  moved: boolean;
}

export function difference(shown: readonly string[], wanted: readonly string[]): Difference {
  const on = new Set(shown);
  const still = new Set(wanted);
  const kept = wanted.filter((id) => on.has(id));
  const before = shown.filter((id) => still.has(id));
  return {
    arrivals: wanted.filter((id) => !on.has(id)),
    moved: kept.some((id, index) => id !== before[index]),
  };
}

/** The ideas of a page, as a live window has them. */
export function fromPage(page: IdeaPage): Record<string, Idea> {
  return Object.fromEntries(page.ideas.map(({ id, ...idea }) => [id, idea]));
}

/** The share of the longest bar that a tally fills, 0 to 1. Shares of a whole would hide small differences. */
export function share(score: number, largest: number): number {
  return largest > 0 ? Math.max(0, Math.min(1, score / largest)) : 0;
}

export function largestScore(ideas: Ideas): number {
  let largest = 0;
  for (const { tally, state } of Object.values(ideas))
    if (tally && state === 'published') largest = Math.max(largest, barLength(tally));
  return largest;
}

/** What a bar is long by: all who spoke for `updown` (both sides are drawn), the score otherwise. */
export function barLength(tally: NonNullable<Idea['tally']>): number {
  if (tally.up !== undefined || tally.down !== undefined) return (tally.up ?? 0) + (tally.down ?? 0);
  if (tally.sum !== undefined) return tally.voters ? tally.sum / tally.voters : 0;
  return tally.score;
}
