/* An outcome in words. */

import type { Ballot, Level, Outcome, Tally } from '../../client/protocol';
import { LEVELS, counted } from '../lib/outcome';
import { allOf, number, t } from '../lib/text.svelte';

const TURNOUT = { open: 'turnout_open', code: 'turnout_code', verified: 'turnout_verified' } as const;
const COUNTS = { open: 'counts_open', code: 'counts_code', verified: 'counts_verified' } as const;

/** How many took part, and how sure one is of them; levels that nobody came by are left out. */
export function turnoutText({ turnout }: Outcome): string {
  const all = LEVELS.reduce((sum, level) => sum + turnout[level], 0);
  const there = LEVELS.filter((level) => turnout[level] > 0);
  const parts = allOf(there.map((level) => t(TURNOUT[level], { n: turnout[level] })));
  return there.length === 0 ? '' : `${t('voters', { n: all })}${t('turnout_by', { parts })}`;
}

/** Whose votes decide; empty where everyone's do. */
export function countsText({ counts }: Outcome): string {
  return LEVELS.every((level) => counts.includes(level)) ? '' : t('outcome_counts', { list: allOf(counts.map((level: Level) => t(COUNTS[level]))) });
}

export function quorumText(outcome: Outcome): string {
  if (outcome.quorum === undefined) return '';
  return t(outcome.quorum_met === false ? 'quorum_missed' : 'quorum_met', { quorum: outcome.quorum, n: counted(outcome) });
}

/** The figure that decided, alone: for the big screen. */
export function figureText(ballot: Ballot, tally: Tally): string {
  switch (ballot) {
    case 'updown':
      return t('count_updown', { up: tally.up ?? 0, down: tally.down ?? 0 });
    case 'stars':
      return `${number(tally.voters ? (tally.sum ?? 0) / tally.voters : 0, 1)} ${t('unit_stars')}`;
    case 'budget':
      return `${number(tally.dots ?? 0)} ${t('unit_dots', { n: tally.dots ?? 0 })}`;
    case 'single':
      return `${number(tally.votes ?? 0)} ${t('unit_votes', { n: tally.votes ?? 0 })}`;
    default:
      return `${number(tally.votes ?? 0)} ${t('unit_likes', { n: tally.votes ?? 0 })}`;
  }
}
