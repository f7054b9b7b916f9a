-- Tallies: what was counted, and telling it. Votes change the running tally and name what they changed in the set `dirty`;
-- a flush publishes the absolute values of all that in one event.
--
-- Members of `dirty`: `t <idea> <challenge>` a tally, `g <idea> <challenge>` the same by group, `m <challenge> <minute>`,
-- `v <challenge> -` its voters, `p <participant> <challenge>` a ballot, `f <participant> <challenge>` one's first ballot there.
-- A vote adds members of the same kinds whatever its value was, or the rhythm of events would tell what a seal hides.

local GROUPS_EVERY_MS = 1000 -- between two events that tell the groups of a challenge, unless it is read or closes

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

-- The two counts over the levels that decide.
function tally.counted(c, counts)
    local first, second = 0, 0
    for at = 1, 3 do
        if c.counts[at] then
            first, second = first + counts[2 * at - 1], second + counts[2 * at]
        end
    end
    return first, second
end

-- What the order of ideas follows.
function tally.score(c, counts)
    local first, second = tally.counted(c, counts)
    if c.ballot == 'updown' then
        return first - second
    elseif c.ballot == 'stars' then
        return floor(1000 * (first + 15) / (second + 5))
    end
    return first
end

-- Adds the counts of an idea by group, as an event names them: `i:<idea>.group.<address>` = `a b`; with `all`, what has come
-- to nothing is said too.
function tally.groups_write(s, writes, id, of, ballot, all)
    local names = tally.NAMES[ballot]
    for _, dim in ipairs(group.dims(s)) do
        local fields = {}
        for _, value in ipairs(dim.values) do
            for _, name in ipairs(names) do
                fields[#fields + 1] = id .. ':' .. value .. ':' .. name
            end
        end
        local counts = hash_get(s.base .. 'tally:' .. of .. ':' .. dim.name, fields)
        for at = 1, #dim.values do
            local first, second = counts[(at - 1) * #names + 1], #names == 2 and counts[at * 2]
            local some = (first and first ~= '0') or (second and second ~= '0')
            if some or (all and (first or second)) then
                writes[#writes + 1] = 'i:' .. id .. '.group.' .. dim.index .. '-' .. (at - 1)
                writes[#writes + 1] = some and (first or '0') .. ' ' .. (second or '0') or ''
            end
        end
    end
end

-- `open code verified`: the people who ever cast a ballot there.
function tally.turnout(s, of)
    local counts = call('HMGET', s.base .. 'turnout:' .. of, unpack(LEVELS))
    return (counts[1] or '0') .. ' ' .. (counts[2] or '0') .. ' ' .. (counts[3] or '0')
end

-- Adds them by group: of the values that are named in `only` (as `status=client`), or of all that have some.
function tally.turnout_write(s, writes, of, only)
    local names = {}
    for _, dim in ipairs(group.dims(s)) do
        for _, value in ipairs(dim.values) do
            local name = dim.name .. '=' .. value
            if not only or only[name] then
                names[#names + 1] = name
            end
        end
    end
    local counts = hash_get(s.base .. 'turnout:' .. of, names)
    for i, name in ipairs(names) do
        if only or (counts[i] and counts[i] ~= '0') then
            local dim, value = match(name, '^(.+)=(.+)$')
            writes[#writes + 1] = 'c:' .. of .. '.group_voters.' .. group.address(s, dim, value)
            writes[#writes + 1] = counts[i] and counts[i] ~= '0' and counts[i] or ''
        end
    end
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
            sums[held[i]] = people.points_add(s, held[i], held[i + 1])
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
    local ideas, rules = {}, {}
    for i, entry in ipairs(entries) do
        ideas[i] = entry[1] .. '.state'
        rules[entry[2]] = rules[entry[2]] or vote.rules(s, entry[2])
    end
    local states = hash_get(s.base .. 'ideas', ideas)
    for i, entry in ipairs(entries) do
        local c = rules[entry[2]]
        local counts = tally.read(s, entry[1], entry[2], c.ballot)
        writes[#writes + 1], writes[#writes + 2] = 'i:' .. entry[1] .. '.tally', tally.text(counts)
        if states[i] == 'published' then
            call('ZADD', s.base .. 'rank:' .. entry[2], text_of(tally.score(c, counts)), entry[1])
        end
    end
end

-- Tallies by group, so many that they wait for a second since the last time; answers the members that stay dirty. Something is
-- told of every challenge whose turn it is, changed or not, and `g - <challenge>` stands for ballots that may have no idea in
-- them: that there is an event must not depend on values.
local function flush_groups(s, writes, entries, whole)
    local kept, waits = {}, {}
    for _, entry in ipairs(entries) do
        local id, of = entry[1], entry[2]
        if waits[of] == nil then
            local since = s.at - tonumber(call('HGET', s.base .. 'challenges', of .. '.grouped_at') or '0')
            waits[of] = not whole and since >= 0 and since < GROUPS_EVERY_MS
            if not waits[of] then
                call('HSET', s.base .. 'challenges', of .. '.grouped_at', s.at_text)
            end
        end
        if waits[of] then
            kept[#kept + 1] = 'g ' .. id .. ' ' .. of
        elseif id ~= '-' then
            tally.groups_write(s, writes, id, of, vote.rules(s, of).ballot, true)
        end
    end
    for _, of in ipairs(#entries > 0 and challenge.ids(s) or {}) do
        if waits[of] == false then
            fields_write(s, writes, 'c', of, {'level_voters', tally.turnout(s, of)})
        end
    end
    return kept
end

-- Minutes, and the counts of their challenges: every vote has its minute.
local function flush_minutes(s, writes, entries, sums)
    local done = {}
    for _, entry in ipairs(entries) do
        local of = entry[1]
        if entry.kind == 'm' then
            writes[#writes + 1], writes[#writes + 2] = 'c:' .. of .. '.minute.' .. entry[2], tally.minute(s, of, entry[2])
        end
        if not done[of] then
            done[of] = true
            local found = call('HMGET', s.base .. 'challenges', of .. '.votes', of .. '.tally')
            local voters = call('HLEN', s.base .. 'ballots:' .. of)
            fields_write(s, writes, 'c', of, {'voters', text_of(voters), 'votes', found[1] or '0',
                                              'level_voters', tally.turnout(s, of)})
            if found[2] == 'live' then
                tally.held_give(s, of, sums)
            end
        end
    end
end

-- Ballots of persons, for those who watch `me`; and the points of a first ballot, which are not the tally's business.
local function flush_ballots(s, writes, entries, sums)
    local told, voters = {}, {}
    for _, entry in ipairs(entries) do
        local person, of, first = entry[1], entry[2], entry.kind == 'f'
        local key = 'p:' .. person .. '.ballot.' .. of
        local record = (first or not told[key]) and call('HGET', s.base .. 'ballots:' .. of, person) or ''
        if first then
            sums[person] = people.points_add(s, person, POINTS.ballot)
            local groups = match(record, '^%S+ (%S+)') or '-'
            for name in (groups ~= '-' and groups or ''):gmatch('[^,]+') do
                voters[of] = voters[of] or {}
                voters[of][name] = true
            end
        end
        if not told[key] then
            told[key] = true
            writes[#writes + 1], writes[#writes + 2] = key, record
        end
    end
    for _, of in ipairs(challenge.ids(s)) do
        if voters[of] then
            tally.turnout_write(s, writes, of, voters[of])
        end
    end
end

-- `open code verified`: the votes cast in a minute.
function tally.minute(s, of, minute)
    local counts = call('HMGET', s.base .. 'series:' .. of, minute .. ':open', minute .. ':code', minute .. ':verified')
    return (counts[1] or '0') .. ' ' .. (counts[2] or '0') .. ' ' .. (counts[3] or '0')
end

-- Publishes what is dirty: one sequence number, or none where nothing is. `whole`: also what waits for its second.
function tally.flush(s, whole)
    local members = call('SMEMBERS', s.base .. 'dirty')
    if #members == 0 then
        return
    end
    table.sort(members)
    local tallies, groups, minutes, ballots, writes, sums = {}, {}, {}, {}, {}, {}
    local lists = {t = tallies, g = groups, m = minutes, v = minutes, p = ballots, f = ballots}
    for _, member in ipairs(members) do
        local kind, first, second = match(member, '^(%l) (%S+) (%S+)$')
        local list = lists[kind]
        list[#list + 1] = {first, second, kind = kind}
    end
    flush_tallies(s, writes, tallies)
    local kept = flush_groups(s, writes, groups, whole)
    flush_minutes(s, writes, minutes, sums)
    flush_ballots(s, writes, ballots, sums)
    tally.points_write(writes, sums)
    call('DEL', s.base .. 'dirty')
    for first = 1, #kept, CHUNK do
        call('SADD', s.base .. 'dirty', unpack(kept, first, math.min(first + CHUNK - 1, #kept)))
    end
    if #writes > 0 then
        event_publish(s, 'tally_flushed', writes)
    end
end

function tally.flush_command(s)
    tally.flush(s)
    return answer(s)
end
