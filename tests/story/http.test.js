/* The HTTP door: the same commands and topics, problems of RFC 9457, positions that are ETags, and who may call it. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Palabre, challenge, mergePatch, rows, validate, validateTopic } from './palabre.js';
import { Client } from './client.js';

let palabre, session, ana, base;
before(async () => {
  palabre = await Palabre.start({ args: ['--allow-origin', 'https://shop.example', '--public-url', 'https://palabre.example/'] });
  session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }, { title: 'Deux' }] })] });
  ana = await palabre.join(session, 'Ana');
  base = `/api/v1/sessions/${session}`;
});
after(() => palabre.stop());

describe('joining', () => {
  test('whoever joins is a new participant with a token that both doors take', async () => {
    const ben = await palabre.join(session, '  Ben  ');
    assert.notEqual(ben.participant.id, ana.participant.id);
    assert.deepEqual({ ...ben.participant, name: ben.participant.name.trim() }, { id: ben.participant.id, name: 'Ben', role: 'participant', level: 'open' });
    const client = await palabre.greet(session, ben.token);
    assert.equal(client.me.participant.id, ben.participant.id);
    assert.equal((await palabre.call(session, ben.token, 'vote_cast', { idea: 'i1', value: 1 })).value, 1);
  });

  test('a crowd that joins at once is as many participants', async () => {
    const crowd = await Promise.all(Array.from({ length: 60 }, (_, i) => palabre.join(session, `Personne ${i}`)));
    assert.equal(new Set(crowd.map(({ participant }) => participant.id)).size, 60);
    assert.equal(new Set(crowd.map(({ token }) => token)).size, 60);
  });

  test('joining needs no body and no name', async () => {
    const { status, json } = await palabre.request('POST', `${base}/join`);
    assert.equal(status, 201);
    assert.equal(validate('joined', json).participant.name, undefined);
  });

  test('a name that is wrong is named', async () => {
    for (const [body, field] of [[{ name: 'a'.repeat(41) }, 'name'], [{ name: 3 }, 'name'], [{ nom: 'Ana' }, 'nom'], [[], undefined]]) {
      const { json } = await palabre.post(`${base}/join`, body);
      assert.equal(json.name, 'invalid_params');
      assert.equal(json.field, field);
    }
    assert.equal((await palabre.post(`${base}/join`, '{')).json.name, 'parse_error');
  });

  test('a session that does not exist cannot be joined', async () => {
    assert.equal((await palabre.post('/api/v1/sessions/nowhere/join', {})).json.name, 'session_unknown');
    assert.equal((await palabre.post('/api/v1/sessions/No-Where/join', {})).status, 404);
  });
});

describe('commands', () => {
  test('every command with the HTTP door exists there, and the others say which door is theirs', async () => {
    for (const [name, , doors] of rows('commands', 'COMMAND')) {
      const { token } = name === 'me_erase' ? await palabre.join(session) : ana; /* who is erased is here no more */
      const { status, json } = await palabre.post(`${base}/${name}`, {}, token);
      assert.equal(json?.name === 'door_closed', doors === 'DOOR_WEBSOCKET', `${name}: ${status}`);
      assert.notEqual(json?.name, 'method_not_found', name);
    }
  });

  test('a refusal is a problem document with its error\'s status, code and name', async () => {
    const { status, json, headers } = await palabre.post(`${base}/vote_cast`, { idea: 'i999', value: 1 }, ana.token);
    assert.equal(status, 404);
    assert.deepEqual(json, { type: 'urn:palabre:error:idea_unknown', title: 'There is no such idea', status: 404, code: -32013, name: 'idea_unknown', field: 'idea' });
    assert.equal(headers['cache-control'], 'no-store');
  });

  test('Idempotency-Key makes a write happen once, and is the same as key', async () => {
    const before = (await palabre.state(session, 'session', ana.token)).challenges.c1.ideas;
    const params = { challenge: 'c1', title: 'Une seule fois' };
    const first = await palabre.call(session, ana.token, 'idea_add', params, { 'idempotency-key': 'k-1' });
    assert.deepEqual(await palabre.call(session, ana.token, 'idea_add', params, { 'idempotency-key': 'k-1' }), first);
    assert.deepEqual(await palabre.call(session, ana.token, 'idea_add', { ...params, key: 'k-1' }), first);
    assert.equal((await palabre.refused(session, ana.token, 'idea_add', { ...params, title: 'Autre' }, { 'idempotency-key': 'k-1' })).name, 'key_reused');
    const ben = await palabre.join(session);
    assert.notEqual((await palabre.call(session, ben.token, 'idea_add', params, { 'idempotency-key': 'k-1' })).idea, first.idea, 'keys are each person\'s own');
    assert.equal((await palabre.topic(session, 'session', ana.token)).state.challenges.c1.ideas, before + 2);
    assert.equal((await palabre.refused(session, ana.token, 'idea_add', params, { 'idempotency-key': 'k'.repeat(65) })).name, 'invalid_params');
  });

  test('a body that is wrong is a problem and writes nothing', async () => {
    const before = await palabre.topic(session, 'ideas:c1:new', ana.token);
    for (const [body, name] of [['{', 'parse_error'], ['', 'invalid_params'], ['[]', 'invalid_params'], ['3', 'invalid_params'],
                                ['{"challenge":"c1"}', 'invalid_params'], ['{"challenge":"c1","title":"a\\nb"}', undefined],
                                [`{"challenge":"c1","title":"${'é'.repeat(141)}"}`, 'invalid_params']])
      if (name) assert.equal((await palabre.post(`${base}/idea_add`, body, ana.token)).json.name, name, body.slice(0, 40));
    const large = await palabre.post(`${base}/idea_add`, JSON.stringify({ challenge: 'c1', title: 'x', body: 'y'.repeat(9000) }), ana.token);
    assert.equal(large.status, 413);
    assert.equal(large.json.name, 'too_large');
    assert.equal(large.json.limit, 8192);
    const huge = await palabre.post(`${base}/idea_add`, 'x'.repeat(70000), ana.token);
    assert.equal(huge.json.name, 'too_large');
    assert.deepEqual((await palabre.topic(session, 'ideas:c1:new', ana.token)).state, before.state);
  });

  test('who has no token, a wrong one, or something else in its place is told which', async () => {
    const params = { idea: 'i1', value: 1 };
    const none = await palabre.post(`${base}/vote_cast`, params);
    assert.equal(none.status, 401);
    assert.equal(none.json.name, 'token_required');
    assert.match(none.headers['www-authenticate'], /^Bearer/);
    assert.equal((await palabre.post(`${base}/vote_cast`, params, 'nonsense')).json.name, 'token_invalid');
    assert.equal((await palabre.post(`${base}/vote_cast`, params, undefined, { authorization: 'Basic YTpi' })).json.name, 'token_invalid');
    const other = await palabre.session();
    assert.equal((await palabre.post(`/api/v1/sessions/${other}/vote_cast`, params, ana.token)).json.name, 'token_invalid');
    assert.equal((await palabre.call(session, undefined, 'idea_list', { challenge: 'c1', order: 'top' })).ideas.length >= 2, true);
  });

  test('who has voted reads an after_vote page by HTTP alone, and nobody else does', async () => {
    const own = await palabre.session({ challenges: [challenge('c1', { tally: 'after_vote', ideas: [{ title: 'Une' }] })] });
    const voter = await palabre.join(own), other = await palabre.join(own);
    const page = { challenge: 'c1', order: 'top' };
    await palabre.call(own, voter.token, 'vote_cast', { idea: 'i1', value: 1 });
    assert.equal((await palabre.topic(own, 'ideas:c1:top', other.token)).state.ideas.i1.tally, undefined);
    assert.deepEqual((await palabre.topic(own, 'ideas:c1:top', voter.token)).state.ideas.i1.tally, { votes: 1, score: 1 });
    assert.deepEqual((await palabre.call(own, voter.token, 'idea_list', page)).ideas[0].tally, { votes: 1, score: 1 });
    assert.equal((await palabre.call(own, other.token, 'idea_list', page)).ideas[0].tally, undefined);
  });
});

describe('topics', () => {
  const path = (topic, query = '') => `${base}/topics/${topic}${query}`;

  test('every topic is a snapshot whose ETag is its position', async () => {
    for (const topic of ['session', 'ideas:c1:top', 'ideas:c1:new', 'idea:i1', 'leaders', 'results:c1', 'me']) {
      const answer = await palabre.topic(session, topic, ana.token);
      assert.equal(answer.topic, topic);
      assert.equal(answer.etag.startsWith(`"${answer.epoch}:`), true, topic);
      const { headers } = await palabre.get(path(topic), ana.token);
      assert.match(headers['cache-control'], /private/);
      assert.match(headers.vary, /authorization/i);
    }
  });

  test('If-None-Match with the ETag answers 304 without a body until the document changes for this audience', async () => {
    const { etag } = await palabre.topic(session, 'ideas:c1:new', ana.token);
    const unchanged = () => palabre.get(path('ideas:c1:new'), ana.token, { 'if-none-match': etag });
    const answer = await unchanged();
    assert.equal(answer.status, 304);
    assert.equal(answer.bytes.length, 0);
    assert.equal(answer.headers.etag, etag);
    assert.equal((await palabre.get(path('ideas:c1:new'), ana.token, { 'if-none-match': `W/"x", ${etag}` })).status, 304);
    assert.equal((await palabre.get(path('ideas:c1:new'), ana.token, { 'if-none-match': '"other"' })).status, 200);
    await palabre.call(session, await palabre.staff(session), 'session_announce', { text: 'Rien pour les idées' });
    assert.equal((await unchanged()).status, 304, 'what changes elsewhere changes no ETag');
    await palabre.call(session, ana.token, 'idea_add', { challenge: 'c1', title: 'Du neuf' });
    for (let status = 304; status !== 200;) ({ status } = await unchanged());
  });

  test('since answers the patch from there to now', async () => {
    const held = await palabre.topic(session, 'ideas:c1:new', ana.token);
    const { idea, v } = await palabre.call(session, ana.token, 'idea_add', { challenge: 'c1', title: 'Depuis' });
    const { json } = await palabre.get(path('ideas:c1:new', `?since=${held.epoch}:${v}`), ana.token);
    assert.ok(json.v >= v, 'who asks from a version sees that version');
    const delta = await palabre.topic(session, 'ideas:c1:new', ana.token, `${held.epoch}:${held.v}`);
    assert.ok(delta.from <= held.v);
    const state = mergePatch(held.state, delta.patch);
    assert.ok(state.ideas[idea]);
    assert.deepEqual(state, (await palabre.topic(session, 'ideas:c1:new', ana.token)).state);
  });

  test('since an ETag, as it stands, is the position it names', async () => {
    const held = await palabre.topic(session, 'session', ana.token);
    const delta = await palabre.topic(session, 'session', ana.token, held.etag.slice(1, -1));
    assert.ok(delta.patch === undefined || Object.keys(delta.patch).length === 0);
  });

  test('since another epoch, or another audience\'s, answers the whole document', async () => {
    const held = await palabre.topic(session, 'ideas:c1:new', ana.token);
    for (const since of [`ffffffffffff.public.1:${held.v}`, `${held.epoch.replace('public', 'staff')}:${held.v}`])
      assert.ok((await palabre.topic(session, 'ideas:c1:new', ana.token, since)).state, since);
  });

  test('since a version that is not there yet is told to come back', async () => {
    const held = await palabre.topic(session, 'session', ana.token);
    const { status, json, headers } = await palabre.get(path('session', `?since=${held.epoch}:${held.v + 1000}`), ana.token);
    assert.equal(status, 503);
    assert.equal(json.name, 'behind');
    assert.ok(json.retry_ms > 0);
    assert.ok(Number(headers['retry-after']) >= 1);
  });

  test('since something else is a wrong parameter', async () => {
    for (const since of ['', 'x', ':', '5', 'a:', 'a:b', 'a:-1', 'a:1.5', `${'a'.repeat(80)}:1`])
      assert.equal((await palabre.get(path('session', `?since=${since}`), ana.token)).json?.name, 'invalid_params', since);
  });

  test('a topic that does not exist is unknown, me is nobody\'s without a token, long poll and streams are for later', async () => {
    for (const topic of ['nope', 'ideas:nope:top', 'idea:i999', 'results:nope', 'ideas:c1:old', 'me:p1'])
      assert.equal((await palabre.get(path(topic), ana.token)).json.name, 'topic_unknown', topic);
    assert.equal((await palabre.get(path('me'))).json.name, 'token_required');
    assert.equal((await palabre.get(path('session', '?wait=25'), ana.token)).status, 501);
    assert.equal((await palabre.get(path('session/stream'), ana.token)).status, 501);
    assert.equal((await palabre.get('/api/v1/sessions/nowhere/topics/session')).json.name, 'session_unknown');
  });

  test('HEAD answers the headers of GET and no body', async () => {
    const { status, headers, bytes } = await palabre.request('HEAD', path('session'), { token: ana.token });
    assert.equal(status, 200);
    assert.ok(headers.etag && Number(headers['content-length']) > 0);
    assert.equal(bytes.length, 0);
  });
});

describe('the rest', () => {
  test('about, health and readiness answer', async () => {
    const about = await palabre.get('/api/v1/about');
    const { deployment, ...rest } = validate('about', about.json);
    assert.match(deployment, /^d\w+$/);
    assert.deepEqual({ ...rest, version: '' }, { version: '', public_url: 'https://palabre.example', demo: false });
    assert.equal((await palabre.get('/healthz')).status, 200);
    assert.equal((await palabre.get('/readyz')).status, 200);
    assert.match(String((await palabre.get('/metrics')).bytes), /^palabre_connections \d+$/m);
  });

  test('what is not there is a 404, a method that is not for a path a 405', async () => {
    for (const path of ['/api', '/api/v1', '/api/v2/about', '/api/v1/sessions/', '/api/v1/sessions/nowhere', `${base}/`, '/demo.json', '/media/x', '/../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/a/b/c'])
      assert.equal((await palabre.get(path)).status === 404 || (await palabre.get(path)).status === 400 || (await palabre.get(path)).status === 405, true, path);
    assert.equal((await palabre.get('/api/v1/nothing')).json.name, 'not_found');
    for (const [method, path] of [['GET', '/api/v1/sessions'], ['POST', '/api/v1/about'], ['GET', `${base}/join`], ['GET', `${base}/vote_cast`],
                                  ['PUT', `${base}/vote_cast`], ['DELETE', `${base}/topics/session`], ['POST', `${base}/topics/session`], ['PATCH', '/healthz']]) {
      const answer = await palabre.request(method, path, { token: ana.token, body: method === 'GET' ? undefined : {} });
      assert.ok([405, 404].includes(answer.status), `${method} ${path}: ${answer.status}`);
    }
    assert.equal((await palabre.get('/api/v1/sessions')).status, 405);
    assert.equal((await palabre.post(`${base}/nothing_there`, {}, ana.token)).json.name, 'method_not_found');
  });

  test('only an admin makes sessions by HTTP, and mistakes in one have their pointer', async () => {
    const file = { id: 'by-http', title: 'T', brief: '', mandate: '', locale: 'fr', join: 'open', challenges: [challenge('c1')] };
    assert.equal((await palabre.post('/api/v1/sessions', file)).json.name, 'token_required');
    const brand = await palabre.token(session, 'brand');
    assert.ok(['forbidden', 'token_invalid'].includes((await palabre.post('/api/v1/sessions', file, brand)).json.name));
    const admin = await palabre.admin();
    for (const [change, pointer] of [[{ title: 3 }, '/title'], [{ extra: 1 }, '/extra'], [{ id: 'Bad' }, '/id'], [{ challenges: [{ ...challenge('c1'), ballot: 'x' }] }, '/challenges/0/ballot'],
                                     [{ challenges: [challenge('c1'), challenge('c1')] }, '/challenges/1/id'], [{ challenges: [challenge('c1', { ideas: [{ title: 'a' }, { body: 'b' }] })] }, '/challenges/0/ideas/1/title'],
                                     [{ challenges: [challenge('c1', { ballot: 'budget' })] }, '/challenges/0/budget'], [{ challenges: [challenge('c1', { opens_at: '2030-01-01T10:00:00' })] }, '/challenges/0/opens_at'],
                                     [{ challenges: [challenge('c1', { choose: 0 })] }, '/challenges/0/choose']]) {
      const { status, json } = await palabre.post('/api/v1/sessions', { ...file, ...change }, admin);
      assert.equal(status, 400, pointer);
      assert.equal(json.pointer, pointer, JSON.stringify(json));
      assert.ok(json.expected, pointer);
    }
    assert.equal((await palabre.post('/api/v1/sessions', '{', admin)).json.name, 'parse_error');
    assert.equal((await palabre.post('/api/v1/sessions', file, admin)).status, 201);
    assert.equal((await palabre.post('/api/v1/sessions', file, admin)).json.name, 'session_exists');
  });

  test('pages of the server\'s own host and of allowed origins may call, others may not', async () => {
    const { host } = new URL(palabre.url);
    const from = (origin) => palabre.get('/api/v1/about', undefined, { origin });
    assert.equal((await from(`http://${host}`)).status, 200);
    const allowed = await from('https://shop.example');
    assert.equal(allowed.status, 200);
    assert.equal(allowed.headers['access-control-allow-origin'], 'https://shop.example');
    assert.match(allowed.headers.vary ?? '', /origin/i);
    for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example', 'http://shop.example', `http://${host}.evil.example`]) {
      const refused = await palabre.post(`${base}/vote_cast`, { idea: 'i1', value: 1 }, ana.token, { origin });
      assert.equal(refused.status, 403, origin);
      assert.equal(refused.json.name, 'origin_refused');
      assert.equal(refused.headers['access-control-allow-origin'], undefined);
      await assert.rejects(Client.open(palabre.url, { origin }), /403/);
    }
    for (const origin of [`http://${host}`, 'https://shop.example']) (await palabre.connect({ origin })).socket.terminate();
  });

  test('a preflight says what an allowed origin may send', async () => {
    const ask = (origin) => palabre.request('OPTIONS', `${base}/vote_cast`, {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,idempotency-key' } });
    const { status, headers } = await ask('https://shop.example');
    assert.ok(status === 200 || status === 204);
    assert.equal(headers['access-control-allow-origin'], 'https://shop.example');
    for (const name of ['authorization', 'content-type', 'idempotency-key']) assert.match(headers['access-control-allow-headers'].toLowerCase(), new RegExp(name));
    assert.match(headers['access-control-allow-methods'], /POST/);
    assert.equal((await ask('https://evil.example')).status, 403);
  });

  test('every answer carries the headers that keep browsers careful', async () => {
    for (const path of ['/api/v1/about', `${base}/topics/session`, '/nothing']) {
      const { headers } = await palabre.get(path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
    }
  });

  test('an idea over HTTP is on the screens of the sockets', async () => {
    const wall = await palabre.greet(session);
    await wall.open('ideas:c1:new');
    const { idea } = await palabre.call(session, ana.token, 'idea_add', { challenge: 'c1', title: 'Par HTTP' });
    const state = await wall.see('ideas:c1:new', (document) => document.ideas[idea]);
    assert.equal(validateTopic('ideas:c1:new', state).ideas[idea].name, 'Ana');
  });
});
