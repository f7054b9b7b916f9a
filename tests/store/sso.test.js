// A brand's log-in at the door, and which brand speaks.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, START, SYSTEM, Server, Session } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const GROUPS = JSON.stringify({ status: { title: 'S', values: { client: 'C', salarie: 'S' }, from: ['sso', 'ask'] } })

async function room(fields = {}) {
  const session = new Session(server)
  await session.create({ fields: { join: 'open code sso', ...fields }, challenges: { c1: {}, c2: {} }, ideas: [{ challenge: 'c1', title: 'a' }, { challenge: 'c1', title: 'b' }, { challenge: 'c2', title: 'c' }] })
  return session
}

test('a log-in is one participant at level verified, on any device, with the groups it says', async () => {
  const session = await room({ groups: GROUPS })
  const ana = await session.door({ sub: 'crm-7', told: 'status=salarie,club=or' })
  assert.deepEqual([ana.id, ana.answer.level, ana.answer.groups], ['p1', 'verified', 'status=salarie'])
  const again = await session.door({ sub: 'crm-7', told: 'status=client' })
  assert.deepEqual([again.id, again.answer.generation, again.answer.groups], ['p1', '2', 'status=salarie'])
  assert.equal((await session.door({ sub: 'crm-8' })).answer.status, 'group_required')
  assert.ok(!JSON.stringify((await session.read()).fields).includes('crm-7'), 'the external id is nowhere to be seen')
})

test('two log-ins on one telephone are two people, known or new: neither takes the other in', async () => {
  const session = await room()
  const ana = await session.door({ sub: 'a' })
  await session.vote(ana, 'i1', 1)
  const ben = await session.door({ sub: 'b' }, ana)
  assert.deepEqual([ben.id, ben.answer.level], ['p2', 'verified'])
  await session.vote(ben, 'i2', 1)
  const back = await session.door({ sub: 'a' }, ben)
  assert.equal(back.id, 'p1')
  assert.equal((await session.door({ sub: 'b' }, back)).id, 'p2')
  const { fields } = await session.read()
  assert.deepEqual([fields['c:c1.voters'], fields['i:i1.tally'], fields['i:i2.tally'], fields['p:p1.merged'], fields['p:p2.merged']],
    ['2', '0 0 0 0 1 0', '0 0 0 0 1 0', undefined, undefined])
})

test('a log-in that has expired on the clock of Redis is refused', async () => {
  const session = await room()
  assert.equal((await session.door({ sub: 'a', expiry: START })).answer.status, 'sso_invalid')
})

test('a log-in is used once, unless it was refused; what expired is forgotten', async () => {
  const session = await room({ groups: GROUPS })
  assert.equal((await session.door({ sub: 'a', jti: 'j1' })).answer.status, 'group_required')
  assert.equal((await session.door({ sub: 'a', jti: 'j1', groups: 'status=client' })).answer.status, 'ok')
  assert.equal((await session.door({ sub: 'a', jti: 'j1' })).answer.status, 'sso_used')
  session.now += 6 * MINUTE
  await session.door({ sub: 'a', jti: 'j2', expiry: START + 9 * MINUTE })
  assert.deepEqual(await session.redis.zrange(session.key('jti'), 0, -1), ['j2'])
})

test('a session without that door takes no log-in, and a log-in comes without a code', async () => {
  const session = await room({ join: 'open code' })
  assert.equal((await session.door({ sub: 'a' })).answer.status, 'join_not_open')
  const both = await room()
  const { digests: [code] } = await both.codes()
  assert.deepEqual([(await both.door({ sub: 'a', code })).answer.status, (await both.door({ sub: 'a', code })).answer.field], ['invalid_params', 'sso'])
})

test('a log-in makes its bearer known: ballots are counted at the new level, in a closed challenge when it opens again', async () => {
  const session = await room()
  const ana = await session.door()
  await session.vote(ana, 'i1', 1)
  await session.vote(ana, 'i3', 1)
  await session.call('challenge_close', BRAND, 'c2')
  const known = await session.door({ sub: 'a' }, ana)
  assert.deepEqual([known.id, known.answer.level], ['p1', 'verified'])
  let { fields } = await session.read()
  assert.deepEqual([fields['i:i1.tally'], fields['i:i3.tally'], fields['c:c2.level_voters']], ['0 0 0 0 1 0', '1 0 0 0 0 0', '1 0 0'])
  await session.call('challenge_open', BRAND, 'c2')
  fields = (await session.read()).fields
  assert.deepEqual([fields['i:i3.tally'], fields['c:c2.level_voters']], ['0 0 0 0 1 0', '0 0 1'])
  assert.equal(await session.redis.exists(session.key('stale:c2')), 0)
})

test("a log-in that is somebody's merges whoever holds the telephone, known by a code or not; so does their code from then on", async () => {
  const session = await room()
  const { digests: [code] } = await session.codes()
  const ana = await session.door({ sub: 'a' })
  const phone = await session.door({ code })
  await session.vote(phone, 'i1', 1)
  await session.vote(phone, 'i3', 1)
  await session.vote(ana, 'i2', 1)
  await session.call('challenge_close', BRAND, 'c2')
  const same = await session.door({ sub: 'a' }, phone)
  assert.equal(same.id, 'p1')
  let { fields } = await session.read()
  assert.deepEqual([fields['i:i1.tally'], fields['i:i2.tally'], fields['i:i3.tally'], fields['c:c2.voters']], ['0 0 0 0 0 0', '0 0 0 0 1 0', '0 0 1 0 0 0', '1'])
  const found = await session.door({ code })
  assert.equal(found.id, 'p1', 'the code follows')
  await session.call('challenge_open', BRAND, 'c2')
  fields = (await session.read()).fields
  assert.deepEqual([fields['i:i3.tally'], fields['c:c2.voters'], fields['c:c2.votes'], fields['p:p2.points']], ['0 0 0 0 0 0', '0', '0', '0'])
})

test('who was banned comes in by no door', async () => {
  const session = await room()
  const ana = await session.door({ sub: 'a' })
  await session.vote(ana, 'i1', 1)
  assert.equal((await session.call('participant_ban', BRAND, 'p1', 'insultes')).status, 'ok')
  assert.equal((await session.vote(ana, 'i2', 1)).status, 'banned')
  assert.equal((await session.door({ sub: 'a' })).answer.status, 'banned')
  assert.equal((await session.door({}, ana)).answer.status, 'banned')
  assert.equal((await session.read()).fields['i:i1.tally'], '0 0 0 0 1 0', 'ballots stay')
  assert.equal((await session.call('participant_unban', BRAND, 'p1', 'erreur')).status, 'ok')
  assert.equal((await session.vote(ana, 'i2', 1)).status, 'ok')
  assert.equal((await session.call('participant_ban', BRAND, 'p9', 'x')).status, 'participant_unknown')
})

test('a moderator bans no brand', async () => {
  const session = await room()
  await session.join({ role: 'brand' })
  assert.equal((await session.call('participant_ban', { participant: 'm', role: 'moderator', level: 'verified', groups: '' }, 'p1', 'x')).status, 'forbidden')
})

test("a brand's staff meet no session of another brand; an admin meets all", async () => {
  const session = await room({ brand: 'danette' })
  const as = (groups) => ({ ...BRAND, groups })
  assert.equal((await session.call('session_announce', as('danette'), 'x')).status, 'ok')
  assert.equal((await session.join({ role: 'brand' })).answer.status, 'ok', 'an operator, or an import, lets staff in')
  const { digests: [code] } = await session.codes({ role: 'brand', as: as('danette') })
  const guest = await session.door({ code })
  assert.equal((await session.call('session_announce', guest, 'x')).status, 'ok', 'who came by a code of this session is of its brand')
  for (const groups of ['', 'default', 'autre']) {
    const answer = await session.call('session_announce', as(groups), 'x')
    assert.deepEqual([answer.status, answer.epoch, answer.seq], ['session_unknown', '', 0])
    assert.equal((await session.call('session_read', as(groups), '')).status, 'session_unknown')
  }
  assert.equal((await session.call('session_announce', { ...BRAND, role: 'admin' }, 'x')).status, 'ok')
  const plain = await room()
  assert.deepEqual([(await plain.call('session_announce', as(''), 'x')).status, (await plain.call('session_announce', as('default'), 'x')).status,
    (await plain.call('session_announce', as('danette'), 'x')).status], ['ok', 'ok', 'session_unknown'])
})

test('the door tells a stranger what to bring, and nothing of who is inside', async () => {
  const session = await room({ groups: GROUPS, brand: 'danette', languages: 'fr en', terms: '{"version":"1","text":"x"}' })
  await session.join({ name: 'Ana' })
  const door = await session.call('session_door', SYSTEM)
  assert.deepEqual(door.pairs, [['title', 'Titre'], ['brand', 'danette'], ['locale', 'fr'], ['languages', 'fr en'], ['state', 'open'],
    ['join', 'open code sso'], ['groups', GROUPS], ['terms', '{"version":"1","text":"x"}']])
})
