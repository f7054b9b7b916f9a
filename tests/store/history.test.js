// Random histories of every command. Again and again: what a worker folded from the events is what a load reads; the ballots,
// counted again, are what is told; points come out of nothing but the rules.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, MODERATOR, SYSTEM, Server, Session, challengeArguments, challengeEdits, fold, table } from './library.js'
import { Random } from './random.js'
import { assertRecount, journalTallies } from './recount.js'

const HISTORIES = Number(process.env.PALABRE_HISTORIES ?? 25)
const STEPS = 70
const ERRORS = new Set([...table('errors').matchAll(/^ERROR\((\w+),/gm)].map((m) => m[1]))

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const RULES = [{ ballot: 'approval' }, { ballot: 'approval', choose: 2 }, { ballot: 'updown' }, { ballot: 'single' },
  { ballot: 'budget', dots: 6 }, { ballot: 'budget', dots: 6, per_idea: 3 }, { ballot: 'stars' }]
const VALUES = { approval: [0, 1, 1, 2], updown: [-1, 0, 1, 1, 2], single: [0, 1, 1], budget: [0, 1, 2, 3, 4, 7], stars: [0, 1, 3, 4, 5, 6] }

function rulesPick(random, now) {
  const rules = { ...random.pick(RULES), tally: random.pick(['live', 'after_vote', 'sealed']), proposals: random.chance(0.8) ? 'open' : 'brand' }
  if (random.chance(0.2)) rules.final = true
  if (random.chance(0.3)) rules.ideas_per_person = 2
  if (random.chance(0.3)) rules.opens_at = now + MINUTE * (1 + random.below(5))
  if (random.chance(0.4)) rules.closes_at = now + MINUTE * (6 + random.below(30))
  return rules
}

class History {
  constructor(seed) {
    this.random = new Random(seed)
    this.session = new Session(server)
    this.people = []
    this.ideas = []
    this.ballots = {}
    this.folded = {}
    this.seq = 0
    this.trace = []
  }

  async begin() {
    const { random, session } = this
    const challenges = { c1: rulesPick(random, session.now), c2: rulesPick(random, session.now), c3: rulesPick(random, session.now) }
    const ideas = Array.from({ length: 1 + random.below(4) }, (_, n) => ({ challenge: `c${1 + random.below(3)}`, title: `Option ${n}` }))
    assert.equal((await session.create({ challenges, ideas })).status, 'ok')
    ideas.forEach((idea, n) => this.ideas.push([`i${n + 1}`, idea.challenge]))
    this.options = this.ideas.map(([id]) => id)
    for (const [id, rules] of Object.entries(challenges)) this.ballots[id] = rules.ballot
    for (const level of ['open', 'open', 'code', 'verified']) this.people.push(await session.join({ level, groups: '' }))
  }

  async step() {
    const { random, session } = this
    const person = random.pick(this.people)
    const challenge = random.pick(Object.keys(this.ballots))
    const [idea, of] = random.chance(0.02) ? ['i99', 'c1'] : random.pick(this.ideas.length ? this.ideas : [['i99', 'c1']])
    const what = random.weighted({ vote: 45, add: 12, edit: 4, withdraw: 3, moderate: 9, flush: 4, time: 6, open: 2, close: 2,
      change: 2, check: 3, name: 2, freeze: 1, announce: 2, join: 1, more: 1, rules: 1 })
    if (what === 'time') return void (session.now += random.below(4 * MINUTE))
    const answer = await this[what](person, challenge, idea, of)
    this.trace.push(`${what} ${person.participant} ${challenge} ${idea} -> ${answer.list.slice(0, 1).concat(answer.list.slice(4)).join(' ')}`)
    assert.ok(answer.status === 'ok' || ERRORS.has(answer.status), answer.status)
    if (what === 'add' && answer.status === 'ok') this.ideas.push([answer.idea, challenge])
    if (what === 'more' && answer.status === 'ok') this.ballots[answer.challenge] = this.made.ballot
    if (what === 'change' && answer.status === 'ok' && this.changed.ballot) this.ballots[challenge] = this.changed.ballot
  }

  vote(person, challenge, idea, of) {
    const as = this.random.chance(0.2) ? { ...person, level: 'verified', groups: 'status:client' } : person
    return this.session.vote(as, idea, this.random.pick(VALUES[this.ballots[of]]))
  }

  add(person, challenge) {
    return this.session.add(this.random.chance(0.2) ? BRAND : person, challenge, `Idée ${this.seq}`, this.random.chance(0.5) ? 'corps' : undefined)
  }

  edit(person, challenge, idea) {
    const text = this.random.pick([{ title: 'Autre' }, { body: '' }, { body: 'mieux' }, { addition: 'ajout "cité"' }, {}])
    return this.session.edit(this.random.chance(0.2) ? BRAND : person, idea, text)
  }

  withdraw(person, challenge, idea) {
    return this.session.call('idea_withdraw', this.random.chance(0.2) ? BRAND : person, idea)
  }

  moderate(person, challenge, idea) {
    return this.session.moderate(idea, this.random.pick(['hide', 'publish', 'publish']))
  }

  flush() {
    return this.session.flush()
  }

  open(person, challenge) {
    return this.session.call('challenge_open', MODERATOR, challenge)
  }

  close(person, challenge) {
    return this.session.call('challenge_close', MODERATOR, challenge)
  }

  change(person, challenge) {
    const { random, session } = this
    this.changed = random.pick([{ title: 'Titre neuf' }, { ballot: 'updown' }, { closes_at: session.now + random.below(9 * MINUTE) }, { noun: 'parfum' }])
    return session.call('challenge_edit', BRAND, ...challengeEdits(challenge, { ...this.changed, reason: random.chance(0.7) ? 'parce que' : undefined }))
  }

  more() {
    this.made = rulesPick(this.random, this.session.now)
    return this.session.call('challenge_add', BRAND, ...challengeArguments(undefined, this.made))
  }

  rules(person, challenge) {
    return this.session.call('challenge_rules', SYSTEM, challenge, 'ab'.repeat(32), 'ballot', this.ballots[challenge])
  }

  check() {
    return this.session.call('session_check', SYSTEM, String(this.random.below(9)), this.random.pick(['w1', 'w2']))
  }

  name(person) {
    const name = this.random.pick(['', 'Ana', 'Bob'])
    return this.random.chance(0.5) ? this.session.call('name_set', person, name)
      : this.session.call('participant_rename', MODERATOR, person.participant, name, 'raison')
  }

  freeze() {
    return this.session.call(this.random.pick(['session_freeze', 'session_unfreeze', 'session_unfreeze']), MODERATOR)
  }

  announce() {
    return this.session.call('session_announce', MODERATOR, this.random.pick(['', 'Bienvenue']))
  }

  async join() {
    const person = await this.session.join({ level: 'code' })
    this.people.push(person)
    return person.answer
  }

  // What is told of a challenge that has closed was told before it closed.
  assertFinal(event) {
    if (event.name !== 'tally_flushed') return
    for (const [key] of event.writes) {
      const idea = key.match(/^i:(.+)\.tally$/)
      if (idea) assert.notEqual(this.folded[`c:${this.folded[`i:${idea[1]}.challenge`]}.state`], 'closed', 'a closed tally is final')
    }
  }

  async verify() {
    const { fields, seq, epoch } = await this.session.read()
    for (const event of await this.session.events(this.seq)) {
      assert.equal(event.seq, this.seq + 1, 'events are numbered without a hole')
      assert.equal(event.epoch, epoch)
      this.seq = event.seq
      this.assertFinal(event)
      fold(this.folded, event.writes)
    }
    assert.equal(this.seq, seq)
    const told = Object.entries(this.folded)
    assert.deepEqual(Object.fromEntries(told.filter(([key]) => !key.includes('.ballot.'))), fields,
      'a fold over the events is what a load reads')
    const ballots = {}
    for (const { participant } of this.people)
      for (const [key, value] of Object.entries(await this.session.person(participant))) if (key.includes('.ballot.')) ballots[key] = value
    assert.deepEqual(Object.fromEntries(told.filter(([key]) => key.includes('.ballot.'))), ballots)
    return assertRecount(this.session, fields)
  }
}

test(`${HISTORIES} random histories: events, loads, ballots, tallies, points and journal agree all the way`, async () => {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = new History(seed)
    try {
      await history.begin()
      for (let step = 0; step < STEPS; step++) {
        await history.step()
        if (history.random.chance(0.5)) await history.verify() // a load flushes; what no load came between counts too
      }
      const all = await history.verify()
      const counted = journalTallies(await history.session.journal(), all, history.options)
      for (const [id, tally] of Object.entries(counted)) assert.equal(tally, all.i[id].tally, `recount of ${id} from the journal`)
    } catch (error) {
      error.message += `\nseed ${seed}:\n${history.trace.slice(-15).join('\n')}`
      throw error
    }
  }
})
