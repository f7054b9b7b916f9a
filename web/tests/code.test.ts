import { describe, expect, it } from 'vitest';
import { codeShown, codeSigns, codeTyped, codeWhole } from '../src/lib/code.js';

describe('a code', () => {
  it.each([
    ['7H3KX-9QMRT', '7H3KX9QMRT'], ['7h3kx 9qmrt', '7H3KX9QMRT'], ['7h3kx9qmrt', '7H3KX9QMRT'], [' oiL00-11oOi ', '0110011001'],
    ['https://vote.example.org/danette#k=7H3KX-9QMRT', '7H3KX9QMRT'], ['/danette#c1&k=7h3kx9qmrt', '7H3KX9QMRT'],
    ['7H3KX-9QMRT-and-more', '7H3KX9QMRT'], ['7H3K', '7H3K'], ['', ''], ['é!?', ''],
  ])('%j is read as %j', (typed, signs) => {
    expect(codeSigns(typed)).toBe(signs);
  });
  it('is shown in two groups of five', () => {
    expect(['7h3k', '7h3kx', '7h3kx9', '7h3kx9qmrt'].map(codeShown)).toEqual(['7H3K', '7H3KX', '7H3KX-9', '7H3KX-9QMRT']);
  });
  it('is whole with ten signs', () => {
    expect(codeWhole('7H3KX-9QMR')).toBe(false);
    expect(codeWhole('7h3kx 9qmrt')).toBe(true);
  });
});

describe('the field of a code', () => {
  it('keeps the caret after the sign just typed, over the hyphen too', () => {
    expect(codeTyped('7h3kx9', 6)).toEqual({ text: '7H3KX-9', caret: 7 });
    expect(codeTyped('7h', 2)).toEqual({ text: '7H', caret: 2 });
  });
  it('keeps the caret in the middle, where a sign is put in or taken out', () => {
    expect(codeTyped('7H3aKX-9QMR', 4)).toEqual({ text: '7H3AK-X9QMR', caret: 4 });
    expect(codeTyped('7HKX-9QMRT', 2)).toEqual({ text: '7HKX9-QMRT', caret: 2 });
  });
  it('lets the hyphen be taken out', () => {
    expect(codeTyped('7H3KX', 5)).toEqual({ text: '7H3KX', caret: 5 });
  });
});
