/* One person's visit to a consultation: who they are here, what they voted, what they are told. */

import { getContext, setContext, untrack } from 'svelte';
import { PalabreError } from '../../client/errors';
import type { Challenge, MeDocument, Participant, SessionDocument } from '../../client/protocol';
import { Votes } from '../../client/votes';
import { Live, Topic } from '../lib/live.svelte';
import { visitor } from '../lib/place';
import { barrier, barrierOf, type Barrier } from '../lib/eligible';
import { errorText } from '../lib/text.svelte';
import { barredText } from '../parts/barred';

const KEY = Symbol('visit');
const NOTICE_MS = 6_000;

/** The votes of this person in one challenge, as shown. */
export class Sheet {
  readonly #votes: Votes;
  #version = $state(0);
  /** What went wrong with the last vote on an idea, in plain words. */
  problems = $state<Record<string, string>>({});

  constructor(visit: Visit, challenge: Challenge) {
    this.#votes = new Votes(
      challenge.ballot,
      (idea, value) => visit.live.client.call('vote_cast', { idea, value }),
      () => this.#version++,
      (idea, error) => (this.problems[idea] = visit.refusalText(error, 'vote')),
    );
  }

  counted(own: MeDocument['ballots'][string] | undefined): void {
    this.#votes.counted(own);
  }

  set(idea: string, value: number): void {
    delete this.problems[idea];
    this.#votes.set(idea, value);
  }

  get votes(): Record<string, number> {
    void this.#version;
    return this.#votes.votes();
  }

  left(challenge: Challenge): number | undefined {
    void this.#version;
    return this.#votes.left(challenge);
  }

  waiting(idea: string): boolean {
    void this.#version;
    return this.#votes.waiting(idea);
  }
}

export class Visit {
  readonly id: string;
  readonly live: Live;
  readonly #session: Topic<SessionDocument>;
  readonly #me: Topic<MeDocument>;
  readonly #sheets = new Map<string, Sheet>();
  #clock = $state(Date.now());
  /** A short confirmation, spoken and shown for a moment. */
  notice = $state('');
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, token: string | undefined, onToken: (token: string) => void) {
    this.id = id;
    this.live = new Live(id, token, onToken);
    this.#session = new Topic<SessionDocument>(this.live, () => 'session');
    this.#me = new Topic<MeDocument>(this.live, () => (this.mine ? 'me' : null));
    $effect(() => {
      const ballots = this.me?.ballots;
      untrack(() => {
        for (const [challenge, sheet] of this.#sheets) sheet.counted(ballots?.[challenge]);
      });
    });
    $effect(() => {
      const timer = setInterval(() => (this.#clock = this.live.client.now()), 1_000);
      return () => clearInterval(timer);
    });
    setContext(KEY, this);
  }

  get session(): SessionDocument | undefined {
    return this.#session.document;
  }

  get me(): MeDocument | undefined {
    return this.#me.document;
  }

  /** The server's clock, to the second. */
  get now(): number {
    return this.#clock;
  }

  get person(): string | undefined {
    return this.live.status.hello?.participant.id;
  }

  /** What shuffles are made from. */
  get seed(): string {
    return this.person ?? visitor();
  }

  readonly #role = $derived.by(() => this.live.status.hello?.participant.role ?? 'observer');

  get staff(): boolean {
    return this.#role === 'moderator' || this.#role === 'brand' || this.#role === 'admin';
  }

  /** Does this person take part, rather than watch? */
  get mine(): boolean {
    return this.#role === 'participant' || this.#role === 'expert';
  }

  /** May this person write anything now? */
  get writable(): boolean {
    const session = this.session;
    return this.mine && session !== undefined && !session.frozen &&
      (session.state === 'open' || session.state === 'draft');
  }

  /** Who this person is here, as well as it is known. */
  get self(): Participant | undefined {
    return this.me?.participant ?? this.live.status.hello?.participant;
  }

  /** What keeps this person from voting or proposing in a question, by who they are; null for someone who only watches. */
  barrier(challenge: Challenge, what: 'vote' | 'propose'): Barrier | null {
    if (!this.mine || !this.self) return null;
    return barrier(what === 'vote' ? challenge.electors : challenge.proposers, this.self);
  }

  /** A refusal in plain words; that of someone who is not among those who may says who they are. */
  refusalText(error: unknown, what: 'vote' | 'propose'): string {
    const found = error instanceof PalabreError && error.error === 'not_eligible'
      ? barrierOf(error.data.field, error.data.expected) : null;
    return found ? barredText(found, what, this.session?.groups ?? {}) : errorText(error);
  }

  sheet(id: string, challenge: Challenge): Sheet {
    const known = this.#sheets.get(id);
    if (known) return known;
    const sheet = new Sheet(this, challenge);
    this.#sheets.set(id, sheet);
    untrack(() => sheet.counted(this.me?.ballots[id]));
    return sheet;
  }

  say(text: string): void {
    clearTimeout(this.#noticeTimer);
    this.notice = text;
    this.#noticeTimer = setTimeout(() => (this.notice = ''), NOTICE_MS);
  }

  timeZone(): string | undefined {
    return this.session?.time_zone;
  }
}

export function theVisit(): Visit {
  return getContext<Visit>(KEY);
}
