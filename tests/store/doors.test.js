// Random histories of doors and votes: joins by link, code and log-in, upgrades, merges, votes in every ballot, hides, closings
// and reopenings. Tallies, turnout and outcomes are at every moment what the model counts from distinct voters, per level and
// per group; what events told is what a load reads; and the journal, said again to a new session, makes the same session.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DoorModel } from './door-model.js'
import { ADMIN, BRAND, MINUTE, MODERATOR, SYSTEM, Server, Session, fold } from './library.js'
import { Random } from './random.js'

const HISTORIES = Number(process.env.PALABRE_HISTORIES ?? 20)
const STEPS = 90

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

const DIMS = { status: { values: ['client', 'salarie'], from: ['code', 'sso', 'ask'] }, store: { values: ['lille', 'nantes', 'paris'], from: ['code', 'sso'] },
  age: { values: ['jeune', 'vieux'], from: ['ask'] } }
const VALUES = { approval: [0, 1, 1], updown: [-1, 0, 1, 1], single: [0, 1, 1], budget: [0, 1, 2, 3], stars: [0, 1, 3, 5] }
const CHALLENGES = { c1: { ballot: 'approval', choose: 2 }, c2: { ballot: 'single', tally: 'after_vote', outcome: { counts: ['code', 'verified'], winners: 2 } },
  c3: { ballot: 'budget', dots: 6, voters: { levels: ['code', 'verified'] }, outcome: { quorum: 3 } }, c4: { ballot: 'updown', voters: { groups: { status: ['client'] } } },
  c5: { ballot: 'stars', tally: 'sealed', outcome: { counts: ['verified', 'code'], winners: 3 } } }
// What is told about votes and voters.
const TOLD = /^c:\w+\.(voters|level_voters|votes|group_voters\..*)$|^i:\w+\.(tally|group\..*)$|^p:\w+\.(level|groups|generation|merged)$/

const pickGroups = (random, dims, chance) => Object.fromEntries(dims.filter(() => random.chance(chance)).map((dim) => [dim, random.pick(DIMS[dim].values)]))
const text = (groups) => Object.entries(groups).map(([dim, value]) => `${dim}=${value}`).join(',')

class Doors {
  constructor(seed) {
    this.random = new Random(seed)
    this.session = new Session(server)
    this.dims = this.random.chance(0.2) ? { store: DIMS.store, status: DIMS.status } : DIMS
    this.model = new DoorModel(this.dims, CHALLENGES)
    this.devices = [] // somebody's telephone: the token that it holds
    Object.assign(this, { digests: [], folded: {}, seq: 0, trace: [] })
  }

  async begin() {
    const ideas = Array.from({ length: 15 }, (_, n) => ({ challenge: `c${1 + (n % 5)}`, title: `Option ${n}` }))
    const groups = JSON.stringify(Object.fromEntries(Object.entries(this.dims).map(([dim, { values, from }]) => [dim, { title: dim, values: Object.fromEntries(values.map((v) => [v, v])), from }])))
    assert.equal((await this.session.create({ fields: { groups, join: 'open code sso' }, challenges: CHALLENGES, ideas })).status, 'ok')
    ideas.forEach(({ challenge }, n) => { this.model.ideas[`i${n + 1}`] = { challenge, state: 'published' } })
    for (const uses of [1, 1, 1, 0, 4]) await this.codes(uses)
  }

  async codes(uses = this.random.pick([1, 1, 0, 3])) {
    const groups = pickGroups(this.random, Object.keys(this.dims).filter((dim) => this.dims[dim].from.includes('code')), 0.5)
    const { digests, batch } = await this.session.codes({ uses, count: 2, groups: text(groups) || undefined })
    digests.forEach((digest, n) => { this.model.codes[digest] = { uses, groups, taken: 0, id: `${batch}-${n + 1}` } })
    this.digests.push(...digests)
  }

  async join() {
    const { random, model } = this
    const asked = Object.keys(this.dims).filter((dim) => this.dims[dim].from.includes('ask'))
    const said = pickGroups(random, asked, 0.9)
    const how = random.weighted({ link: 3, code: 4, sso: 3 })
    const bring = how === 'code' ? { code: random.pick(this.digests) } : how === 'sso' ? { sub: `crm-${random.below(6)}` } : {}
    const told = how === 'sso' ? pickGroups(random, Object.keys(this.dims), 0.4) : {}
    const device = this.devices.length && random.chance(0.6) ? random.pick(this.devices) : undefined
    const expected = model.door({ ...bring, told, groups: said }, device)
    const { answer, ...who } = await this.session.door({ ...bring, told: text(told), groups: text(said) },
      device && { participant: device.generation > 1 ? `${device.id}.${device.generation}` : device.id, role: 'participant', level: 'open', groups: '' })
    this.trace.push(`join ${JSON.stringify(bring)} told ${text(told)} said ${text(said)} by ${device?.id}.${device?.generation} -> ${answer.list.join(' ')}`)
    assert.deepEqual({ status: answer.status, id: answer.participant, generation: answer.generation && Number(answer.generation), level: answer.level, groups: answer.groups },
      { id: undefined, generation: undefined, level: undefined, groups: undefined, ...expected })
    if (expected.status !== 'ok') return
    if (device && random.chance(0.8)) Object.assign(device, { id: who.id, generation: expected.generation })
    else this.devices.push({ id: who.id, generation: expected.generation })
  }

  async vote() {
    if (!this.devices.length) return
    const { random, model, session } = this
    const device = random.pick(this.devices)
    const idea = random.pick(Object.keys(model.ideas))
    const of = model.ideas[idea].challenge
    const value = random.pick(VALUES[CHALLENGES[of].ballot])
    const person = model.people[device.id]
    const answer = await session.vote({ participant: device.generation > 1 ? `${device.id}.${device.generation}` : device.id, role: 'participant', level: 'verified', groups: '' }, idea, value)
    this.trace.push(`vote ${device.id}.${device.generation} ${idea} ${value} -> ${answer.list.join(' ')}`)
    const retired = person.merged || person.generation !== device.generation
    const stranger = model.stranger(device.id, of)
    const wanted = retired ? 'token_retired' : model.challenges[of].closed ? 'challenge_closed' : model.ideas[idea].state === 'hidden' ? 'idea_hidden' : stranger ? 'not_eligible' : undefined
    if (wanted) return void assert.deepEqual([answer.status, answer.field], [wanted, wanted === 'not_eligible' ? stranger : undefined])
    if (answer.status !== 'ok') return void assert.ok(['choose_limit', 'budget_spent'].includes(answer.status), answer.status)
    const { words } = (await session.journal()).at(-1)
    assert.deepEqual(words.slice(0, 6), ['vote_cast', device.id, person.level, model.groupsText(person.groups) || '-', idea, String(value)])
    model.vote(device.id, idea, value, words.slice(6))
  }

  async moderate() {
    const idea = this.random.pick(Object.keys(this.model.ideas))
    const state = this.random.pick(['hidden', 'published', 'published'])
    await this.session.moderate(idea, state === 'hidden' ? 'hide' : 'publish')
    this.model.ideas[idea].state = state
  }

  async close() {
    const of = this.random.pick(Object.keys(CHALLENGES))
    await this.session.call('challenge_close', MODERATOR, of)
    this.model.close(of)
    this.trace.push(`close ${of}`)
  }

  async open() {
    const of = this.random.pick(Object.keys(CHALLENGES))
    const { status } = await this.session.call('challenge_open', MODERATOR, of)
    this.trace.push(`open ${of} ${status}`)
    if (CHALLENGES[of].tally === 'sealed' && this.model.challenges[of].closed) assert.equal(status, 'challenge_sealed')
    else if (this.model.challenges[of].closed) this.model.open(of)
  }

  flush() {
    return this.session.flush()
  }

  // A closed session takes no new people and no votes; those who are of it come in.
  async pause() {
    await this.session.call('session_close', BRAND)
    for (const of of Object.keys(CHALLENGES)) this.model.close(of)
    this.trace.push('session closed')
    await this.session.call('session_open', BRAND, 'cd34')
  }

  async verify() {
    const { fields, seq } = await this.session.read()
    for (const event of await this.session.events(this.seq)) {
      assert.equal(event.seq, ++this.seq)
      fold(this.folded, event.writes.filter(([key]) => !key.includes('.ballot.')))
    }
    assert.equal(this.seq, seq)
    assert.deepEqual(this.folded, fields, 'a fold over the events is what a load reads')
    const told = Object.fromEntries(Object.entries(fields).filter(([key]) => TOLD.test(key)))
    assert.deepEqual(told, this.model.fields())
    for (const [of, c] of Object.entries(this.model.challenges)) {
      const outcomes = JSON.parse(fields[`c:${of}.outcomes`] ?? '[]')
      assert.deepEqual(outcomes.map(({ turnout, winners, tie, ranking }) => ({ turnout, winners, tie, ranking: ranking.map((place) => [place.idea, place.score]) })), c.outcomes, of)
    }
    return fields
  }

  // The record said again, at its times, to a session that is imported.
  async replay(fields) {
    const { definition } = await this.session.call('definition_read', SYSTEM)
    const [count, ...rest] = JSON.parse(definition)
    const other = new Session(server)
    const journal = await this.session.journal()
    const said = await this.session.redis.hgetall(this.session.key('said'))
    other.now = journal[0].at
    assert.equal((await other.call('session_create', ADMIN, 'ef56', String(Number(count) + 1), 'importing', '1', ...rest)).status, 'ok')
    for (const { id, at, words: [name, who, level, groups, ...facts] } of journal.slice(1)) {
      other.now = at
      const as = { participant: who === '-' ? '' : who, role: said[id] ? 'brand' : 'participant', level: level === '-' ? '' : level, groups: said[id] || groups === '-' ? '' : groups }
      const rests = { participant_join: ['', 'operator', '', '', '', '', '', '', '', who, facts[1] ?? ''], participant_upgrade: [who, level, as.groups, facts[0] ?? ''],
        participant_merge: [who, facts[0]], vote_cast: facts.slice(0, 2) }
      if (name === 'participant_join') Object.assign(as, { participant: '', role: facts[0] })
      const answer = await other.call(name, as, ...(said[id] ? JSON.parse(said[id]) : rests[name] ?? []))
      assert.equal(answer.status, 'ok', `${name} ${who} ${facts.join(' ')}: ${answer.list.join(' ')}`)
    }
    await other.call('session_import_end', ADMIN)
    const same = (all) => Object.fromEntries(Object.entries(all).filter(([key]) => !key.endsWith('.generation')))
    assert.deepEqual(same((await other.read()).fields), same(fields))
    const lines = (all) => all.slice(1).map(({ at, words }) => [at, ...words])
    assert.deepEqual(lines(await other.journal()), lines(journal))
  }
}

test(`${HISTORIES} random histories of doors and votes: tallies are distinct eligible voters, per level and group`, async () => {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const doors = new Doors(seed)
    try {
      await doors.begin()
      for (let step = 0; step < STEPS; step++) {
        const what = doors.random.weighted({ join: 30, vote: 60, moderate: 6, close: 3, open: 6, flush: 5, codes: 2, pause: 0.5, time: 5 })
        if (what === 'time') doors.session.now += doors.random.below(MINUTE)
        else await doors[what]()
        if (doors.random.chance(0.25)) await doors.verify()
      }
      await doors.replay(await doors.verify())
    } catch (error) {
      error.message += `\nseed ${seed}:\n${doors.trace.slice(-12).join('\n')}`
      throw error
    }
  }
})
