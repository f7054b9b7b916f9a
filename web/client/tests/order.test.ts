import { describe, expect, it } from 'vitest';
import { fnv1a, leaders, places, rank, shuffled } from '../order.js';

const idea = (n: number, mix: number, score?: number) => ({
  n, mix, ...(score === undefined ? {} : { tally: { score } }),
});

describe('rank', () => {
  it('top goes by score descending, then by n ascending', () => {
    expect(rank({ a: idea(3, 1, 5), b: idea(1, 2, 5), c: idea(2, 3, 9), d: idea(4, 4, -2) }, 'top'))
      .toEqual(['c', 'b', 'a', 'd']);
  });
  it('top goes by mix ascending, then n, where nobody may see a tally', () => {
    expect(rank({ a: idea(1, 30), b: idea(2, 10), c: idea(4, 20), d: idea(3, 20) }, 'top'))
      .toEqual(['b', 'd', 'c', 'a']);
  });
  it('new goes by n descending', () => {
    expect(rank({ a: idea(1, 0, 9), b: idea(10, 0, 1), c: idea(2, 0, 0) }, 'new')).toEqual(['b', 'c', 'a']);
  });
});

describe('leaders', () => {
  it('go by points descending, then by n ascending', () => {
    expect(leaders({ p1: { n: 1, points: 2 }, p2: { n: 2, points: 8 }, p0: { n: 0, points: 2 } }))
      .toEqual(['p2', 'p0', 'p1']);
  });
});

describe('places', () => {
  it('are shared by equal scores', () => {
    const ideas = { a: idea(1, 0, 9), b: idea(2, 0, 7), c: idea(3, 0, 7), d: idea(4, 0, 1) };
    expect(places(['a', 'b', 'c', 'd'], ideas)).toEqual([1, 2, 2, 4]);
  });
});

describe('shuffled', () => {
  const ids = ['i1', 'i2', 'i3', 'i4', 'i5', 'i6'];

  it('hashes as FNV-1a does', () => {
    expect(fnv1a('')).toBe(0x811c9dc5);
    expect(fnv1a('a')).toBe(0xe40c292c);
    expect(fnv1a('foobar')).toBe(0xbf9cf968);
  });
  it('is the same for a person at each visit, whatever order the ideas come in', () => {
    expect(shuffled([...ids].reverse(), 'p7')).toEqual(shuffled(ids, 'p7'));
  });
  it('keeps the others in their order when an idea is added', () => {
    expect(shuffled([...ids, 'i7'], 'p7').filter((id) => id !== 'i7')).toEqual(shuffled(ids, 'p7'));
  });
  it('puts every idea in every place about equally often over many people', () => {
    const counts = ids.map(() => ids.map(() => 0));
    for (let person = 1; person <= 6000; person++)
      shuffled(ids, `p${person}`).forEach((id, place) => counts[ids.indexOf(id)]![place]!++);
    for (const row of counts)
      for (const count of row) {
        expect(count).toBeGreaterThan(850);
        expect(count).toBeLessThan(1150);
      }
  });
});
