// Once and only once: idempotency keys; and what a restart of Redis changes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, Server, Session, START } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const DAY = 86_400_000

async function room() {
  const session = new Session(server)
  await session.create({ challenges: { c1: { ballot: 'budget', dots: 9 } }, ideas: [{ challenge: 'c1', title: 'a' }, { challenge: 'c1', title: 'b' }] })
  return [session, ...(await session.people(2))]
}

const keyed = (who, key, digest = 'd1') => ({ ...who, key, digest })

test('the same key gives the first answer again, byte for byte, and nothing happens twice', async () => {
  const [session, ana] = await room()
  const first = await session.add(keyed(ana, 'k1'), 'c1')
  session.now += 5000
  const again = await session.add(keyed(ana, 'k1'), 'c1')
  assert.deepEqual(again.list, first.list)
  assert.equal((await session.read()).fields['c:c1.ideas'], '3')
  const vote = await session.vote(keyed(ana, 'k2'), 'i1', 3)
  await session.vote(ana, 'i1', 5)
  assert.deepEqual((await session.vote(keyed(ana, 'k2'), 'i1', 3)).list, vote.list)
  assert.equal((await session.person('p1'))['p:p1.ballot.c1'], 'open - i1:5')
})

test('the same key with other parameters is refused, and another person has other keys', async () => {
  const [session, ana, bob] = await room()
  await session.vote(keyed(ana, 'k1', 'd1'), 'i1', 3)
  assert.equal((await session.vote(keyed(ana, 'k1', 'd2'), 'i1', 4)).status, 'key_reused')
  assert.equal((await session.vote(keyed(bob, 'k1', 'd2'), 'i1', 4)).status, 'ok')
})

test('a key is looked up before any rule; what was refused is not remembered', async () => {
  const [session, ana] = await room()
  assert.equal((await session.vote(keyed(ana, 'k1'), 'i1', 10)).status, 'value_invalid')
  const vote = await session.vote(keyed(ana, 'k1', 'd2'), 'i1', 9)
  assert.equal(vote.status, 'ok')
  await session.call('session_freeze', BRAND)
  await session.call('challenge_close', BRAND, 'c1')
  assert.deepEqual((await session.vote(keyed(ana, 'k1', 'd2'), 'i1', 9)).list, vote.list)
  assert.equal((await session.vote(keyed(ana, 'k3'), 'i1', 9)).status, 'session_frozen')
})

test('a key is remembered over midnight, at least a day and not for ever', async () => {
  const [session, ana] = await room()
  session.now = START - (START % DAY) + DAY - 1
  const vote = await session.vote(keyed(ana, 'k1'), 'i1', 3)
  session.now += DAY
  assert.deepEqual((await session.vote(keyed(ana, 'k1'), 'i1', 3)).list, vote.list)
  const done = session.key(`done:${Math.floor((session.now - DAY) / DAY)}`)
  const ttl = await session.redis.ttl(done)
  assert.ok(ttl > 172_000 && ttl <= 172_800, `${ttl}`)
  await session.redis.expire(done, 1000)
  await session.redis.hset(done, 'x', 'y')
  assert.ok((await session.redis.ttl(done)) <= 1000, 'later writes do not prolong it')
})

test('every command takes a key', async () => {
  const [session, ana] = await room()
  const calls = [['idea_add', ana, 'c1', 'x', '', ''], ['idea_edit', ana, 'i3', '=y', '', ''], ['idea_withdraw', ana, 'i3'], ['vote_cast', ana, 'i1', '1'],
    ['name_set', ana, 'Ana'], ['idea_moderate', BRAND, 'i1', 'hide', 'r'], ['challenge_close', BRAND, 'c1'], ['challenge_open', BRAND, 'c1'],
    ['session_announce', BRAND, 'x'], ['session_edit', BRAND, '=x', '', ''], ['session_freeze', BRAND], ['session_unfreeze', BRAND],
    ['participant_rename', BRAND, 'p1', 'x', 'r'], ['challenge_add', BRAND, '', 'Q', '', '', 'approval', '', '', '', '', 'open', 'live', '', '', '', '', '', ''],
    ['challenge_edit', BRAND, 'c1', '=Q', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '=r'],
    ['code_make', BRAND, '', '', '', '', '', '', 'digest'], ['code_revoke', BRAND, 'k1'], ['participant_ban', BRAND, 'p2', 'r'],
    ['participant_unban', BRAND, 'p2', 'r'], ['challenge_close', BRAND, 'c1'], ['outcome_override', BRAND, 'c1', 'choice', 'i1', 'r'],
    ['session_close', BRAND], ['session_open', BRAND, 'cd34'], ['me_erase', { participant: 'p2', role: 'participant', level: 'open', groups: '' }],
    ['session_close', BRAND], ['session_archive', BRAND]]
  for (const [n, [name, who, ...rest]] of calls.entries()) {
    const first = await session.call(name, keyed(who, `key-${n}`), ...rest)
    assert.equal(first.status, 'ok', name)
    const entries = await session.redis.xlen(session.key('journal'))
    session.now += 1000
    assert.deepEqual((await session.call(name, keyed(who, `key-${n}`), ...rest)).list, first.list, name)
    assert.equal(await session.redis.xlen(session.key('journal')), entries, 'nothing is done twice')
  }
})

test('after kill -9 every acknowledged vote is there, under a new epoch that no event of the old one bears', async () => {
  const durable = await new Server({ durable: true }).start()
  try {
    const session = new Session(durable)
    await session.create({ challenges: { c1: {} }, ideas: [{ challenge: 'c1', title: 'a' }], nonce: 'beef' })
    const people = await session.people(50)
    await Promise.all(people.map((who) => session.vote(who, 'i1', 1)))
    const before = (await session.call('log_read', BRAND, '0', '1')).epoch
    await durable.kill('SIGKILL')
    await durable.start()
    const vote = await session.vote(people[0], 'i1', 1)
    assert.equal(vote.epoch, before, 'a vote does not ask who Redis is')
    const { fields, epoch, seq } = await session.read()
    assert.notEqual(epoch, before)
    assert.match(epoch, /^[0-9a-f]{8}beef$/)
    assert.equal(fields['i:i1.tally'], '50 0 0 0 0 0')
    const events = await session.events()
    assert.equal(events.at(-1).seq, seq)
    assert.equal(events.at(-1).epoch, epoch)
    assert.ok(events.slice(0, -1).every((event) => event.epoch === before))
    assert.equal((await session.vote(people[1], 'i1', 0)).epoch, epoch)
  } finally {
    await durable.stop()
  }
})

test('every read and write that takes part in the order of events notices another Redis', async () => {
  const calls = { tally_flush: [], session_check: ['0', 'w'], session_due: [], session_read: [''], log_read: ['0', '9'],
    session_announce: ['x'], participant_join: ['', 'operator', '', '', '', '', '', '', '', '', ''], idea_add: ['c1', 'x', '', '', ''], challenge_rules: ['c1', 'f00d', 'ballot', 'budget'] }
  for (const [name, rest] of Object.entries(calls)) {
    const [session] = await room()
    const { epoch } = await session.flush()
    await session.redis.hset(session.key('meta'), 'replid', '0'.repeat(40), 'epoch', '00000000ab12')
    assert.equal((await session.call(name, BRAND, ...rest)).epoch, epoch, name)
    assert.equal(await session.redis.hget(session.key('meta'), 'epoch'), epoch)
  }
})

test('people who are read have another Redis noticed where there is something to flush', async () => {
  const [session, ana] = await room()
  const { epoch } = await session.flush()
  await session.redis.hset(session.key('meta'), 'replid', '0'.repeat(40), 'epoch', '00000000ab12')
  assert.equal((await session.call('people_read', BRAND, 'p1')).epoch, '00000000ab12')
  await session.vote(ana, 'i1', 1)
  assert.equal((await session.call('people_read', BRAND, 'p1')).epoch, epoch)
})

test("without a time of the caller's the clock is Redis'", async () => {
  const [session, ana] = await room()
  session.now = null
  const [seconds] = await session.redis.time()
  const { now } = await session.vote(ana, 'i1', 1)
  const [later] = await session.redis.time()
  const journal = await session.journal()
  assert.equal(journal.at(-1).at, now)
  assert.ok(now >= START || (now >= seconds * 1000 && now <= (Number(later) + 1) * 1000))
})
