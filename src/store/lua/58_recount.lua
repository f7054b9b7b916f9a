-- Counting somebody's ballots again where they stand: at another level and in more groups, or not at all. In challenges that
-- are not closed, at once; a closed one keeps what it counted and remembers whom in the set `stale:<challenge>`, and counts
-- them when it opens again.

-- Takes a record apart: what tally_change needs, and its entries that were not given up.
local function record_read(of, who, record)
    local v = {of = of, who = who, entries = {}}
    v.level, v.groups_text = match(record, '^(%S+) (%S+)')
    v.groups = group.read(v.groups_text)
    for id, value, star in record:gmatch(' ([%l%d%-]+):(%-?%d+)(%*?)') do
        if star == '' then
            v.entries[#v.entries + 1] = {id = id, value = tonumber(value)}
        end
    end
    return v
end

local function dirty_mark(s, v)
    local dirty, grouped = {'p ' .. v.who .. ' ' .. v.of, 'v ' .. v.of .. ' -'}, #group.dims(s) > 0
    if grouped then
        dirty[3] = 'g - ' .. v.of
    end
    for _, entry in ipairs(v.entries) do
        dirty[#dirty + 1] = 't ' .. entry.id .. ' ' .. v.of
        if grouped then
            dirty[#dirty + 1] = 'g ' .. entry.id .. ' ' .. v.of
        end
    end
    call('SADD', s.base .. 'dirty', unpack(dirty))
end

-- Tells the voters of the groups that a record is counted in.
local function turnout_tell(s, writes, v)
    local only = {}
    for _, pair in ipairs(v.groups) do
        only[pair[1] .. '=' .. pair[2]] = true
    end
    tally.turnout_write(s, writes, v.of, only)
end

-- Counts a record at another level and in other groups; tells the voters of the groups.
local function record_move(s, writes, of, who, record, level, groups_text)
    local old, c = record_read(of, who, record), vote.rules(s, of)
    local new = {of = of, who = who, level = level, groups_text = groups_text, groups = group.read(groups_text)}
    if old.level == level and old.groups_text == groups_text then
        return
    end
    for _, entry in ipairs(old.entries) do
        vote.tally_change(s, c.ballot, old, entry.id, entry.value, 0)
        vote.tally_change(s, c.ballot, new, entry.id, 0, entry.value)
    end
    vote.turnout_change(s, old, -1)
    vote.turnout_change(s, new, 1)
    local rest = match(record, '^%S+ %S+(.*)$')
    call('HSET', s.base .. 'ballots:' .. of, who, level .. ' ' .. groups_text .. rest)
    dirty_mark(s, old)
    turnout_tell(s, writes, new)
end

-- Takes a record back as if it had never been cast, turnout and all. Its owner's first ballot was flushed before.
local function record_withdraw(s, writes, of, who, record)
    local v, c, names = record_read(of, who, record), vote.rules(s, of), {}
    for i, entry in ipairs(v.entries) do
        names[i] = entry.id .. '.vote'
    end
    local lines, votes = hash_get(s.base .. 'ideas', names), 0
    for i, entry in ipairs(v.entries) do
        local state, author = match(lines[i], ' (%S+) (%S+)$')
        votes = votes + vote.entry_count(s, c, v, {id = entry.id, author = author, old = entry.value, new = 0,
                                                   parked = state ~= 'published'})
    end
    if votes ~= 0 then
        call('HINCRBY', s.base .. 'challenges', of .. '.votes', votes)
    end
    vote.turnout_change(s, v, -1)
    call('HDEL', s.base .. 'ballots:' .. of, who)
    people.points_change(s, writes, who, -POINTS.ballot)
    dirty_mark(s, v)
    turnout_tell(s, writes, v)
end

-- Counts all ballots of somebody again as `change(of, record)` does; whether there were any.
local function ballots_recount(s, who, change)
    local any = false
    for _, of in ipairs(challenge.ids(s)) do
        local record = call('HGET', s.base .. 'ballots:' .. of, who)
        if record and call('HGET', s.base .. 'challenges', of .. '.state') == 'closed' then
            call('SADD', s.base .. 'stale:' .. of, who)
        elseif record then
            change(of, record)
            any = true
        end
    end
    return any
end

function recount.move(s, writes, who, level, groups)
    return ballots_recount(s, who, function(of, record)
        record_move(s, writes, of, who, record, level, groups)
    end)
end

function recount.withdraw(s, writes, who)
    ballots_recount(s, who, function(of, record)
        record_withdraw(s, writes, of, who, record)
    end)
end

-- A challenge opens again: those who came to be known better meanwhile are counted as what they are now, and who turned out
-- to be somebody else is not.
function recount.stale(s, writes, of)
    local stale = call('SMEMBERS', s.base .. 'stale:' .. of)
    table.sort(stale)
    for _, who in ipairs(stale) do
        local record = call('HGET', s.base .. 'ballots:' .. of, who)
        local role, level, groups = match(call('HGET', people_hash(s, who), who .. '.who'), '^(%S+) (%S+) (%S+)')
        if record and role == 'merged' then
            record_withdraw(s, writes, of, who, record)
        elseif record then
            record_move(s, writes, of, who, record, level, groups)
        end
    end
    call('DEL', s.base .. 'stale:' .. of)
end
