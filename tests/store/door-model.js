// An independent model of doors and votes: who is who, and what their ballots count for. It shares no code with the functions,
// keeps no running number, and counts everything from the ballots each time it is asked.
const LEVELS = ['open', 'code', 'verified']
const CONTRIBUTION = {
  approval: (v) => [v, 0], single: (v) => [v, 0], updown: (v) => [v > 0 ? 1 : 0, v < 0 ? 1 : 0],
  budget: (v) => [v, v ? 1 : 0], stars: (v) => [v, v ? 1 : 0],
}
const plus = (sum, [a, b]) => { sum[0] += a; sum[1] += b }

export class DoorModel {
  // dims: {name: {values: [...], from: [...]}} in their order; challenges: id -> {ballot, voters?, outcome?}
  constructor(dims, challenges) {
    Object.assign(this, { dims, people: {}, codes: {}, subs: {}, ideas: {}, last: 0 })
    this.challenges = Object.fromEntries(Object.entries(challenges).map(([id, c]) => [id, { ...c, closed: false, books: {}, outcomes: [] }]))
  }

  groupsText(groups) {
    return Object.keys(this.dims).filter((dim) => groups[dim]).map((dim) => `${dim}=${groups[dim]}`).join(',')
  }

  follow(id) {
    while (id && this.people[id].merged) id = this.people[id].merged
    return id
  }

  // What a door answers: {status} or {id, generation}, and what it makes of the people.
  door({ code, sub, told = {}, groups = {} }, holder) {
    const c = code && this.codes[code]
    let mine = holder && this.people[holder.id]
    if (mine && (mine.merged || mine.generation !== holder.generation)) mine = undefined
    if (code && c.uses !== 0 && c.taken >= c.uses && !c.person) return { status: 'code_used_up' }
    const known = this.follow(code ? c.person : sub && this.subs[sub])
    const found = known && this.people[known]
    if (sub && mine?.level === 'verified' && mine !== found) mine = undefined // two log-ins are two people
    const second = c && c.uses === 1 && mine && (mine.level === 'code' || mine.single)
    const target = found ?? (mine && !second ? mine : undefined)
    const have = { ...target?.groups }
    const fill = (from, door) => {
      for (const [dim, value] of Object.entries(from)) if (this.dims[dim].from.includes(door)) have[dim] ??= value
    }
    if (c) fill(c.groups, 'code')
    fill(told, 'sso')
    fill(groups, 'ask')
    if (Object.keys(this.dims).some((dim) => this.dims[dim].from.includes('ask') && !have[dim])) return { status: 'group_required' }
    const level = sub ? 'verified' : c?.uses === 1 ? 'code' : 'open'
    const id = target?.id ?? `p${++this.last}`
    const person = (this.people[id] ??= { id, level, groups: have, generation: 1 })
    const changed = !target || this.groupsText(have) !== this.groupsText(person.groups) || LEVELS.indexOf(level) > LEVELS.indexOf(person.level) ||
      (c && !person.code) || (c?.uses === 1 && person.code !== code)
    if (LEVELS.indexOf(level) > LEVELS.indexOf(person.level)) person.level = level
    person.groups = have
    if (found && mine !== found) person.generation++
    if (c && (c.uses === 1 || !person.code)) Object.assign(person, { code, single: c.uses === 1 })
    if (c && changed && !c.person) c.taken++
    if (c?.uses === 1) c.person ??= id
    if (sub) this.subs[sub] = id
    if (found && mine && mine !== found && (mine.level === 'open' || sub)) this.merge(mine.id, id)
    this.freeze()
    return { status: 'ok', id, generation: person.generation, level: person.level, groups: this.groupsText(have) }
  }

  merge(from, into) {
    this.people[from].merged = into
    for (const c of Object.values(this.challenges)) if (!c.closed) delete c.books[from]
  }

  // Books of open challenges are of what their owners are now; those of closed ones stay as they were.
  freeze() {
    for (const c of Object.values(this.challenges))
      if (!c.closed) for (const [id, book] of Object.entries(c.books)) Object.assign(book, { level: this.people[id].level, groups: this.people[id].groups })
  }

  stranger(id, of) {
    const { roles, levels, groups = {} } = this.challenges[of].voters ?? {}
    const person = this.people[id]
    if (this.challenges[of].books[id]) return undefined
    if (roles && !roles.includes('participant')) return 'roles'
    if (levels && !levels.includes(person.level)) return 'levels'
    return Object.keys(this.dims).filter((dim) => groups[dim]).map((dim) => (groups[dim].includes(person.groups[dim]) ? undefined : `groups.${dim}`)).find(Boolean)
  }

  // An accepted vote, with what the journal says that it changed.
  vote(id, idea, value, facts) {
    const c = this.challenges[this.ideas[idea].challenge]
    const { level, groups } = this.people[id]
    const book = (c.books[id] ??= { level, groups, entries: {} })
    for (const fact of facts) {
      if (fact.endsWith('*')) book.entries[fact.slice(0, -1)].given = true
      else delete book.entries[fact.slice(0, -2)]
    }
    if (value) book.entries[idea] = { value }
    else delete book.entries[idea]
  }

  close(of) {
    const c = this.challenges[of]
    if (c.closed) return
    c.closed = true
    c.outcomes.push(this.outcome(of))
  }

  open(of) {
    const c = this.challenges[of]
    c.closed = false
    for (const id of Object.keys(c.books)) if (this.people[id].merged) delete c.books[id]
    this.freeze()
  }

  counted(of, idea, wanted) {
    const sum = [0, 0]
    const c = this.challenges[of]
    for (const book of Object.values(c.books)) {
      const entry = book.entries[idea]
      if (entry && !entry.given && wanted(book)) plus(sum, CONTRIBUTION[c.ballot](entry.value))
    }
    return sum
  }

  score(ballot, [a, b]) {
    return ballot === 'updown' ? a - b : ballot === 'stars' ? Math.floor((1000 * (a + 15)) / (b + 5)) : a
  }

  outcome(of) {
    const { ballot, books, outcome: rule = {} } = this.challenges[of]
    const levels = rule.counts ?? LEVELS
    const has = ([a, b]) => (ballot === 'updown' ? a + b : ballot === 'budget' || ballot === 'stars' ? b : a) > 0
    const list = Object.entries(this.ideas).filter(([, i]) => i.challenge === of && i.state === 'published').map(([id]) => {
      const counts = this.counted(of, id, (book) => levels.includes(book.level))
      return { id, counts, score: this.score(ballot, counts) }
    }).sort((x, y) => y.score - x.score || Number(x.id.slice(1)) - Number(y.id.slice(1)))
    const turnout = Object.fromEntries(LEVELS.map((level) => [level, Object.values(books).filter((book) => book.level === level).length]))
    const met = levels.reduce((sum, level) => sum + turnout[level], 0) >= (rule.quorum ?? 0)
    const candidates = met ? list.filter((one) => has(one.counts)) : []
    const places = rule.winners ?? 1
    const last = candidates[places - 1]?.score
    const tied = candidates.length > places && candidates[places].score === last
    const winners = candidates.slice(0, places).filter((one) => !tied || one.score > last).map((one) => one.id)
    return { turnout, winners, tie: tied ? candidates.filter((one) => one.score === last).map((one) => one.id) : undefined,
      ranking: list.map((one) => [one.id, one.score]) }
  }

  // All that is told of votes, as fields.
  fields() {
    const told = {}
    Object.entries(this.challenges).forEach(([of, c]) => {
      const books = Object.values(c.books)
      told[`c:${of}.voters`] = String(books.length)
      told[`c:${of}.level_voters`] = LEVELS.map((level) => books.filter((book) => book.level === level).length).join(' ')
      told[`c:${of}.votes`] = String(Object.entries(this.ideas).filter(([, i]) => i.challenge === of && i.state === 'published')
        .reduce((sum, [id]) => sum + books.filter((book) => book.entries[id] && !book.entries[id].given).length, 0))
      this.values((dim, value, address) => {
        const count = books.filter((book) => book.groups[dim] === value).length
        if (count) told[`c:${of}.group_voters.${address}`] = String(count)
      })
    })
    for (const [id, { challenge }] of Object.entries(this.ideas)) {
      told[`i:${id}.tally`] = LEVELS.map((level) => this.counted(challenge, id, (book) => book.level === level).join(' ')).join(' ')
      this.values((dim, value, address) => {
        const counts = this.counted(challenge, id, (book) => book.groups[dim] === value)
        if (counts[0] || counts[1]) told[`i:${id}.group.${address}`] = counts.join(' ')
      })
    }
    for (const [id, person] of Object.entries(this.people)) {
      told[`p:${id}.level`] = person.level
      told[`p:${id}.generation`] = String(person.generation)
      if (this.groupsText(person.groups)) told[`p:${id}.groups`] = this.groupsText(person.groups)
      if (person.merged) told[`p:${id}.merged`] = person.merged
    }
    return told
  }

  values(call) {
    Object.entries(this.dims).forEach(([dim, { values }], d) => values.forEach((value, v) => call(dim, value, `${d}-${v}`)))
  }
}
