// Counting again, from the records alone: from the ballots as they stand, and from the journal vote by vote. Shares no code
// and no running number with the functions.
import assert from 'node:assert/strict'

const LEVELS = ['open', 'code', 'verified']

// The two counts that one ballot adds.
const CONTRIBUTION = {
  approval: (v) => [v, 0],
  single: (v) => [v, 0],
  updown: (v) => [v > 0 ? 1 : 0, v < 0 ? 1 : 0],
  budget: (v) => [v, v ? 1 : 0],
  stars: (v) => [v, v ? 1 : 0],
}
const supports = (ballot, v) => (ballot === 'stars' ? v >= 4 : v > 0)

// `c:c1.title` -> entities by kind and id.
export function entities(fields) {
  const all = { s: {}, c: {}, i: {}, p: {} }
  for (const [key, value] of Object.entries(fields)) {
    const [, kind, id, name] = key.match(/^(.):([^.]+)\.(.+)$/)
    all[kind][id] ??= {}
    all[kind][id][name] = value
  }
  return all
}

// `open - i4:1 i9:-1*` -> its level, groups and entries.
export function ballotRead(record) {
  const [level, groups, ...entries] = record.split(' ')
  return { level, groups, entries: entries.map((entry) => {
    const [, idea, value, star] = entry.match(/^(.+):(-?\d+)(\*?)$/)
    return { idea, value: Number(value), given: star === '*' }
  }) }
}

async function ballotsOf(session, challenge) {
  return Object.entries(await session.redis.hgetall(session.key(`ballots:${challenge}`)))
}

// Asserts that everything told about votes is what a count of the ballots gives. Answers the entities.
export async function assertRecount(session, fields) {
  const all = entities(fields)
  const tallies = Object.fromEntries(Object.keys(all.i).map((id) => [id, [0, 0, 0, 0, 0, 0]]))
  const points = {}
  const give = (person, count) => { if (person) points[person] = (points[person] ?? 0) + count }
  for (const idea of Object.values(all.i)) if (idea.state === 'published') give(idea.author, 10)
  for (const [id, c] of Object.entries(all.c)) {
    let votes = 0
    const earned = {}
    const records = await ballotsOf(session, id)
    for (const [person, record] of records) {
      give(person, 2)
      const { level, entries } = ballotRead(record)
      assert.equal(new Set(entries.map((entry) => entry.idea)).size, entries.length, 'an idea is once in a ballot')
      assertWithin(c, entries, all.i)
      for (const { idea, value, given } of entries.filter((entry) => !entry.given)) {
        const at = 2 * LEVELS.indexOf(level)
        const [first, second] = CONTRIBUTION[c.ballot](value)
        tallies[idea][at] += first
        tallies[idea][at + 1] += second
        const { state, author, challenge } = all.i[idea]
        assert.equal(challenge, id)
        assert.notEqual(value, 0)
        if (given || state !== 'published') continue
        votes++
        if (author && author !== person && supports(c.ballot, value)) earned[author] = (earned[author] ?? 0) + 1
      }
    }
    assert.equal(c.votes, String(votes), `votes of ${id}`)
    assert.equal(c.voters, String(records.length), `voters of ${id}`)
    await assertHeld(session, id, c, earned)
    const held = await session.redis.hgetall(session.key(`held:${id}`))
    for (const [person, count] of Object.entries(earned)) give(person, count)
    for (const [person, count] of Object.entries(held)) give(person, -Number(count))
  }
  for (const [id, tally] of Object.entries(tallies)) assert.equal(all.i[id].tally, tally.join(' '), `tally of ${id}`)
  await assertPoints(session, all, points)
  await assertRanks(session, all, tallies)
  return all
}

// What supports earn is held exactly while the tally is not told.
async function assertHeld(session, id, c, earned) {
  const held = await session.redis.hgetall(session.key(`held:${id}`))
  const sums = Object.fromEntries(Object.entries(held).filter(([, n]) => n !== '0').map(([who, n]) => [who, Number(n)]))
  if (c.tally === 'live' || c.state === 'closed') assert.deepEqual(sums, {}, `held of ${id}`)
  else if (!c.closed_at) assert.deepEqual(sums, earned, `held of ${id}`)
}

async function assertPoints(session, all, points) {
  const stored = {}
  for (const key of await session.redis.keys(session.key('people:*')))
    for (const [field, value] of Object.entries(await session.redis.hgetall(key)))
      if (field.endsWith('.points')) stored[field.split('.')[0]] = value
  for (const id of new Set([...Object.keys(stored), ...Object.keys(points)]))
    assert.equal(Number(stored[id] ?? 0), points[id] ?? 0, `points of ${id}`)
  for (const [id, person] of Object.entries(all.p)) assert.equal(person.points, stored[id], `points told of ${id}`)
}

async function assertRanks(session, all, tallies) {
  for (const [id, c] of Object.entries(all.c)) {
    const list = await session.redis.zrange(session.key(`rank:${id}`), 0, -1, 'WITHSCORES')
    for (let i = 0; i < list.length; i += 2) {
      assert.equal(all.i[list[i]].state, 'published')
      assert.equal(Number(list[i + 1]), score(c.ballot, tallies[list[i]]), `rank of ${list[i]}`)
    }
  }
}

export function score(ballot, t) {
  const [first, second] = [t[0] + t[2] + t[4], t[1] + t[3] + t[5]]
  if (ballot === 'updown') return first - second
  return ballot === 'stars' ? Math.floor((1000 * (first + 15)) / (second + 5)) : first
}

const limitOf = (c) => ({ single: 1, budget: Number(c.dots) })[c.ballot] ?? (c.choose ? Number(c.choose) : Infinity)
const costOf = (c, value) => (c.ballot === 'budget' ? value : value ? 1 : 0)

function assertWithin(c, entries) {
  const used = entries.filter((entry) => !entry.given).reduce((sum, entry) => sum + costOf(c, entry.value), 0)
  assert.ok(used <= limitOf(c), `a ballot spends ${used} of ${limitOf(c)}`)
  for (const { value } of entries) if (c.per_idea) assert.ok(value <= Number(c.per_idea))
}

// The tallies that the journal's votes give, replayed in order with what parks, frees and gives up. `options` are the ideas
// that were there from the start.
export function journalTallies(journal, all, options) {
  const state = Object.fromEntries(options.map((id) => [id, 'published']))
  const books = {} // challenge -> person -> {level, entries: Map idea -> {value, given}}
  for (const { words } of journal) {
    const [name, person, level, , ...rest] = words
    if (name === 'idea_add') state[rest[1]] = 'published'
    else if (name === 'idea_moderate') state[rest[0]] = rest[1] === 'hide' ? 'hidden' : 'published'
    else if (name === 'idea_withdraw' && rest[1] === '1') state[rest[0]] = 'withdrawn'
    else if (name === 'vote_cast') voteReplay(books, all, state, person, level, rest[0], Number(rest[1]))
  }
  const tallies = Object.fromEntries(Object.keys(all.i).map((id) => [id, [0, 0, 0, 0, 0, 0]]))
  for (const [challenge, people] of Object.entries(books))
    for (const { level, entries } of Object.values(people))
      for (const [idea, { value, given }] of entries) {
        if (given) continue
        const counts = CONTRIBUTION[all.c[challenge].ballot](value)
        counts.forEach((count, i) => { tallies[idea][2 * LEVELS.indexOf(level) + i] += count })
      }
  return Object.fromEntries(Object.entries(tallies).map(([id, tally]) => [id, tally.join(' ')]))
}

function voteReplay(books, all, state, person, level, idea, value) {
  const challenge = all.i[idea].challenge
  const c = all.c[challenge]
  const book = ((books[challenge] ??= {})[person] ??= { level, entries: new Map() })
  book.entries.delete(idea)
  if (value === 0) return
  const others = [...book.entries].filter(([, entry]) => !entry.given)
  const counting = others.filter(([id]) => state[id] === 'published')
  if (c.ballot === 'single') for (const [id] of counting) book.entries.delete(id)
  const parked = others.filter(([id]) => state[id] !== 'published').sort((a, b) => all.i[a[0]].n - all.i[b[0]].n)
  const sum = (list) => list.reduce((total, [, entry]) => total + costOf(c, entry.value), 0)
  const used = c.ballot === 'single' ? 0 : sum(counting)
  while (parked.length && used + sum(parked) + costOf(c, value) > limitOf(c)) parked.shift()[1].given = true
  book.entries.set(idea, { value, given: false })
}
