/* The protocol's shapes as a client sees them, written from protocol/README.md. Numbers are integers, times are
 * milliseconds since 1970 (UTC), collections are objects keyed by id. */

export const SUBPROTOCOL = 'palabre.v1';
/** Time in which an author may freely edit or withdraw an idea (limits.def, IDEA_FREE_MS). */
export const IDEA_FREE_MS = 600_000;
/** Ideas of a live window (limits.def, WINDOW). */
export const WINDOW = 100;

export type Ballot = 'approval' | 'updown' | 'single' | 'budget' | 'stars';
export type TallyMode = 'live' | 'after_vote' | 'sealed';
export type Proposals = 'open' | 'brand';
export type Order = 'top' | 'new';
export type Level = 'open' | 'code' | 'verified';
export type Role = 'observer' | 'participant' | 'expert' | 'moderator' | 'brand' | 'admin';
export type SessionState = 'draft' | 'open' | 'closed' | 'archived';
export type ChallengeState = 'planned' | 'open' | 'closed';
export type IdeaState = 'published' | 'hidden' | 'withdrawn';

export interface Participant {
  id?: string;
  name?: string;
  role: Role;
  level?: Level;
}

export interface Limits {
  title: number;
  body: number;
  name: number;
  message: number;
}

export interface Hello {
  session: string;
  participant: Participant;
  v: number;
  now: number;
  limits: Limits;
  token?: string;
}

export interface TimelineEntry {
  at: number;
  reason: string;
  title?: string;
  brief?: string;
  closes_at?: number;
}

export interface Challenge {
  n: number;
  title: string;
  brief?: string;
  noun?: string;
  timeline: TimelineEntry[];
  ballot: Ballot;
  budget?: { dots: number; per_idea?: number };
  choose?: number;
  final: boolean;
  proposals: Proposals;
  tally: TallyMode;
  ideas_per_person?: number;
  rules?: string;
  state: ChallengeState;
  opens_at?: number;
  closes_at?: number;
  opened_at?: number;
  closed_at?: number;
  ideas: number;
  voters: number;
}

export interface SessionDocument {
  title: string;
  brief: string;
  mandate: string;
  locale: string;
  time_zone?: string;
  simulated?: boolean;
  state: SessionState;
  frozen: boolean;
  created_at: number;
  announcement?: { text: string; at: number };
  people: number;
  challenges: Record<string, Challenge>;
}

/** Which counts a tally has depends on the ballot; `score` is always there. */
export interface Tally {
  score: number;
  votes?: number;
  up?: number;
  down?: number;
  dots?: number;
  sum?: number;
  voters?: number;
}

export interface Media {
  hash: string;
  type: string;
  width: number;
  height: number;
  alt: string;
}

export interface Idea {
  n: number;
  title: string;
  body?: string;
  media?: Media[];
  edited_at?: number;
  additions?: { at: number; text: string }[];
  author?: string;
  name?: string;
  brand?: boolean;
  at: number;
  mix: number;
  state: IdeaState;
  tally?: Tally;
}

export interface IdeasDocument {
  challenge: string;
  order: Order;
  totals: { ideas: number; voters: number };
  ideas: Record<string, Idea>;
}

export interface IdeaDocument {
  challenge?: string;
  idea?: Idea;
}

export interface LeadersDocument {
  people: Record<string, { n: number; name?: string; points: number }>;
}

export interface OwnBallots {
  votes: Record<string, number>;
  parked: Record<string, number>;
  given_up: Record<string, number>;
  left?: number;
}

export interface OwnIdea {
  challenge: string;
  title: string;
  state: IdeaState;
  reason?: string;
  at: number;
  signed: boolean;
}

export interface MeDocument {
  participant: Participant;
  points: number;
  ballots: Record<string, OwnBallots>;
  ideas: Record<string, OwnIdea>;
}

export interface ResultsDocument {
  totals: { voters: number; votes?: number };
  ideas: Record<string, Tally>;
  by: Record<string, Record<string, Record<string, Tally>>>;
  minutes: Record<string, Record<Level, number>>;
}

export interface IdeaPage {
  challenge: string;
  order: Order;
  v: number;
  ideas: ({ id: string } & Idea)[];
  after?: string;
}

export interface SimilarIdeas {
  challenge: string;
  ideas: { id: string; title: string; likeness: number }[];
}

/** What each command takes (without `key`) and answers. */
export interface Commands {
  idea_add: [{ challenge: string; title: string; body?: string; media?: unknown[] }, { idea: string; v: number }];
  idea_edit: [{ idea: string; title?: string; body?: string; addition?: string }, { idea: string; v: number }];
  idea_withdraw: [{ idea: string }, { idea: string; v: number; withdrawn: boolean }];
  idea_list: [{ challenge: string; order: Order; after?: string; limit?: number }, IdeaPage];
  idea_similar: [{ challenge: string; text: string }, SimilarIdeas];
  idea_moderate: [{ idea: string; action: 'publish' | 'hide'; reason: string }, { idea: string; v: number }];
  vote_cast: [{ idea: string; value: number }, { idea: string; value: number; left?: number }];
  challenge_open: [{ challenge: string }, { challenge: string; v: number }];
  challenge_close: [{ challenge: string }, { challenge: string; v: number }];
  session_announce: [{ text: string }, { v: number }];
  session_freeze: [Record<string, never>, { v: number }];
  session_unfreeze: [Record<string, never>, { v: number }];
  name_set: [{ name: string }, { v: number }];
  participant_rename: [{ participant: string; name: string; reason: string }, { v: number }];
}
export type Command = keyof Commands;

/** The commands that only read: they take no key, and repeating them is harmless. */
export const READS: ReadonlySet<string> = new Set(['idea_list', 'idea_similar']);

/** What an error carries besides its name. */
export interface ErrorData {
  name: string;
  field?: string;
  pointer?: string;
  expected?: string;
  limit?: number | string;
  retry_ms?: number;
  left?: number;
}

export interface Joined {
  token: string;
  participant: Participant;
}

export interface About {
  version: string;
  public_url?: string;
  demo?: boolean;
}
