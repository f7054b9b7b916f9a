// The life of a session: rehearsal, opening, closing, its end, the archive; erasing a person.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ADMIN, BRAND, MINUTE, MODERATOR, START, SYSTEM, Server, Session, challengeArguments } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const GROUPS = JSON.stringify({ store: { title: 'M', values: { lille: 'L', nantes: 'N' }, from: ['code', 'ask'] } })

async function room(fields = {}, challenges = { c1: {} }, ideas = [{ challenge: 'c1', title: 'Vanille' }, { challenge: 'c1', title: 'Café' }], media) {
  const session = new Session(server)
  const created = await session.create({ fields: { join: 'open code', ...fields }, challenges, ideas, media })
  assert.equal(created.status, 'ok', JSON.stringify(created.list))
  return session
}
const open = (session, nonce = 'cd34') => session.call('session_open', BRAND, nonce)
const close = (session) => session.call('session_close', BRAND)
const check = (session) => session.call('session_check', SYSTEM, '0', 'w')
const fieldsOf = async (session) => (await session.read()).fields

// All of the session that is stored, without what time makes.
async function dump(session) {
  const keys = (await session.redis.keys(session.key('*'))).sort()
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key.replace(/^.*\}:/, ''), await session.redis.dumpBuffer(key)])))
}

test('all works in a draft; opening it keeps what the session is made from and discards all else, once, for all to see', async () => {
  const session = await room({ state: 'draft', groups: GROUPS }, { c1: { proposals: 'open', voters: { groups: { store: ['lille'] } } }, c2: { opens_at: START + 60 * MINUTE } })
  const { digests } = await session.codes({ count: 2, groups: 'store=lille' })
  const { digests: [desk] } = await session.codes({ role: 'moderator', uses: 0 })
  const staff = await session.door({ code: desk, name: 'Zoé' })
  const ana = await session.door({ code: digests[0], name: 'Ana' })
  const bob = await session.door({ groups: 'store=lille' })
  await session.add(ana, 'c1', 'Pistache')
  await session.add(BRAND, 'c1', 'Citron')
  for (const idea of ['i1', 'i3']) await session.vote(bob, idea, 1)
  await session.vote(ana, 'i2', 1)
  await session.call('session_announce', BRAND, 'Répétition')
  await session.call('code_revoke', BRAND, 'k1-2')
  await session.moderate('i1', 'hide')
  const before = await session.read()
  assert.equal(before.fields['s:s.state'], 'draft')
  session.now += MINUTE
  const opened = await open(session)
  assert.equal(opened.status, 'ok')
  const { fields, epoch, seq } = await session.read()
  assert.match(epoch, /^[0-9a-f]{8}cd34$/)
  assert.ok(seq > before.seq && epoch !== before.epoch)
  assert.deepEqual([fields['s:s.state'], fields['s:s.opened_at'], fields['s:s.rehearsal'], fields['s:s.announcement'], fields['s:s.title']],
    ['open', String(START + MINUTE), `{"at":${START + MINUTE},"people":2,"ideas":1,"votes":2}`, undefined, 'Titre'])
  const ideas = Object.entries(fields).filter(([key]) => /^i:.*\.title$/.test(key))
  assert.deepEqual(ideas, [['i:i1.title', 'Vanille'], ['i:i2.title', 'Café'], ['i:i4.title', 'Citron']])
  assert.deepEqual([fields['c:c1.ideas'], fields['c:c1.votes'], fields['c:c1.voters'], fields['c:c1.state'], fields['c:c2.state'], fields['i:i4.n'], fields['i:i1.state']],
    ['3', '0', '0', 'open', 'planned', '3', 'published'])
  assert.deepEqual([fields['p:p1.name'], fields['p:p1.role'], fields['p:p2.n'], fields['p:p3.n']], ['Zoé', 'moderator', undefined, undefined])
  assert.equal(fields['s:s.revoked.k1-2'], '1')
  const [event] = await session.events(opened.seq - 1)
  assert.deepEqual([event.name, event.epoch], ['session_opened', epoch])
  const keys = Object.keys(await dump(session))
  for (const key of ['ballots:c1', 'tally:c1', 'series:c1', 'turnout:c1', 'dirty', 'rehearsed']) assert.ok(!keys.includes(key), key)
  const people = Object.keys(await session.redis.hgetall(session.key('people:0')))
  assert.deepEqual(people.filter((field) => !/^p1\.|^p4\./.test(field)), [])
})

test('the codes of a rehearsal are the codes of the session, for as many people as they were made for', async () => {
  const session = await room({ state: 'draft' })
  const { digests: [one] } = await session.codes()
  const { digests: [three] } = await session.codes({ uses: 3 })
  const { digests: [desk] } = await session.codes({ role: 'moderator' })
  const ana = await session.door({ code: one })
  for (let n = 0; n < 3; n++) await session.door({ code: three })
  const staff = await session.door({ code: desk })
  assert.equal((await session.door({ code: three })).answer.status, 'code_used_up')
  await open(session)
  assert.equal((await session.vote(ana, 'i1', 1)).status, 'participant_unknown')
  const again = await session.door({ code: one })
  assert.deepEqual([again.id, again.answer.generation], ['p6', '1'], 'ids go on: no two people ever had the same')
  for (let n = 0; n < 3; n++) assert.equal((await session.door({ code: three })).answer.status, 'ok')
  assert.equal((await session.door({ code: three })).answer.status, 'code_used_up')
  assert.equal((await session.door({ code: desk })).id, staff.id, 'staff stay who they are')
  assert.equal((await session.add(again, 'c1')).idea, 'i3')
})

test('the journal of a session that was a draft begins at its opening, and says again who stays and what codes there are', async () => {
  const session = await room({ state: 'draft' })
  await session.codes({ count: 2, label: 'Affiche' })
  const { digests: [desk] } = await session.codes({ role: 'moderator', uses: 0 })
  await session.door({ code: desk })
  await session.call('code_revoke', BRAND, 'k1-2')
  await session.join({ name: 'Ana' })
  await open(session)
  const journal = await session.journal()
  assert.deepEqual(journal.map((entry) => entry.words.join(' ')), ['session_open brand-1 verified -', 'code_make brand-1 verified - k1',
    'code_make brand-1 verified - k2', 'code_revoke brand-1 verified - k1-2', 'participant_join p1 open - moderator k2-1'])
  const said = await session.redis.hgetall(session.key('said'))
  assert.deepEqual([said[journal[1].id], said[journal[2].id], said[journal[3].id]], ['["","","","=Affiche","","=2"]', '["=moderator","=0","","","","=1"]', '["k1-2"]'])
})

test('a date that a rehearsal passed is forgotten by the opening, one to come is kept', async () => {
  const session = await room({ state: 'draft', ends_at: START + 2 * MINUTE }, { c1: { closes_at: START + MINUTE }, c2: { closes_at: START + 9 * MINUTE } })
  session.now += 3 * MINUTE
  assert.equal((await check(session)).due, String(START + 9 * MINUTE), 'a draft has no end')
  assert.deepEqual([(await fieldsOf(session))['s:s.state'], (await fieldsOf(session))['c:c1.state']], ['draft', 'closed'])
  await open(session)
  const fields = await fieldsOf(session)
  assert.deepEqual([fields['s:s.ends_at'], fields['c:c1.closes_at'], fields['c:c1.state'], fields['c:c1.outcomes'], fields['c:c2.closes_at']],
    [undefined, undefined, 'open', undefined, String(START + 9 * MINUTE)])
})

test('a session made from the definition of an opened draft is the same session', async () => {
  const hash = 'ab12'.repeat(16)
  const session = await room({ state: 'draft', groups: GROUPS, brand: 'danette', languages: 'fr en', mandate: 'Nous suivrons', ends_at: START + 90 * MINUTE },
    { c1: { ballot: 'budget', dots: 5, per_idea: 2, brief: 'Bref', voters: { levels: ['code'] }, outcome: { winners: 2 } }, c2: { proposals: 'brand', tally: 'sealed', closes_at: START + 60 * MINUTE } },
    [{ challenge: 'c1', title: 'a', body: 'corps', media: hash }, { challenge: 'c2', title: '\u0001{"fr":"b"}' }, { challenge: 'c1', title: 'c', lang: 'en' }], [[hash, `{"hash":"${hash}"}`, 'octets']])
  await session.add(await session.join(), 'c1', 'jeté')
  await session.call('session_edit', { ...BRAND, groups: 'danette' }, '=Autre', '', '', '')
  await session.call('session_open', { ...BRAND, groups: 'danette' }, 'cd34')
  const definition = JSON.parse((await session.call('definition_read', SYSTEM)).definition)
  const other = new Session(server)
  other.now = session.now
  assert.equal((await other.call('session_create', ADMIN, 'ef56', ...definition)).status, 'ok')
  assert.deepEqual(await fieldsOf(other), await fieldsOf(session))
  assert.deepEqual(JSON.parse((await other.call('definition_read', SYSTEM)).definition), definition)
  assert.equal((await other.add(await other.join(), 'c1', 'neuf')).idea, (await session.add(await session.join(), 'c1', 'neuf')).idea)
})

test('a definition whose ideas go back in number is refused', async () => {
  const session = new Session(server)
  for (const ids of [['i2', 'i1'], ['i1', 'i1'], ['x1'], ['i0']]) {
    const answer = await session.create({ challenges: { c1: {} }, ideas: ids.map((id) => ({ challenge: 'c1', title: 'x', id })) })
    assert.deepEqual([answer.status, answer.field], ['invalid_params', 'id'], ids.join())
  }
})

test('closing closes what is open, with an outcome, and refuses every write by participants; opening again takes them', async () => {
  const session = await room({}, { c1: {}, c2: { opens_at: START + MINUTE } })
  const ana = await session.join()
  await session.vote(ana, 'i1', 1)
  assert.equal((await close(session)).status, 'ok')
  const { seq } = await close(session)
  assert.equal((await close(session)).seq, seq, 'closing what is closed changes nothing')
  let fields = await fieldsOf(session)
  assert.deepEqual([fields['s:s.state'], fields['s:s.closed_at'], fields['c:c1.state'], JSON.parse(fields['c:c1.outcomes'])[0].winners], ['closed', String(START), 'closed', ['i1']])
  for (const answer of [await session.vote(ana, 'i1', 0), await session.add(ana, 'c1'), await session.call('name_set', ana, 'x')]) assert.equal(answer.status, 'session_closed')
  assert.equal((await session.call('challenge_open', BRAND, 'c1')).status, 'session_closed')
  assert.equal((await session.call('challenge_add', BRAND, ...challengeArguments())).status, 'session_closed')
  session.now += 2 * MINUTE
  assert.equal((await check(session)).due, undefined)
  assert.equal((await fieldsOf(session))['c:c2.state'], 'planned', 'the dates of a closed session do nothing')
  assert.equal((await session.moderate('i1', 'hide')).status, 'ok', 'staff still moderate')
  assert.equal((await open(session)).status, 'ok')
  await check(session)
  fields = await fieldsOf(session)
  assert.deepEqual([fields['s:s.state'], fields['c:c1.state'], fields['c:c2.state'], fields['s:s.rehearsal']], ['open', 'closed', 'open', undefined])
  assert.equal((await session.call('name_set', ana, 'x')).status, 'ok')
  assert.match((await session.read()).epoch, /ab12$/, 'nothing was discarded')
})

test('a session ends by itself, and with it what is open, at that moment whoever calls and however late', async () => {
  for (const late of [(s) => check(s), (s) => s.call('session_due', SYSTEM), (s, ana) => s.vote(ana, 'i1', 0), (s, ana) => s.add(ana, 'c1'), (s) => s.call('challenge_close', BRAND, 'c1')]) {
    const session = await room({ ends_at: START + 2 * MINUTE }, { c1: {}, c2: { closes_at: START + MINUTE }, c3: { opens_at: START + 3 * MINUTE }, c4: { closes_at: START + 5 * MINUTE } })
    const ana = await session.join()
    assert.equal((await check(session)).due, String(START + MINUTE))
    await session.vote(ana, 'i1', 1)
    session.now += 10 * MINUTE
    await late(session, ana)
    const fields = await fieldsOf(session)
    assert.deepEqual(['c1', 'c2', 'c3', 'c4'].map((id) => [fields[`c:${id}.state`], fields[`c:${id}.closed_at`]]),
      [['closed', String(START + 2 * MINUTE)], ['closed', String(START + MINUTE)], ['planned', undefined], ['closed', String(START + 2 * MINUTE)]])
    assert.deepEqual([fields['s:s.state'], fields['s:s.closed_at'], JSON.parse(fields['c:c1.outcomes'])[0].at, fields['i:i1.tally']],
      ['closed', String(START + 2 * MINUTE), START + 2 * MINUTE, '1 0 0 0 0 0'])
    const due = (await session.journal()).map((entry) => entry.words.join(' ')).filter((line) => line.startsWith('session_due'))
    assert.deepEqual(due, [`session_due - - - c2 closed ${START + MINUTE}`, `session_due - - - s closed ${START + 2 * MINUTE}`])
    const events = await session.events()
    assert.equal(events.find((event) => event.name === 'session_closed').at, START + 2 * MINUTE)
  }
})

test('the end may be moved while it has not come; a reopening forgets one that has', async () => {
  const session = await room({ ends_at: START + 2 * MINUTE })
  const ana = await session.join()
  assert.equal((await session.call('session_edit', BRAND, '', '', '', `=${START}`)).field, 'ends_at')
  assert.equal((await session.call('session_edit', BRAND, '', '', '', `=${START + 5 * MINUTE}`)).status, 'ok')
  session.now += 3 * MINUTE
  assert.equal((await session.vote(ana, 'i1', 1)).status, 'ok')
  session.now += 3 * MINUTE
  assert.equal((await session.vote(ana, 'i2', 1)).status, 'challenge_closed')
  assert.equal((await session.call('session_edit', BRAND, '', '', '', `=${START + 50 * MINUTE}`)).status, 'session_closed')
  await open(session)
  const fields = await fieldsOf(session)
  assert.deepEqual([fields['s:s.state'], fields['s:s.ends_at']], ['open', undefined])
  await session.call('challenge_open', BRAND, 'c1')
  assert.equal((await session.vote(ana, 'i2', 1)).status, 'ok')
})

test('what is archived is written by nobody, and is read', async () => {
  const session = await room()
  const ana = await session.join()
  assert.equal((await session.call('session_archive', BRAND)).status, 'session_state')
  await close(session)
  assert.equal((await session.call('session_archive', BRAND)).status, 'ok')
  const before = await dump(session)
  for (const [name, who, ...rest] of [['session_archive', BRAND], ['session_open', BRAND, 'cd34'], ['session_close', BRAND], ['session_edit', ADMIN, '=x', '', '', ''], ['idea_moderate', MODERATOR, 'i1', 'hide', 'x'],
    ['vote_cast', ana, 'i1', '1'], ['me_erase', ana], ['code_make', BRAND, '', '', '', '', '', '', 'd'], ['outcome_override', BRAND, 'c1', 'choice', 'i1', 'x'], ['participant_ban', BRAND, 'p1', 'x']])
    assert.equal((await session.call(name, who, ...rest)).status, 'session_archived', name)
  for (const operator of [true, false]) assert.equal((operator ? await session.join() : await session.door()).answer.status, 'session_archived')
  assert.deepEqual(await dump(session), before)
  assert.equal((await fieldsOf(session))['s:s.state'], 'archived')
})

test('a draft is neither closed nor archived', async () => {
  const session = await room({ state: 'draft' })
  for (const name of ['session_close', 'session_archive']) assert.equal((await session.call(name, BRAND)).status, 'session_state')
})

test('a person who is erased leaves ballots and nothing else: no name, no text; tokens are retired', async () => {
  const session = await room({ terms: '{"version":"1","text":"x"}' }, { c1: {}, c2: {} })
  const { digests: [code] } = await session.codes()
  const ana = await session.door({ name: 'Ana Secret', code, accept: '1' })
  const { idea } = await session.add(ana, 'c1', 'Idée Secret', 'corps Secret')
  await session.edit(ana, idea, { addition: 'ajout Secret' })
  await session.call('participant_rename', MODERATOR, 'p1', 'Nom Secret', 'raison')
  await session.vote(ana, 'i1', 1)
  await session.call('challenge_close', BRAND, 'c1')
  const before = await fieldsOf(session)
  assert.equal((await session.call('me_erase', ana)).status, 'ok')
  const after = await fieldsOf(session)
  assert.deepEqual([after['p:p1.name'], after[`i:${idea}.title`], after[`i:${idea}.body`], after[`i:${idea}.additions`], after[`i:${idea}.erased`], after[`i:${idea}.unsigned`], after[`i:${idea}.state`]],
    [undefined, undefined, undefined, undefined, '1', '1', 'published'])
  for (const key of ['i:i1.tally', 'c:c1.outcomes', 'c:c1.voters', 'p:p1.points']) assert.equal(after[key], before[key], key)
  const stored = await dump(session)
  for (const [key, bytes] of Object.entries(stored)) if (key !== 'log') assert.ok(!bytes.includes('Secret'), key)
  assert.equal((await session.vote(ana, 'i1', 0)).status, 'token_retired')
  assert.equal((await session.door({ code })).id, 'p1', 'or one could vote twice')
  await close(session)
  const again = await session.door({ code })
  assert.equal((await session.call('me_erase', again)).status, 'ok', 'also once the session is closed')
})
