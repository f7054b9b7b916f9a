// Codes: making, redeeming, revoking; and what a code does at the door.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, START, Server, Session } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const GROUPS = JSON.stringify({ status: { title: 'Statut', values: { client: 'Client', salarie: 'Salarié' }, from: ['code', 'sso', 'ask'] },
  store: { title: 'Magasin', values: { lille: 'Lille', nantes: 'Nantes' }, from: ['code'] } })

async function room(fields = {}) {
  const session = new Session(server)
  const ideas = [1, 2, 3].map((n) => ({ challenge: 'c1', title: `Option ${n}` }))
  assert.equal((await session.create({ fields: { join: 'open code', ...fields }, challenges: { c1: {} }, ideas })).status, 'ok')
  return session
}
const person = async (session, id) => Object.fromEntries(Object.entries((await session.read()).fields)
  .filter(([key]) => key.startsWith(`p:${id}.`)).map(([key, value]) => [key.slice(3 + id.length), value]))

test('a code for one person gives its level, groups and role to whoever brings it first', async () => {
  const session = await room({ groups: GROUPS })
  const made = await session.codes({ groups: 'store=lille,status=client', label: 'Ticket', count: 2 })
  assert.deepEqual([made.status, made.batch], ['ok', 'k1'])
  const ana = await session.door({ code: made.digests[1], name: 'Ana' })
  assert.deepEqual(ana.answer.pairs, [['participant', 'p1'], ['role', 'participant'], ['level', 'code'], ['groups', 'status=client,store=lille'],
    ['generation', '1'], ['name', 'Ana'], ['code', 'k1-2']])
  assert.deepEqual((await session.journal()).slice(1).map((entry) => entry.words.join(' ')),
    ['code_make brand-1 verified - k1', 'participant_join p1 code status=client,store=lille participant k1-2'])
  assert.equal((await session.codes({ role: 'expert' })).batch, 'k2')
})

test('the same code on two devices is one voter, and the older token is retired', async () => {
  const session = await room()
  const { digests: [digest] } = await session.codes()
  const first = await session.door({ code: digest })
  assert.equal((await session.vote(first, 'i1', 1)).status, 'ok')
  const second = await session.door({ code: digest })
  assert.deepEqual([second.id, second.answer.generation], ['p1', '2'])
  assert.equal((await session.vote(first, 'i1', 0)).status, 'token_retired')
  assert.equal((await session.call('name_set', first, 'x')).status, 'token_retired')
  assert.equal((await session.vote(second, 'i2', 1)).status, 'ok')
  const { fields } = await session.read()
  assert.deepEqual([fields['c:c1.voters'], fields['c:c1.level_voters'], fields['p:p1.generation'], fields['p:p2.n']], ['1', '0 1 0', '2', undefined])
  const again = await session.door({ code: digest }, second)
  assert.equal(again.answer.generation, '2', 'who holds the newest token retires nobody by the code that made it')
})

test('a code for many makes a new participant each time, as often as it is for, and is nobody', async () => {
  const session = await room()
  const { digests: [digest] } = await session.codes({ uses: 2, label: 'Affiche' })
  const two = [await session.door({ code: digest }), await session.door({ code: digest })]
  assert.deepEqual(two.map((one) => [one.id, one.answer.level, one.answer.code]), [['p1', 'open', 'k1-1'], ['p2', 'open', 'k1-1']])
  assert.equal((await session.door({ code: digest })).answer.status, 'code_used_up')
  const { digests: [any] } = await session.codes({ uses: 0 })
  for (let n = 3; n < 8; n++) assert.equal((await session.door({ code: any })).id, `p${n}`)
})

test('a code that is unknown, revoked or past its date is refused by its name and leaves nothing', async () => {
  const session = await room()
  assert.equal((await session.door({ code: 'nothing' })).answer.status, 'code_unknown')
  assert.equal((await session.door({ code: 'k1' })).answer.status, 'code_unknown')
  const { digests: [late] } = await session.codes({ until: START + MINUTE })
  const { digests } = await session.codes({ count: 3 })
  await session.call('code_revoke', BRAND, 'k2-2')
  session.now += MINUTE
  assert.equal((await session.door({ code: late })).answer.status, 'code_expired')
  assert.equal((await session.door({ code: digests[1] })).answer.status, 'code_revoked')
  assert.equal((await session.door({ code: digests[0] })).answer.status, 'ok')
  await session.call('code_revoke', BRAND, 'k2')
  assert.equal((await session.door({ code: digests[2] })).answer.status, 'code_revoked')
  assert.deepEqual([(await session.read()).fields['s:s.revoked.k2'], (await session.read()).fields['s:s.revoked.k2-2'], await session.redis.hget(session.key('meta'), 'last_person')], ['1', '1', '1'])
})

test('who came with a code that is revoked does nothing more; their ballots stay', async () => {
  const session = await room()
  const { digests } = await session.codes({ count: 2 })
  const ana = await session.door({ code: digests[0] }), bob = await session.door({ code: digests[1] })
  const staff = await session.door({ code: (await session.codes({ role: 'moderator', uses: 0 })).digests[0] })
  await session.vote(ana, 'i1', 1)
  const revoked = await session.call('code_revoke', MODERATOR, 'k1-1')
  assert.equal((await session.vote(ana, 'i2', 1)).status, 'code_revoked')
  assert.equal((await session.add(ana, 'c1')).status, 'code_revoked')
  assert.equal((await session.vote(bob, 'i2', 1)).status, 'ok')
  assert.equal((await session.call('code_revoke', MODERATOR, 'k1-1')).seq, revoked.seq, 'nothing is told twice')
  await session.call('code_revoke', BRAND, 'k2')
  assert.equal((await session.call('session_freeze', { ...staff, level: 'open' })).status, 'code_revoked')
  assert.equal((await session.read()).fields['i:i1.tally'], '0 0 1 0 0 0')
})

test('revoking what does not exist is refused', async () => {
  const session = await room()
  await session.codes({ count: 3 })
  for (const id of ['k2', 'k2-1', 'k1-4', 'k1-0', 'k1-01', 'k1-', 'x1', 'p1']) assert.equal((await session.call('code_revoke', BRAND, id)).status, 'code_unknown', id)
  assert.equal((await session.call('code_revoke', BRAND, 'k1-3')).status, 'ok')
})

test('nobody makes or ends a code of more rights than their own', async () => {
  const session = await room()
  assert.equal((await session.codes({ role: 'brand', as: MODERATOR })).status, 'forbidden')
  assert.equal((await session.codes({ role: 'moderator', as: MODERATOR })).status, 'ok')
  assert.equal((await session.codes({ role: 'brand' })).status, 'ok')
  assert.equal((await session.call('code_revoke', MODERATOR, 'k2')).status, 'forbidden')
})

test('what codes say of groups is what the session lets codes say', async () => {
  const session = await room({ groups: JSON.stringify({ store: { title: 'M', values: { lille: 'L' }, from: ['sso'] }, status: { title: 'S', values: { client: 'C' }, from: ['code'] } }) })
  for (const [groups, field] of [['store=lille', 'groups.store'], ['status=autre', 'groups.status'], ['ville=lille', 'groups.ville']])
    assert.deepEqual([(await session.codes({ groups })).status, (await session.codes({ groups })).field], ['invalid_params', field])
  assert.equal((await session.codes({ groups: 'status=client' })).status, 'ok')
})

test('digests are one for each code, and none is used twice', async () => {
  const session = await room()
  assert.equal((await session.codes({ count: 2, digests: ['a'] })).status, 'invalid_params')
  assert.equal((await session.codes({ count: 1, digests: ['a'] })).status, 'ok')
  assert.equal((await session.codes({ count: 1, digests: ['a'] })).status, 'key_reused')
  assert.equal((await session.codes({ until: START })).field, 'until')
})

test('a participant who voted by link and then presents a code is one voter at the new level', async () => {
  const session = await room({ groups: GROUPS })
  const ana = await session.door({ groups: 'status=client' })
  assert.equal((await session.vote(ana, 'i1', 1)).status, 'ok')
  await session.flush()
  const { digests: [digest] } = await session.codes({ groups: 'status=salarie,store=lille' })
  const known = await session.door({ code: digest }, ana)
  assert.deepEqual([known.id, known.answer.level, known.answer.groups, known.answer.code], ['p1', 'code', 'status=client,store=lille', 'k1-1'])
  const { fields } = await session.read()
  assert.deepEqual([fields['i:i1.tally'], fields['c:c1.voters'], fields['c:c1.level_voters'], fields['i:i1.group.0-0'], fields['i:i1.group.1-0']],
    ['0 0 1 0 0 0', '1', '0 1 0', '1 0', '1 0'])
  assert.deepEqual([fields['c:c1.group_voters.0-0'], fields['c:c1.group_voters.1-0'], fields['c:c1.group_voters.0-1']], ['1', '1', undefined])
  assert.equal((await session.person('p1'))['p:p1.ballot.c1'], 'code status=client,store=lille i1:1')
  assert.equal((await session.journal()).at(-1).words.join(' '), 'participant_upgrade p1 code status=client,store=lille k1-1')
  assert.equal((await session.vote(ana, 'i2', 1)).status, 'ok', 'the token they hold still speaks for them')
  const phone = await session.door({ code: digest })
  assert.deepEqual([phone.id, phone.answer.generation], ['p1', '2'], 'the code is that voter on any device')
})

test("a code that is somebody's brings its bearer's place to theirs: one ballot stays, the other was never", async () => {
  const session = await room()
  const { digests: [digest] } = await session.codes()
  const ana = await session.door({ code: digest })
  await session.vote(ana, 'i1', 1)
  const phone = await session.door()
  const { idea } = await session.add(phone, 'c1')
  await session.vote(phone, 'i1', 1)
  await session.vote(phone, 'i2', 1)
  const same = await session.door({ code: digest }, phone)
  assert.deepEqual([same.id, same.answer.generation], ['p1', '2'])
  const { fields } = await session.read()
  assert.deepEqual([fields['i:i1.tally'], fields['i:i2.tally'], fields['c:c1.voters'], fields['c:c1.votes'], fields['c:c1.level_voters']],
    ['0 0 1 0 0 0', '0 0 0 0 0 0', '1', '1', '0 1 0'])
  assert.deepEqual([(await person(session, 'p2')).merged, fields['p:p2.points'], fields[`i:${idea}.author`]], ['p1', '10', 'p2'])
  assert.equal((await session.vote(phone, 'i3', 1)).status, 'token_retired')
  assert.equal((await session.journal()).at(-1).words.join(' '), 'participant_merge p2 - - p1')
  assert.equal((await session.vote(same, 'i3', 1)).status, 'ok')
})

test('people who come in while votes wait are no flush, unless they bring ballots along', async () => {
  const session = await room()
  const ana = await session.door()
  await session.vote(ana, 'i1', 1)
  const { digests } = await session.codes({ count: 2 })
  const bob = await session.door()
  const { answer } = await session.door({ code: digests[0] }, bob)
  assert.deepEqual((await session.events()).map((event) => event.name).slice(-3), ['code_made', 'participant_joined', 'participant_upgraded'])
  await session.door({ code: digests[1] }, ana)
  assert.deepEqual((await session.events(answer.seq)).map((event) => event.name), ['participant_upgraded', 'tally_flushed'])
})

test('who is known by a code already and brings another that nobody has is another person', async () => {
  const session = await room()
  const { digests } = await session.codes({ count: 2 })
  const ana = await session.door({ code: digests[0] })
  const child = await session.door({ code: digests[1] }, ana)
  assert.deepEqual([child.id, child.answer.code], ['p2', 'k1-2'])
  const back = await session.door({ code: digests[0] }, child)
  assert.deepEqual([back.id, (await person(session, 'p2')).merged], ['p1', undefined], 'the child stays who it is')
})

test("a poster fills the groups of who holds a token already, and takes a use of it once", async () => {
  const session = await room({ groups: GROUPS })
  const { digests: [poster] } = await session.codes({ uses: 5, groups: 'store=nantes' })
  const ana = await session.door({ groups: 'status=client' })
  for (let n = 0; n < 3; n++) assert.equal((await session.door({ code: poster }, ana)).answer.groups, 'status=client,store=nantes')
  assert.equal(await session.redis.hget(session.key('codes'), poster), 'k1-1 4 -')
  assert.equal((await person(session, 'p1')).level, 'open')
})

test('staff and observers by code are new people, who stay staff whoever held the telephone', async () => {
  const session = await room({ groups: GROUPS, terms: JSON.stringify({ version: '1', text: 'x' }) })
  const ana = await session.door({ groups: 'status=client', accept: '1' })
  const { digests: [wall] } = await session.codes({ role: 'observer', uses: 0 })
  const { digests: [desk] } = await session.codes({ role: 'moderator' })
  assert.deepEqual([(await session.door({ code: wall }, ana)).id, (await session.door({ code: desk }, ana)).id], ['p2', 'p3'])
  assert.deepEqual([(await session.door({ code: desk })).id, (await person(session, 'p3')).role], ['p3', 'moderator'])
})

test('an expert by code is an expert, also who was a participant', async () => {
  const session = await room()
  const ana = await session.door()
  const { digests } = await session.codes({ role: 'expert', count: 2 })
  assert.deepEqual([(await session.door({ code: digests[0] }, ana)).role, (await session.door({ code: digests[1] })).role], ['expert', 'expert'])
  assert.equal(await session.redis.hget(session.key('people:0'), 'p1.who'), 'expert code - 1 k1-1')
})

test('a holder whose token speaks for nobody is nobody: the code alone counts', async () => {
  const session = await room()
  const { digests: [digest] } = await session.codes()
  const first = await session.door({ code: digest })
  const second = await session.door({ code: digest })
  assert.equal((await session.door({ code: digest }, first)).answer.generation, '3')
  assert.equal((await session.door({ code: digest }, { ...second, participant: 'p9' })).answer.generation, '4')
})

test('terms are accepted in the version that there is, once', async () => {
  const terms = JSON.stringify({ version: '2026-1', text: 'Conditions' })
  const session = await room({ terms })
  const refused = await session.door()
  assert.deepEqual([refused.answer.status, refused.answer.terms], ['terms_required', terms])
  assert.equal((await session.door({ accept: '2025-1' })).answer.status, 'terms_required')
  const { digests: [digest] } = await session.codes()
  assert.equal((await session.door({ code: digest })).answer.status, 'terms_required')
  assert.equal((await session.door({ code: digest, accept: '2026-1' })).answer.status, 'ok')
  assert.equal((await session.door({ code: digest })).answer.status, 'ok')
  assert.equal((await person(session, 'p1')).accepted, '2026-1')
})

test('groups are asked for where nothing else said them, and only what may be asked is believed', async () => {
  const session = await room({ groups: GROUPS })
  assert.deepEqual([(await session.door()).answer.status, (await session.door()).answer.field], ['group_required', 'status'])
  for (const groups of ['store=lille', 'status=x', 'x=y']) assert.equal((await session.door({ groups })).answer.status, 'invalid_params', groups)
  assert.equal((await session.door({ groups: 'status=client' })).answer.groups, 'status=client')
  const { digests: [digest] } = await session.codes({ groups: 'status=salarie' })
  assert.equal((await session.door({ code: digest, groups: 'status=client' })).answer.groups, 'status=salarie', 'what the code says stands')
})

test('who joins is told until when the code and the session are, for the life of the token', async () => {
  const session = await room({ ends_at: START + 9 * MINUTE })
  const { digests: [desk] } = await session.codes({ role: 'moderator', until: START + 5 * MINUTE })
  const { answer } = await session.door({ code: desk })
  assert.deepEqual([answer.until, answer.ends_at], [String(START + 5 * MINUTE), String(START + 9 * MINUTE)])
  assert.deepEqual([(await session.door()).answer.until], [undefined])
})

test('a closed session is entered again by those who are of it, by staff and by screens, and by nobody new', async () => {
  const session = await room()
  const { digests } = await session.codes({ count: 2 })
  const { digests: [wall] } = await session.codes({ role: 'observer', uses: 0 })
  await session.door({ code: digests[0] })
  await session.call('session_close', BRAND)
  assert.equal((await session.door({ code: digests[0] })).id, 'p1')
  assert.equal((await session.door({ code: digests[1] })).answer.status, 'session_closed')
  assert.equal((await session.door()).answer.status, 'session_closed')
  assert.equal((await session.door({ code: wall })).answer.status, 'ok')
  await session.call('session_archive', BRAND)
  for (const code of [digests[0], wall, '']) assert.equal((await session.door({ code })).answer.status, 'session_archived')
})

test('a thousand codes of one call are found each by its digest, and what staff said of them has no digest', async () => {
  const session = await room()
  const { digests, status } = await session.codes({ count: 1000, label: 'Tickets' })
  assert.equal(status, 'ok')
  for (const n of [0, 499, 999]) assert.equal((await session.door({ code: digests[n] })).answer.code, `k1-${n + 1}`)
  assert.deepEqual(Object.values(await session.redis.hgetall(session.key('said'))), ['["","","","=Tickets","","=1000"]'])
})
