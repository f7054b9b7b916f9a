// Under a seal nothing tells what was voted: two sessions in which the same people make the same calls at the same moments,
// and only the ideas and values voted in sealed and after_vote challenges differ, answer and publish alike.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, SYSTEM, Server, Session, challengeEdits, fold } from './library.js'
import { Random } from './random.js'
import { assertRecount } from './recount.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const VALUES = { approval: [0, 1], updown: [-1, 0, 1], single: [0, 1], budget: [0, 1, 2, 3], stars: [0, 1, 2, 3, 4, 5] }
const GROUPS = JSON.stringify({ store: { title: 'M', values: { lille: 'L' }, from: ['ask'] }, status: { title: 'S', values: { client: 'C', staff: 'S' }, from: ['ask'] } })
const SEALED = ['c1', 'c2', 'c3', 'c4', 'c5']

// What a public may see of a write: all but tallies, ballots and counted votes of challenges whose tally is not told.
function openWrites(writes, challengeOf) {
  return writes.filter(([key]) => {
    const [, kind, id, name] = key.match(/^(.):([^.]+)\.(.+)$/)
    if (kind === 'i' && (name === 'tally' || name.startsWith('group.'))) return !SEALED.includes(challengeOf[id])
    if (kind === 'c' && name === 'votes') return !SEALED.includes(id)
    return !(kind === 'p' && name.startsWith('ballot.') && SEALED.includes(name.slice(7)))
  })
}

class Twins {
  constructor(seed) {
    this.random = new Random(seed)
    this.pair = [new Session(server), new Session(server)]
    this.ideas = []
    this.hidden = new Set()
    this.seq = 0
  }

  async both(run) {
    const answers = []
    for (const session of this.pair) answers.push(await run(session))
    return answers
  }

  // The same call on both: the answers are the same strings.
  async same(name, actor, ...rest) {
    const [first, second] = await this.both((session) => session.call(name, actor, ...rest))
    assert.deepEqual(first.list, second.list, name)
    return first
  }

  async begin() {
    const { random } = this
    this.ballots = Object.fromEntries(SEALED.map((id, i) => [id, ['approval', 'updown', 'single', 'budget', 'stars'][i]]))
    this.ballots.c6 = 'approval'
    const challenges = Object.fromEntries(Object.entries(this.ballots).map(([id, ballot]) => [id,
      { ballot, dots: ballot === 'budget' ? 1000 : undefined, tally: id === 'c6' ? 'live' : random.pick(['sealed', 'after_vote']) }]))
    const ideas = Object.keys(challenges).map((challenge) => ({ challenge, title: 'Option' }))
    ideas.forEach((idea, n) => this.ideas.push([`i${n + 1}`, idea.challenge]))
    await this.both((session) => session.create({ challenges, ideas, fields: { seed: 'twins', groups: GROUPS } }))
    this.people = await this.pair[0].people(6, { groups: 'store=lille' })
    await this.pair[1].people(6, { groups: 'store=lille' })
  }

  async vote() {
    const { random } = this
    const person = random.pick(this.people)
    const challenge = random.pick(Object.keys(this.ballots))
    const open = this.ideas.filter(([id, of]) => of === challenge && !this.hidden.has(id))
    if (open.length === 0) return
    const pick = () => [random.pick(open)[0], String(random.pick(VALUES[this.ballots[challenge]]))]
    const key = random.chance(0.2) ? `k${random.below(1e9)}` : ''
    const first = pick()
    const second = challenge === 'c6' ? first : pick()
    const answers = [await this.pair[0].call('vote_cast', { ...person, key }, ...first), await this.pair[1].call('vote_cast', { ...person, key }, ...second)]
    for (const answer of answers) assert.equal(answer.status, 'ok')
    assert.deepEqual(answers[0].list.slice(0, 4), answers[1].list.slice(0, 4))
  }

  async step() {
    const { random } = this
    const person = random.pick(this.people)
    const [idea] = random.pick(this.ideas)
    switch (random.weighted({ vote: 50, add: 8, hide: 5, publish: 5, withdraw: 3, edit: 3, flush: 8, check: 4, time: 6, wording: 2, freeze: 1, known: 3, merge: 1, short: 8 })) {
      case 'vote': return this.vote()
      case 'add': {
        const challenge = random.pick(Object.keys(this.ballots))
        const answer = await this.same('idea_add', person, challenge, 'Idée', '', '')
        return this.ideas.push([answer.idea, challenge])
      }
      case 'hide': {
        const answer = await this.same('idea_moderate', MODERATOR, idea, 'hide', 'raison')
        return answer.status === 'ok' && this.hidden.add(idea)
      }
      case 'publish': {
        const answer = await this.same('idea_moderate', MODERATOR, idea, 'publish', 'raison')
        return answer.status === 'ok' && this.hidden.delete(idea)
      }
      case 'withdraw': {
        const answer = await this.same('idea_withdraw', random.chance(0.3) ? BRAND : person, idea)
        return answer.withdrawn === '1' && this.hidden.add(idea)
      }
      case 'edit': return this.same('idea_edit', person, idea, '=Mieux', '', '')
      case 'known': return this.same('participant_upgrade', SYSTEM, person.participant, 'code', random.pick(['store=lille', 'store=lille,status=client']), '')
      case 'merge': {
        if (this.people.length < 4) return
        const [gone] = this.people.splice(this.people.indexOf(person), 1)
        return this.same('participant_merge', SYSTEM, gone.participant, this.people[0].participant)
      }
      case 'flush': return this.same('tally_flush', SYSTEM)
      case 'check': return this.same('session_check', SYSTEM, String(random.below(5)), 'w1')
      case 'wording': return this.same('challenge_edit', BRAND, ...challengeEdits(random.pick(SEALED), { title: 'Autrement', reason: 'clarté' }))
      case 'freeze': {
        await this.same('session_freeze', MODERATOR)
        return this.same('session_unfreeze', MODERATOR)
      }
      case 'short': return void (this.pair[0].now = this.pair[1].now += random.below(700))
      case 'time': this.pair[0].now = this.pair[1].now += random.below(2 * MINUTE)
    }
  }

  // Closing opens the seal: then each tells its own count, and gives what was held.
  async close() {
    for (const challenge of SEALED) await this.both((session) => session.call('challenge_close', BRAND, challenge))
    await this.both(async (session) => assertRecount(session, (await session.read()).fields))
  }

  async compare() {
    const challengeOf = Object.fromEntries(this.ideas)
    const told = await this.both(async (session) => (await session.events(this.seq)).map((event) =>
      ({ seq: event.seq, at: event.at, name: event.name, epoch: event.epoch, writes: openWrites(event.writes, challengeOf) })))
    assert.deepEqual(told[0], told[1], 'events')
    this.seq = told[0].at(-1)?.seq ?? this.seq
    const loads = await this.both((session) => session.read())
    assert.equal(loads[0].seq, loads[1].seq)
    const open = loads.map(({ fields }) => fold({}, openWrites(Object.entries(fields), challengeOf)))
    assert.deepEqual(open[0], open[1], 'loads')
  }
}

test('15 random pairs of sessions that differ in what was voted under a seal answer and publish alike', async () => {
  let differed = 0
  for (let seed = 1; seed <= 15; seed++) {
    const twins = new Twins(seed)
    await twins.begin()
    for (let step = 0; step < 60; step++) {
      await twins.step()
      if (twins.random.chance(0.3)) await twins.compare()
    }
    await twins.compare()
    const loads = await twins.both((session) => session.read())
    const sealed = loads.map(({ fields }) => JSON.stringify(Object.entries(fields).filter(([key]) => key.endsWith('.tally'))))
    if (sealed[0] !== sealed[1]) differed++
    await twins.close()
  }
  assert.ok(differed > 12, 'the pairs did differ')
})

test('points that a sealed vote earns are held, and given when the challenge closes', async () => {
  for (const tally of ['sealed', 'after_vote']) {
    const session = new Session(server)
    await session.create({ challenges: { c1: { tally } } })
    const [ana, bob] = await session.people(2)
    const { idea } = await session.add(ana, 'c1')
    await session.vote(bob, idea, 1)
    await session.vote(ana, idea, 1)
    const points = async () => (await session.read()).fields['p:p1.points']
    assert.equal(await points(), '12', 'the idea and the own first vote')
    await session.moderate(idea, 'hide')
    assert.equal(await points(), '2')
    await session.moderate(idea, 'publish')
    assert.equal(await points(), '12')
    const { seq } = await session.flush()
    await session.call('challenge_close', BRAND, 'c1')
    const [closed] = await session.events(seq)
    assert.equal(closed.name, 'challenge_closed')
    assert.equal(Object.fromEntries(closed.writes)['p:p1.points'], '13')
    assert.equal(await points(), '13', 'nobody supports themselves')
    await session.moderate(idea, 'hide')
    assert.equal(await points(), '2', 'after the close a hidden idea takes all back at once')
  }
})

test('votes after the reopening of an after_vote challenge are held again until it closes', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: { tally: 'after_vote' } } })
  const [ana, bob, cleo] = await session.people(3)
  const { idea } = await session.add(ana, 'c1')
  await session.vote(bob, idea, 1)
  await session.call('challenge_close', BRAND, 'c1')
  await session.call('challenge_open', BRAND, 'c1')
  await session.vote(cleo, idea, 1)
  const points = async () => (await session.read()).fields['p:p1.points']
  assert.equal(await points(), '11')
  await session.vote(bob, idea, 0)
  assert.equal(await points(), '11', 'what was given is not taken back before the close')
  await session.vote(ana, idea, 1)
  await session.call('challenge_close', BRAND, 'c1')
  assert.equal(await points(), '13')
  assert.deepEqual(await session.redis.hgetall(session.key('held:c1')), {})
})
