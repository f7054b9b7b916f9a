// Challenges: what opens and closes them, and rules that freeze.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, START, SYSTEM, Server, Session, challengeArguments, challengeEdits } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

async function room(challenges = {}, ideas = []) {
  const session = new Session(server)
  const created = await session.create({ challenges, ideas })
  assert.equal(created.status, 'ok', JSON.stringify(created.list))
  return session
}

const add = (session, id, c) => session.call('challenge_add', BRAND, ...challengeArguments(id, c))
const edit = (session, id, c) => session.call('challenge_edit', BRAND, ...challengeEdits(id, c))
const open = (session, id) => session.call('challenge_open', MODERATOR, id)
const close = (session, id) => session.call('challenge_close', MODERATOR, id)
const names = async (session, from) => (await session.events(from)).map((event) => event.name)

async function field(session, key) {
  return (await session.read()).fields[key]
}

test('a challenge without a date opens at once, one with a date waits for it', async () => {
  const session = await room()
  assert.equal((await add(session, 'now')).challenge, 'now')
  await add(session, 'later', { opens_at: START + MINUTE })
  const { fields } = await session.read()
  assert.equal(fields['c:now.state'], 'open')
  assert.equal(fields['c:now.opened_at'], String(START))
  assert.equal(fields['c:later.state'], 'planned')
  assert.equal(fields['c:later.opened_at'], undefined)
  assert.deepEqual([fields['c:now.n'], fields['c:later.n']], ['1', '2'])
})

test('a made id steps over those that were given', async () => {
  const session = await room({ c2: {} })
  assert.equal((await add(session)).challenge, 'c3')
  assert.equal((await add(session)).challenge, 'c4')
  assert.equal((await add(session, 'c1')).challenge, 'c1')
})

test('an id that exists and a 65th challenge are refused', async () => {
  const session = await room({ c1: {} })
  assert.equal((await add(session, 'c1')).status, 'challenge_exists')
  for (let n = 2; n <= 64; n++) assert.equal((await add(session)).status, 'ok')
  const refused = await add(session)
  assert.deepEqual([refused.status, refused.limit], ['challenges_limit', '64'])
})

test('rules that do not fit each other are refused with the field', async () => {
  const session = await room()
  const cases = [[{ ballot: 'budget' }, 'budget'], [{ ballot: 'single', choose: 2 }, 'choose'], [{ ballot: 'approval', dots: 5 }, 'budget'],
    [{ closes_at: START }, 'closes_at'], [{ opens_at: START + 9, closes_at: START + 9 }, 'closes_at'], [{ ballot: 'lot' }, 'ballot'],
    [{ choose: 0 }, 'choose'], [{ ideas_per_person: 0 }, 'ideas_per_person'], [{ ballot: 'budget', dots: 5, per_idea: 0 }, 'budget'], [{ title: '' }, 'title']]
  for (const [c, name] of cases) {
    const refused = await add(session, 'c1', c)
    assert.deepEqual([refused.status, refused.field], ['invalid_params', name], JSON.stringify(c))
    assert.ok(refused.expected)
  }
  assert.deepEqual(await names(session, 1), [])
})

test('dates open and close by themselves at the planned moments, whoever calls', async () => {
  const dates = { opens_at: START + MINUTE, closes_at: START + 2 * MINUTE }
  const callers = {
    session_check: (session) => session.call('session_check', SYSTEM, '0', 'w1'),
    session_due: (session) => session.call('session_due', SYSTEM),
    vote_cast: async (session) => session.vote({ participant: 'p1', role: 'participant', level: 'open', groups: '' }, 'i1', 1),
    idea_add: (session) => session.add({ participant: 'p1', role: 'participant', level: 'open', groups: '' }, 'c1'),
  }
  for (const [name, caller] of Object.entries(callers)) {
    const session = await room({ c1: dates }, [{ challenge: 'c1', title: 'Option' }])
    await session.join()
    session.now = START + 5 * MINUTE
    await caller(session)
    const events = (await session.events(2)).filter((event) => event.name.startsWith('challenge'))
    assert.deepEqual(events.map((event) => [event.name, event.at]),
      [['challenge_opened', dates.opens_at], ['challenge_closed', dates.closes_at]], name)
    assert.equal(await field(session, 'c:c1.closed_at'), String(dates.closes_at))
    assert.equal(await field(session, 'c:c1.opened_at'), String(dates.opens_at))
  }
})

test('due says the next date that will open or close something', async () => {
  const session = await room({ c1: { opens_at: START + 5 * MINUTE, closes_at: START + 9 * MINUTE }, c2: { closes_at: START + 7 * MINUTE } })
  const due = async () => (await session.call('session_check', SYSTEM, '0', 'w1')).due
  assert.equal(await due(), String(START + 5 * MINUTE))
  session.now = START + 5 * MINUTE
  assert.equal(await due(), String(START + 7 * MINUTE))
  session.now = START + 8 * MINUTE
  assert.equal(await due(), String(START + 9 * MINUTE))
  session.now = START + 9 * MINUTE
  assert.equal((await session.call('session_due', SYSTEM)).due, undefined)
})

test('closing publishes the last votes first, and takes no more', async () => {
  const session = await room({ c1: {} }, [{ challenge: 'c1', title: 'Option' }])
  const ana = await session.join()
  await session.vote(ana, 'i1', 1)
  const { seq } = await close(session, 'c1')
  assert.deepEqual(await names(session, seq - 2), ['tally_flushed', 'challenge_closed'])
  assert.equal((await session.vote(ana, 'i1', 0)).status, 'challenge_closed')
  assert.equal((await close(session, 'c1')).seq, seq, 'closed already: nothing')
})

test('a closed challenge opens again, its date kept only where it is to come', async () => {
  const session = await room({ c1: { closes_at: START + MINUTE }, c2: { closes_at: START + 9 * MINUTE } })
  session.now = START + 2 * MINUTE
  await close(session, 'c2')
  assert.equal((await open(session, 'c1')).status, 'ok')
  assert.equal((await open(session, 'c2')).status, 'ok')
  const { fields } = await session.read()
  assert.equal(fields['c:c1.closes_at'], undefined)
  assert.equal(fields['c:c2.closes_at'], String(START + 9 * MINUTE))
  assert.equal(fields['c:c1.opened_at'], String(START), 'first opened')
  const { seq } = await open(session, 'c1')
  assert.equal(seq, (await session.flush()).seq, 'open already: nothing')
})

test('a sealed challenge closes once and never opens again', async () => {
  const session = await room({ c1: { tally: 'sealed' } })
  await close(session, 'c1')
  assert.equal((await open(session, 'c1')).status, 'challenge_sealed')
  assert.equal(await field(session, 'c:c1.state'), 'closed')
})

test('opening by hand is before the date, and the date does not open again', async () => {
  const session = await room({ c1: { opens_at: START + MINUTE } })
  await open(session, 'c1')
  await close(session, 'c1')
  session.now = START + 2 * MINUTE
  await session.call('session_due', SYSTEM)
  assert.equal(await field(session, 'c:c1.state'), 'closed')
  assert.equal(await field(session, 'c:c1.opened_at'), String(START))
})

test('a challenge that is unknown is refused', async () => {
  const session = await room()
  for (const answer of [await open(session, 'c9'), await close(session, 'c9'), await edit(session, 'c9', { title: 'x' }), await session.add(BRAND, 'c9')])
    assert.deepEqual([answer.status, answer.field], ['challenge_unknown', 'challenge'])
})

test('before it opens anything changes without a reason, and what goes with another ballot goes', async () => {
  const session = await room({ c1: { opens_at: START + MINUTE, ballot: 'budget', dots: 5, per_idea: 2, final: true } })
  assert.equal((await edit(session, 'c1', { ballot: 'approval', choose: 3, final: false, tally: 'sealed', title: 'Autre' })).status, 'ok')
  const { fields } = await session.read()
  assert.equal(fields['c:c1.dots'], undefined)
  assert.equal(fields['c:c1.per_idea'], undefined)
  assert.equal(fields['c:c1.final'], undefined)
  assert.equal(fields['c:c1.choose'], '3')
  assert.equal(fields['c:c1.timeline'], undefined)
  assert.equal((await edit(session, 'c1', { ballot: 'budget' })).field, 'budget')
  assert.equal((await edit(session, 'c1', {})).status, 'invalid_params')
  assert.equal((await edit(session, 'c1', { opens_at: START })).field, 'opens_at')
  assert.equal((await edit(session, 'c1', { closes_at: START + MINUTE })).field, 'closes_at')
})

test('once it has opened the rules are frozen for every role, also while it is closed', async () => {
  const session = await room({ c1: { opens_at: START + MINUTE } })
  session.now = START + MINUTE // the date itself opens it, before the brand's change is looked at
  const changes = { ballot: 'single', choose: 2, final: true, proposals: 'brand', tally: 'sealed', opens_at: START + 9 * MINUTE, ideas_per_person: 2 }
  for (const state of ['open', 'closed']) {
    for (const [name, value] of Object.entries(changes)) {
      const refused = await edit(session, 'c1', { [name]: value, reason: 'raison' })
      assert.deepEqual([refused.status, refused.field], ['rules_frozen', name])
    }
    assert.equal((await edit(session, 'c1', { dots: 3, reason: 'raison' })).field, 'budget')
    if (state === 'open') await close(session, 'c1')
  }
  assert.equal((await edit(session, 'c1', { closes_at: START + 9 * MINUTE, reason: 'trop tard' })).field, 'closes_at')
})

test('once it has opened wording and closing date change with a public reason, the old one stays readable', async () => {
  const session = await room({ c1: { title: 'Avant', tally: 'sealed', closes_at: START + 5 * MINUTE } })
  assert.deepEqual([(await edit(session, 'c1', { title: 'Après' })).status, (await edit(session, 'c1', { title: 'Après', reason: '' })).status],
    ['reason_required', 'reason_required'])
  await edit(session, 'c1', { title: 'Après', reason: 'une "faute"' })
  session.now += MINUTE
  await edit(session, 'c1', { closes_at: START + 9 * MINUTE, brief: 'plus\nlong', reason: 'à votre demande' })
  const { fields } = await session.read()
  assert.equal(fields['c:c1.title'], 'Après')
  assert.deepEqual(JSON.parse(fields['c:c1.timeline']), [{ at: START, reason: 'une "faute"', title: 'Avant' },
    { at: START + MINUTE, reason: 'à votre demande', brief: '', closes_at: START + 5 * MINUTE }])
  assert.equal((await edit(session, 'c1', { closes_at: START, reason: 'hier' })).field, 'closes_at')
  const { seq } = await session.flush()
  assert.equal((await edit(session, 'c1', { title: 'Après', reason: 'rien' })).seq, seq, 'what changes nothing is no event')
})

test('the hash of the rules is stored if the rules are still those, and told once it has opened', async () => {
  const session = await room({ c1: { opens_at: START + MINUTE, ballot: 'approval', choose: 3 }, c2: {} })
  const rules = (id, ...from) => session.call('challenge_rules', SYSTEM, id, 'f00d', ...from)
  assert.equal((await rules('c1', 'ballot', 'approval', 'choose', '2')).stored, '0')
  assert.equal((await rules('c1', 'ballot', 'approval', 'choose', '3', 'dots', '')).stored, '1')
  assert.equal(await field(session, 'c:c1.rules'), undefined)
  await open(session, 'c1')
  assert.equal(await field(session, 'c:c1.rules'), 'f00d')
  const { seq } = await rules('c2', 'ballot', 'approval')
  assert.deepEqual(await names(session, seq - 1), ['challenge_edited'])
  assert.equal(await field(session, 'c:c2.rules'), 'f00d')
  assert.equal((await rules('c2', 'ballot', 'approval')).seq, seq, 'once')
})

test('a change before the opening forgets the hash of the old rules', async () => {
  const session = await room({ c1: { opens_at: START + MINUTE } })
  await session.call('challenge_rules', SYSTEM, 'c1', 'f00d', 'ballot', 'approval')
  await edit(session, 'c1', { ballot: 'stars' })
  await open(session, 'c1')
  assert.equal(await field(session, 'c:c1.rules'), undefined)
})
