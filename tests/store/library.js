// A private Redis with the library loaded, and sessions to call its functions on. Times are the tests' own: every call
// carries `at`, so that nothing here waits or depends on the machine's clock.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const folder = join(root, 'src', 'store', 'lua')

export const START = 1_790_000_000_000 // when every test begins
export const MINUTE = 60_000

export function librarySource() {
  const files = readdirSync(folder).filter((name) => name.endsWith('.lua')).sort()
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'))
  return texts.map((text, i) => (i === 0 ? text : `do\n${text}end\n`)).join('') // as cmake/embed_lua.cmake
}

export function table(name) {
  return readFileSync(join(root, 'protocol', `${name}.def`), 'utf8')
}

function serverProgram() {
  for (const program of [process.env.REDIS_SERVER, 'redis-server', 'valkey-server'])
    if (program && spawnSync(program, ['--version']).status === 0) return program
  throw new Error('neither redis-server nor valkey-server is installed')
}

// A Redis of one's own in a new folder, reached by a unix socket.
export class Server {
  constructor({ durable = false } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'palabre-store-'))
    this.socket = join(this.folder, 'redis.sock')
    this.durable = durable
  }

  async start() {
    const settings = ['--port', '0', '--unixsocket', this.socket, '--dir', this.folder, '--save', '',
      '--appendonly', this.durable ? 'yes' : 'no', '--loglevel', 'warning']
    this.process = spawn(serverProgram(), settings, { stdio: 'ignore' })
    this.redis = new Redis(this.socket, { retryStrategy: () => 20, maxRetriesPerRequest: null, enableReadyCheck: true })
    this.redis.on('error', () => {})
    await this.redis.ping()
    const loaded = await this.redis.call('FUNCTION', 'LIST', 'LIBRARYNAME', 'palabre_3')
    if (loaded.length === 0) await this.redis.call('FUNCTION', 'LOAD', librarySource())
    return this
  }

  async kill(signal = 'SIGTERM') {
    this.redis.disconnect()
    const gone = once(this.process, 'exit')
    this.process.kill(signal)
    await gone
  }

  async stop() {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

// An event, or an answer of strings, from its RESP2 text.
export function respRead(text) {
  const bytes = Buffer.from(text)
  let at = 0
  const line = () => {
    const end = bytes.indexOf('\r\n', at)
    const value = bytes.toString('utf8', at + 1, end)
    at = end + 2
    return value
  }
  const parts = []
  for (let count = Number(line()); count > 0; count--) {
    const size = Number(line())
    parts.push(bytes.toString('utf8', at, at + size))
    at += size + 2
  }
  if (at !== bytes.length) throw new Error('bytes are left behind an event')
  const [version, seq, epoch, when, name, ...rest] = parts
  return { version, seq: Number(seq), epoch, at: Number(when), name, writes: pairsOf(rest) }
}

export function pairsOf(list) {
  const pairs = []
  for (let i = 0; i < list.length; i += 2) pairs.push([list[i], list[i + 1]])
  return pairs
}

// What a worker holds: the fields after these writes; an empty value takes a field away.
export function fold(fields, writes) {
  for (const [key, value] of writes)
    if (value === '') delete fields[key]
    else fields[key] = value
  return fields
}

const option = (value) => (value === undefined ? '' : `=${value}`)
const rule = (value) => (value === undefined ? '' : `=${JSON.stringify(value)}`)
const flag = (value) => (value === undefined ? '' : value ? '=1' : '=0')

// The arguments of challenge_add, and of a challenge of session_create.
export function challengeArguments(id, c = {}) {
  return [option(id), c.title ?? 'Question', option(c.brief), option(c.noun), c.ballot ?? 'approval', option(c.dots),
    option(c.per_idea), option(c.choose), flag(c.final), c.proposals ?? 'open', c.tally ?? 'live', option(c.opens_at),
    option(c.closes_at), option(c.ideas_per_person), rule(c.voters), rule(c.proposers), rule(c.outcome)]
}

export function challengeEdits(id, c) {
  return [id, option(c.title), option(c.brief), option(c.noun), option(c.ballot), option(c.dots), option(c.per_idea),
    option(c.choose), flag(c.final), option(c.proposals), option(c.tally), option(c.opens_at), option(c.closes_at),
    option(c.ideas_per_person), rule(c.voters), rule(c.proposers), rule(c.outcome), option(c.reason)]
}

export const SYSTEM = { participant: '', role: 'system', level: '', groups: '' }
export const ADMIN = { participant: 'operator', role: 'admin', level: 'verified', groups: '' }
export const BRAND = { participant: 'brand-1', role: 'brand', level: 'verified', groups: '' }
export const MODERATOR = { participant: 'mod-1', role: 'moderator', level: 'verified', groups: '' }

let created = 0

export class Session {
  constructor(server, id = `s${++created}`) {
    this.server = server
    this.id = id
    this.now = START
  }

  key(name) {
    return `palabre:{${this.id}}:${name}`
  }

  get redis() {
    return this.server.redis
  }

  // Calls a function and takes its answer apart. `actor.key` and `actor.digest` make it idempotent.
  async call(name, actor, ...rest) {
    const list = await this.redis.call('FCALL', `${name}_3`, 1, this.key('meta'), '0', this.now === null ? '' : String(this.now),
      actor.participant, actor.role, actor.level, actor.groups, actor.key ?? '', actor.digest ?? '', ...rest)
    const [status, epoch, seq, now, ...values] = list
    return { status, epoch, seq: Number(seq), now: Number(now), list, pairs: pairsOf(values), ...Object.fromEntries(pairsOf(values)) }
  }

  async create({ fields = {}, media = [], challenges = {}, ideas = [], nonce = 'ab12' } = {}) {
    const session = Object.entries({ title: 'Titre', seed: this.id, join: 'open', locale: 'fr', ...fields })
    const list = Object.entries(challenges)
    return this.call('session_create', SYSTEM, nonce, session.length, ...session.flat(), media.length, ...media.flat(),
      list.length, ...list.flatMap(([id, c]) => challengeArguments(id, c)),
      ideas.length, ...ideas.flatMap((i) => [i.challenge, i.title, option(i.body), option(i.media), option(i.lang), i.id ?? '']))
  }

  // As an operator or an import lets somebody in.
  async join({ name = '', role = 'participant', level = 'open', groups = '', accept = '', id = '', code = '' } = {}) {
    const answer = await this.call('participant_join', { participant: '', role, level, groups }, name, 'operator', '', '', '', '', '', '',
      accept, id, code)
    return { participant: answer.participant, role, level, groups: '', answer }
  }

  // Through the door; `holder` is somebody who has a token. The answer is somebody to act as: of the generation that they are.
  async door({ name = '', code = '', sub = '', jti = `jti-${++created}`, expiry = START + 300_000, groups = '', told = '', accept = '' } = {},
    holder = { participant: '', role: '', level: '', groups: '' }) {
    const answer = await this.call('participant_join', holder, name, 'door', code, sub, sub && jti, sub && String(expiry), groups, told,
      accept, '', '')
    const generation = Number(answer.generation ?? 1)
    return { participant: answer.participant && (generation > 1 ? `${answer.participant}.${generation}` : answer.participant),
      id: answer.participant, role: answer.role, level: 'open', groups: '', answer }
  }

  // Codes of one batch: their digests, which stand for their secrets.
  async codes({ role, uses, groups, label, until, count = 1, as = BRAND, digests } = {}) {
    const list = digests ?? Array.from({ length: count }, () => `digest-${++created}`)
    const answer = await this.call('code_make', as, option(role), option(uses), option(groups), option(label), option(until), option(count), ...list)
    return { ...answer, digests: list }
  }

  // People who joined, `count` of them.
  async people(count, as = {}) {
    const all = []
    for (let i = 0; i < count; i++) all.push(await this.join(as))
    return all
  }

  async add(actor, challenge, title = 'Idée', body, media, lang) {
    return this.call('idea_add', actor, challenge, title, option(body), option(media), option(lang))
  }

  edit(actor, idea, { title, body, addition } = {}) {
    return this.call('idea_edit', actor, idea, option(title), option(body), option(addition))
  }

  vote(actor, idea, value) {
    return this.call('vote_cast', actor, idea, String(value))
  }

  moderate(idea, action, reason = 'raison') {
    return this.call('idea_moderate', MODERATOR, idea, action, reason)
  }

  flush() {
    return this.call('tally_flush', SYSTEM)
  }

  // All fields, slice by slice, as a worker loads them.
  async read() {
    const fields = {}
    let cursor = ''
    let last
    do {
      last = await this.call('session_read', SYSTEM, cursor)
      if (last.status !== 'ok') throw new Error(`session_read: ${last.status}`)
      cursor = last.pairs.pop()[1]
      fold(fields, last.pairs)
    } while (cursor !== '')
    return { fields, seq: last.seq, epoch: last.epoch }
  }

  async person(participant) {
    const answer = await this.call('people_read', SYSTEM, participant)
    return Object.fromEntries(answer.pairs)
  }

  async events(from = 0) {
    const answer = await this.call('log_read', SYSTEM, String(from), '5000')
    return answer.pairs.filter(([name]) => name === 'event').map(([, text]) => respRead(text))
  }

  async journal() {
    const entries = await this.redis.xrange(this.key('journal'), '-', '+')
    return entries.map(([id, fields]) => ({ id, at: Number(id.split('-')[0]), words: fields[1].split(' ') }))
  }

  async outcomes(challenge) {
    return JSON.parse((await this.read()).fields[`c:${challenge}.outcomes`] ?? '[]')
  }
}
