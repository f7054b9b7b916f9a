/* A brand's text, which is a string or one string for each language. Pure. */

import type { Words } from '../../client/protocol';

/** What a reader of `locale` sees: their language, else the consultation's own, else any. */
export function pick(text: Words, locale: string, home: string): string {
  if (typeof text === 'string') return text;
  const names = Object.keys(text).sort();
  const named = (wanted: string) => names.find((name) => name === wanted) ?? names.find((name) => base(name) === base(wanted));
  const name = named(locale) ?? named(home) ?? names[0];
  return name === undefined ? '' : text[name]!;
}

function base(tag: string): string {
  return tag.toLowerCase().split('-')[0]!;
}
