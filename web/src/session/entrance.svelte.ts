/* Someone at the door: what is asked of them, what they say, and what became of it.
 *
 *   loading --door--> asking --submit--> busy --joined--> gone through
 *                       ^                 | refused: says why, asks what was missing
 *                       |                 v
 *                       +---- waiting (too many at once: asks again by itself) */

import { backoff } from '../../client/backoff';
import { PalabreError } from '../../client/errors';
import { door, join } from '../../client/http';
import type { Door, Joined } from '../../client/protocol';
import { codeSigns } from '../lib/code';
import { asked, joinParams, lacking } from '../lib/door';
import type { Given } from '../lib/place';
import { errorText, t } from '../lib/text.svelte';

export interface Problem {
  /** Said in the language of the moment. */
  text: () => string;
  /** The question that it is about, to be looked at first. */
  field: string;
}

const TRY_AGAIN = new Set(['rate_limited', 'store_unavailable', 'behind', 'session_importing']);
const STALE_TOKEN = new Set(['token_invalid', 'token_expired', 'token_retired']);
const CODE = new Set(['code_unknown', 'code_expired', 'code_revoked', 'code_used_up']);
const SSO = new Set(['sso_invalid', 'sso_used']);

interface Options {
  /** The token of a participant who is here already. */
  held: () => string | undefined;
  joined: (joined: Joined) => void;
}

export class Entrance {
  readonly #id: string;
  readonly #options: Options;
  #failed = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #forgetHeld = $state(false);
  #termsAsked = $state(false);

  door = $state.raw<Door | null>(null);
  /** There is no such consultation. */
  unknown = $state(false);
  name = $state('');
  code = $state('');
  /** The code came with the link: it is shown, not asked for. */
  scanned = $state(false);
  sso = $state.raw<string | null>(null);
  groups = $state<Record<string, string>>({});
  accepted = $state(false);
  busy = $state(false);
  /** Seconds until it is asked again by itself. */
  wait = $state(0);
  problem = $state.raw<Problem | null>(null);
  #missing = $state.raw<readonly string[]>([]);

  constructor(id: string, options: Options) {
    this.#id = id;
    this.#options = options;
    void this.load();
  }

  /** What is asked: whoever is here already has accepted the terms, unless they are told that there are others. */
  readonly asks = $derived.by((): Door | null => {
    if (!this.door || !this.holding || this.#termsAsked) return this.door;
    const { terms: _, ...rest } = this.door;
    return rest;
  });

  readonly dimensions = $derived.by(() =>
    this.door ? asked(this.door, this.sso !== null || this.code.trim() !== '' || this.holding, this.#missing) : []);

  get holding(): boolean {
    return !this.#forgetHeld && this.#options.held() !== undefined;
  }

  async load(): Promise<void> {
    try {
      this.door = await door(this.#id);
      this.#failed = 0;
    } catch (error) {
      const name = error instanceof PalabreError ? error.error : '';
      if (name === 'session_unknown' || name === 'not_found' || name === 'invalid_params') this.unknown = true;
      else setTimeout(() => void this.load(), retryMs(error) ?? backoff(this.#failed++, Math.random));
    }
  }

  /** What came with the link. */
  give({ code, sso }: Given): void {
    if (code !== null) {
      this.code = code;
      this.scanned = codeSigns(code) !== '';
    }
    if (sso !== null) this.sso = sso;
    this.problem = null;
  }

  /** The code that came with the link is not the one to use. */
  unscan(): void {
    this.code = '';
    this.scanned = false;
    this.#missing = [];
    this.problem = null;
  }

  forget(): void {
    this.unscan();
    this.sso = null;
    this.busy = false;
    this.#stopWaiting();
  }

  submit(): void {
    if (!this.asks || this.busy || this.wait > 0) return;
    const lack = lacking(this.asks, this, this.dimensions);
    if (lack) {
      this.problem = { text: () => t(lack.lack), field: lack.field };
      return;
    }
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (!this.asks) return;
    this.busy = true;
    this.problem = null;
    try {
      const held = this.#forgetHeld ? undefined : this.#options.held();
      this.#options.joined(await join(this.#id, joinParams(this.asks, this, this.dimensions), held));
    } catch (error) {
      this.busy = false;
      this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    const name = error instanceof PalabreError ? error.error : '';
    const data = error instanceof PalabreError ? error.data : undefined;
    let field = 'name';
    if (TRY_AGAIN.has(name) && data?.retry_ms !== undefined) {
      this.#waitFor(data.retry_ms);
      return;
    }
    if (STALE_TOKEN.has(name) && this.holding) {
      this.#forgetHeld = true;
      void this.#ask();
      return;
    }
    if (name === 'group_required' && data?.field) {
      const dimension = data.field.replace(/^groups\./, '');
      this.#missing = [...this.#missing, dimension];
      field = `group-${dimension}`;
    } else if (name === 'terms_required' && data?.terms && this.door) {
      this.door = { ...this.door, terms: data.terms };
      this.accepted = false;
      this.#termsAsked = true;
      field = 'terms';
    } else if (CODE.has(name)) {
      this.scanned = false;
      field = 'code';
    } else if (SSO.has(name)) this.sso = null;
    else if (name.startsWith('session_') || name === 'join_not_open') void this.load();
    this.problem = { text: () => errorText(error), field };
  }

  #waitFor(ms: number): void {
    const until = Date.now() + ms;
    this.wait = Math.max(1, Math.ceil(ms / 1000));
    this.#timer = setInterval(() => {
      this.wait = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      if (this.wait > 0) return;
      this.#stopWaiting();
      void this.#ask();
    }, 250);
  }

  #stopWaiting(): void {
    clearInterval(this.#timer);
    this.wait = 0;
  }
}

function retryMs(error: unknown): number | undefined {
  return error instanceof PalabreError ? error.data.retry_ms : undefined;
}
