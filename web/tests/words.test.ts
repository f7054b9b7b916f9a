import { describe, expect, it } from 'vitest';
import { pick } from '../src/lib/words.js';

describe('a text', () => {
  it('is itself where there is one for everyone', () => {
    expect(pick('Bonjour', 'en', 'fr')).toBe('Bonjour');
  });
  it('is the reader’s, else the consultation’s, else any', () => {
    expect(pick({ fr: 'Bonjour', en: 'Hello' }, 'en', 'fr')).toBe('Hello');
    expect(pick({ fr: 'Bonjour', nl: 'Hallo' }, 'en', 'fr')).toBe('Bonjour');
    expect(pick({ nl: 'Hallo' }, 'en', 'fr')).toBe('Hallo');
    expect(pick({}, 'en', 'fr')).toBe('');
  });
  it('is found by its language where the region is another', () => {
    expect(pick({ 'fr-CA': 'Bonjour', en: 'Hello' }, 'fr', 'en')).toBe('Bonjour');
  });
});
