// Sessions: making one, joining, words, pauses, who is online, names.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, START, SYSTEM, Server, Session } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

async function room(definition = { challenges: { c1: {} } }) {
  const session = new Session(server)
  assert.equal((await session.create(definition)).status, 'ok')
  return session
}

const check = (session, count, worker) => session.call('session_check', SYSTEM, String(count), worker)

test('a session is made once, with all it says, in one event', async () => {
  const session = await room({ fields: { brief: 'Bref', mandate: 'Nous suivrons', time_zone: 'Europe/Paris', simulated: '1' },
    challenges: { c1: { title: 'Quel parfum ?', proposals: 'brand' } }, ideas: [{ challenge: 'c1', title: 'Vanille', body: 'douce' }, { challenge: 'c1', title: 'Café' }] })
  const [event, ...rest] = await session.events()
  assert.equal(rest.length, 0)
  assert.deepEqual([event.version, event.seq, event.name, event.at], ['1', 1, 'session_created', START])
  const { fields, epoch } = await session.read()
  assert.match(epoch, /^[0-9a-f]{8}ab12$/)
  assert.equal(event.epoch, epoch)
  assert.deepEqual(Object.fromEntries(event.writes), fields)
  assert.deepEqual([fields['s:s.mandate'], fields['s:s.created_at'], fields['s:s.state'], fields['i:i2.title'], fields['i:i1.brand'], fields['c:c1.ideas']],
    ['Nous suivrons', String(START), 'open', 'Café', '1', '2'])
  const again = await session.create({})
  assert.equal(again.status, 'session_exists')
  assert.equal((await session.read()).fields['s:s.title'], 'Titre')
})

test('a definition that does not fit itself makes nothing', async () => {
  const cases = [[{ challenges: { c1: { ballot: 'budget' } } }, 'invalid_params'], [{ ideas: [{ challenge: 'c9', title: 'x' }] }, 'challenge_unknown'],
    [{ challenges: { c1: {} }, ideas: [{ challenge: 'c1', title: 'x', media: 'aa' }] }, 'media_unknown'],
    [{ challenges: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`c${n}`, {}])) }, 'challenges_limit']]
  for (const [definition, status] of cases) {
    const session = new Session(server)
    assert.equal((await session.create(definition)).status, status)
    assert.deepEqual(await session.redis.keys(`palabre:{${session.id}}:*`), [])
  }
})

const ANA = { participant: 'p1', role: 'participant', level: 'open', groups: '' }
// Every function but session_create, with arguments that fit it.
const CALLS = { participant_join: ['', 'door', '', '', '', '', '', '', '', '', ''], participant_upgrade: ['p1', 'code', '', ''],
  participant_merge: ['p1', 'p2'], idea_add: ['c1', 'x', '', '', ''], idea_edit: ['i1', '=x', '', ''], idea_withdraw: ['i1'],
  idea_moderate: ['i1', 'hide', 'x'], vote_cast: ['i1', '1'], challenge_add: [], challenge_edit: [], challenge_open: ['c1'],
  challenge_close: ['c1'], challenge_rules: ['c1', 'f00d'], session_edit: ['=x'], session_announce: ['x'], session_freeze: [], session_unfreeze: [],
  session_open: ['cd34'], session_close: [], session_archive: [], session_door: [], session_import_end: [], seal_open: ['x'],
  journal_read: ['', '9'], definition_read: [], record_read: ['meta', '0'], outcome_override: ['c1', 'choice', 'i1', 'x'],
  code_make: ['', '', '', '', '', '', 'digest'], code_revoke: ['k1'], participant_ban: ['p1', 'x'], participant_unban: ['p1', 'x'], me_erase: [],
  name_set: ['x'], participant_rename: ['p1', 'x', 'y'], tally_flush: [], session_read: [''], people_read: ['p1'], session_check: ['1', 'w'],
  session_due: [], log_read: ['0', '9'], media_get: ['aa'] }

test('the functions that are called here are all that there are', async () => {
  const [list] = await server.redis.call('FUNCTION', 'LIST', 'LIBRARYNAME', 'palabre_3')
  const functions = list[list.indexOf('functions') + 1].map((one) => one[one.indexOf('name') + 1].replace(/_3$/, ''))
  assert.deepEqual([...Object.keys(CALLS), 'session_create'].sort(), functions.sort())
})

test('every function of a session that does not exist says so and writes nothing', async () => {
  const session = new Session(server, 'nowhere')
  for (const [name, rest] of Object.entries(CALLS)) {
    const answer = await session.call(name, ANA, ...rest)
    assert.deepEqual([answer.status, answer.epoch, answer.seq], ['session_unknown', '', 0], name)
  }
  assert.deepEqual(await session.redis.keys('palabre:{nowhere}:*'), [])
})

test('every function of a session whose data is of another version says so and writes nothing', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: {} }, ideas: [{ challenge: 'c1', title: 'a' }] })
  await session.people(1)
  await session.redis.hset(session.key('meta'), 'data', '1')
  const dump = async () => Promise.all((await session.redis.keys(session.key('*'))).sort().map(async (key) => [key, await session.redis.dumpBuffer(key)]))
  const before = await dump()
  for (const [name, rest] of Object.entries(CALLS))
    assert.equal((await session.call(name, ANA, ...rest)).status, 'not_supported', name)
  assert.deepEqual(await dump(), before)
})

test('participants are numbered; what they are is told', async () => {
  const session = await room({ fields: { groups: JSON.stringify({ store: { title: 'Magasin', values: { lille: 'Lille' }, from: ['code'] } }) } })
  const ana = await session.join({ name: 'Ana', level: 'code', groups: 'store=lille' })
  const bob = await session.join()
  assert.deepEqual([ana.participant, bob.participant], ['p1', 'p2'])
  assert.deepEqual(ana.answer.pairs, [['participant', 'p1'], ['role', 'participant'], ['level', 'code'], ['groups', 'store=lille'],
    ['generation', '1'], ['name', 'Ana'], ['code', '']])
  const { fields } = await session.read()
  const people = Object.fromEntries(Object.entries(fields).filter(([key]) => key.startsWith('p:')))
  assert.deepEqual(people, { 'p:p1.n': '1', 'p:p1.name': 'Ana', 'p:p1.role': 'participant', 'p:p1.level': 'code', 'p:p1.groups': 'store=lille',
    'p:p1.generation': '1', 'p:p2.n': '2', 'p:p2.role': 'participant', 'p:p2.level': 'open', 'p:p2.generation': '1' })
  assert.equal(await session.redis.hget(session.key('people:0'), 'p1.who'), 'participant code store=lille 1 -')
  assert.equal((await session.join({ groups: 'store=brest' })).answer.field, 'groups.store')
})

test('a session that is not open to anyone is joined by an operator, a closed one by nobody new', async () => {
  const session = await room({ fields: { join: 'code' } })
  assert.equal((await session.door()).answer.status, 'join_not_open')
  assert.equal((await session.join()).answer.status, 'ok')
  const closed = await room()
  await closed.call('session_close', BRAND)
  assert.equal((await closed.door()).answer.status, 'session_closed')
  assert.equal((await closed.join()).answer.status, 'ok')
})

test('freezing stops every write by participants and none by staff; who comes in may watch', async () => {
  const session = await room()
  const ana = await session.join()
  const { idea } = await session.add(ana, 'c1')
  const frozen = await session.call('session_freeze', MODERATOR)
  assert.equal((await session.call('session_freeze', MODERATOR)).seq, frozen.seq, 'frozen already: nothing')
  for (const answer of [await session.add(ana, 'c1'), await session.edit(ana, idea, { title: 'x' }), await session.call('idea_withdraw', ana, idea),
    await session.vote(ana, idea, 1), await session.call('name_set', ana, 'Ana')]) assert.equal(answer.status, 'session_frozen')
  assert.equal((await session.add(BRAND, 'c1')).status, 'ok')
  assert.equal((await session.join()).answer.status, 'ok')
  assert.equal((await session.read()).fields['s:s.frozen'], '1')
  await session.call('session_unfreeze', MODERATOR)
  assert.equal((await session.read()).fields['s:s.frozen'], undefined)
  assert.equal((await session.vote(ana, idea, 1)).status, 'ok')
})

test('words change, the announcement comes and goes', async () => {
  const session = await room()
  await session.call('session_edit', BRAND, '=Autre titre', '=Bref', '')
  await session.call('session_announce', MODERATOR, 'Dix minutes')
  let { fields } = await session.read()
  assert.deepEqual([fields['s:s.title'], fields['s:s.brief'], fields['s:s.announcement'], fields['s:s.announced_at']],
    ['Autre titre', 'Bref', 'Dix minutes', String(START)])
  await session.call('session_edit', BRAND, '', '=', '')
  await session.call('session_announce', MODERATOR, '')
  fields = (await session.read()).fields
  assert.deepEqual([fields['s:s.brief'], fields['s:s.announcement'], fields['s:s.announced_at']], [undefined, undefined, undefined])
  assert.equal((await session.call('session_edit', BRAND, '', '', '')).status, 'invalid_params')
  assert.equal((await session.call('session_edit', BRAND, '=', '', '')).field, 'title')
})

test('names are set by their bearer, changed by a moderator, and removed when empty', async () => {
  const session = await room()
  const ana = await session.join({ name: 'Ana' })
  await session.call('name_set', ana, 'Anaïs')
  assert.equal((await session.read()).fields['p:p1.name'], 'Anaïs')
  await session.call('participant_rename', MODERATOR, 'p1', '', 'injure')
  assert.equal((await session.read()).fields['p:p1.name'], undefined)
  assert.equal((await session.call('participant_rename', MODERATOR, 'p9', 'x', 'y')).status, 'participant_unknown')
  assert.equal((await session.call('name_set', { ...ana, participant: 'p9' }, 'x')).status, 'participant_unknown')
  const journal = await session.journal()
  assert.ok(!JSON.stringify(journal).includes('Ana'), 'no name is in the journal')
})

test('the people of all workers are one number, told when it changes and at most once a second', async () => {
  const session = await room()
  const people = async () => (await session.read()).fields['s:s.people']
  await check(session, 3, 'w1')
  assert.equal(await people(), '3')
  session.now += 400
  await check(session, 4, 'w2')
  assert.equal(await people(), '3', 'too soon')
  session.now += 600
  const { seq } = await check(session, 4, 'w2')
  assert.equal(await people(), '7')
  session.now += 5000
  assert.equal((await check(session, 4, 'w2')).seq, seq, 'the same number is no event')
  session.now += 10_001
  await check(session, 4, 'w2')
  assert.equal(await people(), '4', 'a worker that says nothing for 15 s has nobody')
  session.now += 1000
  await check(session, 0, 'w2')
  assert.equal(await people(), '0')
})

test('a position check flushes what a dead worker left dirty', async () => {
  const session = await room({ challenges: { c1: {} }, ideas: [{ challenge: 'c1', title: 'Option' }] })
  const ana = await session.join()
  await session.vote(ana, 'i1', 1)
  const { seq } = await check(session, 0, 'w1')
  assert.equal((await session.events(seq - 1))[0].name, 'tally_flushed')
})

test('the journal has every accepted command, in order, and no text; what staff said is beside it, whole', async () => {
  const groups = JSON.stringify({ store: { title: 'M', values: { lille: 'Lille' }, from: ['code'] }, status: { title: 'S', values: { client: 'C' }, from: ['code'] } })
  const session = await room({ fields: { groups }, challenges: { c1: { closes_at: START + MINUTE } } })
  const ana = await session.join({ name: 'Ana', level: 'code', groups: 'status=client,store=lille' })
  const { idea } = await session.add(ana, 'c1', 'Titre secret')
  await session.edit(ana, idea, { title: 'Autre', addition: 'plus' })
  await session.vote(ana, idea, 1)
  await session.vote(ana, 'i9', 1)
  await session.moderate(idea, 'hide', 'motif')
  await session.call('participant_rename', MODERATOR, 'p1', 'Nom', 'injure')
  session.now += MINUTE
  await session.call('challenge_close', BRAND, 'c1')
  const journal = await session.journal()
  assert.deepEqual(journal.map((entry) => entry.words.join(' ')), ['session_create - - -', 'participant_join p1 code store=lille,status=client participant',
    'idea_add p1 code store=lille,status=client c1 i1', 'idea_edit p1 code store=lille,status=client i1 ta',
    'vote_cast p1 code store=lille,status=client i1 1', 'idea_moderate mod-1 verified - i1 hide', 'participant_rename mod-1 verified - p1',
    `session_due - - - c1 closed ${START + MINUTE}`, 'challenge_close brand-1 verified - c1'])
  const said = await session.redis.hgetall(session.key('said'))
  assert.deepEqual(said, { [journal[5].id]: '["i1","hide","motif"]', [journal[6].id]: '["p1","","injure"]', [journal[8].id]: '["c1"]' })
})
