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

const key = (session: string) => `palabre.staff.${session}`;

/** What came in the fragment. */
export interface Given {
  /** A code, scanned or followed: `#k=`. */
  code: string | null;
  /** What the brand's own site gave: `#sso=`, or `#s=` where every sign counts. */
  sso: string | null;
}

/** Secrets that came in the fragment are taken out of the address at once, so that they are neither shared nor photographed
 *  with it. A token (`#t=`) is kept for this tab. */
export function takeFragment(session: string): Given {
  const given = new URLSearchParams(location.hash.slice(1));
  const [token, code, sso] = [given.get('t'), given.get('k'), given.get('sso') ?? given.get('s')];
  if (token === null && code === null && sso === null) return { code, sso };
  history.replaceState(history.state, '', location.pathname + location.search);
  if (token !== null && TOKEN.test(token)) keepStaffToken(session, token);
  return { code, sso: sso !== null && TOKEN.test(sso) ? sso : null };
}

/** The token of this tab: of the team, of a jury's screen, of a wall. */
export function staffToken(session: string): string | null {
  return read(key(session), 'sessionStorage');
}

export function keepStaffToken(session: string, token: string): void {
  write(key(session), token, 'sessionStorage');
}

export function forgetStaffToken(session: string): void {
  write(key(session), null, 'sessionStorage');
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
