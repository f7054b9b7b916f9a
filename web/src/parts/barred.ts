/* Why someone may not vote or propose in a question, in plain words. */

import type { GroupDimension, Level } from '../../client/protocol';
import type { Barrier } from '../lib/eligible';
import { anyOf, t, words } from '../lib/text.svelte';

const WITH = { open: 'with_open', code: 'with_code', verified: 'with_verified' } as const;
const LEVEL = { open: 'level_open', code: 'level_code', verified: 'level_verified' } as const;
const PEOPLE = { participant: 'people_participant', expert: 'people_expert' } as const;

const named = <T extends object>(table: T, word: string | undefined): keyof T | null =>
  word !== undefined && Object.hasOwn(table, word) ? (word as keyof T) : null;

export function barredText(barrier: Barrier, what: 'vote' | 'propose', groups: Readonly<Record<string, GroupDimension>>): string {
  const { kind, dimension, expected, own } = barrier;
  if (kind === 'levels') {
    const list = anyOf(expected.flatMap((word) => (named(WITH, word) ? [t(WITH[word as Level])] : [])));
    const mine = named(LEVEL, own);
    return mine ? t(`barred_levels_${what}`, { list, own: t(LEVEL[mine]) }) : t(`barred_levels_${what}_plain`, { list });
  }
  if (kind === 'roles')
    return t(`barred_${what}`, { list: anyOf(expected.flatMap((word) => (named(PEOPLE, word) ? [t(PEOPLE[word as keyof typeof PEOPLE])] : []))) });
  const group = dimension === undefined ? undefined : groups[dimension];
  const value = (id: string) => words(group?.values[id]) || id;
  const data = { title: words(group?.title), list: anyOf(expected.map(value)) };
  return own === undefined ? t(`barred_groups_${what}_plain`, data) : t(`barred_groups_${what}`, { ...data, own: value(own) });
}
