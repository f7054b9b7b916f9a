// Outcomes: what a closing writes, what never changes it, what stands beside it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, START, SYSTEM, Server, Session } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

async function room(rules, ideas = 4, people = 4, as = {}) {
  const session = new Session(server)
  const created = await session.create({ challenges: { c1: rules }, ideas: Array.from({ length: ideas }, (_, n) => ({ challenge: 'c1', title: `Option ${n}` })) })
  assert.equal(created.status, 'ok', JSON.stringify(created.list))
  return [session, await session.people(people, as)]
}
const close = (session) => session.call('challenge_close', BRAND, 'c1')
const override = (session, kind, winners, reason = 'le jury') => session.call('outcome_override', BRAND, 'c1', kind, winners, reason)

// Votes as {idea: how many people approve}.
async function approve(session, people, votes) {
  for (const [idea, count] of Object.entries(votes)) for (let n = 0; n < count; n++) await session.vote(people[n], idea, 1)
}

test('a closing writes ranking, winner and turnout in the event that closes', async () => {
  const [session, people] = await room({ ballot: 'approval' })
  await session.call('challenge_rules', SYSTEM, 'c1', 'f00d', 'ballot', 'approval')
  await approve(session, people, { i2: 3, i3: 1 })
  session.now += MINUTE
  const { seq } = await close(session)
  const [event] = await session.events(seq - 1)
  assert.equal(event.name, 'challenge_closed')
  const [outcome, ...rest] = JSON.parse(Object.fromEntries(event.writes)['c:c1.outcomes'])
  assert.equal(rest.length, 0)
  assert.deepEqual(outcome, { at: START + MINUTE, kind: 'closing', rules: 'f00d', counts: ['open', 'code', 'verified'], turnout: { open: 3, code: 0, verified: 0 },
    ranking: [{ idea: 'i2', votes: 3, score: 3 }, { idea: 'i3', votes: 1, score: 1 }, { idea: 'i1', votes: 0, score: 0 }, { idea: 'i4', votes: 0, score: 0 }], winners: ['i2'] })
})

test('a vote after the closing is refused and not in the outcome; one before it is, flushed or not', async () => {
  const [session, people] = await room({ closes_at: START + MINUTE })
  await session.vote(people[0], 'i1', 1)
  session.now += MINUTE
  assert.equal((await session.vote(people[1], 'i1', 1)).status, 'challenge_closed')
  const [outcome] = await session.outcomes('c1')
  assert.deepEqual([outcome.at, outcome.winners, outcome.turnout.open], [START + MINUTE, ['i1'], 1])
})

test('equal votes are a tie, and no winner, neither by number nor by arrival', async () => {
  const [session, people] = await room({})
  await approve(session, people, { i3: 2, i1: 2, i2: 1 })
  await close(session)
  const [outcome] = await session.outcomes('c1')
  assert.deepEqual([outcome.winners, outcome.tie, outcome.tied], [[], ['i1', 'i3'], 2])
})

test('where several win, those above the shared last place do', async () => {
  for (const [votes, winners, expected, tie] of [[{ i1: 4, i2: 2, i3: 2 }, 2, ['i1'], ['i2', 'i3']], [{ i1: 1, i2: 3 }, 3, ['i2', 'i1'], undefined],
    [{ i4: 2, i2: 2 }, 2, ['i2', 'i4'], undefined], [{}, 1, [], undefined], [{ i1: 1, i2: 1, i3: 1, i4: 1 }, 3, [], ['i1', 'i2', 'i3', 'i4']]]) {
    const [session, people] = await room({ outcome: { winners } })
    await approve(session, people, votes)
    await close(session)
    const [outcome] = await session.outcomes('c1')
    assert.deepEqual([outcome.winners, outcome.tie], [expected, tie], JSON.stringify(votes))
  }
})

test('a missed quorum is said, and nobody wins', async () => {
  for (const [quorum, met] of [[3, false], [2, true]]) {
    const [session, people] = await room({ outcome: { quorum } })
    await approve(session, people, { i1: 2 })
    await close(session)
    const [outcome] = await session.outcomes('c1')
    assert.deepEqual([outcome.quorum, outcome.quorum_met, outcome.winners, outcome.tie], [quorum, met, met ? ['i1'] : [], undefined])
  }
})

test('levels that do not count are in no place of the ranking, the quorum or the winners', async () => {
  const [session, open] = await room({ ballot: 'updown', outcome: { counts: ['code', 'verified'], quorum: 2 } })
  const known = await session.people(2, { level: 'code' })
  for (const who of open) await session.vote(who, 'i1', 1)
  await session.vote(known[0], 'i2', 1)
  await session.vote(known[1], 'i3', -1)
  await close(session)
  const [outcome] = await session.outcomes('c1')
  assert.deepEqual([outcome.counts, outcome.turnout, outcome.quorum_met, outcome.winners], [['code', 'verified'], { open: 4, code: 2, verified: 0 }, true, ['i2']])
  assert.deepEqual(outcome.ranking.map((place) => [place.idea, place.up, place.down, place.score]), [['i2', 1, 0, 1], ['i1', 0, 0, 0], ['i4', 0, 0, 0], ['i3', 0, 1, -1]])
})

test('what nobody voted for wins nothing, whatever its score', async () => {
  const [session, people] = await room({ ballot: 'stars', outcome: { winners: 3 } })
  await session.vote(people[0], 'i2', 1)
  await close(session)
  const [outcome] = await session.outcomes('c1')
  assert.deepEqual([outcome.winners, outcome.ranking[0], outcome.ranking.at(-1)], [['i2'], { idea: 'i1', sum: 0, voters: 0, score: 3000 }, { idea: 'i2', sum: 1, voters: 1, score: 2666 }])
})

test('hidden and withdrawn ideas are in no ranking', async () => {
  const [session, people] = await room({})
  await approve(session, people, { i1: 3, i2: 1 })
  await session.moderate('i1', 'hide')
  await close(session)
  const [outcome] = await session.outcomes('c1')
  assert.deepEqual([outcome.winners, outcome.ranking.map((place) => place.idea)], [['i2'], ['i2', 'i3', 'i4']])
})

test('a ranking is the first hundred, equals in their order; a tie of many names a hundred and says how many', async () => {
  const [session, people] = await room({ ballot: 'approval' }, 130, 1)
  for (let n = 130; n > 10; n--) await session.vote(people[0], `i${n}`, 1)
  await close(session)
  const [outcome] = await session.outcomes('c1')
  assert.deepEqual(outcome.ranking.map((place) => place.idea), Array.from({ length: 100 }, (_, n) => `i${n + 11}`))
  assert.deepEqual([outcome.tie.length, outcome.tied, outcome.tie[0]], [100, 120, 'i11'])
})

test('the outcome is the same bytes after a hide, a ban, an erasure, an unmasking, an override', async () => {
  const [session, people] = await room({ proposals: 'open', tally: 'sealed' }, 2)
  const { idea } = await session.add(people[0], 'c1', 'Proposée')
  await approve(session, people, { [idea]: 3, i1: 1 })
  await close(session)
  const bytes = async () => (await session.read()).fields['c:c1.outcomes']
  const first = await bytes()
  await session.moderate(idea, 'hide')
  await session.call('participant_ban', MODERATOR, people[1].participant, 'x')
  await session.call('me_erase', people[0])
  await session.call('participant_upgrade', SYSTEM, people[2].participant, 'code', '', '')
  await session.call('participant_merge', SYSTEM, people[3].participant, people[2].participant)
  await session.call('idea_withdraw', people[0], idea)
  assert.equal(await bytes(), first)
  assert.equal((await override(session, 'choice', 'i1')).status, 'ok')
  assert.equal((await bytes()).slice(0, first.length - 1), first.slice(0, -1), 'what comes later stands behind it')
})

test('the next closing of a challenge that opened again is a second outcome', async () => {
  const [session, people] = await room({})
  await approve(session, people, { i1: 1 })
  await close(session)
  const first = (await session.read()).fields['c:c1.outcomes']
  await session.call('challenge_open', BRAND, 'c1')
  assert.equal((await session.read()).fields['c:c1.outcomes'], first)
  assert.equal((await override(session, 'choice', 'i2')).status, 'challenge_unsettled')
  await approve(session, people, { i2: 2 })
  session.now += MINUTE
  await close(session)
  assert.deepEqual((await session.outcomes('c1')).map((outcome) => [outcome.kind, outcome.at, outcome.winners]), [['closing', START, ['i1']], ['closing', START + MINUTE, ['i2']]])
})

test('a challenge that never opened decides nothing', async () => {
  const [session] = await room({ opens_at: START + MINUTE })
  await close(session)
  assert.deepEqual(await session.outcomes('c1'), [])
  assert.equal((await override(session, 'choice', 'i1')).status, 'challenge_unsettled')
})

test('a brand chooses among the tied with a public reason, as many as there are places', async () => {
  const [session, people] = await room({ outcome: { winners: 2 } })
  await approve(session, people, { i1: 4, i2: 2, i3: 2 })
  await close(session)
  for (const winners of ['i4', 'i2 i3', 'i1', 'i1 i2 i3']) assert.equal((await override(session, 'tie', winners)).status, 'invalid_params', winners)
  assert.equal((await override(session, 'tie', 'i3')).status, 'ok')
  const outcomes = await session.outcomes('c1')
  assert.deepEqual([outcomes[1].kind, outcomes[1].reason, outcomes[1].winners, outcomes[1].turnout], ['tie', 'le jury', ['i1', 'i3'], { open: 4, code: 0, verified: 0 }])
  const [event] = await session.events((await session.flush()).seq - 1)
  assert.equal(event.name, 'outcome_overridden')
})

test('another winner, or a correction, is of this challenge and gives a reason', async () => {
  const [session, people] = await room({})
  assert.equal((await override(session, 'choice', 'i1')).status, 'challenge_unsettled')
  await approve(session, people, { i1: 1 })
  await close(session)
  assert.equal((await override(session, 'choice', 'i9')).status, 'idea_unknown')
  assert.equal((await override(session, 'choice', '')).status, 'invalid_params')
  assert.equal((await override(session, 'autre', 'i1')).status, 'invalid_params')
  assert.equal((await override(session, 'choice', 'i2', '')).status, 'reason_required')
  assert.equal((await session.call('outcome_override', BRAND, 'c9', 'choice', 'i1', 'x')).status, 'challenge_unknown')
  assert.equal((await override(session, 'correction', 'i2 i4 i2', 'Dépouillement "repris"')).status, 'ok')
  const outcomes = await session.outcomes('c1')
  assert.deepEqual([outcomes[1].kind, outcomes[1].winners, outcomes[1].reason], ['correction', ['i2', 'i4'], 'Dépouillement "repris"'])
  assert.equal((await session.journal()).at(-1).words.join(' '), 'outcome_override brand-1 verified - c1 correction')
})
