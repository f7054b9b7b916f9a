/* The few things that a page asks over HTTP. Errors are RFC 9457 problem documents. */

import { PalabreError } from './errors.js';
import type { About, Demo, Door, ErrorData, Joined, JoinParams } from './protocol.js';

async function ask(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...init, cache: 'no-store' });
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    body = null;
  }
  if (response.ok) return body;
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<ErrorData> & {
    code?: number;
    title?: string;
  };
  throw new PalabreError(problem.code ?? response.status, problem.title ?? response.statusText, {
    ...problem,
    name: problem.name ?? (response.status === 404 ? 'not_found' : 'internal_error'),
  });
}

/** What a session asks of those who enter; anyone may know it. */
export async function door(session: string): Promise<Door> {
  return (await ask(`/api/v1/sessions/${session}`, {})) as Door;
}

/** Becomes a participant of a session. `token`: who asks is one already, and what is shown at the door is added to them. */
export async function join(session: string, params: JoinParams = {}, token?: string): Promise<Joined> {
  const result = await ask(`/api/v1/sessions/${session}/join`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(params),
  });
  return result as Joined;
}

/** Rejects with why this participant's token is no longer good, if it is not. */
export async function standing(session: string, token: string): Promise<void> {
  await ask(`/api/v1/sessions/${session}/topics/me`, { headers: { Authorization: `Bearer ${token}` } });
}

export async function about(): Promise<About> {
  return (await ask('/api/v1/about', {})) as About;
}

/** The demonstration's sessions, or null where this server shows none. */
export async function demo(): Promise<Demo | null> {
  return (await about()).demo ? ((await ask('/demo.json', {})) as Demo) : null;
}
