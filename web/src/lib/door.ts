/* What is asked of someone who enters, and what their answers make. Pure. */

import type { Door, JoinParams } from '../../client/protocol';
import { codeShown, codeWhole } from './code';

export interface Answers {
  name: string;
  /** As typed; empty where none. */
  code: string;
  /** What the brand's own site gave. */
  sso: string | null;
  groups: Record<string, string>;
  accepted: boolean;
}

/** Which of the questions "who are you" are asked. Someone with an invitation, or who needs one, is asked only what it turned out
 *  not to say. */
export function asked(door: Door, invited: boolean, missing: readonly string[]): string[] {
  return Object.entries(door.groups ?? {})
    .filter(([id, { from }]) => from.includes('ask') && ((!invited && door.join.includes('open')) || missing.includes(id)))
    .map(([id]) => id);
}

export type Lack = 'code_required' | 'code_short' | 'group_missing' | 'terms_unaccepted';

/** What is still to be said before it is worth asking, or null; `field` is the question that it is about. */
export function lacking(door: Door, answers: Answers, dimensions: readonly string[]): { lack: Lack; field: string } | null {
  if (answers.sso === null) {
    if (answers.code.trim() === '' && !door.join.includes('open')) return { lack: 'code_required', field: 'code' };
    if (answers.code.trim() !== '' && !codeWhole(answers.code)) return { lack: 'code_short', field: 'code' };
  }
  const open = dimensions.find((id) => !answers.groups[id]);
  if (open !== undefined) return { lack: 'group_missing', field: `group-${open}` };
  if (door.terms && !answers.accepted) return { lack: 'terms_unaccepted', field: 'terms' };
  return null;
}

export function joinParams(door: Door, answers: Answers, dimensions: readonly string[]): JoinParams {
  const groups = Object.fromEntries(dimensions.map((id) => [id, answers.groups[id] ?? '']).filter(([, value]) => value));
  return {
    ...(answers.name.trim() ? { name: answers.name.trim() } : {}),
    ...(answers.sso === null && answers.code.trim() ? { code: codeShown(answers.code) } : {}),
    ...(answers.sso === null ? {} : { sso: answers.sso }),
    ...(Object.keys(groups).length > 0 ? { groups } : {}),
    ...(door.terms && answers.accepted ? { accept: door.terms.version } : {}),
  };
}
