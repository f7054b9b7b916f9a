/* What a session lives through: dates, rules that freeze, words that change with a reason, proposals, pages of ideas,
 * announcements, pauses, names, pictures, and writes that are sent twice. */

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { hash as blake2b } from '@stablelib/blake2b';
import { Palabre, ROOT, challenge, dateIn, rows, sleep } from './palabre.js';

let palabre;
before(async () => {
  palabre = await Palabre.start();
  await palabre.admin();
});
after(() => palabre.stop());

const as = async (session, role) => palabre.greet(session, await palabre.staff(session, role));

describe('dates', () => {
  test('a challenge opens and closes by itself at its dates, on every screen', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { opens_at: '2040-01-01T00:00:00Z', tally: 'sealed', ideas: [{ title: 'Une' }] })] });
    const ana = await palabre.person(session), wall = await palabre.greet(session), brand = await as(session, 'brand');
    for (const client of [ana, wall]) assert.equal((await client.open('session')).state.challenges.c1.state, 'planned');
    assert.equal((await ana.refused('vote_cast', { idea: 'i1', value: 1 })).name, 'challenge_not_open');
    const opens_at = dateIn(3000);
    await brand.call('challenge_edit', { challenge: 'c1', opens_at });
    for (const client of [ana, wall]) await client.see('session', ({ challenges }) => challenges.c1.state === 'open');
    await ana.call('vote_cast', { idea: 'i1', value: 1 });
    const closes_at = dateIn(3000);
    await brand.call('challenge_edit', { challenge: 'c1', closes_at, reason: 'La fin' });
    for (const client of [ana, wall]) {
      const { c1 } = (await client.see('session', ({ challenges }) => challenges.c1.state === 'closed')).challenges;
      assert.equal(c1.opened_at, Date.parse(opens_at), 'at the date, whoever noticed when');
      assert.equal(c1.closed_at, Date.parse(closes_at));
      await client.see('ideas:c1:top', ({ ideas }) => ideas.i1.tally?.votes === 1);
    }
    assert.equal((await ana.refused('vote_cast', { idea: 'i1', value: 0 })).name, 'challenge_closed');
    await palabre.agree(ana, wall);
  });

  test('a vote at the first moment finds the challenge open though nobody watched', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { opens_at: dateIn(1500), ideas: [{ title: 'Une' }] })] });
    const { token } = await palabre.join(session);
    await sleep(1700);
    assert.equal((await palabre.call(session, token, 'vote_cast', { idea: 'i1', value: 1 })).value, 1);
  });

  test('a closing date may be set and moved with a reason while the challenge is open, and holds', async () => {
    const session = await palabre.session();
    const brand = await as(session, 'brand');
    await brand.open('session');
    await brand.call('challenge_edit', { challenge: 'c1', closes_at: dateIn(60000), reason: 'Une fin' });
    await brand.call('challenge_edit', { challenge: 'c1', closes_at: dateIn(3000), reason: 'Plus tôt' });
    const { c1 } = (await brand.see('session', ({ challenges }) => challenges.c1.state === 'closed')).challenges;
    assert.deepEqual(c1.timeline.map(({ reason }) => reason), ['Une fin', 'Plus tôt']);
    assert.ok(c1.timeline[1].closes_at > c1.closes_at, 'the old date is beside the reason');
    assert.equal((await brand.refused('challenge_edit', { challenge: 'c1', closes_at: dateIn(60000), reason: 'Rouvrir' })).name, 'rules_frozen');
  });

  test('dates that make no sense are refused by name', async () => {
    const session = await palabre.session();
    const brand = await as(session, 'brand');
    const add = { title: 'Q', ballot: 'approval', proposals: 'open', tally: 'live' };
    for (const [dates, field] of [[{ closes_at: dateIn(-1000) }, 'closes_at'], [{ opens_at: dateIn(9000), closes_at: dateIn(5000) }, 'closes_at'], [{ opens_at: '2030-01-01T10:00:00' }, 'opens_at'],
                                  [{ opens_at: 'demain' }, 'opens_at'], [{ opens_at: '2030-02-30T10:00:00Z' }, 'opens_at'], [{ opens_at: 5 }, 'opens_at']])
      assert.equal((await brand.refused('challenge_add', { ...add, ...dates })).data.field, field, JSON.stringify(dates));
    assert.equal((await brand.refused('challenge_edit', { challenge: 'c1', closes_at: dateIn(-5000), reason: 'Hier' })).data.field, 'closes_at');
  });

  test('a challenge is opened and closed by hand, and opened again unless it was sealed', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { opens_at: '2040-01-01T00:00:00+01:00', ideas: [{ title: 'Une' }] })] });
    const moderator = await as(session, 'moderator'), ana = await palabre.person(session);
    await ana.open('session');
    for (const [command, state] of [['challenge_open', 'open'], ['challenge_close', 'closed'], ['challenge_open', 'open'], ['challenge_open', 'open'], ['challenge_close', 'closed'], ['challenge_close', 'closed']]) {
      await moderator.call(command, { challenge: 'c1' });
      await ana.see('session', ({ challenges }) => challenges.c1.state === state);
    }
    assert.equal((await moderator.refused('challenge_open', { challenge: 'nope' })).name, 'challenge_unknown');
    await palabre.agree(ana);
  });
});

describe('rules', () => {
  test('until it first opens anything may change; afterwards only words and dates, with a reason that stays', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { opens_at: '2040-01-01T00:00:00Z', brief: 'Avant', noun: 'idée' })] });
    const brand = await as(session, 'brand'), ana = await palabre.person(session);
    await ana.open('session');
    await brand.call('challenge_edit', { challenge: 'c1', ballot: 'budget', budget: { dots: 10, per_idea: 4 }, final: true, tally: 'after_vote', proposals: 'brand', ideas_per_person: 3 });
    const planned = (await ana.see('session', ({ challenges }) => challenges.c1.ballot === 'budget')).challenges.c1;
    assert.deepEqual([planned.budget, planned.final, planned.tally, planned.proposals, planned.ideas_per_person, planned.timeline], [{ dots: 10, per_idea: 4 }, true, 'after_vote', 'brand', 3, []]);
    assert.equal(planned.rules, undefined);
    await brand.call('challenge_edit', { challenge: 'c1', ballot: 'approval', choose: 2, proposals: 'open' });
    await brand.call('challenge_open', { challenge: 'c1' });
    const { rules } = (await ana.see('session', ({ challenges }) => challenges.c1.rules)).challenges.c1;
    assert.match(rules, /^[0-9a-f]{64}$/);
    for (const [rule, value] of Object.entries({ ballot: 'stars', budget: { dots: 3 }, choose: 3, final: false, proposals: 'brand', tally: 'live', opens_at: dateIn(5000), ideas_per_person: 9 })) {
      const refusal = await brand.refused('challenge_edit', { challenge: 'c1', [rule]: value, reason: 'Parce que' });
      assert.deepEqual([refusal.name, refusal.data.field], ['rules_frozen', rule]);
    }
    assert.equal((await brand.refused('challenge_edit', { challenge: 'c1', title: 'Autre' })).name, 'reason_required');
    assert.equal((await brand.refused('challenge_edit', { challenge: 'c1' })).name, 'invalid_params');
    await brand.call('challenge_edit', { challenge: 'c1', title: 'Plus clair', brief: 'Après', reason: 'C’était obscur' });
    await brand.call('challenge_edit', { challenge: 'c1', noun: 'slogan', reason: 'Le mot juste' });
    const { c1 } = (await ana.see('session', ({ challenges }) => challenges.c1.noun === 'slogan')).challenges;
    assert.deepEqual(c1.timeline.map(({ at, ...entry }) => { assert.ok(at > 0); return entry; }),
                     [{ reason: 'C’était obscur', title: 'Question c1', brief: 'Avant' }, { reason: 'Le mot juste', noun: 'idée' }]);
    assert.equal(c1.rules, rules);
    await palabre.agree(ana);
  });

  test('the same rules have the same hash, other rules another', async () => {
    const of = async (more) => {
      const client = await palabre.greet(await palabre.session({ challenges: [challenge('c1', more)] }));
      return (await client.see('session', ({ challenges }) => challenges.c1.rules)).challenges.c1.rules;
    };
    const plain = await of({});
    assert.equal(await of({ title: 'D’autres mots' }), plain);
    assert.notEqual(await of({ choose: 2 }), plain);
    assert.notEqual(await of({ tally: 'sealed' }), plain);
  });

  test('anyone recomputes the hash of the rules from what topic session shows', async () => {
    const sorted = (value) => Object.fromEntries(Object.keys(value).sort().map((name) => [name, value[name]]));
    const recomputed = ({ ballot, budget, choose, final, ideas_per_person, proposals, tally }) => {
      const rules = sorted({ ballot, budget: budget && sorted(budget), choose, final, ideas_per_person, proposals, tally });
      return Buffer.from(blake2b(Buffer.from(JSON.stringify(rules)), 32)).toString('hex');
    };
    const challenges = [challenge('plain'), challenge('some', { choose: 2, ideas_per_person: 3, tally: 'after_vote' }),
                        challenge('dots', { ballot: 'budget', budget: { per_idea: 2, dots: 5 }, final: true, proposals: 'brand', tally: 'sealed' }),
                        challenge('all', { ballot: 'budget', budget: { dots: 5 } })];
    const client = await palabre.greet(await palabre.session({ challenges }));
    const shown = (await client.see('session', (state) => Object.values(state.challenges).every(({ rules }) => rules))).challenges;
    for (const { id } of challenges) assert.equal(shown[id].rules, recomputed(shown[id]), id);
  });

  test('challenges that are added have the ids they were given, or the next free one', async () => {
    const session = await palabre.session();
    const brand = await as(session, 'brand');
    const add = (more) => brand.call('challenge_add', { title: 'Q', ballot: 'stars', proposals: 'open', tally: 'live', ...more });
    assert.equal((await add({ challenge: 'ma-question' })).challenge, 'ma-question');
    const { challenge: made } = await add({});
    assert.match(made, /^c\d+$/);
    await brand.see('session', ({ challenges }) => challenges[made] && challenges['ma-question']);
    assert.equal((await brand.refused('challenge_add', { title: 'Q', ballot: 'budget', proposals: 'open', tally: 'live' })).data.field, 'budget');
    assert.equal((await brand.refused('challenge_add', { title: 'Q', ballot: 'stars', choose: 2, proposals: 'open', tally: 'live' })).data.field, 'choose');
    assert.equal((await brand.refused('challenge_add', { title: 'Q', ballot: 'budget', budget: { dots: 0 }, proposals: 'open', tally: 'live' })).name, 'invalid_params');
  });
});

describe('proposals', () => {
  test('where the brand proposes alone, it does so before the opening, and its ideas are marked and named nobody\'s', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { proposals: 'brand', opens_at: '2040-01-01T00:00:00Z' })] });
    const brand = await as(session, 'brand'), ana = await palabre.person(session);
    const { idea } = await brand.call('idea_add', { challenge: 'c1', title: 'Vanille', body: 'Bourbon' });
    const shown = (await ana.see('ideas:c1:top', ({ ideas }) => ideas[idea])).ideas[idea];
    assert.deepEqual([shown.brand, shown.author, shown.name, shown.body], [true, undefined, undefined, 'Bourbon']);
    assert.equal((await ana.refused('idea_add', { challenge: 'c1', title: 'Fraise' })).name, 'proposals_brand');
    await brand.call('idea_edit', { idea, title: 'Vanille Bourbon' });
    await brand.call('challenge_open', { challenge: 'c1' });
    for (const [command, params] of [['idea_add', { challenge: 'c1', title: 'Café' }], ['idea_edit', { idea, title: 'Fraise' }], ['idea_withdraw', { idea }]])
      assert.equal((await brand.refused(command, params)).name, 'rules_frozen', command);
    await ana.see('ideas:c1:top', ({ ideas }) => ideas[idea].title === 'Vanille Bourbon');
    await palabre.agree(ana);
  });

  test('a person proposes as often as the challenge allows; an idea taken back makes room', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ideas_per_person: 2 })] });
    const ana = await palabre.person(session), ben = await palabre.person(session);
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'Une' });
    await ana.call('idea_add', { challenge: 'c1', title: 'Deux' });
    assert.equal((await ana.refused('idea_add', { challenge: 'c1', title: 'Trois' })).data.limit, 2);
    await ben.call('idea_add', { challenge: 'c1', title: 'De Ben' });
    await ana.call('idea_withdraw', { idea });
    await ana.call('idea_add', { challenge: 'c1', title: 'Trois' });
  });

  test('an author edits and adds to an idea, and everyone sees it as edited', async () => {
    const session = await palabre.session();
    const ana = await palabre.person(session, 'Ana'), ben = await palabre.person(session);
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'Un bank', body: 'Près de la caisse' });
    await ben.see(`ideas:c1:new`, ({ ideas }) => ideas[idea]);
    await ben.open(`idea:${idea}`);
    await ana.call('idea_edit', { idea, title: 'Un banc' });
    await ben.see(`idea:${idea}`, (state) => state.idea.title === 'Un banc' && state.idea.edited_at > 0 && state.idea.body);
    await ana.call('idea_edit', { idea, body: '' });
    await ben.see(`idea:${idea}`, (state) => state.idea.body === undefined);
    await ana.call('idea_edit', { idea, addition: 'Et un deuxième' });
    await ben.see(`idea:${idea}`, (state) => state.idea.additions?.[0].text === 'Et un deuxième');
    assert.equal((await ana.refused('idea_edit', { idea })).name, 'invalid_params');
    assert.equal((await ben.refused('idea_edit', { idea, title: 'À moi' })).name, 'not_yours');
    await palabre.agree(ana, ben);
  });

  test('texts are kept as plain text: folded to NFC, without control or direction characters, and counted so', async () => {
    const session = await palabre.session();
    const ana = await palabre.person(session);
    await ana.open('ideas:c1:new');
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: `cafe\u0301 \u202e<b>gratuit</b>\u0007`, body: 'ligne 1\nligne 2' });
    const shown = (await ana.see('ideas:c1:new', ({ ideas }) => ideas[idea])).ideas[idea];
    assert.equal(shown.title.trim(), 'café <b>gratuit</b>');
    assert.equal(shown.body, 'ligne 1\nligne 2');
    await ana.call('idea_add', { challenge: 'c1', title: 'e\u0301'.repeat(140) });
    assert.deepEqual([(await ana.refused('idea_add', { challenge: 'c1', title: '😀'.repeat(141) })).data.limit, (await ana.refused('idea_add', { challenge: 'c1', title: '   ' })).name], [140, 'invalid_params']);
    await palabre.agree(ana);
  });
});

describe('finding ideas', () => {
  test('similar ideas are found across case and accents, best first, at most five', async () => {
    const titles = ['Une crème glacée à la fraise', 'UNE CREME GLACEE A LA FRAISE', 'Crème brûlée', 'Des bancs dans le parc', 'Glace à la fraise des bois', 'Fraise', 'Crème glacée', 'Une crème glacée'];
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: titles.map((title) => ({ title })) }), challenge('c2', { ideas: [{ title: titles[0] }] })] });
    const ana = await palabre.person(session);
    const { ideas } = await ana.call('idea_similar', { challenge: 'c1', text: 'une creme GLACÉE a la fraise' });
    assert.equal(ideas.length, 5);
    assert.deepEqual(ideas.slice(0, 2).map(({ id, likeness }) => [id, likeness]), [['i1', 1000], ['i2', 1000]]);
    assert.deepEqual(ideas.map(({ likeness }) => likeness), ideas.map(({ likeness }) => likeness).sort((a, b) => b - a));
    assert.ok(!ideas.some(({ id }) => id === 'i4'));
    assert.deepEqual((await ana.call('idea_similar', { challenge: 'c1', text: 'xyzzy' })).ideas, []);
    await ana.call('idea_add', { challenge: 'c1', title: 'Un xyzzy à vélo' });
    await ana.see('ideas:c1:new', (state) => state.totals.ideas === 9);
    assert.equal((await ana.call('idea_similar', { challenge: 'c1', text: 'XYZZY a velo' })).ideas[0].title, 'Un xyzzy à vélo');
    assert.equal((await ana.refused('idea_similar', { challenge: 'nope', text: 'a' })).name, 'challenge_unknown');
  });

  test('pages of ideas follow one another, each idea once, in the order asked for', async () => {
    const ideas = Array.from({ length: 130 }, (_, i) => ({ title: `Idée ${i + 1}` }));
    const session = await palabre.session({ challenges: [challenge('c1', { ideas })] });
    const ana = await palabre.person(session);
    await ana.call('vote_cast', { idea: 'i77', value: 1 });
    await ana.see('ideas:c1:top', (state) => state.ideas.i77?.tally.votes === 1);
    for (const order of ['new', 'top'])
      for (const limit of [undefined, 7, 100]) {
        const all = [];
        for (let after; ;) {
          const page = await ana.call('idea_list', { challenge: 'c1', order, ...(limit ? { limit } : {}), ...(after ? { after } : {}) });
          assert.ok(page.ideas.length <= (limit ?? 50));
          all.push(...page.ideas);
          if (!page.after) break;
          assert.equal(page.after, page.ideas.at(-1).id);
          after = page.after;
        }
        const byNumber = ideas.map((_, i) => `i${i + 1}`);
        assert.deepEqual(all.map(({ id }) => id), order === 'new' ? byNumber.reverse() : ['i77', ...byNumber.filter((id) => id !== 'i77')]);
      }
    const window = ana.state('ideas:c1:top');
    assert.equal(Object.keys(window.ideas).length, 100);
    assert.equal(window.totals.ideas, 130);
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'La plus neuve' });
    await ana.see('ideas:c1:new', (state) => state.ideas[idea] && Object.keys(state.ideas).length === 100);
    const refusal = await ana.refused('idea_list', { challenge: 'c1', order: 'new', after: 'i999' });
    assert.deepEqual([refusal.name, refusal.data.field], ['idea_unknown', 'after']);
    await palabre.agree(ana);
  });
});

describe('the room', () => {
  test('an announcement is on every screen until it is taken away', async () => {
    const session = await palabre.session();
    const moderator = await as(session, 'moderator'), ana = await palabre.person(session);
    await moderator.call('session_announce', { text: 'Plus que cinq minutes' });
    const { announcement } = await ana.see('session', (state) => state.announcement);
    assert.equal(announcement.text, 'Plus que cinq minutes');
    assert.ok(announcement.at > 0);
    await moderator.call('session_announce', { text: '' });
    await ana.see('session', (state) => !state.announcement);
    assert.equal((await moderator.refused('session_announce', { text: 'a'.repeat(281) })).data.limit, 280);
    await palabre.agree(ana);
  });

  test('freezing stops what participants write and nothing else', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }] })] });
    const moderator = await as(session, 'moderator'), brand = await as(session, 'brand'), ana = await palabre.person(session);
    const expert = await palabre.greet(session, await palabre.token(session, 'expert'));
    await moderator.call('session_freeze');
    await ana.see('session', (state) => state.frozen);
    for (const client of [ana, expert])
      for (const [command, params] of [['vote_cast', { idea: 'i1', value: 1 }], ['idea_add', { challenge: 'c1', title: 'x' }], ['name_set', { name: 'x' }]])
        assert.equal((await client.refused(command, params)).name, 'session_frozen');
    await ana.call('idea_list', { challenge: 'c1', order: 'top' });
    await palabre.join(session);
    await brand.call('session_edit', { brief: 'On reprend bientôt' });
    await moderator.call('session_unfreeze');
    await ana.see('session', (state) => !state.frozen && state.brief === 'On reprend bientôt');
    await ana.call('vote_cast', { idea: 'i1', value: 1 });
  });

  test('a name is set, changed by a moderator and taken off, wherever it shows', async () => {
    const session = await palabre.session();
    const moderator = await as(session, 'moderator'), ana = await palabre.person(session, 'Ana');
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'Une' });
    const wall = await palabre.greet(session);
    const named = async (name) => {
      await wall.see('ideas:c1:new', ({ ideas }) => ideas[idea] && ideas[idea].name === name);
      await wall.see('leaders', ({ people }) => people[ana.id] && people[ana.id].name === name);
      await ana.see('me', (me) => me.participant.name === name);
    };
    await named('Ana');
    await ana.call('name_set', { name: '  Anaïs ' });
    await named('Anaïs');
    await moderator.call('participant_rename', { participant: ana.id, name: 'Quelqu’un', reason: 'Injure' });
    await named('Quelqu’un');
    await ana.call('name_set', { name: '' });
    await named(undefined);
    assert.equal((await ana.refused('name_set', { name: 'é'.repeat(41) })).data.limit, 40);
    await palabre.agree(ana, wall);
  });

  test('the words of a session change on every screen', async () => {
    const session = await palabre.session();
    const brand = await as(session, 'brand'), ana = await palabre.person(session);
    await ana.open('session');
    await brand.call('session_edit', { title: 'Neuf', brief: '', mandate: 'On suivra' });
    await ana.see('session', (state) => state.title === 'Neuf' && state.brief === '' && state.mandate === 'On suivra');
    assert.equal((await brand.refused('session_edit', {})).name, 'invalid_params');
    assert.equal((await brand.refused('session_edit', { title: '' })).name, 'invalid_params');
    await palabre.agree(ana);
  });

  test('people online are counted once each, staff and observers not at all, and those who leave are not', async () => {
    const session = await palabre.session();
    const ana = await palabre.person(session), ben = await palabre.person(session);
    await palabre.greet(session, ana.token);
    await as(session, 'moderator');
    const wall = await palabre.greet(session);
    await wall.see('session', (state) => state.people === 2);
    await ben.leave();
    await wall.see('session', (state) => state.people === 1);
  });
});

describe('writes that are sent twice', () => {
  test('every write with a key happens once and is answered the same again', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }] }), challenge('c2', { opens_at: '2040-01-01T00:00:00Z', ideas: [{ title: 'Deux' }] })] });
    const ana = await palabre.person(session), brand = await as(session, 'brand'), moderator = await as(session, 'moderator');
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'À moi' });
    const ben = await palabre.person(session), eve = await palabre.person(session); /* proposals have a rate */
    const { idea: other } = await eve.call('idea_add', { challenge: 'c1', title: 'À reprendre' });
    const writes = {
      idea_add: [ben, { challenge: 'c1', title: 'Encore' }, { title: 'Autre' }], idea_edit: [ana, { idea, addition: 'Plus' }, { addition: 'Moins' }], idea_withdraw: [eve, { idea: other }, { idea }],
      idea_moderate: [moderator, { idea, action: 'hide', reason: 'Non' }, { action: 'publish' }], vote_cast: [ana, { idea: 'i1', value: 1 }, { value: 0 }],
      challenge_add: [brand, { title: 'Q', ballot: 'stars', proposals: 'open', tally: 'live' }, { title: 'R' }], challenge_edit: [brand, { challenge: 'c1', title: 'Mieux', reason: 'Oui' }, { title: 'Pire' }],
      challenge_open: [brand, { challenge: 'c2' }, { challenge: 'c1' }], challenge_close: [brand, { challenge: 'c2' }, { challenge: 'c1' }], session_edit: [brand, { title: 'T' }, { title: 'U' }],
      session_announce: [moderator, { text: 'Un' }, { text: 'Deux' }], session_freeze: [moderator, {}], session_unfreeze: [moderator, {}], name_set: [ben, { name: 'A' }, { name: 'B' }],
      participant_rename: [moderator, { participant: ben.id, name: 'C', reason: 'Non' }, { name: 'D' }],
      participant_ban: [moderator, { participant: eve.id, reason: 'Non' }, { participant: ben.id }], participant_unban: [moderator, { participant: eve.id, reason: 'Oui' }, { participant: ben.id }],
      code_make: [moderator, { count: 3, label: 'Trois' }, { count: 2 }], code_revoke: [moderator, { code: 'k1' }, { code: 'k1-1' }],
      outcome_override: [brand, { challenge: 'c2', kind: 'correction', winners: ['i2'], reason: 'Erreur' }, { reason: 'Autre' }],
      session_open: [brand, {}], session_close: [brand, {}], session_archive: [brand, {}],
    };
    assert.deepEqual(Object.keys(writes).sort(), rows('commands', 'COMMAND').filter((row) => row[4] === 'WRITE' && row[0] !== 'me_erase' /* its place is gone with it */).map(([name]) => name).sort());
    for (const [command, [client, params, change]] of Object.entries(writes)) {
      const key = `k-${command}`;
      const first = await client.call(command, { ...params, key });
      assert.deepEqual(await client.call(command, { ...params, key }), first, command);
      if (change) assert.equal((await client.refused(command, { ...params, ...change, key })).name, 'key_reused', command);
    }
    assert.equal((await ana.refused('name_set', { name: 'A', key: 'k'.repeat(65) })).data.field, 'key');
    assert.equal((await ana.refused('idea_list', { challenge: 'c1', order: 'top', key: 'k' })).data.field, 'key');
    const { challenges } = await palabre.state(session, 'session', ana.token);
    assert.deepEqual([challenges.c1.timeline.length, Object.keys(challenges).length], [1, 3]);
  });

  test('the same write sent many times at once, over both doors, happens once', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { ballot: 'budget', budget: { dots: 5 } })] });
    const ana = await palabre.person(session), twin = await palabre.greet(session, ana.token);
    const params = { challenge: 'c1', title: 'Une seule', key: 'une-seule' };
    const answers = await Promise.all([ana.call('idea_add', params), twin.call('idea_add', params), palabre.call(session, ana.token, 'idea_add', params),
                                       ana.call('idea_add', params), palabre.call(session, ana.token, 'idea_add', params, { 'idempotency-key': 'une-seule' })]);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    const state = await ana.see('ideas:c1:new', ({ ideas }) => ideas[answers[0].idea]);
    assert.equal(state.totals.ideas, 1);
    const votes = await Promise.all([ana, twin, ana, twin].map((client) => client.call('vote_cast', { idea: answers[0].idea, value: 3 })));
    for (const vote of votes) assert.equal(vote.left, 2);
    await ana.see('ideas:c1:top', ({ ideas }) => ideas[answers[0].idea].tally.dots === 3);
    await palabre.agree(ana, twin);
  });

  test('a refused write may be sent again with its key once it would be accepted', async () => {
    const session = await palabre.session({ challenges: [challenge('c1', { opens_at: '2040-01-01T00:00:00Z', ideas: [{ title: 'Une' }] })] });
    const ana = await palabre.person(session), moderator = await as(session, 'moderator');
    assert.equal((await ana.refused('vote_cast', { idea: 'i1', value: 1, key: 'k' })).name, 'challenge_not_open');
    await moderator.call('challenge_open', { challenge: 'c1' });
    assert.equal((await ana.call('vote_cast', { idea: 'i1', value: 1, key: 'k' })).value, 1);
  });
});

describe('pictures', () => {
  test('a session\'s pictures are served from its own origin, immutable, typed by what they hold', async () => {
    mkdirSync(join(palabre.folder, 'pictures'), { recursive: true });
    copyFileSync(join(ROOT, 'demo/pictures/citron.webp'), join(palabre.folder, 'pictures/citron.jpg'));
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(palabre.folder, 'pictures/point.png'), png);
    const session = 'avec-images';
    await palabre.sessionFromFile({ id: session, title: 'Images', brief: '', mandate: '', locale: 'fr', join: 'open', challenges: [challenge('c1', { ideas: [
      { title: 'Citron', media: [{ file: 'pictures/citron.jpg', alt: 'Un pot de crème au citron' }, { file: 'pictures/point.png', alt: 'Un point' }] }] })] });
    const ana = await palabre.person(session);
    const { i1 } = (await ana.see('ideas:c1:top', ({ ideas }) => ideas.i1)).ideas;
    assert.deepEqual(i1.media.map(({ type, alt }) => [type, alt]), [['image/webp', 'Un pot de crème au citron'], ['image/png', 'Un point']]);
    assert.deepEqual([i1.media[1].width, i1.media[1].height], [1, 1]);
    const files = [readFileSync(join(ROOT, 'demo/pictures/citron.webp')), png];
    for (const [n, { hash, type }] of i1.media.entries()) {
      const { status, headers, bytes } = await palabre.get(`/media/${session}/${hash}`);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], type);
      assert.match(headers['cache-control'], /immutable/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.deepEqual(bytes, files[n]);
    }
    const { idea } = await ana.call('idea_add', { challenge: 'c1', title: 'La même', media: [i1.media[1].hash] });
    await ana.see('ideas:c1:top', ({ ideas }) => ideas[idea]?.media[0].hash === i1.media[1].hash);
    for (const path of [`/media/${session}/${'0'.repeat(64)}`, `/media/other/${i1.media[0].hash}`, `/media/${session}/x`]) assert.equal((await palabre.get(path)).status, 404, path);
    for (const media of [Array(5).fill(i1.media[1].hash), ['x'], 'x', [3]]) assert.equal((await ana.refused('idea_add', { challenge: 'c1', title: 'x', media })).data.field?.startsWith('media'), true);
    await palabre.agree(ana);
  });
});
