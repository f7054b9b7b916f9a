// The record: reading it, importing on the recorded clock, opening a seal.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ADMIN, BRAND, MINUTE, MODERATOR, START, SYSTEM, Server, Session } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const IDEAS = [{ challenge: 'c1', title: 'a' }, { challenge: 'c1', title: 'b' }]

test('the journal is read in pages, each entry with what staff said', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: {} }, ideas: IDEAS })
  const ana = await session.join({ name: 'Ana' })
  await session.vote(ana, 'i1', 1)
  await session.call('session_announce', BRAND, 'Dix "minutes"')
  await session.call('challenge_close', MODERATOR, 'c1')
  const read = async (after, count) => {
    const { pairs } = await session.call('journal_read', SYSTEM, after, String(count))
    const entries = []
    for (let i = 0; i < pairs.length; i += 3) entries.push(pairs.slice(i, i + 3).map(([name, value], at) => { assert.equal(name, ['id', 'entry', 'said'][at]); return value }))
    return entries
  }
  const all = await read('', 100)
  assert.deepEqual(all.map(([, entry, said]) => [entry, said]), [['session_create - - -', ''], ['participant_join p1 open - participant', ''],
    ['vote_cast p1 open - i1 1', ''], ['session_announce brand-1 verified -', '["Dix \\"minutes\\""]'], ['challenge_close mod-1 verified - c1', '["c1"]']])
  const paged = []
  for (let page; (page = await read(paged.at(-1)?.[0] ?? '', 2)).length; ) paged.push(...page)
  assert.deepEqual(paged, all)
})

test('a vote says what else of its owner it changed, so that a recount needs no rule', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: { ballot: 'single' }, c2: { choose: 1 } }, ideas: [...IDEAS, { challenge: 'c2', title: 'c' }, { challenge: 'c2', title: 'd' }] })
  const ana = await session.join()
  for (const idea of ['i1', 'i2', 'i3']) await session.vote(ana, idea, 1)
  await session.moderate('i3', 'hide')
  await session.vote(ana, 'i4', 1)
  const votes = (await session.journal()).filter((entry) => entry.words[0] === 'vote_cast').map((entry) => entry.words.slice(4).join(' '))
  assert.deepEqual(votes, ['i1 1', 'i2 1 i1=0', 'i3 1', 'i4 1 i3*'])
})

test('hashes and sorted sets are read whole, step by step; what is none is empty', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: {} }, ideas: Array.from({ length: 800 }, (_, n) => ({ challenge: 'c1', title: `Option ${n}` })) })
  for (const name of ['ideas', 'rank:c1', 'nothing', 'journal']) {
    const found = {}
    let cursor = '0'
    do {
      const { pairs } = await session.call('record_read', SYSTEM, name, cursor)
      assert.equal(pairs[0][0], 'cursor')
      cursor = pairs[0][1]
      for (const [key, value] of pairs.slice(1)) found[key] = value
    } while (cursor !== '0')
    const stored = name === 'ideas' ? await session.redis.hlen(session.key(name)) : name === 'rank:c1' ? 800 : 0
    assert.equal(Object.keys(found).length, stored, name)
  }
})

// Says the recorded calls again, at the recorded times, on a session that is being imported.
async function importing(definition, at) {
  const session = new Session(server)
  const [count, ...rest] = definition
  session.now = at
  const created = await session.call('session_create', ADMIN, 'ef56', String(Number(count) + 1), 'importing', '1', ...rest)
  assert.equal(created.status, 'ok', JSON.stringify(created.list))
  return session
}

test('while a session is imported it is written on the recorded clock alone, and no date is due by another', async () => {
  const origin = new Session(server)
  await origin.create({ challenges: { c1: { closes_at: START + MINUTE } }, ideas: IDEAS })
  const session = await importing(JSON.parse((await origin.call('definition_read', SYSTEM)).definition), START)
  const ana = await session.join({ id: 'p7' })
  session.now = null
  for (const answer of [await session.vote(ana, 'i1', 1), await session.add(ana, 'c1'), await session.call('session_announce', BRAND, 'x'), (await session.door()).answer])
    assert.equal(answer.status, 'session_importing')
  await session.call('session_check', SYSTEM, '5', 'w')
  await session.call('session_due', SYSTEM)
  await session.call('challenge_rules', SYSTEM, 'c1', 'f00d')
  for (const [name, ...rest] of [['session_read', ''], ['session_door']]) assert.equal((await session.call(name, SYSTEM, ...rest)).status, 'session_importing', 'nobody sees it')
  session.now = START + 20_000
  let { fields } = await session.read()
  assert.deepEqual([fields['c:c1.state'], fields['s:s.people'], fields['s:s.importing']], ['open', undefined, undefined])
  session.now = START + 30_000
  assert.equal((await session.vote(ana, 'i1', 1)).status, 'ok')
  session.now = START + 2 * MINUTE
  assert.equal((await session.call('session_import_end', ADMIN)).status, 'ok')
  session.now = null
  await session.call('session_check', SYSTEM, '5', 'w')
  fields = (await session.read()).fields
  assert.deepEqual([fields['c:c1.state'], fields['c:c1.closed_at'], fields['p:p7.n'], fields['i:i1.tally']], ['closed', String(START + MINUTE), '7', '1 0 0 0 0 0'])
  assert.equal((await session.door()).id, 'p8')
})

test('an import says one date at a time, as it was told then: of one challenge, or of the session', async () => {
  const origin = new Session(server)
  await origin.create({ fields: { ends_at: String(START + 5 * MINUTE) }, challenges: { c1: { closes_at: START + MINUTE }, c2: { closes_at: START + MINUTE } } })
  const session = await importing(JSON.parse((await origin.call('definition_read', SYSTEM)).definition), START)
  const told = async () => (await session.journal()).slice(1).map(({ words }) => words.slice(4, 6).join(' '))
  session.now = START + 2 * MINUTE
  await session.call('session_due', SYSTEM, 'c2')
  assert.deepEqual(await told(), ['c2 closed'])
  session.now = START + 6 * MINUTE
  await session.call('session_due', SYSTEM, 's')
  assert.deepEqual(await told(), ['c2 closed', 'c1 closed', 's closed'])
})

test('an id that somebody has, or that is none, is no id of a recording', async () => {
  const session = new Session(server)
  await session.create({})
  await session.join()
  for (const id of ['p1', 'p0', 'x1', 'p01']) assert.equal((await session.join({ id })).answer.field, 'id', id)
})

test('a recorded upgrade and merge do what the door did', async () => {
  const session = new Session(server)
  const groups = JSON.stringify({ store: { title: 'M', values: { lille: 'L' }, from: ['code'] } })
  await session.create({ fields: { groups }, challenges: { c1: {} }, ideas: IDEAS })
  const [ana, bob] = await session.people(2)
  await session.codes({ role: 'expert', groups: 'store=lille' })
  await session.vote(ana, 'i1', 1)
  await session.vote(bob, 'i2', 1)
  const upgraded = await session.call('participant_upgrade', SYSTEM, 'p1', 'code', 'store=lille', 'k1-1', 'expert')
  assert.equal((await session.journal()).at(-1).words.join(' '), 'participant_upgrade p1 code store=lille k1-1 expert')
  assert.deepEqual([upgraded.role, upgraded.level, upgraded.groups, upgraded.code], ['expert', 'code', 'store=lille', 'k1-1'])
  await session.call('participant_merge', SYSTEM, 'p2', 'p1')
  const { fields } = await session.read()
  assert.deepEqual([fields['i:i1.tally'], fields['i:i2.tally'], fields['i:i1.group.0-0'], fields['c:c1.level_voters'], fields['p:p2.merged']],
    ['0 0 1 0 0 0', '0 0 0 0 0 0', '1 0', '0 1 0', 'p1'])
  for (const [name, ...rest] of [['participant_upgrade', 'p9', 'code', '', ''], ['participant_merge', 'p2', 'p1'], ['participant_merge', 'p1', 'p1'], ['participant_merge', 'p1', 'p9']])
    assert.equal((await session.call(name, SYSTEM, ...rest)).status, 'participant_unknown', rest.join())
  assert.equal((await session.call('participant_upgrade', SYSTEM, 'p1', 'x', '', '')).field, 'level')
  assert.equal((await session.call('participant_upgrade', SYSTEM, 'p1', 'code', 'store=x', '')).field, 'groups.store')
})

test('a seal that is opened for an export says by whom and when, each time, on every challenge that it covers', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: { tally: 'sealed' }, c2: { tally: 'after_vote' }, c3: {}, c4: { tally: 'sealed', opens_at: START + MINUTE }, c5: { tally: 'sealed' } } })
  await session.call('challenge_close', BRAND, 'c5')
  const opened = await session.call('seal_open', ADMIN, 'Direction "études"')
  assert.equal(opened.challenges, 'c1 c2')
  const { fields } = await session.read()
  assert.deepEqual(JSON.parse(fields['c:c1.unsealed']), { at: START, by: 'Direction "études"', openings: 1 })
  assert.deepEqual(['c2', 'c3', 'c4', 'c5'].map((id) => fields[`c:${id}.unsealed`] !== undefined), [true, false, false, false])
  assert.deepEqual([(await session.events(opened.seq - 1))[0].name, (await session.journal()).at(-1).words.join(' ')], ['seal_opened', 'seal_open operator verified -'])
  assert.deepEqual(Object.values(await session.redis.hgetall(session.key('said'))).at(-1), '["Direction \\"études\\""]')
  assert.equal((await session.call('seal_open', ADMIN, 'Direction "études"')).seq, opened.seq, 'nothing happened since')
  const again = await session.call('seal_open', ADMIN, 'x')
  assert.deepEqual([again.seq, again.challenges], [opened.seq + 1, 'c1 c2'])
  assert.deepEqual(JSON.parse((await session.read()).fields['c:c1.unsealed']), { at: START, by: 'x', openings: 2 })
})
