/* What a question decided, as it is told. Pure. */

import type { Outcome } from '../../client/protocol';

export type Verdict = 'winner' | 'winners' | 'tie' | 'quorum' | 'nobody';

/** How an outcome is announced. A tie that leaves some winners above it is told as both: `winners` and the tie. */
export function verdict(outcome: Outcome): Verdict {
  if (outcome.quorum_met === false) return 'quorum';
  if (outcome.tie && outcome.tie.length > 0) return 'tie';
  if (outcome.winners.length === 0) return 'nobody';
  return outcome.winners.length === 1 ? 'winner' : 'winners';
}

export const LEVELS = ['open', 'code', 'verified'] as const;

/** How many took part at the levels that count. */
export function counted(outcome: Outcome): number {
  return LEVELS.reduce((sum, level) => sum + (outcome.counts.includes(level) ? (outcome.turnout[level] ?? 0) : 0), 0);
}
