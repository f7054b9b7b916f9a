-- Votes. The hot path: no JSON, no scan, no event, no sequence number, few calls.
--
-- A ballot record is one field of `ballots:<challenge>` per person: `<level> <groups or -> <idea>:<value> ...`, in the order
-- cast. Level and groups are those that its entries are counted at: of the first vote there, or of an upgrade since. The record
-- stays when all was withdrawn: it is the turnout. Who has one was among the voters when they first voted, and stays so.
-- `*` behind a value: given up. What an entry counts for follows from its idea's state:
--
--   published   counts: in the tally, in c.votes, for its author's points, against its owner's limit
--   parked      (idea hidden or withdrawn) stays in the tally, which is not shown; counts nowhere else; until its owner
--               needs what it holds: then it is given up, oldest idea first, and leaves the tally for good

vote.ballots = {approval = true, updown = true, single = true, budget = true, stars = true}

-- The field `<challenge>.vote` taken apart. Kept by its very text, so that it can never be out of date.
local rules_known = cache_new()

local function rules_read(text)
    local words = {}
    for word in text:gmatch('%S+') do
        words[#words + 1] = word ~= '-' and word or false
    end
    local c = {state = words[1], ballot = words[2], tally = words[3], opens = tonumber(words[4] or ''),
               closes = tonumber(words[5] or ''), final = words[6], low = 0, high = 1}
    local dots, per_idea, choose = tonumber(words[7] or ''), tonumber(words[8] or ''), tonumber(words[9] or '')
    if c.ballot == 'updown' then
        c.low = -1
    elseif c.ballot == 'stars' then
        c.high = 5
    elseif c.ballot == 'budget' then
        c.high = math.min(dots, per_idea or dots)
    end
    -- What one person may spend; nil where there is no limit.
    c.limit = c.ballot == 'single' and 1 or c.ballot == 'budget' and dots or choose
    c.voters = words[10] and group.rule_read(words[10])
    c.proposers = words[11] and group.rule_read(words[11])
    c.counts = {true, true, true} -- the levels that decide
    for at = 1, words[12] and 3 or 0 do
        c.counts[at] = sub(words[12], at, at) == '1'
    end
    return cache_put(rules_known, text, c)
end

function vote.rules(s, of)
    local text = call('HGET', s.base .. 'challenges', of .. '.vote')
    return rules_known.texts[text] or rules_read(text)
end

-- What keeps the caller out of those that a rule names; nil where nothing does.
function vote.stranger(s, rule)
    local field, expected = nil, nil
    if rule then
        field, expected = group.stranger(rule, s.known, s.level, s.groups)
    end
    return field and refuse(s, 'not_eligible', 'field', field, 'expected', expected)
end

local function is_due(s, c)
    return (c.closes and c.closes <= s.at and c.state == 'open') or (c.opens and c.opens <= s.at and c.state == 'planned')
end

local function is_support(ballot, value)
    if ballot == 'stars' then
        return value >= 4
    end
    return value > 0
end

-- Where an idea's entry is in a record (first and last byte, the space before it included), its value, whether given up.
local function entry_find(record, id)
    local first, colon = find(record, ' ' .. id .. ':', 1, true)
    if not first then
        return nil
    end
    local value, star, after = match(record, '^(%-?%d+)(%*?)()', colon + 1)
    return first, after - 1, tonumber(value), star ~= ''
end

local function entry_put(record, id, value)
    local first, last = entry_find(record, id)
    if first then
        record = sub(record, 1, first - 1) .. sub(record, last + 1)
    end
    return value == 0 and record or record .. ' ' .. id .. ':' .. text_of(value)
end

-- The other entries of a record that were not given up: those that count, and the parked ones, oldest idea first.
local function entries_split(s, record, id)
    local entries, names, counting, parked = {}, {}, {}, {}
    for other, value, star in record:gmatch(' ([%l%d%-]+):(%-?%d+)(%*?)') do
        if other ~= id and star == '' then
            entries[#entries + 1] = {id = other, value = tonumber(value)}
            names[#names + 1] = other .. '.vote'
        end
    end
    local values = hash_get(s.base .. 'ideas', names)
    for i, entry in ipairs(entries) do
        local state
        state, entry.author = match(values[i], ' (%S+) (%S+)$')
        local list = state == 'published' and counting or parked
        list[#list + 1] = entry
    end
    -- Ideas are numbered as they are made, in the session as in their challenge.
    table.sort(parked, function(a, b) return tonumber(sub(a.id, 2)) < tonumber(sub(b.id, 2)) end)
    return counting, parked
end

-- Fits a vote into what its owner has to spend. Adds to `v` the other entries that change for it, the record and `left`;
-- answers the refusal where it does not fit.
local function limits_apply(s, c, v)
    local limit = c.limit
    local function cost(value)
        return c.ballot == 'budget' and value or (value ~= 0 and 1 or 0)
    end
    local counting, parked = entries_split(s, v.record, v.id)
    local used, held = 0, 0
    for _, entry in ipairs(counting) do
        used = used + cost(entry.value)
    end
    for _, entry in ipairs(parked) do
        held = held + cost(entry.value)
    end
    local needs = cost(v.value)
    if c.ballot == 'single' and needs > 0 and used > 0 then
        if c.final then
            return refuse(s, 'vote_final')
        end
        for _, entry in ipairs(counting) do -- the vote moves
            v.record = entry_put(v.record, entry.id, 0)
            v.changes[#v.changes + 1] = {id = entry.id, author = entry.author, old = entry.value, new = 0}
        end
        used = 0
    end
    if needs > 0 and used + needs > limit then
        local left = text_of(limit - used - cost(v.old))
        if c.ballot == 'budget' then
            return refuse(s, 'budget_spent', 'left', left)
        end
        return refuse(s, 'choose_limit', 'limit', text_of(limit), 'left', left)
    end
    for _, entry in ipairs(parked) do
        if needs == 0 or used + held + needs <= limit then
            break
        end
        held = held - cost(entry.value)
        local _, last = entry_find(v.record, entry.id)
        v.record = sub(v.record, 1, last) .. '*' .. sub(v.record, last + 1)
        v.changes[#v.changes + 1] = {id = entry.id, author = entry.author, old = entry.value, new = 0, parked = true}
    end
    v.left = limit - used - needs
    return nil
end

-- Writing -----------------------------------------------------------------------------------------------------------

local function tally_change(hash, field, ballot, old, new)
    if ballot == 'updown' then
        if old ~= 0 then
            call('HINCRBY', hash, field .. (old > 0 and 'up' or 'down'), -1)
        end
        if new ~= 0 then
            call('HINCRBY', hash, field .. (new > 0 and 'up' or 'down'), 1)
        end
        return
    elseif ballot == 'approval' or ballot == 'single' then
        call('HINCRBY', hash, field .. 'votes', new - old)
        return
    end
    call('HINCRBY', hash, field .. (ballot == 'budget' and 'dots' or 'sum'), new - old)
    local voters = (new ~= 0 and 1 or 0) - (old ~= 0 and 1 or 0)
    if voters ~= 0 then
        call('HINCRBY', hash, field .. 'voters', voters)
    end
end

-- Counts a value in place of another, in total and in each group of its owner. `v`: of, level, groups (as group.read gives).
function vote.tally_change(s, ballot, v, id, old, new)
    local hash, groups = s.base .. 'tally:' .. v.of, v.groups
    tally_change(hash, id .. ':' .. v.level .. ':', ballot, old, new)
    for i = 1, #groups do
        tally_change(hash .. ':' .. groups[i][1], id .. ':' .. groups[i][2] .. ':', ballot, old, new)
    end
end

-- Counts one entry that changed; answers by how much c.votes changes. `v`: who, and what tally_change needs.
function vote.entry_count(s, c, v, change)
    local old, new, author = change.old, change.new, change.author
    if old == new then
        return 0
    end
    vote.tally_change(s, c.ballot, v, change.id, old, new)
    if author ~= '-' and author ~= v.who then -- nobody supports themselves
        local support = (is_support(c.ballot, new) and 1 or 0) - (is_support(c.ballot, old) and 1 or 0)
        if support ~= 0 then
            call('HINCRBY', s.base .. 'ideas', change.id .. '.supporters', support)
            if not change.parked then
                tally.held_change(s, v.of, author, support * POINTS.support)
            end
        end
    end
    return change.parked and 0 or (new ~= 0 and 1 or 0) - (old ~= 0 and 1 or 0)
end

-- One more person, or one less, who ever cast a ballot there.
function vote.turnout_change(s, v, by)
    local turnout = s.base .. 'turnout:' .. v.of
    call('HINCRBY', turnout, v.level, by)
    for i = 1, #v.groups do
        call('HINCRBY', turnout, v.groups[i][1] .. '=' .. v.groups[i][2], by)
    end
end

-- What changed: all of it whatever the value was, or the rhythm of events would tell what a seal hides.
local function dirty_add(s, v, first, minute)
    local of, changes, grouped = v.of, v.changes, #v.groups > 0
    local person, minute_of = (first and 'f ' or 'p ') .. v.who .. ' ' .. of, 'm ' .. of .. ' ' .. minute
    if #changes == 1 and not grouped then
        call('SADD', s.base .. 'dirty', person, minute_of, 't ' .. v.id .. ' ' .. of)
        return
    end
    local dirty = {person, minute_of}
    for i = 1, #changes do
        dirty[#dirty + 1] = 't ' .. changes[i].id .. ' ' .. of
        if grouped then
            dirty[#dirty + 1] = 'g ' .. changes[i].id .. ' ' .. of
        end
    end
    call('SADD', s.base .. 'dirty', unpack(dirty))
end

local function vote_write(s, c, v, was)
    local base, of, changes = s.base, v.of, v.changes
    if v.record ~= was then
        call('HSET', base .. 'ballots:' .. of, v.who, v.record)
    end
    if not was then
        vote.turnout_change(s, v, 1)
    end
    local votes = 0
    for i = 1, #changes do
        votes = votes + vote.entry_count(s, c, v, changes[i])
    end
    if votes ~= 0 then
        call('HINCRBY', base .. 'challenges', of .. '.votes', votes)
    end
    local minute = floor(s.at / 60000) .. '' -- eight digits
    call('HINCRBY', base .. 'series:' .. of, minute .. ':' .. v.level, 1)
    dirty_add(s, v, not was, minute)
end

-- What the journal says of a vote: the vote, then the other entries of this person that it changed, moved (`i2=0`) or given up
-- (`i7*`), so that a recount needs no rule of limits.
local function vote_entry(v, argument)
    local changes = v.changes
    local entry = 'vote_cast ' .. v.who .. ' ' .. v.level .. ' ' .. v.groups_text .. ' ' .. v.id .. ' ' .. argument
    for i = 2, #changes do
        entry = entry .. ' ' .. changes[i].id .. (changes[i].parked and '*' or '=0')
    end
    return entry
end

-- The vote -----------------------------------------------------------------------------------------------------------

-- The idea and its challenge as its dates make it now, where they take votes; else nil, nil and the refusal.
local function vote_target(s, id)
    local text = call('HGET', s.base .. 'ideas', id .. '.vote')
    local of, state, author = match(text or '', '^(%S+) (%S+) (%S+)$')
    if not of or state == 'withdrawn' then
        return nil, nil, refuse(s, 'idea_unknown', 'field', 'idea')
    end
    local c = vote.rules(s, of)
    if is_due(s, c) then
        session_settle(s)
        challenge.current(s, of)
        c = vote.rules(s, of)
    end
    if c.state ~= 'open' then
        return nil, nil, refuse(s, c.state == 'closed' and 'challenge_closed' or 'challenge_not_open')
    elseif state ~= 'published' then
        return nil, nil, refuse(s, 'idea_hidden')
    end
    return of, c, nil, author
end

-- One try at the time s.at; nil where the journal has a later entry already (a clock that was stepped back).
local function vote_try(s, id, argument)
    local of, c, refused, author = vote_target(s, id)
    if refused then
        return refused
    end
    local value = tonumber(argument)
    if not value or value < c.low or value > c.high or floor(value) ~= value then
        return refuse(s, 'value_invalid', 'field', 'value', 'expected', c.low .. ' to ' .. c.high)
    end
    local v = {id = id, of = of, who = s.participant, value = value, level = s.level, groups_text = s.groups, old = 0,
               changes = {}, record = '', groups = false, left = false} -- all fields: growing is dear
    local was = call('HGET', s.base .. 'ballots:' .. of, s.participant)
    if was then
        v.record = was
        v.level, v.groups_text = match(was, '^(%S+) (%S+)')
        local _, _, old, given_up = entry_find(was, id)
        v.old = old and not given_up and old or 0
    elseif not s.known then
        return refuse(s, 'participant_unknown')
    else
        refused = vote.stranger(s, c.voters)
        if refused then
            return refused
        end
        v.record = v.level .. ' ' .. v.groups_text
    end
    v.groups = group.read(v.groups_text)
    if c.final and v.old ~= 0 and v.old ~= value then
        return refuse(s, 'vote_final')
    end
    v.changes[1] = {id = id, author = author, old = v.old, new = value}
    if c.limit then
        refused = limits_apply(s, c, v)
        if refused then
            return refused
        end
    end
    if v.old ~= value then
        v.record = entry_put(v.record, id, value)
    end
    -- The first write is the journal's, which refuses to go back in time: then nothing is written yet.
    local added = pcall_redis('XADD', s.base .. 'journal', s.at_text .. '-*', 'j', vote_entry(v, argument))
    if type(added) == 'table' then
        return nil
    end
    vote_write(s, c, v, was)
    return v.left and answer(s, 'idea', id, 'value', argument, 'left', text_of(v.left)) or
           answer(s, 'idea', id, 'value', argument)
end

function vote.cast(keys, args)
    local s, unknown = session_begin(keys, args)
    if not s then
        return unknown
    end
    local result = done_find(s) or session_refuses(s) or person_refuses(s)
    if result then
        return result
    end
    result = vote_try(s, args[9], args[10])
    if not result then
        session_at(s, journal_last_ms(s))
        result = vote_try(s, args[9], args[10])
    end
    done_remember(s, result)
    return result
end
