/* Where this page is: which consultation, and with what token. */

import { read, write } from './keep';

const ID = /^[a-z][a-z0-9-]{0,31}$/;

/** The consultation that the address names, or null. */
export function sessionOf(pathname: string): string | null {
  const first = pathname.split('/')[1] ?? '';
  return ID.test(first) ? first : null;
}

export function socketUrl(location: Location): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
}

const TOKEN = /^v4\.public\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)?$/;

/** A token that came in the fragment (`#t=...`) is taken out of the address at once, so that it is neither shared nor
 *  photographed with it, and kept for this tab. */
export function tokenFromFragment(session: string): string | null {
  const key = `palabre.staff.${session}`;
  const given = new URLSearchParams(location.hash.slice(1)).get('t');
  if (given !== null) {
    history.replaceState(history.state, '', location.pathname + location.search);
    if (TOKEN.test(given)) write(key, given, 'sessionStorage');
  }
  return read(key, 'sessionStorage');
}

export function forgetStaffToken(session: string): void {
  write(`palabre.staff.${session}`, null, 'sessionStorage');
}

export function ownToken(session: string): string | null {
  return read(`palabre.token.${session}`);
}

export function keepOwnToken(session: string, token: string | null): void {
  write(`palabre.token.${session}`, token);
}

/** What an observer's shuffles are made from: kept, so that each visit shows the same order. */
export function visitor(): string {
  const known = read('palabre.visitor');
  if (known) return known;
  const made = String(crypto.getRandomValues(new Uint32Array(1))[0]);
  write('palabre.visitor', made);
  return made;
}

/** Is this host reachable from this computer alone? */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host) ||
    host === '0.0.0.0' || host === '::';
}
