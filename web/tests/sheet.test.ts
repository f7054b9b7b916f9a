import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { drawn, sheets } from '../src/lib/sheet.js';

const LINK = 'https://vote.example.org/danette#k=7H3KX-9QMRT';

describe('a printed code', () => {
  it('is dark where the code is dark and nowhere else, with its white edge', () => {
    const { size, data } = encode(LINK, { ecc: 'M', border: 0 });
    const { side, path } = drawn(LINK);
    expect(side).toBe(size + 8);
    const dark = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
    for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
      for (let i = 0; i < Number(width); i++) dark[Number(y) - 4]![Number(x) - 4 + i] = true;
    expect(dark).toEqual(data.map((row) => row.map(Boolean)));
  });
});

describe('sheets', () => {
  it('hold all codes, in order, and the last what is left', () => {
    const all = Array.from({ length: 1000 }, (_, i) => i);
    expect(sheets(all).flat()).toEqual(all);
    expect(sheets(all)).toHaveLength(48);
    expect(sheets(all).at(-1)).toHaveLength(13);
    expect(sheets([])).toEqual([]);
  });
});
