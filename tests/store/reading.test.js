// Reading: loads by slices, the log, one person; and the library against the protocol's tables.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BRAND, MINUTE, SYSTEM, Server, Session, fold, librarySource, respRead, table } from './library.js'

let server
before(async () => { server = await new Server().start() })
after(() => server.stop())

test('a large session is read in slices of bounded size, and whole', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: { ballot: 'updown' }, c2: {} } })
  const people = await session.people(230)
  for (let n = 0; n < 310; n++) await session.add(people[n % 230], n % 3 ? 'c1' : 'c2', `Idée ${n}`, 'corps')
  for (let n = 0; n < 700; n++) {
    session.now += MINUTE / 2
    await session.vote(people[n % 230], `i${1 + (n * 7) % 310}`, 1)
  }
  const { fields } = await session.read()
  const folded = {}
  for (const event of await session.events()) fold(folded, event.writes.filter(([key]) => !key.includes('.ballot.')))
  assert.deepEqual(folded, fields)
  let cursor = '', slices = 0
  do {
    const slice = await session.call('session_read', SYSTEM, cursor)
    const keys = slice.pairs.map(([key]) => key)
    if (cursor === '') assert.ok(keys.includes('s:s.title') && keys.includes('c:c2.title'), 'the first slice has the session and its challenges')
    assert.ok(keys.length < 2000)
    cursor = slice.cursor
    slices++
  } while (cursor)
  assert.ok(slices >= 6)
})

test('a cursor that is none is refused', async () => {
  const session = new Session(server)
  await session.create({})
  for (const cursor of ['x 1', 'i', 'p -1', 'm', 'i 1 2 3', 'é']) assert.equal((await session.call('session_read', SYSTEM, cursor)).status, 'invalid_params', cursor)
})

test('what is published on the channel of this database is what the log holds', async () => {
  const session = new Session(server)
  const listener = server.redis.duplicate()
  const heard = []
  listener.on('smessage', (channel, text) => heard.push(text))
  await listener.ssubscribe(session.key('events:0'))
  await session.create({ challenges: { c1: {} } })
  await session.join({ name: 'Zoé 🎉' })
  await session.add(BRAND, 'c1', 'Ligne\r\n$3\r\nabc')
  while (heard.length < 3) await new Promise((done) => setImmediate(done))
  listener.disconnect()
  assert.deepEqual(heard.map(respRead), await session.events())
  assert.equal(Object.fromEntries(respRead(heard[2]).writes)['i:i1.title'], 'Ligne\r\n$3\r\nabc')
})

test('the log answers what came after a number, or says that it no longer reaches', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: {} } })
  for (let n = 0; n < 5; n++) await session.join()
  assert.deepEqual((await session.events(3)).map((event) => event.seq), [4, 5, 6])
  assert.deepEqual(await session.events(6), [])
  const few = await session.call('log_read', SYSTEM, '1', '2')
  assert.deepEqual(few.pairs.map(([, text]) => respRead(text).seq), [2, 3])
  await session.redis.xtrim(session.key('log'), 'MAXLEN', 2)
  assert.deepEqual((await session.call('log_read', SYSTEM, '4', '10')).pairs.map(([name]) => name), ['event', 'event'])
  assert.deepEqual((await session.call('log_read', SYSTEM, '3', '10')).pairs, [['gap', '1']])
  await session.redis.del(session.key('log'))
  assert.deepEqual((await session.call('log_read', SYSTEM, '3', '10')).pairs, [['gap', '1']])
})

test('the log keeps about 4096 events', async () => {
  const session = new Session(server)
  await session.create({})
  for (let n = 0; n < 4500; n += 100) await Promise.all(Array.from({ length: 100 }, () => session.call('session_announce', BRAND, 'x')))
  const kept = await session.redis.xlen(session.key('log'))
  assert.ok(kept >= 4096 && kept < 4300, `${kept}`)
})

test('a person reads own ballots in every challenge they ever voted in', async () => {
  const session = new Session(server)
  await session.create({ challenges: { c1: {}, c2: { ballot: 'stars', tally: 'sealed' }, c3: {} }, ideas: [{ challenge: 'c1', title: 'a' }, { challenge: 'c2', title: 'b' }] })
  const ana = await session.join({ name: 'Ana' })
  await session.vote(ana, 'i1', 0)
  await session.vote(ana, 'i2', 4)
  assert.deepEqual(await session.person('p1'), { 'p:p1.n': '1', 'p:p1.ballot.c1': 'open -', 'p:p1.ballot.c2': 'open - i2:4' })
  assert.equal((await session.read()).fields['p:p1.points'], '4')
  await session.join({ name: 'Bob' })
  const several = await session.call('people_read', SYSTEM, 'p9', 'p2', 'p1')
  const owners = several.pairs.map(([key]) => key.match(/^p:(p\d+)\./)[1])
  assert.deepEqual([...new Set(owners)], ['p2', 'p1'], 'who is unknown has no field; the others come one after the other')
  assert.equal(several['p:p1.ballot.c2'], 'open - i2:4')
})

const rows = (name, pattern) => [...table(name).matchAll(pattern)].map((match) => match.slice(1))
const words = (text) => [...text.matchAll(/'(\w+)'/g)].map((match) => match[1])

test('the library reads every field of fields.def, and no other', () => {
  const source = librarySource()
  const lists = { session: 'session', challenge: 'challenge', idea: 'idea', person: 'people' }
  const elsewhere = { session: ['revoked'], challenge: ['minute', 'group_voters'], idea: ['tally', 'group'], person: ['ballot'] }
  for (const [entity, list] of Object.entries(lists)) {
    const [, text] = source.match(new RegExp(`^${list}\\.FIELDS = \\{([^}]*)\\}`, 'm'))
    const wanted = rows('fields', /^FIELD\((\w+),\s+(\w+),/gm).filter(([of]) => of === entity).map(([, name]) => name)
    assert.deepEqual([...words(text), ...(elsewhere[entity] ?? [])].sort(), wanted.sort(), entity)
  }
})

test('limits, points, events and errors are those of the tables', () => {
  const source = librarySource()
  const [, limits] = source.match(/local LIMIT = \{([^}]*)\}/)
  for (const [, name, value] of limits.matchAll(/(\w+) = (\d+)/g)) assert.deepEqual(rows('limits', new RegExp(`^LIMIT\\(${name}, (\\d+),`, 'gm')), [[value]])
  const [, points] = source.match(/local POINTS = \{([^}]*)\}/)
  assert.deepEqual([...points.matchAll(/(\w+) = (\d+)/g)].map((match) => [match[1], match[2]]), rows('points', /^POINTS\((\w+),\s+(\d+),/gm))
  const errors = new Set(rows('errors', /^ERROR\((\w+),/gm).flat())
  for (const [, name] of source.matchAll(/refuse\(s, '(\w+)'/g)) assert.ok(errors.has(name), name)
  const events = new Set(rows('events', /^EVENT\((\w+),/gm).flat())
  for (const [, name] of source.matchAll(/(?:event_publish|session_write)\(s, '(\w+)'/g)) assert.ok(events.has(name), name)
})

test('every write of commands.def is a function of the library', async () => {
  const [list] = await server.redis.call('FUNCTION', 'LIST', 'LIBRARYNAME', 'palabre_3')
  const functions = list[list.indexOf('functions') + 1].map((one) => one[one.indexOf('name') + 1])
  for (const [name] of rows('commands', /^COMMAND\((\w+), .*, WRITE, /gm)) assert.ok(functions.includes(`${name}_3`), name)
})
