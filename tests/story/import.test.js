/* A consultation that took place elsewhere: what a Polis export becomes, counted again here from its files alone. */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { Palabre, ROOT } from './palabre.js';

const POLIS = [join(ROOT, '../shared/data/polis')].find((folder) => existsSync(folder));

let palabre;
before(async () => { palabre = await Palabre.start(); });
after(() => palabre.stop());

/* ---- reading the export, with a reader of CSV that shares nothing with the server's */

function csv(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.replace(/^\uFEFF/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',') rows.push([]);
  }
  const [names, ...rest] = rows.filter((row) => row.length > 1 || row[0]);
  return rest.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])));
}

/** What the export says: its statements, and the last answer of each person to each statement that is no pass. */
function recount(folder) {
  const read = (name) => csv(readFileSync(join(folder, name), 'utf8'));
  const statements = new Map(read('comments.csv').map((row) => [row['comment-id'],
    { text: row['comment-body'], rejected: row.moderated === '-1', up: 0, down: 0 }]));
  const rows = read('votes.csv');
  const last = new Map();
  for (const row of rows) {
    const key = `${row['voter-id']} ${row['comment-id']}`;
    if (!last.has(key) || Number(row.timestamp) >= last.get(key).at)
      last.set(key, { at: Number(row.timestamp), comment: row['comment-id'], value: Number(row.vote), voter: row['voter-id'] });
  }
  const votes = [...last.values()].filter((vote) => vote.value !== 0);
  for (const { comment, value } of votes) statements.get(comment)[value > 0 ? 'up' : 'down']++;
  return { rows, statements: [...statements.values()], votes };
}

const letters = (text) => text.normalize('NFC').replace(/[\p{White_Space}\p{Cc}\p{Cf}…]/gu, '');
const sum = (list, name) => list.reduce((total, one) => total + one[name], 0);
const counted = (list) => list.map(({ text, up, down }) => `${letters(text)} ${up} ${down}`).sort();

/* ---- what the server says */

async function ideasOf(session, token) {
  const ideas = [];
  for (let page = {}; ;) {
    page = await palabre.call(session, token, 'idea_list', { challenge: 'statements', order: 'new', limit: 100, ...(page.after ? { after: page.after } : {}) });
    ideas.push(...page.ideas);
    if (!page.after) return ideas;
  }
}

const textOf = (idea) => idea.title + (idea.body ?? '');

/** The session as its ballots and its journal in Redis have it. */
async function record(session) {
  const redis = new Redis(join(palabre.data, 'redis.sock'));
  try {
    const key = (name) => `palabre:{${session}}:${name}`;
    const ballots = Object.values(await redis.hgetall(key('ballots:statements')))
      .flatMap((ballot) => ballot.split(' ').slice(2).map((entry) => Number(entry.split(':')[1])));
    const journal = (await redis.xrange(key('journal'), '-', '+')).map(([id, [, entry]]) => ({ at: Number(id.split('-')[0]), words: entry.split(' ') }));
    return { ballots, journal };
  } finally {
    redis.disconnect();
  }
}

async function importIs(name, expected) {
  const folder = join(POLIS, name), id = `polis-${name.replace(/[^a-z0-9]/g, '')}`;
  const told = await palabre.cli('import', '--polis', folder, '--as', id);
  const { rows, statements, votes } = recount(folder);
  const visible = statements.filter((one) => !one.rejected), rejected = statements.filter((one) => one.rejected);
  assert.deepEqual({ rows: rows.length, up: sum(statements, 'up'), down: sum(statements, 'down'), parked_up: sum(rejected, 'up'), parked_down: sum(rejected, 'down') },
                   expected, 'the files are what they were');
  assert.ok(told.includes(`${votes.length} votes cast from ${rows.length} rows`), told);

  const staff = await palabre.staff(id);
  const shown = (await ideasOf(id)).map((idea) => ({ text: textOf(idea), ...idea.tally }));
  assert.deepEqual(counted(shown), counted(visible), 'each visible statement equals its recount');
  assert.deepEqual([sum(shown, 'up'), sum(shown, 'down')], [expected.up - expected.parked_up, expected.down - expected.parked_down]);
  const hidden = (await ideasOf(id, staff)).filter((idea) => idea.state === 'hidden');
  assert.deepEqual(hidden.map((idea) => letters(textOf(idea))).sort(), rejected.map((one) => letters(one.text)).sort(), 'the rejected ones are hidden');

  const { ballots, journal } = await record(id);
  assert.deepEqual([ballots.filter((value) => value > 0).length, ballots.filter((value) => value < 0).length], [expected.up, expected.down], 'ballots recorded');
  const cast = journal.filter(({ words }) => words[0] === 'vote_cast');
  assert.deepEqual(cast.map(({ at, words }) => `${at} ${words[5]}`).sort(), votes.map(({ at, value }) => `${at} ${value}`).sort(), 'cast at their times');
  assert.ok(journal.every(({ at }, i) => i === 0 || at >= journal[i - 1].at));

  const results = await palabre.state(id, 'results:statements', staff);
  assert.equal(results.totals.votes, votes.length - sum(rejected, 'up') - sum(rejected, 'down'));
  assert.equal(results.totals.voters, new Set(votes.map(({ voter }) => voter)).size);
  const session = await palabre.state(id, 'session');
  assert.equal(session.challenges.statements.ideas, visible.length);
}

const absent = POLIS ? false : 'the folder ../shared/data/polis is absent';

test('vtaiwan.uberx: 42,923 ballots from 49,997 rows, of which 93 parked, each statement as its recount', { skip: absent }, () =>
  importIs('vtaiwan.uberx', { rows: 49_997, up: 31_029, down: 11_894, parked_up: 79, parked_down: 14 }));

test('bg2050-volunteers: 393 votes parked, each statement as its recount', { skip: absent }, () =>
  importIs('bg2050-volunteers', { rows: 14_341, up: 10_006, down: 1_621, parked_up: 301, parked_down: 92 }));

/* ---- small exports made here */

let exports = 0;

/** Imports a made-up export; a file that is undefined is not written. */
async function imported(comments, votes, { more = {}, as = `x${++exports}` } = {}) {
  const folder = join(palabre.folder, `export-${++exports}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries({ 'comments.csv': comments, 'votes.csv': votes, ...more }))
    if (text !== undefined) writeFileSync(join(folder, name), text);
  return { id: as, ...await palabre.run(['import', '--polis', folder, '--as', as]) };
}

const COMMENTS = 'timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n';
const VOTES = 'timestamp,datetime,comment-id,voter-id,vote\n';
const AT = 1_700_000_000_000;

async function refused(comments, votes, ...expected) {
  const { code, stderr, id, stdout } = await imported(comments, votes);
  assert.equal(code, 1, `${stdout}${stderr}`);
  for (const one of expected) assert.ok(stderr.includes(one), `${one} is not in: ${stderr}`);
  const { status } = await palabre.get(`/api/v1/sessions/${id}/topics/session`);
  assert.equal(status, 404, 'nothing is made');
}

const good = `${COMMENTS}${AT},0,1,0,0,1,Plus de vélos\n`;

test('a file that is absent or lacks a column is told by its name, and nothing is made', async () => {
  await refused(undefined, VOTES, 'comments.csv');
  await refused(good, undefined, 'votes.csv');
  await refused('', VOTES, 'comments.csv', 'a first row of names');
  await refused(good, '', 'votes.csv', 'a first row of names');
  for (const column of ['timestamp', 'comment-id', 'author-id', 'moderated', 'comment-body'])
    await refused(good.replace(column, 'other'), VOTES, 'comments.csv', column);
  for (const column of ['timestamp', 'comment-id', 'voter-id', ',vote\n'])
    await refused(good, VOTES.replace(column, column.startsWith(',') ? ',other\n' : 'other'), 'votes.csv', column.replace(/\W/g, '') === 'vote' ? 'vote' : column);
});

test('a vote on an unknown statement, or of no known value, is told with its line, and nothing is made', async () => {
  await refused(good, `${VOTES}${AT},x,0,1,1\n${AT},x,7,1,1\n`, 'votes.csv', 'line 3', 'comment-id');
  await refused(good, `${VOTES}${AT},x,0,1,2\n`, 'votes.csv', 'line 2', '-1, 0 or 1');
  await refused(good, `${VOTES}${AT},x,0,1,yes\n`, 'votes.csv', 'line 2', '-1, 0 or 1');
  await refused(good, `${VOTES}${AT},x,0,1,\n`, 'votes.csv', 'line 2', '-1, 0 or 1');
  await refused(good, `${VOTES}${AT},x,0,1\n`, 'votes.csv', 'line 2', '-1, 0 or 1');
});

test('a time that is none, and a quote that never ends, are told with their line, and nothing is made', async () => {
  await refused(good, `${VOTES}soon,x,0,1,1\n`, 'votes.csv', 'line 2', 'timestamp');
  await refused(good, `${VOTES},x,0,1,1\n`, 'votes.csv', 'line 2', 'timestamp');
  await refused(`${COMMENTS}-5,0,1,0,0,1,Oui\n`, VOTES, 'comments.csv', 'line 2', 'timestamp');
  await refused(`${COMMENTS}${AT},0,1,0,0,1,"Oui\n`, VOTES, 'comments.csv', 'quote');
  await refused(`${COMMENTS}${AT},0,1,0,0,1,Oui\n${AT},0,1,0,0,1,Non\n`, VOTES, 'comments.csv', 'line 3', 'comment-id');
});

test('the mark, line ends, quotes and line breaks of a spreadsheet are read as it meant them', async () => {
  const comments = `\uFEFF${COMMENTS}${AT},0,1,0,0,1,"Des bancs, ""calmes"", à l’ombre"\n${AT + 1},1,1,0,0,0,"Une ligne\nou deux"\n`.replaceAll('\n', '\r\n');
  const votes = `\uFEFF${VOTES}${AT + 2},x,0,1,1\n${AT + 3},x,1,2,-1\n`.replaceAll('\n', '\r\n');
  const { code, stderr, id } = await imported(comments, votes);
  assert.equal(code, 0, stderr);
  const ideas = (await ideasOf(id)).sort((a, b) => a.n - b.n);
  assert.deepEqual(ideas.map((idea) => idea.title), ['Des bancs, "calmes", à l’ombre', 'Une ligne ou deux']);
  assert.deepEqual(ideas.map(({ tally }) => [tally.up, tally.down]), [[1, 0], [0, 1]]);
});

test('a statement over a title’s limit continues in the body, and no letter of it is lost', async () => {
  const words = 'Un réseau de pistes cyclables protégées, continues et éclairées, '.repeat(5).trim();
  const unbroken = '🚲é'.repeat(120);
  const exact = 'é'.repeat(140);
  const { code, stderr, id } = await imported(`${COMMENTS}${AT},0,1,0,0,1,"${words}"\n${AT + 1},1,1,0,0,1,${unbroken}\n${AT + 2},2,1,0,0,1,${exact}\n`, VOTES);
  assert.equal(code, 0, stderr);
  const ideas = (await ideasOf(id)).sort((a, b) => a.n - b.n);
  for (const [i, text] of [words, unbroken].entries()) {
    assert.equal(letters(textOf(ideas[i])), letters(text));
    assert.ok([...ideas[i].title].length <= 140 && ideas[i].title.endsWith('…') && ideas[i].body.startsWith('…'));
  }
  assert.equal(ideas[0].title.slice(0, -1), words.slice(0, ideas[0].title.length - 1), 'cut at the end of a word');
  assert.match(words[ideas[0].title.length - 1], /[\s]/);
  assert.deepEqual([ideas[2].title, ideas[2].body], [exact, undefined]);
});

test('of the answers of one person to one statement the last by time is cast; a last pass is nothing', async () => {
  const votes = [[9, 0, 1, 1], [3, 0, 1, -1], [4, 0, 2, 1], [5, 0, 2, 0], [6, 0, 3, 0], [7, 0, 3, -1], [8, 0, 4, 1], [8, 0, 4, -1]];
  const { code, stderr, id, stdout } = await imported(good, VOTES + votes.map(([at, ...rest]) => `${AT + at},x,${rest.join(',')}\n`).join(''));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /3 votes cast from 8 rows/);
  const [idea] = await ideasOf(id);
  assert.deepEqual([idea.tally.up, idea.tally.down], [1, 2]);
  const { journal } = await record(id);
  assert.deepEqual(journal.filter(({ words }) => words[0] === 'vote_cast').map(({ at, words }) => [at - AT, Number(words[5])]), [[7, -1], [8, -1], [9, 1]]);
});

test('an export without votes is a session without votes; its title is the conversation’s', async () => {
  const { code, stderr, id } = await imported(good, VOTES, { more: { 'summary.csv': 'topic,"Nos rues, demain"\nurl,https://example.org\n' } });
  assert.equal(code, 0, stderr);
  const session = await palabre.state(id, 'session');
  assert.equal(session.title, 'Nos rues, demain');
  assert.deepEqual([session.challenges.statements.ideas, session.challenges.statements.voters], [1, 0]);
});

test('an import under an id that was used is refused, and the session there is untouched', async () => {
  const { id } = await imported(good, VOTES);
  const reader = await palabre.greet(id);
  await reader.see('session', (state) => state.challenges.statements.rules); /* told by an event of its own */
  const before = await palabre.state(id, 'session');
  const again = await imported(good, `${VOTES}${AT},x,0,1,1\n`, { as: id });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /session_exists/);
  assert.deepEqual(await palabre.state(id, 'session'), before);
});
