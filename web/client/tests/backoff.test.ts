import { expect, it } from 'vitest';
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, backoff } from '../backoff.js';

it('doubles its ceiling with each attempt up to the cap', () => {
  const ceilings = [0, 1, 2, 3, 20, 2000].map((attempt) => backoff(attempt, () => 1));
  expect(ceilings).toEqual([
    BACKOFF_BASE_MS, BACKOFF_BASE_MS * 2, BACKOFF_BASE_MS * 4, BACKOFF_BASE_MS * 8, BACKOFF_CAP_MS, BACKOFF_CAP_MS,
  ]);
});

it('spreads over the whole range, from nothing to the ceiling', () => {
  expect(backoff(3, () => 0)).toBe(0);
  expect(backoff(3, () => 0.5)).toBe(BACKOFF_BASE_MS * 4);
});
