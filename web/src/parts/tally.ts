/* A tally in words. */

import type { Ballot, Tally } from '../../client/protocol';
import { number, t } from '../lib/text.svelte';

export function tallyText(ballot: Ballot, tally: Tally): string {
  switch (ballot) {
    case 'approval':
      return t('count_likes', { n: tally.votes ?? 0 });
    case 'single':
      return t('count_votes', { n: tally.votes ?? 0 });
    case 'updown':
      return t('count_updown', { up: tally.up ?? 0, down: tally.down ?? 0 });
    case 'budget': {
      const dots = t('count_dots', { n: tally.dots ?? 0 });
      return tally.voters ? `${dots} ${t('count_dots_by', { n: tally.voters })}` : dots;
    }
    case 'stars': {
      const n = tally.voters ?? 0;
      return t('count_stars', { n, mean: number(n ? (tally.sum ?? 0) / n : 0, 1) });
    }
  }
}
