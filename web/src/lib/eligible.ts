/* May this person vote, or propose, in a question, by who they are? Pure. */

import type { Electorate, Participant } from '../../client/protocol';

/** What keeps someone out: one of roles, levels or a group, those who would be let in, and what this person is. */
export interface Barrier {
  kind: 'roles' | 'levels' | 'groups';
  dimension?: string;
  expected: readonly string[];
  own: string | undefined;
}

export function barrier(electorate: Electorate | undefined, person: Pick<Participant, 'role' | 'level' | 'groups'>): Barrier | null {
  if (!electorate) return null;
  const { roles, levels, groups } = electorate;
  if (roles && !roles.some((one) => one === person.role)) return { kind: 'roles', expected: roles, own: person.role };
  if (levels && !levels.some((one) => one === person.level)) return { kind: 'levels', expected: levels, own: person.level };
  for (const [dimension, expected] of Object.entries(groups ?? {})) {
    const own = person.groups?.[dimension];
    if (own === undefined || !expected.includes(own)) return { kind: 'groups', dimension, expected, own };
  }
  return null;
}

/** The same from what a refusal says: `field` is roles, levels or groups.<dimension>, `expected` the words. */
export function barrierOf(field: string | undefined, expected: string | undefined): Barrier | null {
  const words = expected?.split(', ') ?? [];
  if (field === 'roles' || field === 'levels') return { kind: field, expected: words, own: undefined };
  if (field?.startsWith('groups.')) return { kind: 'groups', dimension: field.slice(7), expected: words, own: undefined };
  return null;
}
