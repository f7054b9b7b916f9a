-- Tallies: what was counted, and telling it. Votes change the running tally and name what they changed in the set `dirty`;
-- a flush publishes the absolute values of all that in one event.
--
-- Members of `dirty`: `t <idea> <challenge>` a tally, `p <participant> <challenge>` a ballot, `m <challenge> <minute>`,
-- `c <challenge>` its counts, `a <participant>` points. A vote adds the same members whatever its value was where the tally is
-- not live, or the rhythm of events would tell what a seal hides.

tally.NONE = '0 0 0 0 0 0'
-- The counts of a tally, in the order in which they are published for each level.
tally.NAMES = {approval = {'votes'}, single = {'votes'}, updown = {'up', 'down'}, budget = {'dots', 'voters'},
               stars = {'sum', 'voters'}}

-- Per level, two counts each: the six numbers as they are published.
function tally.read(s, id, of, ballot)
    local names, fields = tally.NAMES[ballot], {}
    for _, level in ipairs(LEVELS) do
        for _, name in ipairs(names) do
            fields[#fields + 1] = id .. ':' .. level .. ':' .. name
        end
    end
    local values, counts = call('HMGET', s.base .. 'tally:' .. of, unpack(fields)), {}
    for at = 1, 3 do
        if #names == 1 then
            counts[2 * at - 1], counts[2 * at] = tonumber(values[at] or '0'), 0
        else
            counts[2 * at - 1], counts[2 * at] = tonumber(values[2 * at - 1] or '0'), tonumber(values[2 * at] or '0')
        end
    end
    return counts
end

function tally.text(counts)
    return concat(counts, ' ')
end

-- How many ballots that are not 0 are in it.
function tally.ballots(ballot, counts)
    local first, second = counts[1] + counts[3] + counts[5], counts[2] + counts[4] + counts[6]
    if ballot == 'updown' then
        return first + second
    end
    return (ballot == 'budget' or ballot == 'stars') and second or first
end

function tally.score(ballot, counts)
    local first, second = counts[1] + counts[3] + counts[5], counts[2] + counts[4] + counts[6]
    if ballot == 'updown' then
        return first - second
    elseif ballot == 'stars' then
        return floor(1000 * (first + 15) / (second + 5))
    end
    return first
end

-- Points that supports earn ----------------------------------------------------------------------------------------

-- Whether what supports earn here is kept apart for now: it would tell what the tally does not.
function tally.is_held(c)
    return c.tally ~= 'live' and c.state ~= 'closed'
end

function tally.held_change(s, of, author, points)
    if points ~= 0 then
        call('HINCRBY', s.base .. 'held:' .. of, author, points)
    end
end

-- Gives what was held, when the challenge closes.
function tally.held_give(s, writes, of)
    local held = call('HGETALL', s.base .. 'held:' .. of)
    local authors = {}
    for i = 1, #held, 2 do
        authors[#authors + 1] = {id = held[i], points = tonumber(held[i + 1])}
    end
    table.sort(authors, function(a, b) return a.id < b.id end)
    for _, author in ipairs(authors) do
        if author.points ~= 0 then
            people.points_change(s, writes, author.id, author.points)
        end
    end
    call('DEL', s.base .. 'held:' .. of)
end

-- Flush -------------------------------------------------------------------------------------------------------------

local flush_kind = {}

-- Tallies of ideas, and the leaderboard of those that are published.
function flush_kind.t(s, writes, entries)
    local fields = {}
    for i, entry in ipairs(entries) do
        fields[2 * i - 1], fields[2 * i] = entry[1] .. '.state', entry[2] .. '.ballot'
    end
    local states, ballots = {}, {}
    for i = 1, #entries do
        states[i], ballots[i] = fields[2 * i - 1], fields[2 * i]
    end
    states, ballots = hash_get(s.base .. 'ideas', states), hash_get(s.base .. 'challenges', ballots)
    for i, entry in ipairs(entries) do
        local counts = tally.read(s, entry[1], entry[2], ballots[i])
        writes[#writes + 1], writes[#writes + 2] = 'i:' .. entry[1] .. '.tally', tally.text(counts)
        if states[i] == 'published' then
            call('ZADD', s.base .. 'rank:' .. entry[2], text_of(tally.score(ballots[i], counts)), entry[1])
        end
    end
end

-- Ballots of persons, for those who watch `me`.
function flush_kind.p(s, writes, entries)
    local by_challenge = {}
    for _, entry in ipairs(entries) do
        by_challenge[entry[2]] = by_challenge[entry[2]] or {}
        table.insert(by_challenge[entry[2]], entry[1])
    end
    local order = {}
    for of in pairs(by_challenge) do
        order[#order + 1] = of
    end
    table.sort(order)
    for _, of in ipairs(order) do
        local records = hash_get(s.base .. 'ballots:' .. of, by_challenge[of])
        for i, person in ipairs(by_challenge[of]) do
            writes[#writes + 1], writes[#writes + 2] = 'p:' .. person .. '.ballot.' .. of, records[i] or ''
        end
    end
end

function flush_kind.m(s, writes, entries)
    for _, entry in ipairs(entries) do
        writes[#writes + 1] = 'c:' .. entry[1] .. '.minute.' .. entry[2]
        writes[#writes + 1] = tally.minute(s, entry[1], entry[2])
    end
end

function flush_kind.c(s, writes, entries)
    for _, entry in ipairs(entries) do
        local votes = call('HGET', s.base .. 'challenges', entry[1] .. '.votes') or '0'
        local voters = call('HLEN', s.base .. 'ballots:' .. entry[1])
        fields_write(s, writes, 'c', entry[1], {'voters', text_of(voters), 'votes', votes})
    end
end

function flush_kind.a(s, writes, entries)
    for _, entry in ipairs(entries) do
        writes[#writes + 1] = 'p:' .. entry[1] .. '.points'
        writes[#writes + 1] = call('ZSCORE', s.base .. 'points', entry[1]) or '0'
    end
end

-- `open code verified`: the votes cast in a minute.
function tally.minute(s, of, minute)
    local counts = call('HMGET', s.base .. 'series:' .. of, minute .. ':open', minute .. ':code', minute .. ':verified')
    return (counts[1] or '0') .. ' ' .. (counts[2] or '0') .. ' ' .. (counts[3] or '0')
end

-- Publishes what is dirty: one sequence number, or none where nothing is.
function tally.flush(s)
    local members = call('SMEMBERS', s.base .. 'dirty')
    if #members == 0 then
        return
    end
    table.sort(members)
    local kinds, writes = {t = {}, p = {}, m = {}, c = {}, a = {}}, {}
    for _, member in ipairs(members) do
        local kind, first, second = match(member, '^(%l) (%S+) ?(%S*)$')
        table.insert(kinds[kind], {first, second})
    end
    for _, kind in ipairs({'t', 'c', 'm', 'p', 'a'}) do
        flush_kind[kind](s, writes, kinds[kind])
    end
    call('DEL', s.base .. 'dirty')
    event_publish(s, 'tally_flushed', writes)
end

function tally.flush_command(s)
    tally.flush(s)
    return answer(s)
end
