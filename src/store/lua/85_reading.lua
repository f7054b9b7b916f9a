-- Reading a session, slice by slice, as a worker loads it; and one person.

local SLICE_PEOPLE, SLICE_IDEAS, SLICE_MINUTES = 100, 40, 250 -- of a read: about 500 fields

-- Adds `<entity>:<id>.<name>` for each field that an entity has.
local function fields_read(result, hash, entity, ids, names)
    local fields, keys = {}, {}
    for _, id in ipairs(ids) do
        for _, name in ipairs(names) do
            fields[#fields + 1] = entity == 's' and name or id .. '.' .. name
            keys[#keys + 1] = entity .. ':' .. id .. '.' .. name
        end
    end
    local values = hash_get(hash, fields)
    for i = 1, #fields do
        if values[i] then
            result[#result + 1], result[#result + 2] = keys[i], values[i]
        end
    end
end

-- Names and values as Redis answers them.
local function pairs_table(list)
    local values = {}
    for i = 1, #list, 2 do
        values[list[i]] = list[i + 1]
    end
    return values
end

-- The hashes of people are read whole: to look for a field in a packed one is to read it.
local function people_slice(s, result, from, to)
    local hash, fields = nil, nil
    for n = from, to do
        local id = 'p' .. n
        if people_hash(s, id) ~= hash then
            hash = people_hash(s, id)
            fields = pairs_table(call('HGETALL', hash))
        end
        for _, name in ipairs(people.FIELDS) do
            local value = fields[id .. '.' .. name]
            if value then
                result[#result + 1], result[#result + 2] = 'p:' .. id .. '.' .. name, value
            end
        end
    end
end

local function ideas_read(s, result, ids)
    fields_read(result, s.base .. 'ideas', 'i', ids, idea.FIELDS)
    local names, ballots = {}, {}
    for i, id in ipairs(ids) do
        names[i] = id .. '.challenge'
    end
    local of = hash_get(s.base .. 'ideas', names)
    for i, id in ipairs(ids) do
        if of[i] then
            ballots[of[i]] = ballots[of[i]] or call('HGET', s.base .. 'challenges', of[i] .. '.ballot')
            result[#result + 1] = 'i:' .. id .. '.tally'
            result[#result + 1] = tally.text(tally.read(s, id, of[i], ballots[of[i]]))
            tally.groups_write(s, result, id, of[i], ballots[of[i]])
        end
    end
end

-- Minutes of one challenge, a scan's step at a time: a minute may come twice, with the same value.
local function minutes_read(s, result, of, scan)
    local step = call('HSCAN', s.base .. 'series:' .. of, scan, 'COUNT', SLICE_MINUTES)
    local seen = {}
    for i = 1, #step[2], 2 do
        local minute = match(step[2][i], '^%d+')
        if not seen[minute] then
            seen[minute] = true
            result[#result + 1] = 'c:' .. of .. '.minute.' .. minute
            result[#result + 1] = tally.minute(s, of, minute)
        end
    end
    return step[1]
end

local function numbered(from, to)
    local ids = {}
    for n = from, to do
        ids[#ids + 1] = 'i' .. n
    end
    return ids
end

-- The slices in their order: session and challenges; minutes, challenge by challenge; people; ideas. The cursor says where
-- the next begins (`m <nth challenge> <scan>`, `p <number>`, `i <number>`), so that nothing is kept between two calls.
local function slice_read(s, result, stage, at, scan)
    local counts = call('HMGET', s.meta, 'last_person', 'last_idea')
    local ids = challenge.ids(s)
    if stage == '' then
        fields_read(result, s.meta, 's', {'s'}, session.FIELDS)
        fields_read(result, s.base .. 'challenges', 'c', ids, challenge.FIELDS)
        for _, id in ipairs(ids) do
            tally.turnout_write(s, result, id)
        end
        for _, id in ipairs(call('HKEYS', s.base .. 'revoked')) do
            result[#result + 1], result[#result + 2] = 's:s.revoked.' .. id, '1'
        end
        return #ids > 0 and 'm 1 0' or 'p 1'
    elseif stage == 'm' then
        local rest = ids[at] and minutes_read(s, result, ids[at], scan) or '0'
        if rest ~= '0' then
            return 'm ' .. at .. ' ' .. rest
        end
        return at < #ids and 'm ' .. (at + 1) .. ' 0' or 'p 1'
    end
    local last = tonumber(counts[stage == 'p' and 1 or 2] or '0')
    local until_ = math.min(last, at + (stage == 'p' and SLICE_PEOPLE or SLICE_IDEAS) - 1)
    if stage == 'p' then
        people_slice(s, result, at, until_)
    else
        ideas_read(s, result, numbered(at, until_))
    end
    if until_ < last then
        return stage .. ' ' .. (until_ + 1)
    end
    return stage == 'p' and 'i 1' or ''
end

-- Small slices are joined, so that a small session takes one call.
function people.session_read(s, cursor)
    if session_is_busy(s) then -- a session is not to be seen half made
        return refuse(s, 'session_importing')
    end
    tally.flush(s, true)
    local result = answer(s)
    repeat
        local stage, at, scan = match(cursor, '^(%l?) ?(%d*) ?(%d*)$')
        if not stage or (stage ~= '' and (not find('mpi', stage, 1, true) or at == '')) then
            return refuse(s, 'invalid_params', 'field', 'cursor', 'expected', 'a cursor of session_read')
        end
        cursor = slice_read(s, result, stage, tonumber(at), scan == '' and '0' or scan)
    until cursor == '' or #result > 500
    result[#result + 1], result[#result + 2] = 'cursor', cursor
    return result
end

-- The ballots of some people, one after the other; of each their number, and nothing of who is unknown. Thousands may come at
-- once, so nothing is done here that is not needed: the epoch is compared where there is something to flush, and else by whoever
-- follows.
function people.people_read(keys, args)
    local s, unknown = session_begin(keys, args)
    if not s then
        return unknown
    elseif call('EXISTS', s.base .. 'dirty') == 1 then
        session_settle(s)
        tally.flush(s)
    end
    local result, challenges = answer(s), challenge.ids(s)
    for at = 9, #args do
        local id = args[at]
        local n = call('HGET', people_hash(s, id), id .. '.n')
        if n then
            result[#result + 1], result[#result + 2] = 'p:' .. id .. '.n', n
        end
        for i = 1, n and #challenges or 0 do
            local record = call('HGET', s.base .. 'ballots:' .. challenges[i], id)
            if record then
                result[#result + 1], result[#result + 2] = 'p:' .. id .. '.ballot.' .. challenges[i], record
            end
        end
    end
    return result
end
