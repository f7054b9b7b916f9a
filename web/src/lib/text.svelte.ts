/* Words, numbers and dates in the reader's language. */

import en from 'virtual:messages/en';
import fr from 'virtual:messages/fr';
import { PalabreError } from '../../client/errors';
import type { Words } from '../../client/protocol';
import type catalogue from '../../messages/fr.json';
import { read, write } from './keep';
import { pick } from './words';

export type Locale = 'fr' | 'en';
export type MessageKey = keyof typeof catalogue;

const CATALOGUES = { fr, en };

function chosen(): Locale | null {
  const kept = read('palabre.language');
  return kept === 'fr' || kept === 'en' ? kept : null;
}

export function localeOf(tag: string): Locale {
  return tag.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

class Language {
  locale = $state<Locale>(chosen() ?? localeOf(navigator.language));
  /** The consultation's own. */
  home = $state('fr');

  /** The consultation's own language, unless the reader has chosen one. */
  suggest(tag: string): void {
    this.home = tag;
    if (chosen() === null) this.#set(localeOf(tag));
  }

  choose(locale: Locale): void {
    write('palabre.language', locale);
    this.#set(locale);
  }

  #set(locale: Locale): void {
    this.locale = locale;
    document.documentElement.lang = locale;
  }
}

export const language = new Language();
document.documentElement.lang = language.locale;

export function t(key: MessageKey, data: Record<string, unknown> = {}): string {
  return CATALOGUES[language.locale][key]!(data);
}

/** A brand's text in the reader's language. */
export function words(text: Words | undefined): string {
  return text === undefined ? '' : pick(text, language.locale, language.home);
}

/** "a, b ou c". */
export function anyOf(list: readonly string[]): string {
  return new Intl.ListFormat(language.locale, { type: 'disjunction' }).format(list);
}

/** "a, b et c". */
export function allOf(list: readonly string[]): string {
  return new Intl.ListFormat(language.locale, { type: 'conjunction' }).format(list);
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.locale, { maximumFractionDigits: digits, minimumFractionDigits: digits })
    .format(value);
}

/** A date and time as one says it, in the consultation's time zone. */
export function date(ms: number, timeZone?: string): string {
  return format(ms, { dateStyle: 'long', timeStyle: 'short' }, timeZone);
}

export function time(ms: number, timeZone?: string): string {
  return format(ms, { timeStyle: 'short' }, timeZone);
}

function format(ms: number, style: Intl.DateTimeFormatOptions, timeZone?: string): string {
  try {
    return new Intl.DateTimeFormat(language.locale, timeZone ? { ...style, timeZone } : style).format(ms);
  } catch {
    /* A zone that this browser does not know. */
    return new Intl.DateTimeFormat(language.locale, style).format(ms);
  }
}

/** What went wrong, in plain words. */
export function errorText(error: unknown): string {
  if (!(error instanceof PalabreError)) return t('error_offline');
  const key = `error_${error.error}`;
  return t(Object.hasOwn(CATALOGUES.fr, key) ? (key as MessageKey) : 'error_unknown');
}
