/* The protocol's shapes as a client reads them: those of protocol.gen.ts, made from the schema, under the names that pages
 * use. Numbers are integers, times are milliseconds since 1970 (UTC), collections are objects keyed by id. */

import {
  EFFECTS,
  LIMITS,
  type Challenge as ChallengeShape,
  type Commands as AllCommands,
  type ErrorData as ErrorShape,
  type HelloResult,
  type Idea as IdeaShape,
  type IdeaListed,
  type IdeaListResult,
  type IdeaSimilarResult,
  type TopicIdeas,
  type TopicLeaders,
  type TopicMe,
  type TopicResults,
  type TopicSession,
} from './protocol.gen.js';

export type {
  About,
  BallotWord as Ballot,
  Demo,
  Electorate,
  GroupDimension,
  JoinParams,
  Joined,
  LevelWord as Level,
  Limits,
  Media,
  OrderWord as Order,
  OwnBallots,
  OwnIdea,
  Outcome,
  OutcomePlace,
  Participant,
  Role,
  SessionDoor as Door,
  SessionStateWord as SessionState,
  Terms,
  TimelineEntry,
} from './protocol.gen.js';

export const SUBPROTOCOL = 'palabre.v1';
/** Time in which an author may freely edit or withdraw an idea. */
export const IDEA_FREE_MS = LIMITS.IDEA_FREE_MS;
/** Ideas of a live window. */
export const WINDOW = LIMITS.WINDOW;
/** The commands that only read: they take no key, and repeating them is harmless. */
export const READS: ReadonlySet<string> = new Set(
  Object.entries(EFFECTS).filter(([, effect]) => effect === 'read').map(([name]) => name),
);

/** A brand's text: for everyone, or by language. */
export type Words = string | Record<string, string>;

export type Hello = HelloResult;
export type Challenge = ChallengeShape;
export type SessionDocument = TopicSession;
export type LeadersDocument = TopicLeaders;
export type MeDocument = TopicMe;
export type ResultsDocument = TopicResults;
export type SimilarIdeas = IdeaSimilarResult;

/** Which counts a tally has depends on the ballot; `score` is always there. Read without asking which ballot it is. */
export interface Tally {
  score: number;
  votes?: number;
  up?: number;
  down?: number;
  dots?: number;
  sum?: number;
  voters?: number;
}

type Read<Shape extends { tally?: unknown }> = Omit<Shape, 'tally'> & { tally?: Tally };

export type Idea = Read<IdeaShape>;
export type IdeasDocument = Omit<TopicIdeas, 'ideas'> & { ideas: Record<string, Idea> };
export type IdeaPage = Omit<IdeaListResult, 'ideas'> & { ideas: Read<IdeaListed>[] };

/** The document of a topic that may hold nothing for this audience. */
export interface IdeaDocument {
  challenge?: string;
  idea?: Idea;
}

export type Command = keyof AllCommands;

/** What each command takes (the client adds `key`) and answers. */
export type Commands = {
  [Name in Command]: [
    params: Omit<AllCommands[Name]['params'], 'key'>,
    result: Name extends 'idea_list' ? IdeaPage : AllCommands[Name]['result'],
  ];
};

/** What an error carries besides its message; a later server may know more names. */
export type ErrorData = Omit<ErrorShape, 'name'> & { name: string };
