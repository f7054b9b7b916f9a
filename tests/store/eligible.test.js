// Who votes and who proposes, and counting by level and by group.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, START, SYSTEM, Server, Session, challengeArguments, challengeEdits } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const GROUPS = JSON.stringify({ status: { from: ['code'], title: 'S', values: { client: 'C', salarie: 'S' } },
  store: { title: { en: 'Store {"values":', fr: 'Magasin \\"' }, values: { nantes: 'N', lille: { fr: 'Lille', en: 'Lille' } }, from: ['code', 'ask'] } })

async function room(challenges, fields = {}) {
  const session = new Session(server)
  const ideas = Object.keys(challenges).flatMap((challenge) => [1, 2].map((n) => ({ challenge, title: `Option ${n}` })))
  const created = await session.create({ fields: { groups: GROUPS, ...fields }, challenges, ideas })
  assert.equal(created.status, 'ok', JSON.stringify(created.list))
  return session
}
const fieldsOf = async (session) => (await session.read()).fields

test('dimensions and values are addressed in the order of the definition, whatever their texts say', async () => {
  const session = await room({ c1: {} })
  assert.equal(await session.redis.hget(session.key('meta'), 'dims'), 'status=client|salarie:code;store=nantes|lille:code,ask')
  const ana = await session.join({ groups: 'store=lille,status=salarie' })
  assert.equal(ana.answer.groups, 'status=salarie,store=lille')
  await session.vote(ana, 'i1', 1)
  const fields = await fieldsOf(session)
  assert.deepEqual(Object.keys(fields).filter((key) => /\.group(_voters)?\./.test(key)).sort(),
    ['c:c1.group_voters.0-1', 'c:c1.group_voters.1-1', 'i:i1.group.0-1', 'i:i1.group.1-1'])
})

test('who is not among the voters is told why, and writes nothing', async () => {
  const session = await room({ c1: { voters: { roles: ['expert'] } }, c2: { voters: { levels: ['code', 'verified'] } },
    c3: { voters: { groups: { store: ['nantes'] } } }, c4: { voters: { levels: ['open'], roles: ['participant'], groups: { status: ['client', 'salarie'], store: ['lille'] } } } })
  const ana = await session.join({ groups: 'store=lille' })
  const dump = async () => [await session.redis.xlen(session.key('journal')), await session.redis.keys(session.key('ballots*'))]
  const before = await dump()
  for (const [idea, field, expected] of [['i1', 'roles', 'expert'], ['i3', 'levels', 'code, verified'], ['i5', 'groups.store', 'nantes'],
    ['i7', 'groups.status', 'client, salarie']]) {
    const answer = await session.vote(ana, idea, 1)
    assert.deepEqual([answer.status, answer.field, answer.expected], ['not_eligible', field, expected], idea)
    assert.equal((await session.vote(ana, idea, 0)).status, 'not_eligible')
  }
  assert.deepEqual(await dump(), before)
  const bob = await session.join({ role: 'expert', level: 'code', groups: 'store=nantes' })
  for (const idea of ['i1', 'i3', 'i5']) assert.equal((await session.vote(bob, idea, 1)).status, 'ok', idea)
  const cleo = await session.join({ groups: 'status=client,store=lille' })
  assert.equal((await session.vote(cleo, 'i7', 1)).status, 'ok')
})

test('who has voted stays among the voters when they come to be known better', async () => {
  const session = await room({ c1: { voters: { levels: ['open'] } } }, { join: 'open code' })
  const ana = await session.door({ groups: 'store=lille' })
  await session.vote(ana, 'i1', 1)
  const { digests: [code] } = await session.codes()
  await session.door({ code }, ana)
  assert.equal((await session.vote(ana, 'i1', 0)).status, 'ok')
})

test('who is not among the proposers proposes nothing; the brand does', async () => {
  const session = await room({ c1: { proposers: { groups: { status: ['salarie'] } } } })
  const answer = await session.add(await session.join({ groups: 'status=client' }), 'c1')
  assert.deepEqual([answer.status, answer.field, answer.expected], ['not_eligible', 'groups.status', 'salarie'])
  assert.equal((await session.add(await session.join({ groups: 'status=salarie' }), 'c1')).status, 'ok')
  assert.equal((await session.add(BRAND, 'c1')).status, 'ok')
})

test('rules that name what the session does not have are refused at making, adding and editing', async () => {
  const bad = [[{ voters: { groups: { ville: ['lille'] } } }, 'voters'], [{ proposers: { groups: { store: ['lille', 'brest'] } } }, 'proposers']]
  const session = await room({ c1: { opens_at: START + MINUTE } })
  for (const [rules, field] of bad) {
    const made = await new Session(server).create({ fields: { groups: GROUPS }, challenges: { c1: rules } })
    assert.deepEqual([made.status, made.field], ['invalid_params', `/challenges/0/${field}`])
    assert.equal((await session.call('challenge_add', BRAND, ...challengeArguments(undefined, rules))).field, field)
    assert.equal((await session.call('challenge_edit', BRAND, ...challengeEdits('c1', rules))).field, field)
  }
})

test('who votes, who proposes and what decides freeze with the other rules', async () => {
  const session = await room({ c1: { opens_at: START + MINUTE } })
  const edit = (rules) => session.call('challenge_edit', BRAND, ...challengeEdits('c1', { ...rules, reason: 'parce que' }))
  assert.equal((await edit({ voters: { roles: ['expert'] }, outcome: { winners: 2 } })).status, 'ok')
  assert.equal((await fieldsOf(session))['c:c1.electors'], '{"roles":["expert"]}')
  session.now += MINUTE
  for (const [rules, field] of [[{ voters: { roles: ['participant'] } }, 'voters'], [{ proposers: { roles: ['expert'] } }, 'proposers'], [{ outcome: { quorum: 3 } }, 'outcome']]) {
    const answer = await edit(rules)
    assert.deepEqual([answer.status, answer.field], ['rules_frozen', field])
  }
  assert.equal((await session.vote(await session.join(), 'i1', 1)).status, 'not_eligible')
})

test('each ballot is counted by group as by level, and a withdrawn one nowhere', async () => {
  for (const [ballot, value, count] of [['approval', 1, '1 0'], ['single', 1, '1 0'], ['updown', -1, '0 1'], ['stars', 4, '4 1'], ['budget', 3, '3 1']]) {
    const session = await room({ c1: { ballot, dots: ballot === 'budget' ? 5 : undefined } })
    const ana = await session.join({ groups: 'status=client,store=lille' })
    const bob = await session.join({ groups: 'store=lille' })
    await session.vote(ana, 'i1', value)
    await session.vote(bob, 'i1', value)
    let fields = await fieldsOf(session)
    assert.equal(fields['i:i1.group.0-0'], count, ballot)
    assert.equal(fields['i:i1.group.1-1'], count.split(' ').map((n) => 2 * n).join(' '), ballot)
    await session.vote(ana, 'i1', 0)
    fields = await fieldsOf(session)
    assert.equal(fields['i:i1.group.0-0'], undefined)
    assert.equal(fields['i:i1.group.1-1'], count)
    assert.deepEqual([fields['c:c1.group_voters.0-0'], fields['c:c1.group_voters.1-1'], fields['c:c1.group_voters.1-0']], ['1', '2', undefined], 'turnout stays')
  }
})

test('tallies by group are told at most once a second, by a position check or a close always', async () => {
  const session = await room({ c1: {} })
  const people = await session.people(4, { groups: 'store=lille' })
  const told = async (run) => {
    const { seq } = await session.call('definition_read', SYSTEM)
    await run()
    const writes = (await session.events(seq)).flatMap((event) => event.writes).filter(([key]) => key.includes('i:i1.group.'))
    return writes.at(-1)?.[1]
  }
  await session.vote(people[0], 'i1', 1)
  assert.equal(await told(() => session.flush()), '1 0')
  session.now += 400
  await session.vote(people[1], 'i1', 1)
  assert.equal(await told(() => session.flush()), undefined)
  const { seq } = await session.flush()
  assert.equal((await session.flush()).seq, seq, 'what waits is no event')
  session.now += 600
  assert.equal(await told(() => session.flush()), '2 0')
  await session.vote(people[2], 'i1', 1)
  assert.equal(await told(() => session.call('session_check', SYSTEM, '0', 'w')), '3 0')
  await session.vote(people[3], 'i1', 1)
  assert.equal(await told(() => session.call('challenge_close', MODERATOR, 'c1')), '4 0')
})

test('the order of ideas follows the levels that count; what is shown counts all', async () => {
  const session = await room({ c1: { ballot: 'approval', outcome: { counts: ['code', 'verified'] } } })
  await session.vote(await session.join({ level: 'open' }), 'i1', 1)
  await session.vote(await session.join({ level: 'code' }), 'i2', 1)
  const fields = await fieldsOf(session)
  assert.deepEqual([fields['i:i1.tally'], fields['i:i2.tally']], ['1 0 0 0 0 0', '0 0 1 0 0 0'])
  assert.deepEqual(await session.redis.zrevrange(session.key('rank:c1'), 0, -1, 'WITHSCORES'), ['i2', '1', 'i1', '0'])
})

test('an idea is in a language of the session', async () => {
  const session = await room({ c1: {} }, { languages: 'fr en', locale: 'fr' })
  const ana = await session.join()
  const answer = await session.add(ana, 'c1', 'x', undefined, undefined, 'de')
  assert.deepEqual([answer.status, answer.field], ['invalid_params', 'lang'])
  await session.add(ana, 'c1', 'x', undefined, undefined, 'en')
  await session.add(ana, 'c1', 'y')
  const fields = await fieldsOf(session)
  assert.deepEqual([fields['i:i1.lang'], fields['i:i3.lang'], fields['i:i4.lang']], ['fr', 'en', 'fr'])
})

test("a brand's text by language speaks the session's languages alone", async () => {
  const session = await room({ c1: {} }, { languages: 'fr en', locale: 'fr' })
  const words = (texts) => `\u0001${JSON.stringify(texts)}`
  const answer = await session.add(BRAND, 'c1', words({ fr: 'Café', de: 'Kaffee' }))
  assert.deepEqual([answer.status, answer.field], ['invalid_params', 'title/de'])
  assert.equal((await session.add(BRAND, 'c1', words({ fr: 'Café', en: 'Coffee' }))).status, 'ok')
  assert.equal((await session.call('session_announce', BRAND, words({ de: 'x' }))).field, 'text/de')
})
