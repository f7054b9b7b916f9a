import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, type Token } from '@messageformat/parser';
import { describe, expect, it } from 'vitest';
import { compileCatalogue } from '../build/messages.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const read = (path: string) => readFileSync(here(path), 'utf8');
const catalogues = {
  fr: JSON.parse(read('../messages/fr.json')) as Record<string, string>,
  en: JSON.parse(read('../messages/en.json')) as Record<string, string>,
};
const locales = ['fr', 'en'] as const;

/* Words of the protocol and of its machinery that no reader should meet, in either language. */
const FORBIDDEN = [
  'session', 'challenge', 'ballot', 'tally', 'topic', 'token', 'jeton', 'epoch', 'snapshot', 'delta', 'heartbeat',
  'approval', 'approbation', 'updown', 'single', 'budget', 'stale', 'frozen', 'sealed', 'scellé', 'scellée',
  'after_vote', 'observer', 'audience', 'payload', 'websocket', 'socket', 'json', 'http', 'redis', 'worker', 'role',
  'level', 'idempotency', 'sync', 'id', 'null', 'undefined', 'proposals_brand', 'idea', 'ideas', 'tick', 'hash',
];

type Part = Token;

function* parts(message: readonly Part[]): Generator<Part> {
  for (const part of message) {
    yield part;
    if ('cases' in part) for (const { tokens } of part.cases) yield* parts(tokens);
  }
}

const argumentsOf = (message: string) =>
  [...new Set([...parts(parse(message))].flatMap((part) => ('arg' in part ? [part.arg] : [])))].sort();

/** What a reader may see of a message: without the names of its arguments and the keywords of its plurals. */
const visible = (message: string) =>
  [...parts(parse(message))].map((part) => (part.type === 'content' ? part.value : ' ')).join('');

function sources(folder: string): string[] {
  return readdirSync(here(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name))
    .map((name) => readFileSync(`${here(folder)}/${name}`, 'utf8'));
}

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(catalogues.en).sort()).toEqual(Object.keys(catalogues.fr).sort());
  });

  it.each(Object.keys(catalogues.fr))('%s takes the same arguments in both languages', (key) => {
    expect(argumentsOf(catalogues.en[key]!)).toEqual(argumentsOf(catalogues.fr[key]!));
  });

  it.each(locales)('%s compiles, without eval', (locale) => {
    const code = compileCatalogue(locale, catalogues[locale]);
    expect(code).toContain('export default');
    expect(code).not.toMatch(/\beval\b|new Function/);
  });

  it.each(locales)('%s has a message for every error of the protocol', (locale) => {
    const errors = [...read('../../protocol/errors.def').matchAll(/^ERROR\((\w+),/gm)].map((match) => match[1]!);
    expect(errors.length).toBeGreaterThan(40);
    expect(errors.filter((name) => !catalogues[locale][`error_${name}`])).toEqual([]);
  });

  it.each(locales)('%s shows no word of the protocol', (locale) => {
    const found: string[] = [];
    for (const [key, message] of Object.entries(catalogues[locale]))
      for (const word of visible(message).toLowerCase().match(/[\p{L}_]+/gu) ?? [])
        if (FORBIDDEN.includes(word)) found.push(`${key}: ${word}`);
    expect(found).toEqual([]);
  });

  it.each(locales)('%s uses typographic apostrophes, which the compiler does not take for quotes', (locale) => {
    expect(Object.entries(catalogues[locale]).filter(([, message]) => message.includes("'"))).toEqual([]);
  });

  it('keeps French punctuation on the line of its word', () => {
    expect(Object.entries(catalogues.fr).filter(([, message]) => / [!?;:»]|« /.test(visible(message)))).toEqual([]);
  });

  it('has no message that no page uses', () => {
    const code = sources('../src').join('\n');
    /* `t(`level_${level}`)` uses every key that it can make. */
    const made = [...code.matchAll(/\bt\(`([^`]+)`/g)].map(([, template]) => new RegExp(`^${template!.replace(/\$\{[^}]*\}/g, '\\w+')}$`));
    const used = (key: string) =>
      code.includes(`'${key}'`) || code.includes(`"${key}"`) || key.startsWith('error_') || made.some((pattern) => pattern.test(key));
    expect(Object.keys(catalogues.fr).filter((key) => !used(key))).toEqual([]);
  });
});
