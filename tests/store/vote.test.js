// What a vote does, ballot by ballot, and what refuses it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, Server, Session } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

// A session with one challenge c1 of three ideas of a brand, and some people.
async function room(rules, people = 2, as) {
  const session = new Session(server)
  const ideas = [1, 2, 3, 4].map((n) => ({ challenge: 'c1', title: `Option ${n}` }))
  const created = await session.create({ challenges: { c1: rules }, ideas })
  assert.equal(created.status, 'ok')
  return [session, ...(await session.people(people, as))]
}

const tallyOf = async (session, idea) => (await session.read()).fields[`i:${idea}.tally`]
const ballotOf = async (session, who) => (await session.person(who.participant))[`p:${who.participant}.ballot.c1`]

function accepted(answer, values = {}) {
  assert.equal(answer.status, 'ok', JSON.stringify(answer.list))
  for (const [name, value] of Object.entries(values)) assert.equal(answer[name], value === undefined ? undefined : String(value), name)
}

function refused(answer, status, values = {}) {
  assert.equal(answer.status, status, JSON.stringify(answer.list))
  for (const [name, value] of Object.entries(values)) assert.equal(answer[name], String(value), name)
}

test('an approval sets a vote: repeating it changes nothing, 0 withdraws it', async () => {
  const [session, ana, bob] = await room({ ballot: 'approval' })
  accepted(await session.vote(ana, 'i1', 1), { idea: 'i1', value: 1, left: undefined })
  accepted(await session.vote(ana, 'i1', 1))
  accepted(await session.vote(bob, 'i1', 1))
  assert.equal(await tallyOf(session, 'i1'), '2 0 0 0 0 0')
  accepted(await session.vote(ana, 'i1', 0))
  assert.equal(await tallyOf(session, 'i1'), '1 0 0 0 0 0')
  assert.equal(await ballotOf(session, ana), 'open -')
})

test('each ballot counts its own values by level', async () => {
  const cases = [['approval', 1, '0 0 1 0 0 0'], ['single', 1, '0 0 1 0 0 0'], ['updown', -1, '0 0 0 1 0 0'],
    ['updown', 1, '0 0 1 0 0 0'], ['stars', 4, '0 0 4 1 0 0'], ['budget', 3, '0 0 3 1 0 0']]
  for (const [ballot, value, tally] of cases) {
    const [session, ana] = await room({ ballot, dots: ballot === 'budget' ? 5 : undefined }, 1, { level: 'code' })
    accepted(await session.vote(ana, 'i1', value), { value })
    assert.equal(await tallyOf(session, 'i1'), tally, ballot)
    accepted(await session.vote(ana, 'i1', 0))
    assert.equal(await tallyOf(session, 'i1'), '0 0 0 0 0 0', ballot)
  }
})

test('a value that does not fit the ballot is refused with what was expected', async () => {
  const cases = [['approval', 2, '0 to 1'], ['approval', -1, '0 to 1'], ['single', 2, '0 to 1'], ['updown', 2, '-1 to 1'],
    ['updown', -2, '-1 to 1'], ['stars', 6, '0 to 5'], ['stars', -1, '0 to 5'], ['budget', 4, '0 to 3'], ['budget', -1, '0 to 3'],
    ['approval', '0.5', '0 to 1'], ['approval', 'x', '0 to 1']]
  for (const [ballot, value, expected] of cases) {
    const budget = ballot === 'budget' ? { dots: 5, per_idea: 3 } : {}
    const [session, ana] = await room({ ballot, ...budget }, 1)
    refused(await session.vote(ana, 'i1', value), 'value_invalid', { field: 'value', expected })
    assert.equal(await session.redis.hlen(session.key('ballots:c1')), 0, 'nothing is written')
  }
})

test('single moves the vote and says what is left', async () => {
  const [session, ana] = await room({ ballot: 'single' })
  accepted(await session.vote(ana, 'i2', 0), { left: 1 })
  accepted(await session.vote(ana, 'i1', 1), { left: 0 })
  accepted(await session.vote(ana, 'i2', 1), { left: 0 })
  assert.equal(await tallyOf(session, 'i1'), '0 0 0 0 0 0')
  assert.equal(await tallyOf(session, 'i2'), '1 0 0 0 0 0')
  assert.equal(await ballotOf(session, ana), 'open - i2:1')
  accepted(await session.vote(ana, 'i1', 0), { left: 0 })
  accepted(await session.vote(ana, 'i2', 0), { left: 1 })
})

test('approval with choose stops at its limit and frees what is withdrawn', async () => {
  const [session, ana] = await room({ ballot: 'approval', choose: 2 })
  accepted(await session.vote(ana, 'i1', 1), { left: 1 })
  accepted(await session.vote(ana, 'i2', 1), { left: 0 })
  refused(await session.vote(ana, 'i3', 1), 'choose_limit', { limit: 2, left: 0 })
  accepted(await session.vote(ana, 'i2', 1), { left: 0 })
  accepted(await session.vote(ana, 'i2', 0), { left: 1 })
  accepted(await session.vote(ana, 'i3', 1), { left: 0 })
  assert.equal(await ballotOf(session, ana), 'open - i1:1 i3:1')
})

test('a budget is never overspent, and a change spends only the difference', async () => {
  const [session, ana] = await room({ ballot: 'budget', dots: 5, per_idea: 4 })
  accepted(await session.vote(ana, 'i1', 3), { left: 2 })
  refused(await session.vote(ana, 'i2', 3), 'budget_spent', { left: 2 })
  accepted(await session.vote(ana, 'i2', 2), { left: 0 })
  refused(await session.vote(ana, 'i1', 4), 'budget_spent', { left: 0 })
  accepted(await session.vote(ana, 'i1', 1), { left: 2 })
  accepted(await session.vote(ana, 'i2', 4), { left: 0 })
  assert.equal(await tallyOf(session, 'i1'), '1 1 0 0 0 0')
  assert.equal(await tallyOf(session, 'i2'), '4 1 0 0 0 0')
})

test('level and groups are those of the people here, never those of a token', async () => {
  const [session, ana] = await room({ ballot: 'updown' }, 1)
  await session.vote({ ...ana, level: 'verified', groups: 'status=salarie' }, 'i1', 1)
  assert.equal(await ballotOf(session, ana), 'open - i1:1')
  assert.equal(await tallyOf(session, 'i1'), '1 0 0 0 0 0')
})

test('a hidden idea takes no votes and a withdrawn one does not exist', async () => {
  const [session, ana, bob] = await room({ ballot: 'approval' })
  const { idea } = await session.add(bob, 'c1')
  await session.moderate('i1', 'hide')
  refused(await session.vote(ana, 'i1', 1), 'idea_hidden')
  refused(await session.vote(ana, 'i1', 0), 'idea_hidden')
  await session.call('idea_withdraw', bob, idea)
  refused(await session.vote(ana, idea, 1), 'idea_unknown')
  refused(await session.vote(ana, 'i99', 1), 'idea_unknown')
})

test('hiding parks ballots and publishing brings them back', async () => {
  const [session, ana, bob] = await room({ ballot: 'approval' })
  await session.vote(ana, 'i1', 1)
  await session.vote(bob, 'i1', 1)
  await session.vote(bob, 'i2', 1)
  await session.moderate('i1', 'hide')
  let { fields } = await session.read()
  assert.equal(fields['c:c1.votes'], '1')
  assert.equal(fields['c:c1.voters'], '2', 'turnout stays')
  assert.equal(fields['i:i1.tally'], '2 0 0 0 0 0', 'the record stays')
  await session.moderate('i1', 'publish')
  fields = (await session.read()).fields
  assert.equal(fields['c:c1.votes'], '3')
  assert.equal(await ballotOf(session, bob), 'open - i1:1 i2:1')
})

test('a parked choice is given up only when its owner needs it, the oldest idea first', async () => {
  const [session, ana] = await room({ ballot: 'approval', choose: 3 })
  for (const idea of ['i3', 'i1', 'i2']) await session.vote(ana, idea, 1)
  await session.moderate('i3', 'hide')
  await session.moderate('i1', 'hide')
  accepted(await session.vote(ana, 'i2', 1), { left: 2 })
  assert.equal(await ballotOf(session, ana), 'open - i3:1 i1:1 i2:1', 'nothing was needed')
  accepted(await session.vote(ana, 'i4', 1), { left: 1 })
  assert.equal(await ballotOf(session, ana), 'open - i3:1 i1:1* i2:1 i4:1')
  assert.equal(await tallyOf(session, 'i1'), '0 0 0 0 0 0', 'given up leaves the tally for good')
  assert.equal(await tallyOf(session, 'i3'), '1 0 0 0 0 0')
  await session.moderate('i1', 'publish')
  await session.moderate('i3', 'publish')
  const { fields } = await session.read()
  assert.equal(fields['c:c1.votes'], '3', 'i3, i2, i4')
  refused(await session.vote(ana, 'i1', 1), 'choose_limit', { left: 0 })
  accepted(await session.vote(ana, 'i2', 0), { left: 1 })
  accepted(await session.vote(ana, 'i1', 1), { left: 0 })
  assert.equal(await ballotOf(session, ana), 'open - i3:1 i4:1 i1:1', 'voting again replaces what was given up')
})

test('single: choosing elsewhere while the choice is parked gives it up', async () => {
  const [session, ana, bob] = await room({ ballot: 'single' })
  await session.vote(ana, 'i1', 1)
  await session.vote(bob, 'i1', 1)
  await session.moderate('i1', 'hide')
  accepted(await session.vote(ana, 'i2', 0), { left: 1 })
  assert.equal(await ballotOf(session, ana), 'open - i1:1', 'a 0 needs nothing')
  accepted(await session.vote(ana, 'i2', 1), { left: 0 })
  assert.equal(await ballotOf(session, ana), 'open - i1:1* i2:1')
  await session.moderate('i1', 'publish')
  const { fields } = await session.read()
  assert.equal(fields['i:i1.tally'], '1 0 0 0 0 0', 'the vote of who waited counts again')
  assert.equal(fields['c:c1.votes'], '2')
  accepted(await session.vote(ana, 'i1', 1), { left: 0 })
  assert.equal(await ballotOf(session, ana), 'open - i1:1')
})

test('what a parked idea lost while it was away it does not earn when it returns', async () => {
  for (const tally of ['live', 'sealed']) {
    const [session, ana, bob, cleo] = await room({ ballot: 'single', tally }, 3)
    const { idea } = await session.add(ana, 'c1')
    await session.vote(bob, idea, 1)
    await session.vote(cleo, idea, 1)
    await session.moderate(idea, 'hide')
    await session.vote(bob, 'i1', 1)
    const points = async () => (await session.read()).fields['p:p1.points']
    assert.equal(await points(), '0')
    await session.moderate(idea, 'publish')
    assert.equal(await points(), tally === 'live' ? '11' : '10', 'the idea, and who waited')
    await session.call('challenge_close', BRAND, 'c1')
    assert.equal(await points(), '11')
  }
})

test('budget: parked dots are given up idea by idea, just as many as are needed', async () => {
  const [session, ana] = await room({ ballot: 'budget', dots: 10 })
  await session.vote(ana, 'i1', 3)
  await session.vote(ana, 'i2', 3)
  await session.moderate('i1', 'hide')
  await session.moderate('i2', 'hide')
  accepted(await session.vote(ana, 'i3', 4), { left: 6 })
  assert.equal(await ballotOf(session, ana), 'open - i1:3 i2:3 i3:4')
  accepted(await session.vote(ana, 'i3', 6), { left: 4 })
  assert.equal(await ballotOf(session, ana), 'open - i1:3* i2:3 i3:6')
  refused(await session.vote(ana, 'i4', 5), 'budget_spent', { left: 4 })
  accepted(await session.vote(ana, 'i4', 4), { left: 0 })
  assert.equal(await ballotOf(session, ana), 'open - i1:3* i2:3* i3:6 i4:4')
})

test('final: a vote once cast is not changed, and may be repeated', async () => {
  for (const [rules, first, second] of [[{ ballot: 'approval' }, 1, 0], [{ ballot: 'updown' }, -1, 1], [{ ballot: 'stars' }, 2, 5],
    [{ ballot: 'budget', dots: 9 }, 2, 3]]) {
    const [session, ana] = await room({ ...rules, final: true }, 1)
    accepted(await session.vote(ana, 'i1', 0), { value: 0 })
    accepted(await session.vote(ana, 'i1', first))
    accepted(await session.vote(ana, 'i1', first))
    refused(await session.vote(ana, 'i1', second), 'vote_final')
    refused(await session.vote(ana, 'i1', 0), 'vote_final')
    accepted(await session.vote(ana, 'i2', first))
  }
})

test('final and single: no other idea once one is chosen, unless that one is parked', async () => {
  const [session, ana] = await room({ ballot: 'single', final: true }, 1)
  accepted(await session.vote(ana, 'i1', 1))
  refused(await session.vote(ana, 'i2', 1), 'vote_final')
  accepted(await session.vote(ana, 'i2', 0), { left: 0 })
  await session.moderate('i1', 'hide')
  accepted(await session.vote(ana, 'i2', 1), { left: 0 })
  await session.moderate('i1', 'publish')
  refused(await session.vote(ana, 'i1', 1), 'vote_final')
})

test('votes are taken only while the challenge is open and the session is', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: { opens_at: session.now + MINUTE, closes_at: session.now + 3 * MINUTE } },
    ideas: [{ challenge: 'c1', title: 'Option' }] })
  const ana = await session.join()
  refused(await session.vote(ana, 'i1', 1), 'challenge_not_open')
  session.now += MINUTE
  accepted(await session.vote(ana, 'i1', 1))
  await session.call('session_freeze', BRAND)
  refused(await session.vote(ana, 'i1', 0), 'session_frozen')
  await session.call('session_unfreeze', BRAND)
  session.now += 2 * MINUTE
  refused(await session.vote(ana, 'i1', 0), 'challenge_closed')
  await session.redis.hset(session.key('meta'), 'state', 'closed')
  refused(await session.vote(ana, 'i1', 0), 'session_closed')
})

test('who never joined does not vote', async () => {
  const [session] = await room({}, 0)
  refused(await session.vote({ participant: 'p9', role: 'participant', level: 'open', groups: '' }, 'i1', 1), 'participant_unknown')
  assert.equal(await session.redis.exists(session.key('dirty')), 0)
})

test('a vote takes no sequence number and makes no event; a flush takes one, or none where nothing changed', async () => {
  const [session, ana, bob] = await room({})
  const before = (await session.flush()).seq
  assert.equal((await session.vote(ana, 'i1', 1)).seq, before)
  assert.equal((await session.vote(bob, 'i1', 1)).seq, before)
  assert.equal((await session.flush()).seq, before + 1)
  assert.equal((await session.flush()).seq, before + 1)
  await session.vote(bob, 'i1', 1)
  assert.equal((await session.flush()).seq, before + 2, 'the same value is told too')
  const [flushed] = await session.events(before)
  assert.equal(flushed.name, 'tally_flushed')
  const minute = Math.floor(session.now / MINUTE)
  assert.deepEqual(Object.fromEntries(flushed.writes), { 'i:i1.tally': '2 0 0 0 0 0', 'c:c1.voters': '2', 'c:c1.votes': '2', 'c:c1.level_voters': '2 0 0',
    [`c:c1.minute.${minute}`]: '2 0 0', 'p:p1.ballot.c1': 'open - i1:1', 'p:p2.ballot.c1': 'open - i1:1', 'p:p1.points': '2', 'p:p2.points': '2' })
})

test('the journal never goes back in time, whatever the clock does', async () => {
  const [session, ana] = await room({})
  await session.vote(ana, 'i1', 1)
  session.now -= 5000
  const answer = await session.vote(ana, 'i2', 1)
  accepted(answer)
  assert.equal(answer.now, session.now + 5000)
  const votes = (await session.journal()).filter((entry) => entry.words[0] === 'vote_cast')
  assert.deepEqual(votes.map((entry) => entry.at), [session.now + 5000, session.now + 5000])
  assert.deepEqual(votes[1].words, ['vote_cast', 'p1', 'open', '-', 'i2', '1'])
})

test('the leaderboard holds the published score of each ballot', async () => {
  for (const [rules, values, score] of [[{ ballot: 'approval' }, [1, 1], 2], [{ ballot: 'updown' }, [1, -1], 0],
    [{ ballot: 'stars' }, [5, 4], Math.floor((1000 * (9 + 15)) / 7)], [{ ballot: 'budget', dots: 7 }, [3, 4], 7]]) {
    const [session, ana, bob] = await room(rules)
    await session.vote(ana, 'i1', values[0])
    await session.vote(bob, 'i1', values[1])
    await session.flush()
    assert.equal(Number(await session.redis.zscore(session.key('rank:c1'), 'i1')), score, rules.ballot)
    await session.moderate('i1', 'hide')
    assert.equal(await session.redis.zscore(session.key('rank:c1'), 'i1'), null)
  }
})
