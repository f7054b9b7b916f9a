import { describe, expect, it } from 'vitest';
import type { Outcome } from '../client/protocol.js';
import { counted, verdict } from '../src/lib/outcome.js';

const outcome = (more: Partial<Outcome> = {}): Outcome =>
  ({ at: 0, kind: 'closing', rules: '', counts: ['code', 'verified'], turnout: { open: 7, code: 2, verified: 1 }, ranking: [], winners: ['i1'], ...more });

describe('an outcome', () => {
  it('is a winner or several', () => {
    expect(verdict(outcome())).toBe('winner');
    expect(verdict(outcome({ winners: ['i1', 'i2'] }))).toBe('winners');
  });
  it('is a tie where the last place is shared', () => {
    expect(verdict(outcome({ winners: [], tie: ['i1', 'i2'] }))).toBe('tie');
    expect(verdict(outcome({ winners: ['i3'], tie: ['i1', 'i2'] }))).toBe('tie');
  });
  it('is none where too few came, or nobody voted', () => {
    expect(verdict(outcome({ winners: [], quorum: 9, quorum_met: false }))).toBe('quorum');
    expect(verdict(outcome({ winners: [] }))).toBe('nobody');
  });
  it('counts only those whose votes count', () => {
    expect(counted(outcome())).toBe(3);
  });
});
