/* The doors of a session: what is shown before one is anyone, links, codes for one person and for many, groups, terms,
 * wrong guesses, and who may take part where. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Palabre, challenge, dateIn, sleep, validate } from './palabre.js';

let palabre;
before(async () => {
  palabre = await Palabre.start();
  await palabre.admin();
});
after(() => palabre.stop());

const GROUPS = {
  status: { title: { fr: 'Vous êtes', en: 'You are' }, values: { client: 'Client', staff: { fr: 'Salarié', en: 'Staff' } }, from: ['code', 'ask'] },
  store: { title: 'Magasin', values: { lille: 'Lille', nantes: 'Nantes' }, from: ['code'] },
};
const TERMS = { version: '2', text: { fr: 'Soyez courtois.', en: 'Be kind.' }, privacy: 'https://danette.example/vie-privee' };
const QUESTION = () => challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }] });
const make = (more) => palabre.session({ languages: ['fr', 'en'], challenges: [QUESTION()], ...more });
const vote = (session, token, idea = 'i1', value = 1) => palabre.call(session, token, 'vote_cast', { idea, value });

describe('the door', () => {
  test('shows what a page must ask, to anyone, and nothing of the votes', async () => {
    const session = await make({ join: ['open', 'code'], languages: ['fr', 'en'], groups: GROUPS, terms: TERMS, title: { fr: 'Le parfum', en: 'The flavour' }, ends_at: '2040-01-01T00:00:00Z' });
    const { status, json } = await palabre.get(`/api/v1/sessions/${session}`);
    assert.equal(status, 200);
    assert.deepEqual(validate('session_door', json), {
      id: session, title: { fr: 'Le parfum', en: 'The flavour' }, brief: 'Pourquoi', brand: 'default', locale: 'fr', languages: ['fr', 'en'], state: 'open',
      join: ['open', 'code'], groups: GROUPS, terms: TERMS, ends_at: Date.parse('2040-01-01T00:00:00Z'),
    });
    assert.equal((await palabre.get('/api/v1/sessions/nowhere')).json.name, 'session_unknown');
    assert.equal((await palabre.request('PUT', `/api/v1/sessions/${session}`, { body: {} })).status, 405);
  });

  test('a session that is not open to anyone lets nobody in without a code, and shows nothing to a stranger', async () => {
    const session = await make({ join: 'code' });
    assert.equal((await palabre.turned(session, {})).name, 'join_not_open');
    assert.equal((await (await palabre.connect()).refused('hello', { session })).name, 'token_required');
    const [code] = await palabre.codes(session);
    const { token } = await palabre.enter(session, { code });
    await vote(session, token);
  });
});

describe('a code for one person', () => {
  test('is that voter: on two devices there is one vote, and the older token is retired', async () => {
    const session = await make({ join: 'code' });
    const [code] = await palabre.codes(session);
    const phone = await palabre.enter(session, { code, name: 'Ana' });
    assert.deepEqual({ ...phone.participant, id: '' }, { id: '', name: 'Ana', role: 'participant', level: 'code' });
    await vote(session, phone.token);
    const client = await palabre.greet(session, phone.token);
    const tablet = await palabre.enter(session, { code: code.toLowerCase().replace('-', ' ') });
    assert.equal(tablet.participant.id, phone.participant.id);
    assert.equal(tablet.participant.name, 'Ana');
    assert.equal((await palabre.refused(session, phone.token, 'vote_cast', { idea: 'i2', value: 1 })).name, 'token_retired');
    assert.equal((await palabre.get(`/api/v1/sessions/${session}/topics/me`, phone.token)).json.name, 'token_retired');
    await client.closed;
    await vote(session, tablet.token);
    const wall = await palabre.greet(session, await palabre.staff(session));
    const { totals, by } = await wall.see('results:c1', (state) => state.totals.votes === 1);
    assert.deepEqual([totals.voters, by.level.code.i1.votes, by.level.open.i1.votes], [1, 1, 0]);
  });

  test('is read without case, with O for 0 and I and L for 1', async () => {
    const session = await make({ join: 'code' });
    const codes = await palabre.codes(session, { count: 40 });
    const code = codes.find((one) => /[01]/.test(one));
    const { participant } = await palabre.enter(session, { code });
    const loose = code.replace(/0/g, 'o').replace(/1/g, 'l').replace('-', '').toLowerCase();
    assert.equal((await palabre.enter(session, { code: loose })).participant.id, participant.id);
  });

  test('upgrades who voted by the link: one voter, at the new level, with the groups of the code', async () => {
    const session = await make({ join: ['open', 'code'], groups: GROUPS });
    const [code] = await palabre.codes(session, { groups: { store: 'lille' } });
    const ana = await palabre.enter(session, { name: 'Ana', groups: { status: 'client' } });
    assert.deepEqual(ana.participant.groups, { status: 'client' });
    await vote(session, ana.token);
    const client = await palabre.greet(session, ana.token);
    await client.see('me', ({ ballots }) => ballots.c1?.votes.i1 === 1);
    const known = await palabre.enter(session, { code }, ana.token);
    assert.equal(known.participant.id, ana.participant.id);
    assert.deepEqual([known.participant.level, known.participant.groups], ['code', { status: 'client', store: 'lille' }]);
    const { totals, by } = await client.see('results:c1', (state) => state.by.level.code.i1?.votes === 1);
    assert.deepEqual([totals.voters, totals.votes, by.level.open.i1.votes], [1, 1, 0]);
    await client.see('me', ({ participant }) => participant.level === 'code');
    await palabre.agree(client);
  });

  test('that is somebody already keeps their ballots, and those of who presents it by the link are withdrawn', async () => {
    const session = await make({ join: ['open', 'code'] });
    const [code] = await palabre.codes(session);
    const first = await palabre.enter(session, { code });
    await vote(session, first.token, 'i1');
    const second = await palabre.join(session);
    await vote(session, second.token, 'i2');
    const one = await palabre.enter(session, { code }, second.token);
    assert.equal(one.participant.id, first.participant.id);
    const wall = await palabre.greet(session);
    const { totals, ideas } = await wall.see('results:c1', (state) => state.totals.votes === 1 && state.ideas.i1?.votes === 1);
    assert.deepEqual([totals.voters, ideas.i2?.votes ?? 0], [1, 0]);
    assert.equal((await palabre.refused(session, second.token, 'vote_cast', { idea: 'i2', value: 1 })).name, 'token_retired');
  });
});

describe('a code for many', () => {
  test('makes a new participant each time, of its role, and is used up', async () => {
    const session = await make({ join: 'code' });
    const [code] = await palabre.codes(session, { uses: 3, role: 'expert', label: 'Le jury' });
    const people = [];
    for (let i = 0; i < 3; i++) people.push(await palabre.enter(session, { code }));
    assert.equal(new Set(people.map(({ participant }) => participant.id)).size, 3);
    assert.deepEqual(people.map(({ participant: { role, level } }) => [role, level]), Array(3).fill(['expert', 'open']));
    assert.equal((await palabre.turned(session, { code })).name, 'code_used_up');
  });

  test('for any number of people is never used up', async () => {
    const session = await make({ join: 'code' });
    const [code] = await palabre.codes(session, { uses: 0 });
    const ids = new Set();
    for (let i = 0; i < 12; i++) ids.add((await palabre.enter(session, { code })).participant.id);
    assert.equal(ids.size, 12);
  });

  test('opens a place of staff where staff made it so, and none above the maker', async () => {
    const session = await make({ join: 'open' });
    const moderator = await palabre.staff(session);
    const [code] = await palabre.codes(session, { role: 'moderator', uses: 0 }, moderator);
    const { token, participant } = await palabre.enter(session, { code });
    assert.equal(participant.role, 'moderator');
    await palabre.call(session, token, 'session_announce', { text: 'Bonjour' });
    for (const role of ['brand']) {
      const refusal = await palabre.refused(session, token, 'code_make', { role });
      assert.deepEqual([refusal.name, refusal.data.field], ['forbidden', 'role']);
    }
    assert.equal((await palabre.refused(session, token, 'code_make', { role: 'admin' })).name, 'invalid_params');
  });

  test('of a wall watches', async () => {
    const session = await make({ join: 'code' });
    const [code] = await palabre.codes(session, { role: 'observer', uses: 0 });
    const { token, participant } = await palabre.enter(session, { code });
    assert.equal(participant.role, 'observer');
    const wall = await palabre.greet(session, token);
    await wall.open('ideas:c1:top');
    assert.equal((await wall.refused('vote_cast', { idea: 'i1', value: 1 })).name, 'forbidden');
  });
});

describe('codes', () => {
  test('end at their date', async () => {
    const session = await make({ join: 'code' });
    const [code] = await palabre.codes(session, { until: dateIn(1500) });
    await sleep(1700);
    assert.equal((await palabre.turned(session, { code })).name, 'code_expired');
    assert.equal((await palabre.refused(session, await palabre.admin(), 'code_make', { until: dateIn(-1000) })).name, 'invalid_params');
  });

  test('are revoked one by one or a batch at once, and who came with them is out', async () => {
    const session = await make({ join: 'code' });
    const admin = await palabre.admin();
    const codes = await palabre.codes(session, { count: 3 });
    const people = [];
    for (const code of codes) people.push(await palabre.enter(session, { code }));
    const screens = [];
    for (const { token } of people) screens.push(await palabre.greet(session, token));
    await palabre.call(session, admin, 'code_revoke', { code: `${codes.batch}-1` });
    await screens[0].closed;
    assert.equal((await palabre.turned(session, { code: codes[0] })).name, 'code_revoked');
    assert.equal((await palabre.refused(session, people[0].token, 'vote_cast', { idea: 'i1', value: 1 })).name, 'code_revoked');
    await vote(session, people[1].token);
    await palabre.call(session, admin, 'code_revoke', { code: codes.batch });
    await Promise.all(screens.slice(1).map((screen) => screen.closed));
    for (const code of codes) assert.equal((await palabre.turned(session, { code })).name, 'code_revoked');
    assert.equal((await palabre.refused(session, admin, 'code_revoke', { code: 'k99' })).name, 'code_unknown');
  });

  test('come again, the same ones, where the call is repeated with its key', async () => {
    const session = await make({ join: 'code' });
    const admin = await palabre.admin();
    const first = await palabre.call(session, admin, 'code_make', { count: 3, key: 'les-mêmes' });
    assert.deepEqual(await palabre.call(session, admin, 'code_make', { count: 3, key: 'les-mêmes' }), first);
    const others = await palabre.call(session, admin, 'code_make', { count: 3, key: 'd’autres' });
    assert.equal(new Set([...first.codes, ...others.codes].map(({ secret }) => secret)).size, 6);
    await palabre.enter(session, { code: first.codes[2].secret });
  });

  test('are of one session', async () => {
    const [here, there] = [await make({ join: 'code' }), await make({ join: 'code' })];
    const [code] = await palabre.codes(here);
    assert.equal((await palabre.turned(there, { code })).name, 'code_unknown');
  });

  test('are made by the command line as a table that spreadsheets read safely', async () => {
    const session = await make({ join: 'code', groups: GROUPS });
    const csv = await palabre.cli('session', 'codes', session, '2500', '--group', 'status=client', '--group', 'store=lille', '--label', '=HYPERLINK("x")',
                                  '--until', '2040-01-01T00:00:00+01:00', '--public-url', 'https://vote.example', '--csv');
    const lines = csv.split('\r\n');
    assert.equal(lines[0], 'code,secret,link,role,groups,label,until');
    assert.equal(lines.length, 2501);
    assert.equal(new Set(lines.slice(1).map((line) => line.split(',')[1])).size, 2500);
    const [, code, secret] = /^(k\d+-\d+),(\w{5}-\w{5}),/.exec(lines[1700]);
    assert.equal(lines[1700], `${code},${secret},https://vote.example/${session}#k=${secret},participant,"status=client,store=lille","'=HYPERLINK(""x"")",2040-01-01T00:00:00+01:00`);
    const { participant } = await palabre.enter(session, { code: secret });
    assert.deepEqual(participant.groups, { status: 'client', store: 'lille' });
    const wall = await palabre.cli('session', 'codes', session, '1', '--role', 'observer', '--uses', 'unlimited', '--public-url', 'https://vote.example');
    assert.match(wall, new RegExp(`^k\\d+-1  \\w{5}-\\w{5}  https://vote.example/${session}/wall#k=\\w{5}-\\w{5}$`));
  });
});

describe('groups', () => {
  test('are asked where they may be, required where they are asked, and refused where they are not', async () => {
    const session = await make({ join: ['open', 'code'], groups: GROUPS });
    const wanting = await palabre.turned(session, {});
    assert.deepEqual([wanting.name, wanting.field], ['group_required', 'status']);
    for (const groups of [{ status: 'nobody' }, { age: 'old' }, { status: 'client', store: 'lille' }]) {
      const { name, field } = await palabre.turned(session, { groups });
      assert.equal(name, 'invalid_params');
      assert.match(field, /^groups\.(status|age|store)$/);
    }
    assert.deepEqual((await palabre.enter(session, { groups: { status: 'staff' } })).participant.groups, { status: 'staff' });
    const [code] = await palabre.codes(session, { groups: { status: 'client', store: 'nantes' } });
    assert.deepEqual((await palabre.enter(session, { code, groups: { status: 'staff' } })).participant.groups, { status: 'client', store: 'nantes' });
  });

  test('that a code may not say are refused when it is made', async () => {
    const session = await make({ groups: { age: { title: 'Âge', values: { young: 'Jeune' }, from: ['ask'] } } });
    const refusal = await palabre.refused(session, await palabre.admin(), 'code_make', { groups: { age: 'young' } });
    assert.equal(refusal.name, 'invalid_params');
  });

  test('are counted apart once there are five of them', async () => {
    const session = await make({ groups: GROUPS });
    for (let i = 0; i < 6; i++) await vote(session, (await palabre.enter(session, { groups: { status: 'client' } })).token);
    await vote(session, (await palabre.enter(session, { groups: { status: 'staff' } })).token, 'i2');
    const wall = await palabre.greet(session);
    const { by } = await wall.see('results:c1', (state) => state.totals.voters === 7 && state.by.status?.other?.i1?.votes === 6);
    assert.equal(by.status.client, undefined, 'six and one would tell who the one is');
    for (let i = 0; i < 4; i++) await vote(session, (await palabre.enter(session, { groups: { status: 'staff' } })).token, 'i2');
    const apart = await wall.see('results:c1', (state) => state.by.status?.client?.i1?.votes === 6 && state.by.status?.staff?.i2?.votes === 5);
    assert.equal(apart.by.status.other, undefined);
    await palabre.agree(wall);
  });
});

describe('terms', () => {
  test('are accepted by who takes part, with their version, and told where they are not', async () => {
    const session = await make({ languages: ['fr', 'en'], terms: TERMS });
    const wanting = await palabre.turned(session, { name: 'Ana' });
    assert.deepEqual([wanting.name, wanting.terms], ['terms_required', TERMS]);
    assert.equal((await palabre.turned(session, { accept: '1' })).name, 'terms_required');
    await vote(session, (await palabre.enter(session, { accept: '2' })).token);
    const watching = await palabre.greet(session);
    assert.equal((await watching.open('session')).state.terms.version, '2');
  });

  test('are not asked of staff nor of a wall, and again by no code that was accepted before', async () => {
    const session = await make({ languages: ['fr', 'en'], terms: TERMS, join: 'code' });
    for (const role of ['observer', 'moderator']) await palabre.enter(session, { code: (await palabre.codes(session, { role, uses: 0 }))[0] });
    const [code] = await palabre.codes(session);
    assert.equal((await palabre.turned(session, { code })).name, 'terms_required');
    await palabre.enter(session, { code, accept: '2' });
    await palabre.enter(session, { code });
  });
});

describe('who may', () => {
  const closed = { voters: { roles: ['expert'] }, proposers: { groups: { status: ['staff'] } } };

  test('vote and propose is who is among those that are named; others are told why', async () => {
    const session = await make({ groups: GROUPS, challenges: [challenge('c1', { ...closed, ideas: [{ title: 'Une' }] })] });
    const client = await palabre.enter(session, { groups: { status: 'client' } }), colleague = await palabre.enter(session, { groups: { status: 'staff' } });
    const voting = await palabre.refused(session, client.token, 'vote_cast', { idea: 'i1', value: 1 });
    assert.deepEqual([voting.name, voting.data.field, voting.data.expected], ['not_eligible', 'roles', 'expert']);
    const proposing = await palabre.refused(session, client.token, 'idea_add', { challenge: 'c1', title: 'À moi' });
    assert.deepEqual([proposing.name, proposing.data.field], ['not_eligible', 'groups.status']);
    await palabre.call(session, colleague.token, 'idea_add', { challenge: 'c1', title: 'À nous' });
    const [code] = await palabre.codes(session, { role: 'expert', groups: { status: 'client' } });
    await vote(session, (await palabre.enter(session, { code })).token);
    const { challenges } = await palabre.state(session, 'session');
    assert.deepEqual([challenges.c1.electors, challenges.c1.proposers], [closed.voters, closed.proposers]);
  });

  test('cannot change once the question has opened', async () => {
    const session = await make();
    for (const change of [{ voters: { levels: ['code'] } }, { proposers: { roles: ['expert'] } }, { outcome: { winners: 2 } }])
      assert.equal((await palabre.refused(session, await palabre.admin(), 'challenge_edit', { challenge: 'c1', ...change, reason: 'Mieux' })).name, 'rules_frozen');
  });
});

describe('texts by language', () => {
  test('are the brand\'s alone; what people write is in one language, which is told', async () => {
    const session = await make({ languages: ['fr', 'en'], join: 'open' });
    const { token } = await palabre.join(session);
    const refusal = await palabre.refused(session, token, 'idea_add', { challenge: 'c1', title: { fr: 'Une', en: 'One' } });
    assert.deepEqual([refusal.name, refusal.data.field], ['invalid_params', 'title']);
    const { idea } = await palabre.call(session, token, 'idea_add', { challenge: 'c1', title: 'One', lang: 'en' });
    assert.equal((await palabre.refused(session, token, 'idea_add', { challenge: 'c1', title: 'Eins', lang: 'de' })).data.field, 'lang');
    const brand = await palabre.staff(session, 'brand');
    for (const [command, params] of [['session_announce', { text: { fr: 'Bonjour', de: 'Hallo' } }], ['session_edit', { title: { de: 'Der Titel' } }],
                                     ['challenge_edit', { challenge: 'c1', noun: { de: 'Idee' }, reason: 'x' }], ['idea_add', { challenge: 'c1', title: { de: 'Eins' } }]]) {
      const { name, data } = await palabre.refused(session, brand, command, params);
      assert.deepEqual([name, data.field.endsWith('/de'), data.expected], ['invalid_params', true, 'a language of the session: fr en'], command);
    }
    await palabre.call(session, brand, 'session_announce', { text: { fr: 'Bonjour', en: 'Hello' } });
    const wall = await palabre.greet(session);
    await wall.see('session', ({ announcement }) => announcement?.text.en === 'Hello');
    const { ideas } = await wall.see('ideas:c1:new', (state) => state.ideas[idea]);
    assert.deepEqual([ideas[idea].lang, ideas.i1.lang], ['en', 'fr']);
    await palabre.agree(wall);
  });
});

describe('wrong guesses', () => {
  test('are slowed down for their network alone, find nothing, and leave links and votes as they were', async () => {
    const own = await Palabre.start();
    try {
      const session = await own.session({ join: ['open', 'code'] });
      const [code] = await own.codes(session);
      const { token } = await own.join(session);
      const guesses = [];
      for (let i = 0; i < 300; i++) guesses.push(own.turned(session, { code: String(1000000000 + i) }));
      const names = (await Promise.all(guesses)).map(({ name, retry_ms }) => { if (name === 'rate_limited') assert.ok(retry_ms > 0); return name; });
      assert.deepEqual([...new Set(names)].sort(), ['code_unknown', 'rate_limited']);
      const slowed = await own.turned(session, { code });
      assert.equal(slowed.name, 'rate_limited', 'a right one waits too: else it would be told apart');
      await own.join(session);
      await own.call(session, token, 'name_set', { name: 'Ana' });
      /* Another network: 127.0.0.0/8 is this machine, and another /24 of it another network. */
      const elsewhere = await own.request('POST', `/api/v1/sessions/${session}/join`, { body: { code }, from: '127.9.9.9' });
      assert.equal(elsewhere.status, 201);
      /* Behind a proxy on this machine, the network is that of who asked it. */
      const behind = (address) => own.request('POST', `/api/v1/sessions/${session}/join`, { body: { code }, headers: { 'x-forwarded-for': `10.1.1.1, ${address}` } });
      assert.equal((await behind('203.0.113.7')).status, 201);
      assert.equal((await behind('127.0.0.9')).status, 429);
    } finally {
      await own.stop();
    }
  });

  test('what can be no code costs nothing', async () => {
    const session = await make({ join: 'code' });
    for (let i = 0; i < 150; i++) assert.equal((await palabre.turned(session, { code: 'bonjour' })).name, 'code_unknown');
    const [code] = await palabre.codes(session);
    await palabre.enter(session, { code });
  });
});
