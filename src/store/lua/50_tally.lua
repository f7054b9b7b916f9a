-- Tallies: what was counted, and telling it. Votes change the running tally and name what they changed in the set `dirty`;
-- a flush publishes the absolute values of all that in one event.
--
-- Members of `dirty`: `t <idea> <challenge>` a tally, `m <challenge> <minute>`, `p <participant> <challenge>` a ballot,
-- `f <participant> <challenge>` one's first ballot there. A vote adds members of the same kinds whatever its value was, or the
-- rhythm of events would tell what a seal hides.

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

-- A vote adds what its support earns to `held:<challenge>`. Where the tally is live every flush gives it; else it waits for the
-- close, since it would tell what the tally does not. `points` and what is held are always the truth together.
function tally.is_held(c)
    return c.tally ~= 'live' and c.state ~= 'closed'
end

function tally.held_change(s, of, author, points)
    if points ~= 0 then
        call('HINCRBY', s.base .. 'held:' .. of, author, points)
    end
end

-- Gives what is held; `sums` then has the new points of those whose points changed.
function tally.held_give(s, of, sums)
    local held = call('HGETALL', s.base .. 'held:' .. of)
    if #held == 0 then
        return
    end
    for i = 1, #held, 2 do
        if held[i + 1] ~= '0' then
            sums[held[i]] = call('ZINCRBY', s.base .. 'points', held[i + 1], held[i])
        end
    end
    call('DEL', s.base .. 'held:' .. of)
end

-- Tells the points of `sums`, in the order of ids.
function tally.points_write(writes, sums)
    local ids = {}
    for id in pairs(sums) do
        ids[#ids + 1] = id
    end
    table.sort(ids)
    for _, id in ipairs(ids) do
        writes[#writes + 1], writes[#writes + 2] = 'p:' .. id .. '.points', sums[id]
    end
end

-- Flush -------------------------------------------------------------------------------------------------------------

-- Tallies of ideas, and the leaderboard of those that are published.
local function flush_tallies(s, writes, entries)
    local ideas, ballots = {}, {}
    for i, entry in ipairs(entries) do
        ideas[i], ballots[i] = entry[1] .. '.state', entry[2] .. '.ballot'
    end
    local states = hash_get(s.base .. 'ideas', ideas)
    ballots = hash_get(s.base .. 'challenges', ballots)
    for i, entry in ipairs(entries) do
        local counts = tally.read(s, entry[1], entry[2], ballots[i])
        writes[#writes + 1], writes[#writes + 2] = 'i:' .. entry[1] .. '.tally', tally.text(counts)
        if states[i] == 'published' then
            call('ZADD', s.base .. 'rank:' .. entry[2], text_of(tally.score(ballots[i], counts)), entry[1])
        end
    end
end

-- Minutes, and the counts of their challenges: every vote has its minute.
local function flush_minutes(s, writes, entries, sums)
    local done = {}
    for _, entry in ipairs(entries) do
        local of = entry[1]
        writes[#writes + 1], writes[#writes + 2] = 'c:' .. of .. '.minute.' .. entry[2], tally.minute(s, of, entry[2])
        if not done[of] then
            done[of] = true
            local found = call('HMGET', s.base .. 'challenges', of .. '.votes', of .. '.tally')
            local voters = call('HLEN', s.base .. 'ballots:' .. of)
            fields_write(s, writes, 'c', of, {'voters', text_of(voters), 'votes', found[1] or '0'})
            if found[2] == 'live' then
                tally.held_give(s, of, sums)
            end
        end
    end
end

-- Ballots of persons, for those who watch `me`; and the points of a first ballot, which are not the tally's business.
local function flush_ballots(s, writes, entries, sums)
    local told = {}
    for _, entry in ipairs(entries) do
        local person, of, first = entry[1], entry[2], entry.kind == 'f'
        if first then
            sums[person] = call('ZINCRBY', s.base .. 'points', POINTS.ballot, person)
        end
        local key = 'p:' .. person .. '.ballot.' .. of
        if not told[key] then
            told[key] = true
            writes[#writes + 1], writes[#writes + 2] = key, call('HGET', s.base .. 'ballots:' .. of, person) or ''
        end
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
    local tallies, minutes, ballots, writes, sums = {}, {}, {}, {}, {}
    local lists = {t = tallies, m = minutes, p = ballots, f = ballots}
    for _, member in ipairs(members) do
        local kind, first, second = match(member, '^(%l) (%S+) (%S+)$')
        local list = lists[kind]
        list[#list + 1] = {first, second, kind = kind}
    end
    flush_tallies(s, writes, tallies)
    flush_minutes(s, writes, minutes, sums)
    flush_ballots(s, writes, ballots, sums)
    tally.points_write(writes, sums)
    call('DEL', s.base .. 'dirty')
    event_publish(s, 'tally_flushed', writes)
end

function tally.flush_command(s)
    tally.flush(s)
    return answer(s)
end
