/* Every error of errors.def, provoked at the door where it is met: with its code, its name and what it says beside them. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { Palabre, challenge, dateIn, rows, sleep } from './palabre.js';
import { Brand } from './sso.js';

const ERRORS = Object.fromEntries(rows('errors', 'ERROR').map(([name, code, status]) => [name, { code: Number(code), status: Number(status) }]));
/* What no caller can bring about; internal_error is our own fault whenever it happens. */
const NOT_PROVOKED = ['internal_error'];

let palabre, session, staff, brand;
before(async () => {
  palabre = await Palabre.start({ args: ['--allow-origin', 'https://shop.example'] });
  session = await palabre.session({ challenges: [
    challenge('open', { ideas: [{ title: 'Une' }, { title: 'Deux' }, { title: 'Trois' }] }),
    challenge('closed', { ideas: [{ title: 'Close' }] }),
    challenge('planned', { opens_at: '2040-01-01T00:00:00Z', ideas: [{ title: 'Plus tard' }] }),
    challenge('brand', { proposals: 'brand', ideas: [{ title: 'Vanille' }] }),
    challenge('few', { ideas_per_person: 1 }),
    challenge('choose', { choose: 1, ideas: [{ title: 'A' }, { title: 'B' }] }),
    challenge('budget', { ballot: 'budget', budget: { dots: 3 }, ideas: [{ title: 'C' }, { title: 'D' }] }),
    challenge('final', { final: true, ideas: [{ title: 'F' }] }),
    challenge('sealed', { tally: 'sealed', ideas: [{ title: 'S' }] }),
  ] });
  staff = await palabre.staff(session);
  brand = await palabre.staff(session, 'brand');
  for (const id of ['closed', 'sealed']) await palabre.call(session, staff, 'challenge_close', { challenge: id });
});
after(() => palabre.stop());

/** The ideas of a challenge, by their order of number. */
async function ideas(of) {
  const { ideas: list } = await palabre.call(session, brand, 'idea_list', { challenge: of, order: 'new' });
  return list.map(({ id }) => id).reverse();
}

const someone = async () => (await palabre.join(session)).token;
/** A refusal over HTTP, of whoever asks. */
const ask = async (command, params, token, headers) => palabre.refused(session, token ?? await someone(), command, params, headers);
/** A refusal over a socket of its own. */
const say = async (command, params, token) => (await palabre.greet(session, token ?? await someone())).refused(command, params);
/** The name in a problem document. */
const problem = async (answer) => { const { json } = await answer; return { name: json.name, code: json.code, data: json }; };

async function redis(run) {
  const connection = new Redis(join(palabre.data, 'redis.sock'), { lazyConnect: true });
  await connection.connect();
  try {
    return await run(connection);
  } finally {
    connection.disconnect();
  }
}

const PROVOKED = {
  parse_error: () => problem(palabre.post(`/api/v1/sessions/${session}/vote_cast`, '{', staff)),
  invalid_request: async () => {
    const { error } = await (await palabre.connect()).ask('{}');
    return { name: error.data.name, code: error.code, data: error.data };
  },
  method_not_found: () => problem(palabre.post(`/api/v1/sessions/${session}/nothing`, {}, staff)),
  invalid_params: () => ask('vote_cast', { idea: 'i1' }),
  hello_first: async () => (await palabre.connect()).refused('vote_cast', { idea: 'i1', value: 1 }),
  hello_again: () => say('hello', { session }),
  token_invalid: async () => (await palabre.connect()).refused('hello', { session, token: 'v4.public.AAAA' }),
  token_expired: async () => {
    const short = await palabre.token(session, 'participant', '--ttl', '1s');
    await sleep(2100);
    return ask('name_set', { name: 'Tard' }, short);
  },
  token_required: () => problem(palabre.post(`/api/v1/sessions/${session}/vote_cast`, { idea: 'i1', value: 1 })),
  forbidden: () => ask('session_freeze', {}),
  session_unknown: () => problem(palabre.get('/api/v1/sessions/nowhere/topics/session')),
  topic_unknown: () => say('topic_open', { topic: 'idea:i999' }),
  topic_not_open: () => say('topic_close', { topic: 'session' }),
  challenge_closed: async () => ask('vote_cast', { idea: (await ideas('closed'))[0], value: 1 }),
  challenge_not_open: async () => ask('vote_cast', { idea: (await ideas('planned'))[0], value: 1 }),
  challenge_unknown: () => ask('idea_add', { challenge: 'nowhere', title: 'x' }),
  idea_unknown: () => ask('vote_cast', { idea: 'i999', value: 1 }),
  participant_unknown: () => ask('participant_rename', { participant: 'p99999', name: 'X', reason: 'Y' }, staff),
  not_yours: async () => {
    const { idea } = await palabre.call(session, await someone(), 'idea_add', { challenge: 'open', title: 'À une autre' });
    return ask('idea_edit', { idea, title: 'À moi' });
  },
  idea_hidden: async () => {
    const { idea } = await palabre.call(session, await someone(), 'idea_add', { challenge: 'open', title: 'Cachée' });
    await palabre.call(session, staff, 'idea_moderate', { idea, action: 'hide', reason: 'Hors sujet' });
    return ask('vote_cast', { idea, value: 1 });
  },
  idea_settled: async () => {
    /* Also ten minutes after an idea was made; a challenge that closes settles all at once. */
    const token = await someone();
    const own = await palabre.call(session, brand, 'challenge_add', { challenge: 'settled', title: 'Q', ballot: 'approval', proposals: 'open', tally: 'live' });
    const { idea } = await palabre.call(session, token, 'idea_add', { challenge: own.challenge, title: 'Posée' });
    await palabre.call(session, staff, 'challenge_close', { challenge: own.challenge });
    return ask('idea_edit', { idea, title: 'Trop tard' }, token);
  },
  proposals_brand: () => ask('idea_add', { challenge: 'brand', title: 'Fraise' }),
  ideas_limit: async () => {
    const token = await someone();
    await palabre.call(session, token, 'idea_add', { challenge: 'few', title: 'La première' });
    const refusal = await ask('idea_add', { challenge: 'few', title: 'La deuxième' }, token);
    assert.equal(refusal.data.limit, 1);
    return refusal;
  },
  value_invalid: async () => {
    const refusal = await ask('vote_cast', { idea: 'i1', value: 2 });
    assert.equal(refusal.data.field, 'value');
    assert.equal(refusal.data.expected, '0 to 1');
    return refusal;
  },
  choose_limit: async () => {
    const token = await someone();
    const [a, b] = await ideas('choose');
    assert.equal((await palabre.call(session, token, 'vote_cast', { idea: a, value: 1 })).left, 0);
    const refusal = await ask('vote_cast', { idea: b, value: 1 }, token);
    assert.deepEqual([refusal.data.limit, refusal.data.left], [1, 0]);
    return refusal;
  },
  budget_spent: async () => {
    const token = await someone();
    const [a, b] = await ideas('budget');
    assert.equal((await palabre.call(session, token, 'vote_cast', { idea: a, value: 2 })).left, 1);
    const refusal = await ask('vote_cast', { idea: b, value: 2 }, token);
    assert.equal(refusal.data.left, 1);
    return refusal;
  },
  vote_final: async () => {
    const token = await someone();
    const [idea] = await ideas('final');
    await palabre.call(session, token, 'vote_cast', { idea, value: 1 });
    await palabre.call(session, token, 'vote_cast', { idea, value: 1 }); /* the same again changes nothing */
    return ask('vote_cast', { idea, value: 0 }, token);
  },
  rules_frozen: async () => {
    const refusal = await ask('challenge_edit', { challenge: 'open', ballot: 'updown', reason: 'Mieux' }, brand);
    assert.equal(refusal.data.field, 'ballot');
    return refusal;
  },
  reason_required: () => ask('challenge_edit', { challenge: 'open', title: 'Autrement' }, brand),
  session_frozen: async () => {
    await palabre.call(session, staff, 'session_freeze');
    const refusals = [await ask('vote_cast', { idea: 'i1', value: 1 }), await ask('idea_add', { challenge: 'open', title: 'x' }), await ask('name_set', { name: 'x' })];
    await palabre.call(session, staff, 'challenge_open', { challenge: 'open' }); /* staff go on */
    await palabre.call(session, staff, 'session_unfreeze');
    for (const refusal of refusals) assert.equal(refusal.name, 'session_frozen');
    return refusals[0];
  },
  session_closed: async () => {
    const own = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }] })] });
    const { token } = await palabre.join(own);
    await redis((store) => store.hset(`palabre:{${own}}:meta`, 'state', 'closed'));
    assert.equal((await palabre.post(`/api/v1/sessions/${own}/join`, {})).json.name, 'session_closed');
    return palabre.refused(own, token, 'vote_cast', { idea: 'i1', value: 1 });
  },
  session_exists: async () => problem(palabre.post('/api/v1/sessions', { id: session, title: 'T', brief: '', mandate: '', locale: 'fr', join: 'open', challenges: [challenge('c1')] }, await palabre.admin())),
  challenge_exists: () => ask('challenge_add', { challenge: 'open', title: 'Encore', ballot: 'approval', proposals: 'open', tally: 'live' }, brand),
  challenge_sealed: () => ask('challenge_open', { challenge: 'sealed' }, staff),
  challenges_limit: async () => {
    const own = await palabre.session({ challenges: Array.from({ length: 64 }, (_, i) => challenge(`c${i}`)) });
    const refusal = await palabre.refused(own, await palabre.admin(), 'challenge_add', { title: 'La 65e', ballot: 'approval', proposals: 'open', tally: 'live' });
    assert.equal(refusal.data.limit, 64);
    return refusal;
  },
  key_reused: async () => {
    const token = await someone();
    await palabre.call(session, token, 'name_set', { name: 'A', key: 'k' });
    return ask('name_set', { name: 'B', key: 'k' }, token);
  },
  rate_limited: async () => {
    const client = await palabre.greet(session, await someone());
    for (;;) {
      const outcome = await client.call('name_set', { name: 'Vite' }).then(() => null, (refusal) => refusal);
      if (outcome) return outcome;
    }
  },
  too_large: async () => problem(palabre.post(`/api/v1/sessions/${session}/idea_add`, 'x'.repeat(9000), await someone())),
  too_many_sockets: async () => {
    const token = await someone();
    const clients = [];
    for (let i = 0; i < 5; i++) clients.push(await palabre.greet(session, token));
    return (await palabre.connect()).refused('hello', { session, token });
  },
  too_many_topics: async () => {
    const client = await palabre.greet(session);
    for (const id of ['open', 'closed', 'planned', 'brand', 'few', 'choose', 'budget', 'final']) for (const order of ['top', 'new']) await client.open(`ideas:${id}:${order}`);
    return client.refused('topic_open', { topic: 'session' });
  },
  store_unavailable: async () => {
    const token = await someone();
    const pid = Number(/process_id:(\d+)/.exec(await redis((store) => store.info('server')))[1]);
    process.kill(pid, 'SIGSTOP');
    try {
      return await ask('vote_cast', { idea: 'i1', value: 1 }, token);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  },
  join_not_open: async () => {
    const own = await palabre.session();
    await redis((store) => store.hset(`palabre:{${own}}:meta`, 'join', 'code'));
    return problem(palabre.post(`/api/v1/sessions/${own}/join`, {}));
  },
  media_unknown: () => ask('idea_add', { challenge: 'open', title: 'Image', media: ['0'.repeat(64)] }),
  not_supported: () => problem(palabre.get(`/api/v1/sessions/${session}/topics/session?wait=25`)),
  door_closed: () => problem(palabre.post(`/api/v1/sessions/${session}/topic_open`, { topic: 'session' }, staff)),
  origin_refused: () => problem(palabre.post(`/api/v1/sessions/${session}/join`, {}, undefined, { origin: 'https://evil.example' })),
  behind: async () => {
    const { epoch, v } = await palabre.topic(session, 'session');
    return problem(palabre.get(`/api/v1/sessions/${session}/topics/session?since=${epoch}:${v + 100000}`));
  },
  not_eligible: async () => {
    const own = await palabre.session({ challenges: [challenge('c1', { voters: { levels: ['code', 'verified'] }, ideas: [{ title: 'Une' }] })] });
    const refusal = await palabre.refused(own, (await palabre.join(own)).token, 'vote_cast', { idea: 'i1', value: 1 });
    assert.deepEqual([refusal.data.field, refusal.data.expected], ['levels', 'code, verified']);
    return refusal;
  },
  code_unknown: () => problem(palabre.post(`/api/v1/sessions/${session}/join`, { code: '00000-00000' })),
  code_expired: async () => {
    const [code] = await palabre.codes(session, { until: dateIn(1200) });
    await sleep(1400);
    return problem(palabre.post(`/api/v1/sessions/${session}/join`, { code }));
  },
  code_revoked: async () => {
    const codes = await palabre.codes(session);
    await palabre.call(session, staff, 'code_revoke', { code: codes.batch });
    return problem(palabre.post(`/api/v1/sessions/${session}/join`, { code: codes[0] }));
  },
  code_used_up: async () => {
    const [code] = await palabre.codes(session, { uses: 2 });
    for (let i = 0; i < 2; i++) await palabre.enter(session, { code });
    return problem(palabre.post(`/api/v1/sessions/${session}/join`, { code }));
  },
  sso_invalid: () => problem(palabre.post(`/api/v1/sessions/${session}/join`, { sso: 'v4.public.AAAA' })),
  sso_used: async () => {
    const ours = await Brand.make(palabre, 'ours');
    const own = await palabre.session({ brand: 'ours', join: 'sso' });
    const sso = ours.token('ana');
    await palabre.enter(own, { sso });
    return problem(palabre.post(`/api/v1/sessions/${own}/join`, { sso }));
  },
  terms_required: async () => {
    const own = await palabre.session({ terms: { version: '1', text: 'Soyez courtois.' } });
    const refusal = await problem(palabre.post(`/api/v1/sessions/${own}/join`, {}));
    assert.deepEqual(refusal.data.terms, { version: '1', text: 'Soyez courtois.' });
    return refusal;
  },
  group_required: async () => {
    const own = await palabre.session({ groups: { status: { title: 'Vous êtes', values: { client: 'Client' }, from: ['ask'] } } });
    return problem(palabre.post(`/api/v1/sessions/${own}/join`, {}));
  },
  session_importing: async () => {
    const own = await palabre.session();
    const { token } = await palabre.join(own);
    await redis(async (store) => store.hset(`palabre:{${own}}:meta`, 'data', `${await store.hget(`palabre:{${own}}:meta`, 'data')} importing`));
    return palabre.refused(own, token, 'name_set', { name: 'Trop tôt' });
  },
  session_archived: async () => {
    const own = await palabre.session();
    for (const command of ['session_close', 'session_archive']) await palabre.call(own, await palabre.admin(), command);
    return problem(palabre.post(`/api/v1/sessions/${own}/join`, {}));
  },
  session_state: async () => palabre.refused(await palabre.session({ state: 'draft' }), await palabre.admin(), 'session_close'),
  token_retired: async () => {
    const [code] = await palabre.codes(session);
    const { token } = await palabre.enter(session, { code });
    await palabre.enter(session, { code });
    return ask('name_set', { name: 'L’ancien' }, token);
  },
  banned: async () => {
    const { token, participant } = await palabre.join(session);
    await palabre.call(session, staff, 'participant_ban', { participant: participant.id, reason: 'Injures' });
    return ask('vote_cast', { idea: 'i1', value: 1 }, token);
  },
  challenge_unsettled: () => ask('outcome_override', { challenge: 'open', kind: 'choice', winners: ['i1'], reason: 'Il est temps' }, brand),
  brand_unknown: async () => problem(palabre.post('/api/v1/sessions', { id: 'of-nobody', title: 'T', brand: 'nobody', challenges: [challenge('c1')] }, await palabre.admin())),
  not_found: () => problem(palabre.get('/nothing/here/at/all')),
};

test('every error of the table is provoked here, or known to be nobody\'s to provoke', () => {
  assert.deepEqual([...Object.keys(PROVOKED), ...NOT_PROVOKED].sort(), Object.keys(ERRORS).sort());
});

for (const [name, provoke] of Object.entries(PROVOKED))
  test(`${name} is told, with its code and what it says`, async () => {
    const refusal = await provoke();
    assert.equal(refusal.name, name);
    assert.equal(refusal.code, ERRORS[name].code);
    if (['rate_limited', 'store_unavailable', 'behind'].includes(name)) assert.ok(refusal.data.retry_ms > 0);
  });

test('after all of this the session takes votes as before', async () => {
  const deadline = Date.now() + 20000; /* the store may have been let go a moment ago */
  for (;;) {
    const token = await someone().catch(() => null);
    const outcome = token && await palabre.call(session, token, 'vote_cast', { idea: 'i1', value: 1 }).then(() => 'done', (error) => error.name);
    if (outcome === 'done') break;
    assert.ok(Date.now() < deadline, outcome);
    await sleep(200);
  }
  const client = await palabre.greet(session);
  await client.see('ideas:open:top', (state) => state.ideas.i1.tally.votes >= 1);
});
