/* One person's votes in one challenge, shown before they are answered and corrected by the answer.
 *
 * Owns what was asked for and is not yet part of the topic `me`. One call is out at a time, in the order asked, so
 * that a vote which moves another, or frees a budget for another, arrives after it; an idea asked for again while it
 * waits is asked once, with the last value.
 *
 *   asked --sent--> out --answered--> settled --`me` says the same--> gone
 *                       --refused---> gone, and the caller is told */

import type { Ballot, Challenge, OwnBallots } from './protocol.js';

export type Cast = (idea: string, value: number) => Promise<{ idea: string; value: number; left?: number }>;

interface Wish {
  value: number;
  state: 'asked' | 'out' | 'settled';
}

export class Votes {
  readonly #cast: Cast;
  readonly #changed: () => void;
  readonly #refused: (idea: string, error: unknown) => void;
  readonly #wishes = new Map<string, Wish>();
  #busy = false;
  #single: boolean;
  #counted: OwnBallots = { votes: {}, parked: {}, given_up: {} };

  constructor(ballot: Ballot, cast: Cast, changed: () => void, refused: (idea: string, error: unknown) => void) {
    this.#single = ballot === 'single';
    this.#cast = cast;
    this.#changed = changed;
    this.#refused = refused;
  }

  /** What the topic `me` says. */
  counted(own: OwnBallots | undefined): void {
    this.#counted = own ?? { votes: {}, parked: {}, given_up: {} };
    for (const [idea, wish] of this.#wishes)
      if (wish.state === 'settled' && (this.#counted.votes[idea] ?? 0) === wish.value) this.#wishes.delete(idea);
    this.#changed();
  }

  set(idea: string, value: number): void {
    this.#wishes.delete(idea);
    this.#wishes.set(idea, { value, state: 'asked' });
    this.#changed();
    void this.#next();
  }

  /** The votes to show: those counted, with those asked for on top. */
  votes(): Record<string, number> {
    const result: Record<string, number> = {};
    for (const [idea, value] of Object.entries(this.#counted.votes)) if (value !== 0) result[idea] = value;
    for (const [idea, { value }] of this.#wishes) {
      if (this.#single && value !== 0) for (const other of Object.keys(result)) delete result[other];
      if (value === 0) delete result[idea];
      else result[idea] = value;
    }
    return result;
  }

  /** What is left to spend with the votes shown, or undefined where the ballot has no such limit. */
  left(challenge: Pick<Challenge, 'ballot' | 'budget' | 'choose'>): number | undefined {
    const all = allowance(challenge);
    if (all === undefined) return undefined;
    let spent = 0;
    for (const value of Object.values(this.votes())) spent += challenge.ballot === 'budget' ? value : 1;
    return Math.max(0, all - spent);
  }

  waiting(idea: string): boolean {
    const wish = this.#wishes.get(idea);
    return wish !== undefined && wish.state !== 'settled';
  }

  async #next(): Promise<void> {
    if (this.#busy) return;
    const entry = [...this.#wishes].find(([, wish]) => wish.state === 'asked');
    if (!entry) return;
    const [idea, wish] = entry;
    this.#busy = true;
    wish.state = 'out';
    try {
      const answer = await this.#cast(idea, wish.value);
      /* Unless asked for again meanwhile. */
      if (this.#wishes.get(idea) === wish) this.#answered(idea, answer.value);
    } catch (error) {
      if (this.#wishes.get(idea) === wish) this.#wishes.delete(idea);
      this.#refused(idea, error);
    }
    this.#busy = false;
    this.#changed();
    void this.#next();
  }

  #answered(idea: string, value: number): void {
    /* In a single vote the last answer is the only one that still says anything. */
    if (this.#single)
      for (const [other, wish] of this.#wishes) if (other !== idea && wish.state === 'settled') this.#wishes.delete(other);
    if ((this.#counted.votes[idea] ?? 0) === value) {
      this.#wishes.delete(idea);
      return;
    }
    this.#wishes.set(idea, { value, state: 'settled' });
    /* `me` follows within a tick; if it never says so (parked meanwhile, voted on another device), it is right. */
    setTimeout(() => {
      const now = this.#wishes.get(idea);
      if (now?.state !== 'settled' || now.value !== value) return;
      this.#wishes.delete(idea);
      this.#changed();
    }, 5_000);
  }
}

/** What one person may spend in a challenge: dots, or ideas chosen. */
export function allowance(challenge: Pick<Challenge, 'ballot' | 'budget' | 'choose'>): number | undefined {
  switch (challenge.ballot) {
    case 'budget':
      return challenge.budget?.dots;
    case 'approval':
      return challenge.choose;
    case 'single':
      return 1;
    default:
      return undefined;
  }
}
