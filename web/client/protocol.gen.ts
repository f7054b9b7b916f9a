/* Made from protocol/schema.json by web/scripts/types.mjs: change the tables of protocol/ instead. */

export type Role = 'observer' | 'participant' | 'expert' | 'moderator' | 'brand' | 'admin';

export type ErrorName =
  | 'parse_error'
  | 'invalid_request'
  | 'method_not_found'
  | 'invalid_params'
  | 'internal_error'
  | 'hello_first'
  | 'hello_again'
  | 'token_invalid'
  | 'token_expired'
  | 'token_required'
  | 'forbidden'
  | 'session_unknown'
  | 'topic_unknown'
  | 'topic_not_open'
  | 'challenge_closed'
  | 'challenge_not_open'
  | 'challenge_unknown'
  | 'idea_unknown'
  | 'participant_unknown'
  | 'not_yours'
  | 'idea_hidden'
  | 'idea_settled'
  | 'proposals_brand'
  | 'ideas_limit'
  | 'value_invalid'
  | 'choose_limit'
  | 'budget_spent'
  | 'vote_final'
  | 'rules_frozen'
  | 'reason_required'
  | 'session_frozen'
  | 'session_closed'
  | 'session_exists'
  | 'challenge_exists'
  | 'challenge_sealed'
  | 'challenges_limit'
  | 'key_reused'
  | 'rate_limited'
  | 'too_large'
  | 'too_many_sockets'
  | 'too_many_topics'
  | 'store_unavailable'
  | 'join_not_open'
  | 'media_unknown'
  | 'not_supported'
  | 'door_closed'
  | 'origin_refused'
  | 'behind'
  | 'not_found'
  | 'not_eligible'
  | 'code_unknown'
  | 'code_expired'
  | 'code_revoked'
  | 'code_used_up'
  | 'sso_invalid'
  | 'sso_used'
  | 'terms_required'
  | 'group_required'
  | 'session_importing'
  | 'session_archived'
  | 'session_state'
  | 'token_retired'
  | 'banned'
  | 'challenge_unsettled'
  | 'brand_unknown';

export type BallotWord = 'approval' | 'updown' | 'single' | 'budget' | 'stars';

export type TallyWord = 'live' | 'after_vote' | 'sealed';

export type ProposalsWord = 'open' | 'brand';

export type OrderWord = 'top' | 'new';

export type ActionWord = 'publish' | 'hide';

export type LevelWord = 'open' | 'code' | 'verified';

export type JoinWord = 'open' | 'code' | 'sso';

export type GroupFromWord = 'code' | 'sso' | 'ask';

export type KindWord = 'tie' | 'choice' | 'correction';

export type OutcomeKindWord = 'closing' | 'tie' | 'choice' | 'correction';

export type FirstStateWord = 'draft' | 'open';

export type SessionStateWord = 'draft' | 'open' | 'closed' | 'archived';

export type ChallengeStateWord = 'planned' | 'open' | 'closed';

export type IdeaStateWord = 'published' | 'hidden' | 'withdrawn';

export type ByeReasonWord = 'draining' | 'reload' | 'replaced' | 'too_slow' | 'unauthorized';

/** a picture of an idea, at /media/{session}/{hash} */
export interface Media {
  /** BLAKE2b-256 of its bytes */
  hash: string;
  /** image/jpeg, image/png or image/webp */
  type: string;
  /** in pixels */
  width: number;
  /** in pixels */
  height: number;
  /** what it shows, in words */
  alt: string;
}

/** who may: those who have all that is named, one of each list */
export interface Electorate {
  /** participant, expert */
  roles?: Role[];
  levels?: LevelWord[];
  /** by dimension, values of which a person has one */
  groups?: Record<string, string[]>;
}

export interface ElectoratePatch {
  roles?: Role[] | null;
  levels?: LevelWord[] | null;
  groups?: Record<string, string[] | null | null> | null;
}

/** what decides when a challenge closes */
export interface OutcomeRule {
  /** levels that count; all where absent */
  counts?: LevelWord[];
  /** 1 where absent */
  winners?: number;
  /** voters at the levels that count, below which nobody wins */
  quorum?: number;
}

export interface OutcomeRulePatch {
  counts?: LevelWord[] | null;
  winners?: number | null;
  quorum?: number | null;
}

/** what a person may spend in a budget ballot */
export interface Budget {
  /** dots of a person */
  dots: number;
  /** the most that one idea takes; as many as one likes where absent */
  per_idea?: number;
}

export interface BudgetPatch {
  dots?: number | null;
  per_idea?: number | null;
}

/** approval and single */
export interface TallyVotes {
  votes: number;
  /** votes */
  score: number;
}

/** updown */
export interface TallyUpdown {
  up: number;
  down: number;
  /** up - down */
  score: number;
}

/** budget */
export interface TallyBudget {
  dots: number;
  /** who gave some */
  voters: number;
  /** dots */
  score: number;
}

/** stars */
export interface TallyStars {
  sum: number;
  /** who gave some */
  voters: number;
  /** floor(1000 * (sum + 15) / (voters + 5)) */
  score: number;
}

/** what was counted for an idea; which counts there are depends on the ballot */
export type Tally = TallyVotes | TallyUpdown | TallyBudget | TallyStars;

export interface TallyPatch {
  votes?: number | null;
  score?: number | null;
  up?: number | null;
  down?: number | null;
  dots?: number | null;
  voters?: number | null;
  sum?: number | null;
}

/** a text added to an idea after its ten minutes */
export interface Addition {
  at: number;
  text: string;
}

/** an idea as an audience sees it */
export interface Idea {
  /** its number in the challenge */
  n: number;
  title: string | Record<string, string>;
  body?: string | Record<string, string>;
  media?: Media[];
  /** the language it is written in */
  lang?: string;
  /** its author erased what they had given */
  erased?: true;
  edited_at?: number;
  additions?: Addition[];
  /** absent where the author took their name off it */
  author?: string;
  /** the author's */
  name?: string;
  /** the brand's own */
  brand?: true;
  at: number;
  /** the order where there is no tally */
  mix: number;
  /** staff alone see hidden ones */
  state: IdeaStateWord;
  /** absent where this audience may not see it */
  tally?: Tally;
}

export interface IdeaPatch {
  n?: number | null;
  title?: string | Record<string, string | null> | null;
  body?: string | Record<string, string | null> | null;
  media?: Media[] | null;
  lang?: string | null;
  erased?: true | null;
  edited_at?: number | null;
  additions?: Addition[] | null;
  author?: string | null;
  name?: string | null;
  brand?: true | null;
  at?: number | null;
  mix?: number | null;
  state?: IdeaStateWord | null;
  tally?: TallyPatch | null;
}

/** an idea of a page */
export interface IdeaListed {
  /** its number in the challenge */
  n: number;
  title: string | Record<string, string>;
  body?: string | Record<string, string>;
  media?: Media[];
  /** the language it is written in */
  lang?: string;
  /** its author erased what they had given */
  erased?: true;
  edited_at?: number;
  additions?: Addition[];
  /** absent where the author took their name off it */
  author?: string;
  /** the author's */
  name?: string;
  /** the brand's own */
  brand?: true;
  at: number;
  /** the order where there is no tally */
  mix: number;
  /** staff alone see hidden ones */
  state: IdeaStateWord;
  /** absent where this audience may not see it */
  tally?: Tally;
  id: string;
}

/** an idea like a text */
export interface IdeaLike {
  id: string;
  title: string | Record<string, string>;
  /** in thousandths */
  likeness: number;
}

/** a change after the opening: its reason, and the wording or date that was there before */
export interface TimelineEntry {
  at: number;
  reason: string;
  title?: string | Record<string, string>;
  brief?: string | Record<string, string>;
  noun?: string | Record<string, string>;
  closes_at?: number;
}

/** a sealed tally that was exported before it closed */
export interface Unsealed {
  at: number;
  /** who did, the last time */
  by: string;
  /** how many times */
  openings: number;
}

export interface UnsealedPatch {
  at?: number | null;
  by?: string | null;
  openings?: number | null;
}

/** a question of a session */
export interface Challenge {
  /** its number in the session */
  n: number;
  title: string | Record<string, string>;
  brief?: string | Record<string, string>;
  /** what one contribution is called */
  noun?: string | Record<string, string>;
  timeline: TimelineEntry[];
  ballot: BallotWord;
  budget?: Budget;
  choose?: number;
  /** a vote once cast is not changed */
  final: boolean;
  proposals: ProposalsWord;
  tally: TallyWord;
  ideas_per_person?: number;
  /** hash of the frozen rules, once it has opened */
  rules?: string;
  state: ChallengeStateWord;
  opens_at?: number;
  closes_at?: number;
  /** when it first opened */
  opened_at?: number;
  /** when it last closed */
  closed_at?: number;
  /** published ideas */
  ideas: number;
  /** people who ever cast a ballot here */
  voters: number;
  /** who votes (`voters` of the session file); every participant and expert where absent */
  electors?: Electorate;
  /** who proposes; every participant and expert where absent */
  proposers?: Electorate;
  /** what decides */
  outcome?: OutcomeRule;
  unsealed?: Unsealed;
}

export interface ChallengePatch {
  n?: number | null;
  title?: string | Record<string, string | null> | null;
  brief?: string | Record<string, string | null> | null;
  noun?: string | Record<string, string | null> | null;
  timeline?: TimelineEntry[] | null;
  ballot?: BallotWord | null;
  budget?: BudgetPatch | null;
  choose?: number | null;
  final?: boolean | null;
  proposals?: ProposalsWord | null;
  tally?: TallyWord | null;
  ideas_per_person?: number | null;
  rules?: string | null;
  state?: ChallengeStateWord | null;
  opens_at?: number | null;
  closes_at?: number | null;
  opened_at?: number | null;
  closed_at?: number | null;
  ideas?: number | null;
  voters?: number | null;
  electors?: ElectoratePatch | null;
  proposers?: ElectoratePatch | null;
  outcome?: OutcomeRulePatch | null;
  unsealed?: UnsealedPatch | null;
}

/** a line on every screen */
export interface Announcement {
  text: string | Record<string, string>;
  at: number;
}

export interface AnnouncementPatch {
  text?: string | Record<string, string | null> | null;
  at?: number | null;
}

/** a question of few answers: who takes part */
export interface GroupDimension {
  title: string | Record<string, string>;
  values: Record<string, string | Record<string, string>>;
  /** what may answer it; ask: the person, when they join */
  from: GroupFromWord[];
}

export interface GroupDimensionPatch {
  title?: string | Record<string, string | null> | null;
  values?: Record<string, string | Record<string, string | null> | null> | null;
  from?: GroupFromWord[] | null;
}

/** what one accepts to take part */
export interface Terms {
  /** what `accept` of a join repeats */
  version: string;
  text: string | Record<string, string>;
  /** address of how personal data are treated */
  privacy?: string;
}

export interface TermsPatch {
  version?: string | null;
  text?: string | Record<string, string | null> | null;
  privacy?: string | null;
}

/** what was discarded when the draft opened */
export interface Rehearsal {
  at: number;
  people: number;
  ideas: number;
  /** ballots: one for each person and question */
  votes: number;
}

export interface RehearsalPatch {
  at?: number | null;
  people?: number | null;
  ideas?: number | null;
  votes?: number | null;
}

/** the document of topic session */
export interface TopicSession {
  title: string | Record<string, string>;
  brief: string | Record<string, string>;
  /** how far the brand will follow the result */
  mandate: string | Record<string, string>;
  /** BCP 47 */
  locale: string;
  /** IANA name: how dates are shown */
  time_zone?: string;
  /** whose it is */
  brand: string;
  /** BCP 47 */
  languages: string[];
  /** the doors there are */
  join: JoinWord[];
  /** who takes part, by dimension */
  groups: Record<string, GroupDimension>;
  terms?: Terms;
  /** when the draft opened */
  opened_at?: number;
  /** when it closes by itself */
  ends_at?: number;
  /** when it last closed */
  closed_at?: number;
  rehearsal?: Rehearsal;
  /** its participants are simulated */
  simulated?: true;
  state: SessionStateWord;
  /** participants cannot write */
  frozen: boolean;
  created_at: number;
  announcement?: Announcement;
  /** people online */
  people: number;
  challenges: Record<string, Challenge>;
}

export interface TopicSessionPatch {
  title?: string | Record<string, string | null> | null;
  brief?: string | Record<string, string | null> | null;
  mandate?: string | Record<string, string | null> | null;
  locale?: string | null;
  time_zone?: string | null;
  brand?: string | null;
  languages?: string[] | null;
  join?: JoinWord[] | null;
  groups?: Record<string, GroupDimensionPatch | null> | null;
  terms?: TermsPatch | null;
  opened_at?: number | null;
  ends_at?: number | null;
  closed_at?: number | null;
  rehearsal?: RehearsalPatch | null;
  simulated?: true | null;
  state?: SessionStateWord | null;
  frozen?: boolean | null;
  created_at?: number | null;
  announcement?: AnnouncementPatch | null;
  people?: number | null;
  challenges?: Record<string, ChallengePatch | null> | null;
}

/** the counts of a challenge */
export interface IdeasTotals {
  /** published ideas */
  ideas: number;
  /** people who ever cast a ballot here */
  voters: number;
}

export interface IdeasTotalsPatch {
  ideas?: number | null;
  voters?: number | null;
}

/** the document of topics ideas:<challenge>:<order> */
export interface TopicIdeas {
  challenge: string;
  order: OrderWord;
  totals: IdeasTotals;
  /** the window; clients order it */
  ideas: Record<string, Idea>;
}

export interface TopicIdeasPatch {
  challenge?: string | null;
  order?: OrderWord | null;
  totals?: IdeasTotalsPatch | null;
  ideas?: Record<string, IdeaPatch | null> | null;
}

/** an idea that this audience sees */
export interface IdeaShown {
  challenge: string;
  idea: Idea;
}

/** one that it does not */
export type IdeaNotShown = Record<string, never>;

/** the document of topics idea:<idea> */
export type TopicIdea = IdeaShown | IdeaNotShown;

export interface TopicIdeaPatch {
  challenge?: string | null;
  idea?: IdeaPatch | null;
}

/** a contributor */
export interface Leader {
  /** their number in the session */
  n: number;
  name?: string;
  points: number;
}

export interface LeaderPatch {
  n?: number | null;
  name?: string | null;
  points?: number | null;
}

/** the document of topic leaders */
export interface TopicLeaders {
  people: Record<string, Leader>;
}

export interface TopicLeadersPatch {
  people?: Record<string, LeaderPatch | null> | null;
}

/** who speaks */
export interface Participant {
  /** absent for an observer without a token */
  id?: string;
  name?: string;
  role: Role;
  /** how sure we are that this is one person */
  level?: LevelWord;
  groups?: Record<string, string>;
}

export interface ParticipantPatch {
  id?: string | null;
  name?: string | null;
  role?: Role | null;
  level?: LevelWord | null;
  groups?: Record<string, string | null> | null;
}

/** one's own votes in a challenge */
export interface OwnBallots {
  votes: Record<string, number>;
  /** on ideas that are hidden or withdrawn now; they count again if the idea returns */
  parked: Record<string, number>;
  /** parked ones that a later vote needed */
  given_up: Record<string, number>;
  /** what remains to spend */
  left?: number;
}

export interface OwnBallotsPatch {
  votes?: Record<string, number | null> | null;
  parked?: Record<string, number | null> | null;
  given_up?: Record<string, number | null> | null;
  left?: number | null;
}

/** an idea of one's own */
export interface OwnIdea {
  challenge: string;
  title: string | Record<string, string>;
  state: IdeaStateWord;
  /** why it was hidden */
  reason?: string;
  at: number;
  /** one's name is on it */
  signed: boolean;
}

export interface OwnIdeaPatch {
  challenge?: string | null;
  title?: string | Record<string, string | null> | null;
  state?: IdeaStateWord | null;
  reason?: string | null;
  at?: number | null;
  signed?: boolean | null;
}

/** the document of topic me */
export interface TopicMe {
  participant: Participant;
  points: number;
  /** by challenge, once this person has ever voted there */
  ballots: Record<string, OwnBallots>;
  ideas: Record<string, OwnIdea>;
}

export interface TopicMePatch {
  participant?: ParticipantPatch | null;
  points?: number | null;
  ballots?: Record<string, OwnBallotsPatch | null> | null;
  ideas?: Record<string, OwnIdeaPatch | null> | null;
}

/** the counts of a challenge */
export interface ResultsTotals {
  /** people who ever cast a ballot here */
  voters: number;
  /** ballots that count now; absent where the tally may not be seen */
  votes?: number;
}

export interface ResultsTotalsPatch {
  voters?: number | null;
  votes?: number | null;
}

/** tallies by level */
export interface ResultsLevels {
  open: Record<string, Tally>;
  code: Record<string, Tally>;
  verified: Record<string, Tally>;
}

export interface ResultsLevelsPatch {
  open?: Record<string, TallyPatch | null> | null;
  code?: Record<string, TallyPatch | null> | null;
  verified?: Record<string, TallyPatch | null> | null;
}

/** tallies of one value: idea -> tally */
export type ResultsGroup = Record<string, Tally>;

export type ResultsGroupPatch = Record<string, TallyPatch | null>;

/** tallies by value; `other` adds up values of fewer than five voters and voters without a value */
export type ResultsDimension = Record<string, ResultsGroup>;

export type ResultsDimensionPatch = Record<string, ResultsGroupPatch | null>;

/** tallies by level, and by each dimension of the session's groups */
export type ResultsBy = {
  level: ResultsLevels;
} & Record<string, ResultsDimension>;

export type ResultsByPatch = {
  level?: ResultsLevelsPatch | null;
} & Record<string, ResultsDimensionPatch | null>;

/** votes cast in a minute, by level */
export interface ResultsMinute {
  open: number;
  code: number;
  verified: number;
}

export interface ResultsMinutePatch {
  open?: number | null;
  code?: number | null;
  verified?: number | null;
}

/** voters by level */
export interface Turnout {
  open: number;
  code: number;
  verified: number;
}

export interface TurnoutPatch {
  open?: number | null;
  code?: number | null;
  verified?: number | null;
}

/** an idea's place in an outcome: its tally over the levels that count */
export interface OutcomePlace {
  idea: string;
  /** approval and single */
  votes?: number;
  /** updown */
  up?: number;
  /** updown */
  down?: number;
  /** budget */
  dots?: number;
  /** stars */
  sum?: number;
  /** budget and stars */
  voters?: number;
  score: number;
}

/** what a challenge decided, written once at closing; or a correction beside it */
export interface Outcome {
  at: number;
  kind: OutcomeKindWord;
  /** of all but a closing: public */
  reason?: string;
  /** hash of the rules that it follows; absent where it closed in the moment it opened */
  rules?: string;
  /** levels that counted */
  counts: LevelWord[];
  turnout: Turnout;
  quorum?: number;
  /** where there is a quorum */
  quorum_met?: boolean;
  /** the first, best first */
  ranking: OutcomePlace[];
  winners: string[];
  /** who share the last place among the winners */
  tie?: string[];
  /** how many they are */
  tied?: number;
}

export interface OutcomePatch {
  at?: number | null;
  kind?: OutcomeKindWord | null;
  reason?: string | null;
  rules?: string | null;
  counts?: LevelWord[] | null;
  turnout?: TurnoutPatch | null;
  quorum?: number | null;
  quorum_met?: boolean | null;
  ranking?: OutcomePlace[] | null;
  winners?: string[] | null;
  tie?: string[] | null;
  tied?: number | null;
}

/** the document of topics results:<challenge> */
export interface TopicResults {
  totals: ResultsTotals;
  ideas: Record<string, Tally>;
  by: ResultsBy;
  /** by `m` and the minute since 1970 */
  minutes: Record<string, ResultsMinute>;
  /** of the first closing */
  outcome?: Outcome;
  /** what was written beside it later */
  corrections?: Outcome[];
}

export interface TopicResultsPatch {
  totals?: ResultsTotalsPatch | null;
  ideas?: Record<string, TallyPatch | null> | null;
  by?: ResultsByPatch | null;
  minutes?: Record<string, ResultsMinutePatch | null> | null;
  outcome?: OutcomePatch | null;
  corrections?: Outcome[] | null;
}

/** what this person's texts and messages may hold */
export interface Limits {
  /** code points */
  title: number;
  /** code points */
  body: number;
  /** code points */
  name: number;
  /** bytes */
  message: number;
}

/** what an error says beside its message */
export interface ErrorData {
  /** the error's name */
  name: ErrorName;
  /** the parameter that is wrong */
  field?: string;
  /** where it is wrong, in a session file */
  pointer?: string;
  /** what was expected there */
  expected?: string;
  /** the limit that was passed */
  limit?: number;
  /** worth trying again after this long */
  retry_ms?: number;
  /** what remains to spend */
  left?: number;
  /** what is to be accepted */
  terms?: Terms;
}

/** the body of join */
export interface JoinParams {
  name?: string;
  /** as it is printed or typed */
  code?: string;
  /** signed by the brand */
  sso?: string;
  /** what this person says of themselves, where it is asked */
  groups?: Record<string, string>;
  /** version of the terms that this person accepts */
  accept?: string;
}

/** the answer of join */
export interface Joined {
  token: string;
  participant: Participant;
}

/** a new code */
export interface CodeMade {
  /** what code_revoke takes */
  code: string;
  /** ten characters of Crockford's base32, as 7H3KX-9QMRT */
  secret: string;
}

/** what anyone may know of a session before they are anyone */
export interface SessionDoor {
  id: string;
  title: string | Record<string, string>;
  brief: string | Record<string, string>;
  brand: string;
  /** BCP 47 */
  locale: string;
  languages: string[];
  state: SessionStateWord;
  /** its participants are simulated */
  simulated?: true;
  join: JoinWord[];
  groups: Record<string, GroupDimension>;
  terms?: Terms;
  ends_at?: number;
}

/** the answer to a session file */
export interface SessionCreated {
  id: string;
  v: number;
}

/** how this process is */
export interface Health {
  /** ok; ready */
  status: string;
}

/** about this server */
export interface About {
  version: string;
  public_url: string;
  demo: boolean;
  /** the audience of log-ins by a brand; once the store has said it */
  deployment?: string;
}

/** the links of a demo session */
export interface DemoLinks {
  participant: string;
  wall: string;
  moderator: string;
}

/** a demo session */
export interface DemoSession {
  id: string;
  title: string;
  /** titles */
  challenges: string[];
  links: DemoLinks;
}

/** the sessions of --demo */
export interface Demo {
  sessions: DemoSession[];
}

/** a picture beside a session file (command line only) */
export interface FileMedia {
  /** its name */
  file: string;
  /** what it shows, in words */
  alt: string;
}

/** an idea that the brand brings */
export interface FileIdea {
  title: string | Record<string, string>;
  body?: string | Record<string, string>;
  /** the language it is written in */
  lang?: string;
  media?: FileMedia[];
}

/** a question of a session file */
export interface FileChallenge {
  id: string;
  title: string | Record<string, string>;
  brief?: string | Record<string, string>;
  /** what one contribution is called: parfum, slogan */
  noun?: string | Record<string, string>;
  ballot: BallotWord;
  /** for the budget ballot */
  budget?: Budget;
  /** for the approval ballot */
  choose?: number;
  /** a vote once cast is not changed */
  final?: boolean;
  proposals: ProposalsWord;
  tally: TallyWord;
  /** at once where absent */
  opens_at?: string;
  closes_at?: string;
  ideas_per_person?: number;
  /** who votes; every participant and expert where absent */
  voters?: Electorate;
  /** who proposes; every participant and expert where absent */
  proposers?: Electorate;
  /** what decides */
  outcome?: OutcomeRule;
  ideas?: FileIdea[];
}

/** a session file */
export interface SessionFile {
  /** never used twice */
  id: string;
  title: string | Record<string, string>;
  brief?: string | Record<string, string>;
  /** how far the brand will follow the result */
  mandate?: string | Record<string, string>;
  /** BCP 47 */
  locale?: string;
  /** IANA name */
  time_zone?: string;
  /** whose it is; default where absent */
  brand?: string;
  /** BCP 47; the locale alone where absent */
  languages?: string[];
  /** draft: a rehearsal; open where absent */
  state?: FirstStateWord;
  /** when it closes by itself */
  ends_at?: string;
  /** one door or several; open where absent */
  join?: JoinWord | JoinWord[];
  /** who takes part, by dimension */
  groups?: Record<string, GroupDimension>;
  /** what one accepts to take part */
  terms?: Terms;
  /** every page says that its participants are simulated */
  simulated?: boolean;
  challenges: FileChallenge[];
}

/** Says who is speaking; comes first on a connection */
export interface HelloParams {
  /** the session to join */
  session: string;
  /** without one, the role is observer where the session is open to anyone */
  token?: string;
}

export interface HelloResult {
  session: string;
  participant: Participant;
  v: number;
  /** the server's clock */
  now: number;
  limits: Limits;
  /** a new one, in the last third of the old one's life */
  token?: string;
}

/** Watches a topic from now on, or from where this client left it */
export interface TopicOpenParams {
  /** a topic of topics.def, for example ideas:c1:top */
  topic: string;
  /** the version this client holds */
  since?: number;
  /** the epoch that came with that version */
  epoch?: string;
}

export interface TopicOpenResult {
  topic: string;
}

/** Stops watching a topic */
export interface TopicCloseParams {
  /** an open topic */
  topic: string;
}

export interface TopicCloseResult {
  topic: string;
}

/** Proposes an idea; by a brand, adds one of its options */
export interface IdeaAddParams {
  /** the challenge it answers */
  challenge: string;
  /** the idea in one line */
  title: string | Record<string, string>;
  /** more about it */
  body?: string | Record<string, string>;
  /** pictures that the session already holds */
  media?: string[];
  /** the language it is written in, one of the session's; the session's locale where absent */
  lang?: string;
  key?: string;
}

export interface IdeaAddResult {
  idea: string;
  v: number;
}

/** Changes one's idea; ten minutes after it was made, only adds to it */
export interface IdeaEditParams {
  /** one's own idea */
  idea: string;
  /** the new title */
  title?: string | Record<string, string>;
  /** the new body; empty removes it */
  body?: string | Record<string, string>;
  /** a text shown as added later */
  addition?: string;
  key?: string;
}

export interface IdeaEditResult {
  idea: string;
  v: number;
}

/** Takes one's idea back; ten minutes after it was made, only takes one's name off it */
export interface IdeaWithdrawParams {
  /** one's own idea */
  idea: string;
  key?: string;
}

export interface IdeaWithdrawResult {
  idea: string;
  v: number;
  /** false where only the name was taken off */
  withdrawn: boolean;
}

/** A page of ideas beyond a live window */
export interface IdeaListParams {
  challenge: string;
  /** top or new */
  order: OrderWord;
  /** the last idea of the page before */
  after?: string;
  /** ideas a page, 50 unless said */
  limit?: number;
}

export interface IdeaListResult {
  challenge: string;
  order: OrderWord;
  v: number;
  /** in order */
  ideas: IdeaListed[];
  /** there is more after this one */
  after?: string;
}

/** Ideas like a text that is being typed */
export interface IdeaSimilarParams {
  challenge: string;
  /** what was typed so far */
  text: string;
}

export interface IdeaSimilarResult {
  challenge: string;
  /** best first */
  ideas: IdeaLike[];
}

/** Publishes or hides an idea; its votes are parked while it is hidden */
export interface IdeaModerateParams {
  idea: string;
  /** publish or hide */
  action: ActionWord;
  /** told to the author */
  reason: string;
  key?: string;
}

export interface IdeaModerateResult {
  idea: string;
  v: number;
}

/** Sets one's vote for an idea: repeating it changes nothing, 0 withdraws it */
export interface VoteCastParams {
  idea: string;
  /** approval and single 0 or 1, updown -1 to 1, stars 0 to 5, budget the dots given */
  value: number;
  key?: string;
}

export interface VoteCastResult {
  idea: string;
  value: number;
  /** what remains to spend: dots of a budget, ideas of approval with `choose` and of single */
  left?: number;
}

/** Adds a challenge to the session */
export interface ChallengeAddParams {
  /** its id; one is made where absent */
  challenge?: string;
  /** the question */
  title: string | Record<string, string>;
  brief?: string | Record<string, string>;
  /** what one contribution is called: parfum, slogan */
  noun?: string | Record<string, string>;
  /** how it is voted */
  ballot: BallotWord;
  /** for the budget ballot */
  budget?: Budget;
  /** for the approval ballot: ideas a person may approve */
  choose?: number;
  /** a vote once cast is not changed */
  final?: boolean;
  /** who proposes: open or brand */
  proposals: ProposalsWord;
  /** live, after_vote or sealed */
  tally: TallyWord;
  /** at once where absent */
  opens_at?: string;
  closes_at?: string;
  ideas_per_person?: number;
  /** who votes; every participant and expert where absent */
  voters?: Electorate;
  /** who proposes, where proposals are open; every participant and expert where absent */
  proposers?: Electorate;
  /** what decides; every level, one winner and no quorum where absent */
  outcome?: OutcomeRule;
  key?: string;
}

export interface ChallengeAddResult {
  challenge: string;
  v: number;
}

/** Changes a challenge: anything until it first opens, then wording and dates with a public reason */
export interface ChallengeEditParams {
  challenge: string;
  title?: string | Record<string, string>;
  brief?: string | Record<string, string>;
  noun?: string | Record<string, string>;
  /** until it first opens */
  ballot?: BallotWord;
  /** until it first opens */
  budget?: Budget;
  /** until it first opens */
  choose?: number;
  /** until it first opens */
  final?: boolean;
  /** until it first opens */
  proposals?: ProposalsWord;
  /** until it first opens */
  tally?: TallyWord;
  /** until it first opens */
  opens_at?: string;
  /** until it closes */
  closes_at?: string;
  /** until it first opens */
  ideas_per_person?: number;
  /** until it first opens */
  voters?: Electorate;
  /** until it first opens */
  proposers?: Electorate;
  /** until it first opens */
  outcome?: OutcomeRule;
  /** public; required once the challenge has opened */
  reason?: string;
  key?: string;
}

export interface ChallengeEditResult {
  challenge: string;
  v: number;
}

/** Opens a challenge now; a sealed one that has closed never opens again */
export interface ChallengeOpenParams {
  challenge: string;
  key?: string;
}

export interface ChallengeOpenResult {
  challenge: string;
  v: number;
}

/** Closes a challenge now and opens its seal */
export interface ChallengeCloseParams {
  challenge: string;
  key?: string;
}

export interface ChallengeCloseResult {
  challenge: string;
  v: number;
}

/** Changes the session's words */
export interface SessionEditParams {
  title?: string | Record<string, string>;
  brief?: string | Record<string, string>;
  /** how far the brand will follow the result */
  mandate?: string | Record<string, string>;
  /** when the session closes by itself, with every challenge that is open then */
  ends_at?: string;
  key?: string;
}

export interface SessionEditResult {
  v: number;
}

/** Shows a line on every screen */
export interface SessionAnnounceParams {
  /** empty takes it away */
  text: string | Record<string, string>;
  key?: string;
}

export interface SessionAnnounceResult {
  v: number;
}

/** Stops all writes by participants at once */
export interface SessionFreezeParams {
  key?: string;
}

export interface SessionFreezeResult {
  v: number;
}

/** Lets participants write again */
export interface SessionUnfreezeParams {
  key?: string;
}

export interface SessionUnfreezeResult {
  v: number;
}

/** Opens a draft: its definition, links and codes stay, what was contributed is discarded; or opens a closed session again */
export interface SessionOpenParams {
  key?: string;
}

export interface SessionOpenResult {
  v: number;
}

/** Closes the session and every challenge that is open */
export interface SessionCloseParams {
  key?: string;
}

export interface SessionCloseResult {
  v: number;
}

/** Makes a closed session final: read only, nobody joins */
export interface SessionArchiveParams {
  key?: string;
}

export interface SessionArchiveResult {
  v: number;
}

/** Writes a second outcome beside the first, with a public reason */
export interface OutcomeOverrideParams {
  /** a closed one */
  challenge: string;
  /** tie: chosen among the tied; choice: other winners; correction */
  kind: KindWord;
  /** ideas of the challenge */
  winners: string[];
  /** public */
  reason: string;
  key?: string;
}

export interface OutcomeOverrideResult {
  challenge: string;
  v: number;
}

/** Makes codes, whose secrets are shown this once */
export interface CodeMakeParams {
  /** participant where absent; none higher than the maker's own */
  role?: Role;
  /** how many people each code is for: 1 where absent, 0 for any number */
  uses?: number;
  /** what it says of who holds it */
  groups?: Record<string, string>;
  /** what staff call this batch */
  label?: string;
  /** refused from then on */
  until?: string;
  /** how many codes; 1 where absent */
  count?: number;
  key?: string;
}

export interface CodeMakeResult {
  /** what code_revoke takes for all of them */
  batch: string;
  codes: CodeMade[];
}

/** Ends a code, or a whole batch, and the connections of who came with it */
export interface CodeRevokeParams {
  /** k3-17, or k3 for the batch */
  code: string;
  key?: string;
}

export interface CodeRevokeResult {
  code: string;
  v: number;
}

/** Sets one's own name; empty removes it */
export interface NameSetParams {
  name: string;
  key?: string;
}

export interface NameSetResult {
  v: number;
}

/** Changes a participant's name; empty removes it */
export interface ParticipantRenameParams {
  participant: string;
  name: string;
  reason: string;
  key?: string;
}

export interface ParticipantRenameResult {
  v: number;
}

/** Shuts a participant out; the ballots they cast stay */
export interface ParticipantBanParams {
  participant: string;
  reason: string;
  key?: string;
}

export interface ParticipantBanResult {
  v: number;
}

/** Lets a participant in again */
export interface ParticipantUnbanParams {
  participant: string;
  reason: string;
  key?: string;
}

export interface ParticipantUnbanResult {
  v: number;
}

/** Erases one's name and texts; ballots stay, as nobody's */
export interface MeEraseParams {
  key?: string;
}

export interface MeEraseResult {
  v: number;
}

/** a topic as it is */
export interface SnapshotSession {
  topic: string;
  epoch: string;
  /** the version at which it is true */
  v: number;
  /** parts follow, then a delta; there is no version until then */
  more?: true;
  state: TopicSession;
}

/** a topic as it is */
export interface SnapshotIdeas {
  topic: string;
  epoch: string;
  /** the version at which it is true */
  v: number;
  /** parts follow, then a delta; there is no version until then */
  more?: true;
  state: TopicIdeas;
}

/** a topic as it is */
export interface SnapshotIdea {
  topic: string;
  epoch: string;
  /** the version at which it is true */
  v: number;
  /** parts follow, then a delta; there is no version until then */
  more?: true;
  state: TopicIdea;
}

/** a topic as it is */
export interface SnapshotLeaders {
  topic: string;
  epoch: string;
  /** the version at which it is true */
  v: number;
  /** parts follow, then a delta; there is no version until then */
  more?: true;
  state: TopicLeaders;
}

/** a topic as it is */
export interface SnapshotMe {
  topic: string;
  epoch: string;
  /** the version at which it is true */
  v: number;
  /** parts follow, then a delta; there is no version until then */
  more?: true;
  state: TopicMe;
}

/** a topic as it is */
export interface SnapshotResults {
  topic: string;
  epoch: string;
  /** the version at which it is true */
  v: number;
  /** parts follow, then a delta; there is no version until then */
  more?: true;
  state: TopicResults;
}

/** A topic as it is: after topic_open, and where a delta does not reach */
export type Snapshot =
  | SnapshotSession
  | SnapshotIdeas
  | SnapshotIdea
  | SnapshotLeaders
  | SnapshotMe
  | SnapshotResults;

export interface NotificationSnapshot {
  jsonrpc: '2.0';
  method: 'snapshot';
  params: Snapshot;
}

/** a further part of a snapshot */
export interface PartSession {
  topic: string;
  patch: TopicSessionPatch;
}

/** a further part of a snapshot */
export interface PartIdeas {
  topic: string;
  patch: TopicIdeasPatch;
}

/** a further part of a snapshot */
export interface PartIdea {
  topic: string;
  patch: TopicIdeaPatch;
}

/** a further part of a snapshot */
export interface PartLeaders {
  topic: string;
  patch: TopicLeadersPatch;
}

/** a further part of a snapshot */
export interface PartMe {
  topic: string;
  patch: TopicMePatch;
}

/** a further part of a snapshot */
export interface PartResults {
  topic: string;
  patch: TopicResultsPatch;
}

/** A further part of a large snapshot, merged in order */
export type Part = PartSession | PartIdeas | PartIdea | PartLeaders | PartMe | PartResults;

export interface NotificationPart {
  jsonrpc: '2.0';
  method: 'part';
  params: Part;
}

/** what changed in a topic */
export interface DeltaSession {
  topic: string;
  /** replaces the client's epoch, together with the version */
  epoch?: string;
  /** applies to this version and later ones */
  from: number;
  /** the version at which the result is true */
  v: number;
  patch: TopicSessionPatch;
}

/** what changed in a topic */
export interface DeltaIdeas {
  topic: string;
  /** replaces the client's epoch, together with the version */
  epoch?: string;
  /** applies to this version and later ones */
  from: number;
  /** the version at which the result is true */
  v: number;
  patch: TopicIdeasPatch;
}

/** what changed in a topic */
export interface DeltaIdea {
  topic: string;
  /** replaces the client's epoch, together with the version */
  epoch?: string;
  /** applies to this version and later ones */
  from: number;
  /** the version at which the result is true */
  v: number;
  patch: TopicIdeaPatch;
}

/** what changed in a topic */
export interface DeltaLeaders {
  topic: string;
  /** replaces the client's epoch, together with the version */
  epoch?: string;
  /** applies to this version and later ones */
  from: number;
  /** the version at which the result is true */
  v: number;
  patch: TopicLeadersPatch;
}

/** what changed in a topic */
export interface DeltaMe {
  topic: string;
  /** replaces the client's epoch, together with the version */
  epoch?: string;
  /** applies to this version and later ones */
  from: number;
  /** the version at which the result is true */
  v: number;
  patch: TopicMePatch;
}

/** what changed in a topic */
export interface DeltaResults {
  topic: string;
  /** replaces the client's epoch, together with the version */
  epoch?: string;
  /** applies to this version and later ones */
  from: number;
  /** the version at which the result is true */
  v: number;
  patch: TopicResultsPatch;
}

/** What changed in a topic: an RFC 7396 JSON Merge Patch */
export type Delta = DeltaSession | DeltaIdeas | DeltaIdea | DeltaLeaders | DeltaMe | DeltaResults;

export interface NotificationDelta {
  jsonrpc: '2.0';
  method: 'delta';
  params: Delta;
}

/** every open topic is true at this version */
export interface Heartbeat {
  v: number;
  /** the server's clock */
  now: number;
  /** the store cannot be reached: what is shown may be old */
  stale: boolean;
}

export interface NotificationHeartbeat {
  jsonrpc: '2.0';
  method: 'heartbeat';
  params: Heartbeat;
}

/** the server closes this connection */
export interface Bye {
  reason: ByeReasonWord;
  /** connect again after this long */
  retry_ms?: number;
}

export interface NotificationBye {
  jsonrpc: '2.0';
  method: 'bye';
  params: Bye;
}

export type Notification =
  | NotificationSnapshot
  | NotificationPart
  | NotificationDelta
  | NotificationHeartbeat
  | NotificationBye;

export interface ErrorObject {
  code: number;
  message: string;
  data: ErrorData;
}

/** an RFC 9457 problem document */
export interface ProblemObject {
  type: string;
  title: string;
  status: number;
  code: number;
  /** the error's name */
  name: ErrorName;
  /** the parameter that is wrong */
  field?: string;
  /** where it is wrong, in a session file */
  pointer?: string;
  /** what was expected there */
  expected?: string;
  /** the limit that was passed */
  limit?: number;
  /** worth trying again after this long */
  retry_ms?: number;
  /** what remains to spend */
  left?: number;
  /** what is to be accepted */
  terms?: Terms;
}

/** What each command takes and answers. */
export interface Commands {
  hello: { params: HelloParams; result: HelloResult };
  topic_open: { params: TopicOpenParams; result: TopicOpenResult };
  topic_close: { params: TopicCloseParams; result: TopicCloseResult };
  idea_add: { params: IdeaAddParams; result: IdeaAddResult };
  idea_edit: { params: IdeaEditParams; result: IdeaEditResult };
  idea_withdraw: { params: IdeaWithdrawParams; result: IdeaWithdrawResult };
  idea_list: { params: IdeaListParams; result: IdeaListResult };
  idea_similar: { params: IdeaSimilarParams; result: IdeaSimilarResult };
  idea_moderate: { params: IdeaModerateParams; result: IdeaModerateResult };
  vote_cast: { params: VoteCastParams; result: VoteCastResult };
  challenge_add: { params: ChallengeAddParams; result: ChallengeAddResult };
  challenge_edit: { params: ChallengeEditParams; result: ChallengeEditResult };
  challenge_open: { params: ChallengeOpenParams; result: ChallengeOpenResult };
  challenge_close: { params: ChallengeCloseParams; result: ChallengeCloseResult };
  session_edit: { params: SessionEditParams; result: SessionEditResult };
  session_announce: { params: SessionAnnounceParams; result: SessionAnnounceResult };
  session_freeze: { params: SessionFreezeParams; result: SessionFreezeResult };
  session_unfreeze: { params: SessionUnfreezeParams; result: SessionUnfreezeResult };
  session_open: { params: SessionOpenParams; result: SessionOpenResult };
  session_close: { params: SessionCloseParams; result: SessionCloseResult };
  session_archive: { params: SessionArchiveParams; result: SessionArchiveResult };
  outcome_override: { params: OutcomeOverrideParams; result: OutcomeOverrideResult };
  code_make: { params: CodeMakeParams; result: CodeMakeResult };
  code_revoke: { params: CodeRevokeParams; result: CodeRevokeResult };
  name_set: { params: NameSetParams; result: NameSetResult };
  participant_rename: { params: ParticipantRenameParams; result: ParticipantRenameResult };
  participant_ban: { params: ParticipantBanParams; result: ParticipantBanResult };
  participant_unban: { params: ParticipantUnbanParams; result: ParticipantUnbanResult };
  me_erase: { params: MeEraseParams; result: MeEraseResult };
}
export type Command = keyof Commands;

/** What each kind of topic holds. */
export interface Topics {
  session: TopicSession;
  ideas: TopicIdeas;
  idea: TopicIdea;
  leaders: TopicLeaders;
  me: TopicMe;
  results: TopicResults;
}
export type Topic = keyof Topics;

/** Whether a command writes, reads, or is about the connection. */
export const EFFECTS = {
  hello: 'connection',
  topic_open: 'connection',
  topic_close: 'connection',
  idea_add: 'write',
  idea_edit: 'write',
  idea_withdraw: 'write',
  idea_list: 'read',
  idea_similar: 'read',
  idea_moderate: 'write',
  vote_cast: 'write',
  challenge_add: 'write',
  challenge_edit: 'write',
  challenge_open: 'write',
  challenge_close: 'write',
  session_edit: 'write',
  session_announce: 'write',
  session_freeze: 'write',
  session_unfreeze: 'write',
  session_open: 'write',
  session_close: 'write',
  session_archive: 'write',
  outcome_override: 'write',
  code_make: 'write',
  code_revoke: 'write',
  name_set: 'write',
  participant_rename: 'write',
  participant_ban: 'write',
  participant_unban: 'write',
  me_erase: 'write',
} as const;

/** The limits of protocol/limits.def. */
export const LIMITS = {
  TITLE: 140,
  BODY: 2000,
  NAME: 40,
  REASON: 280,
  ANNOUNCEMENT: 280,
  ALT: 280,
  MEDIA: 4,
  MEDIA_BYTES: 1048576,
  PAGE: 100,
  PAGE_LEAST: 1,
  SIMILAR: 5,
  LIKENESS: 1000,
  CHOOSE: 100,
  CHOOSE_LEAST: 1,
  DOTS: 1000,
  DOTS_LEAST: 1,
  VALUE: 1000,
  VALUE_LEAST: -1,
  IDEAS_PER_PERSON: 1000,
  IDEAS_PER_PERSON_LEAST: 1,
  LANGUAGE: 16,
  LANGUAGES: 8,
  TERMS: 8000,
  VERSION: 64,
  URL: 500,
  DIMENSIONS: 4,
  GROUPS: 256,
  WINNERS: 100,
  WINNERS_LEAST: 1,
  QUORUM: 1000000000,
  QUORUM_LEAST: 1,
  USES: 1000000000,
  CODES: 1000,
  CODES_LEAST: 1,
  LABEL: 80,
  CODE: 64,
  SSO_MS: 300000,
  CHALLENGES: 64,
  KEY: 64,
  TOKEN: 4096,
  MESSAGE_PARTICIPANT: 8192,
  MESSAGE_STAFF: 65536,
  FRAGMENTS: 16,
  DEPTH: 8,
  BATCH: 16,
  TOPICS: 16,
  SOCKETS: 5,
  WINDOW: 100,
  LEADERS: 50,
  MINUTES: 240,
  TOMBSTONES: 1000,
  IDEA_FREE_MS: 600000,
  HELLO_MS: 5000,
  HEARTBEAT_MS: 10000,
  STUCK_MS: 15000,
  STORE_MS: 2000,
  SEQUENCE: 9007199254740991,
} as const;
