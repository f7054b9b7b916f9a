// Ideas: who adds them, what their authors may do and until when, and what moderators do.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, START, Server, Session } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

async function room(rules = {}, people = 2, more = {}) {
  const session = new Session(server)
  const created = await session.create({ challenges: { c1: rules }, ideas: [], ...more })
  assert.equal(created.status, 'ok', JSON.stringify(created.list))
  return [session, ...(await session.people(people))]
}

const withdraw = (session, who, idea) => session.call('idea_withdraw', who, idea)
const ideaOf = async (session, id) => {
  const { fields } = await session.read()
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key.startsWith(`i:${id}.`)).map(([key, value]) => [key.slice(3 + id.length), value]))
}

// FNV-1a 32 by its definition, with exact integers.
function fnv(text) {
  let hash = 2166136261n
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 16777619n) % (1n << 32n)
  return String(hash)
}

test('an idea has a number in its challenge, a place where tallies are not shown, and no votes', async () => {
  const [session, ana] = await room({}, 1)
  for (let n = 1; n <= 3; n++) assert.equal((await session.add(ana, 'c1', `Idée ${n}`, 'corps')).idea, `i${n}`)
  assert.deepEqual(await ideaOf(session, 'i2'), { challenge: 'c1', n: '2', at: String(START), mix: fnv(`${session.id}/i2`), author: 'p1',
    title: 'Idée 2', body: 'corps', lang: 'fr', state: 'published', tally: '0 0 0 0 0 0' })
  const { fields } = await session.read()
  assert.equal(fields['c:c1.ideas'], '3')
  assert.equal(fields['p:p1.points'], '30')
})

test('mix is FNV-1a 32 of the seed and the idea, bit for bit', async () => {
  const [session] = await room({}, 0, { fields: { seed: 'élection-ÿ-2026' } })
  for (let n = 1; n <= 40; n++) await session.add(BRAND, 'c1')
  const { fields } = await session.read()
  for (let n = 1; n <= 40; n++) assert.equal(fields[`i:i${n}.mix`], fnv(`élection-ÿ-2026/i${n}`))
})

test('a person makes as many ideas as the rules allow: hidden ones count, withdrawn ones do not', async () => {
  const [session, ana, bob] = await room({ ideas_per_person: 2 })
  const { idea } = await session.add(ana, 'c1')
  await session.add(ana, 'c1')
  await session.moderate('i2', 'hide')
  const refused = await session.add(ana, 'c1')
  assert.deepEqual([refused.status, refused.limit], ['ideas_limit', '2'])
  assert.equal((await session.add(bob, 'c1')).status, 'ok')
  await withdraw(session, ana, idea)
  assert.equal((await session.add(ana, 'c1')).status, 'ok')
  assert.equal((await session.add(ana, 'c1')).status, 'ideas_limit')
  for (let n = 0; n < 3; n++) assert.equal((await session.add(BRAND, 'c1')).status, 'ok', 'a brand has no such limit')
})

test('people propose only while the challenge is open; a brand prepares its options before', async () => {
  const [session, ana] = await room({ opens_at: START + MINUTE, closes_at: START + 3 * MINUTE })
  assert.equal((await session.add(ana, 'c1')).status, 'challenge_not_open')
  assert.equal((await session.add(BRAND, 'c1')).status, 'ok')
  session.now += MINUTE
  assert.equal((await session.add(ana, 'c1')).status, 'ok')
  assert.equal((await session.add(BRAND, 'c1')).status, 'ok')
  session.now += 2 * MINUTE
  assert.equal((await session.add(ana, 'c1')).status, 'challenge_closed')
  assert.equal((await session.add(BRAND, 'c1')).status, 'challenge_closed')
})

test('where only the brand proposes its options are part of the rules', async () => {
  const [session, ana] = await room({ proposals: 'brand', opens_at: START + MINUTE })
  const { idea } = await session.add(BRAND, 'c1', 'Vanille')
  assert.equal((await session.add(ana, 'c1')).status, 'proposals_brand')
  assert.equal((await session.edit(BRAND, idea, { title: 'Vanille de Tahiti' })).status, 'ok')
  session.now += MINUTE
  for (const answer of [await session.add(BRAND, 'c1'), await session.edit(BRAND, idea, { title: 'Café' }),
    await session.edit(BRAND, idea, { addition: 'en fait' }), await withdraw(session, BRAND, idea)])
    assert.equal(answer.status, 'rules_frozen')
  assert.equal((await session.add(ana, 'c1')).status, 'proposals_brand')
  assert.equal((await session.add(MODERATOR, 'c1')).status, 'proposals_brand')
})

test('an idea shows the pictures that the session holds, and no others', async () => {
  const media = [['aa11', '{"hash":"aa11","type":"image/png","width":2,"height":3,"alt":"un pot"}', 'PNG\u0000bytes'], ['bb22', '{"hash":"bb22"}', 'x']]
  const [session, ana] = await room({}, 1, { media })
  await session.add(ana, 'c1', 'Deux', undefined, 'aa11 bb22')
  assert.equal((await ideaOf(session, 'i1')).media, `[${media[0][1]},${media[1][1]}]`)
  assert.equal((await session.add(ana, 'c1', 'Trois', undefined, 'aa11 cc33')).status, 'media_unknown')
  assert.equal((await session.call('media_get', ana, 'aa11')).bytes, 'PNG\u0000bytes')
  assert.equal((await session.call('media_get', ana, 'cc33')).status, 'media_unknown')
})

test('an author edits for ten minutes, later only adds', async () => {
  const [session, ana] = await room({}, 1)
  const { idea } = await session.add(ana, 'c1', 'Idée', 'corps')
  session.now += 10 * MINUTE - 1
  assert.equal((await session.edit(ana, idea, { title: 'Mieux', body: '' })).status, 'ok')
  const edited = session.now
  session.now += 1
  assert.deepEqual([(await session.edit(ana, idea, { title: 'Encore' })).status, (await session.edit(ana, idea, { body: 'x', addition: 'y' })).status],
    ['idea_settled', 'idea_settled'])
  await session.edit(ana, idea, { addition: 'un "ajout"' })
  session.now += MINUTE
  await session.edit(ana, idea, { addition: 'un autre' })
  const shown = await ideaOf(session, idea)
  assert.deepEqual([shown.title, shown.body, shown.edited_at], ['Mieux', undefined, String(edited)])
  assert.deepEqual(JSON.parse(shown.additions), [{ at: START + 10 * MINUTE, text: 'un "ajout"' }, { at: START + 11 * MINUTE, text: 'un autre' }])
})

test('an edit without anything to change is refused', async () => {
  const [session, ana] = await room({}, 1)
  const { idea } = await session.add(ana, 'c1')
  for (const nothing of [{}, { addition: '' }, { title: '' }]) assert.equal((await session.edit(ana, idea, nothing)).status, 'invalid_params')
})

test("somebody else's idea is not touched: a person's by no brand, a brand's by no moderator", async () => {
  const [session, ana, bob] = await room()
  await session.add(ana, 'c1')
  await session.add(BRAND, 'c1')
  for (const [who, idea] of [[bob, 'i1'], [BRAND, 'i1'], [MODERATOR, 'i1'], [ana, 'i2'], [MODERATOR, 'i2']]) {
    assert.equal((await session.edit(who, idea, { title: 'x' })).status, 'not_yours')
    assert.equal((await withdraw(session, who, idea)).status, 'not_yours')
  }
  assert.equal((await session.edit(BRAND, 'i2', { title: 'x' })).status, 'ok')
})

test('an author withdraws for ten minutes, later only takes the name off, once', async () => {
  const [session, ana] = await room({}, 1)
  await session.add(ana, 'c1')
  await session.add(ana, 'c1')
  assert.equal((await withdraw(session, ana, 'i1')).withdrawn, '1')
  assert.equal((await withdraw(session, ana, 'i1')).status, 'idea_unknown')
  assert.equal((await session.edit(ana, 'i1', { addition: 'x' })).status, 'idea_unknown')
  assert.equal((await session.moderate('i1', 'publish')).status, 'idea_unknown')
  session.now += 10 * MINUTE
  const unsigned = await withdraw(session, ana, 'i2')
  assert.equal(unsigned.withdrawn, '0')
  assert.equal((await ideaOf(session, 'i2')).unsigned, '1')
  assert.equal((await ideaOf(session, 'i2')).state, 'published')
  assert.equal((await withdraw(session, ana, 'i2')).seq, unsigned.seq, 'nothing is left to take off')
  const { fields } = await session.read()
  assert.deepEqual([fields['c:c1.ideas'], fields['p:p1.points']], ['1', '10'])
})

test('what people voted on stays once the challenge has closed', async () => {
  const [session, ana] = await room({}, 1)
  const { idea } = await session.add(ana, 'c1')
  await session.call('challenge_close', BRAND, 'c1')
  assert.equal((await session.edit(ana, idea, { title: 'Autre' })).status, 'idea_settled')
  assert.equal((await session.edit(ana, idea, { addition: 'merci' })).status, 'ok')
  assert.equal((await withdraw(session, ana, idea)).withdrawn, '0')
  assert.equal((await ideaOf(session, idea)).state, 'published')
})

test('what an author may do does not depend on votes', async () => {
  const [session, ana, bob] = await room({ tally: 'sealed' })
  await session.add(ana, 'c1')
  await session.add(ana, 'c1')
  await session.vote(bob, 'i1', 1)
  for (const idea of ['i1', 'i2']) {
    assert.equal((await session.edit(ana, idea, { title: 'x' })).status, 'ok')
    assert.equal((await withdraw(session, ana, idea)).withdrawn, '1')
  }
})

test('hiding and publishing are idempotent and take back and give what the idea earned', async () => {
  const [session, ana, bob] = await room()
  const { idea } = await session.add(ana, 'c1')
  await session.vote(bob, idea, 1)
  assert.equal((await session.read()).fields['p:p1.points'], '11')
  const hidden = await session.moderate(idea, 'hide', 'hors sujet')
  assert.equal((await session.moderate(idea, 'hide', 'autre')).seq, hidden.seq)
  assert.deepEqual([(await ideaOf(session, idea)).state, (await ideaOf(session, idea)).reason], ['hidden', 'hors sujet'])
  assert.equal((await session.read()).fields['p:p1.points'], '0')
  assert.equal((await session.edit(ana, idea, { title: 'mieux' })).status, 'ok', 'its author may still mend it')
  await session.moderate(idea, 'publish', 'merci')
  const { fields } = await session.read()
  assert.deepEqual([fields['p:p1.points'], fields['c:c1.votes'], fields['c:c1.ideas'], fields['i:i1.reason']], ['11', '1', '1', 'merci'])
})

test('who moderated what and why is in the audit, without names and texts', async () => {
  const [session, ana] = await room({}, 1)
  await session.add(ana, 'c1')
  await session.moderate('i1', 'hide', 'hors sujet')
  const [[, entry]] = await session.redis.xrange(session.key('audit'), '-', '+')
  assert.deepEqual(entry, ['actor', 'mod-1', 'role', 'moderator', 'action', 'idea_hide', 'target', 'i1', 'reason', 'hors sujet'])
})

test('who never joined proposes nothing', async () => {
  const [session] = await room({}, 0)
  assert.equal((await session.add({ participant: 'p7', role: 'participant', level: 'open', groups: '' }, 'c1')).status, 'participant_unknown')
})
