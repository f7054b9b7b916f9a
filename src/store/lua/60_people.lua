-- Participants: joining, names, points; and reading a session, slice by slice.

local PERSON_FIELDS = {'n', 'name', 'role', 'level'}
local SLICE_PEOPLE, SLICE_IDEAS, SLICE_MINUTES = 100, 40, 250 -- of a read: about 500 fields

-- Adds points, which may be negative, and tells the sum.
function people.points_change(s, writes, id, points)
    local sum = call('ZINCRBY', s.base .. 'points', text_of(points), id)
    writes[#writes + 1], writes[#writes + 2] = 'p:' .. id .. '.points', sum
end

-- Not a command of a participant: there is none yet. Who joins while a session is paused only watches, and may do so.
function people.join(s, name, operator)
    if operator ~= '1' then
        if not s.staff and (s.state == 'closed' or s.state == 'archived') then
            return refuse(s, 'session_closed')
        elseif call('HGET', s.meta, 'join') ~= 'open' then
            return refuse(s, 'join_not_open')
        end
    end
    local n = text_of(call('HINCRBY', s.meta, 'last_person', 1))
    local id, writes = 'p' .. n, {}
    local role = s.role == '' and 'participant' or s.role
    local level = s.level == '' and 'open' or s.level
    s.participant, s.level = id, level
    journal_add(s, 'participant_join', role)
    local pairs_ = {'n', n, 'role', role, 'level', level}
    if name ~= '' then
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = 'name', name
    end
    fields_write(s, writes, 'p', id, pairs_)
    if s.groups ~= '' then
        call('HSET', s.base .. 'people', id .. '.groups', s.groups)
    end
    event_publish(s, 'participant_joined', writes)
    return answer(s, 'participant', id)
end

local function name_write(s, id, name, action, reason)
    local found = call('HMGET', s.base .. 'people', id .. '.n', id .. '.name')
    if not found[1] then
        return refuse(s, 'participant_unknown', 'field', 'participant')
    end
    journal_add(s, action, id)
    if reason then
        audit_add(s, action, id, reason)
    end
    if (found[2] or '') ~= name then
        local writes = {}
        fields_write(s, writes, 'p', id, {'name', name})
        event_publish(s, 'participant_named', writes)
    end
    return answer(s)
end

function people.name_set(s, name)
    return name_write(s, s.participant, name, 'name_set')
end

function people.rename(s, id, name, reason)
    return name_write(s, id, name, 'participant_rename', reason)
end

-- Reading -----------------------------------------------------------------------------------------------------------

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

local function people_read(s, result, ids)
    fields_read(result, s.base .. 'people', 'p', ids, PERSON_FIELDS)
    if #ids == 0 then
        return
    end
    local points = call('ZMSCORE', s.base .. 'points', unpack(ids))
    for i, id in ipairs(ids) do
        if points[i] then
            result[#result + 1], result[#result + 2] = 'p:' .. id .. '.points', points[i]
        end
    end
end

local function ideas_read(s, result, ids)
    fields_read(result, s.base .. 'ideas', 'i', ids, IDEA_FIELDS)
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

local function numbered(letter, from, to)
    local ids = {}
    for n = from, to do
        ids[#ids + 1] = letter .. n
    end
    return ids
end

-- The slices in their order: session and challenges; minutes, challenge by challenge; people; ideas. The cursor says where
-- the next begins (`m <nth challenge> <scan>`, `p <number>`, `i <number>`), so that nothing is kept between two calls.
local function slice_read(s, result, stage, at, scan)
    local counts = call('HMGET', s.meta, 'last_person', 'last_idea', 'challenges')
    local ids = {}
    for id in (counts[3] or ''):gmatch('%S+') do
        ids[#ids + 1] = id
    end
    if stage == '' then
        fields_read(result, s.meta, 's', {'s'}, SESSION_FIELDS)
        fields_read(result, s.base .. 'challenges', 'c', ids, CHALLENGE_FIELDS)
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
        people_read(s, result, numbered('p', at, until_))
    else
        ideas_read(s, result, numbered('i', at, until_))
    end
    if until_ < last then
        return stage .. ' ' .. (until_ + 1)
    end
    return stage == 'p' and 'i 1' or ''
end

-- Small slices are joined, so that a small session takes one call.
function people.session_read(s, cursor)
    tally.flush(s)
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

function people.person_read(s, id)
    tally.flush(s)
    if not call('HGET', s.base .. 'people', id .. '.n') then
        return refuse(s, 'participant_unknown', 'field', 'participant')
    end
    local result = answer(s)
    people_read(s, result, {id})
    for of in (call('HGET', s.meta, 'challenges') or ''):gmatch('%S+') do
        local record = call('HGET', s.base .. 'ballots:' .. of, id)
        if record then
            result[#result + 1], result[#result + 2] = 'p:' .. id .. '.ballot.' .. of, record
        end
    end
    return result
end
