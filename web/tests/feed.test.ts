import { describe, expect, it } from 'vitest';
import type { Idea } from '../client/protocol.js';
import { arrange, barLength, difference, largestScore, share } from '../src/lib/feed.js';

const idea = (n: number, score: number, state: Idea['state'] = 'published'): Idea =>
  ({ n, title: `t${n}`, at: 0, mix: n, state, tally: { score, votes: score } });

const ideas = { i1: idea(1, 5), i2: idea(2, 9), i3: idea(3, 1), i4: idea(4, 7, 'hidden') };

describe('arrange', () => {
  it('never shows what is hidden', () => {
    for (const view of ['choices', 'discover', 'top', 'new'] as const)
      expect(arrange(view, ideas, {}, 'p1')).not.toContain('i4');
  });
  it('starts an open feed on what this person has not voted on', () => {
    expect(arrange('discover', ideas, { i2: 1 }, 'p1').sort()).toEqual(['i1', 'i3']);
  });
  it('shows a brand\'s choices in the same order at each visit, voted on or not', () => {
    const before = arrange('choices', ideas, {}, 'p1');
    expect(arrange('choices', ideas, { i1: 1 }, 'p1')).toEqual(before);
    expect(before).toHaveLength(3);
  });
  it('follows the published orders', () => {
    expect(arrange('top', ideas, {}, 'p1')).toEqual(['i2', 'i1', 'i3']);
    expect(arrange('new', ideas, {}, 'p1')).toEqual(['i3', 'i2', 'i1']);
  });
});

describe('difference', () => {
  it('tells what has arrived since', () => {
    expect(difference(['i1', 'i2'], ['i3', 'i1', 'i2'])).toEqual({ arrivals: ['i3'], moved: false });
  });
  it('tells when what is shown has changed order', () => {
    expect(difference(['i1', 'i2'], ['i2', 'i1'])).toEqual({ arrivals: [], moved: true });
  });
  it('does not take a departure for a move', () => {
    expect(difference(['i1', 'i2', 'i3'], ['i1', 'i3'])).toEqual({ arrivals: [], moved: false });
  });
});

describe('bars', () => {
  it('are drawn against the longest one, of what is shown', () => {
    expect(largestScore(ideas)).toBe(9);
    expect(share(3, 9)).toBeCloseTo(1 / 3);
    expect(share(0, 0)).toBe(0);
  });
  it('are as long as all who spoke, where there are two sides', () => {
    expect(barLength({ up: 3, down: 4, score: -1 })).toBe(7);
  });
});
