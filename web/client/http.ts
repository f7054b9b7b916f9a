/* The few things that a page asks over HTTP. Errors are RFC 9457 problem documents. */

import { PalabreError } from './errors.js';
import type { About, Demo, ErrorData, Joined } from './protocol.js';

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

/** Becomes a participant of a session that is open to anyone. */
export async function join(session: string, name?: string): Promise<Joined> {
  const result = await ask(`/api/v1/sessions/${session}/join`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(name ? { name } : {}),
  });
  return result as Joined;
}

export async function about(): Promise<About> {
  return (await ask('/api/v1/about', {})) as About;
}

/** The demonstration's sessions, or null where this server shows none. */
export async function demo(): Promise<Demo | null> {
  return (await about()).demo ? ((await ask('/demo.json', {})) as Demo) : null;
}
