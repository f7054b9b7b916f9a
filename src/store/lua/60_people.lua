-- Participants: names, points, who is shut out, who is erased.

people.FIELDS = {'n', 'name', 'role', 'level', 'groups', 'generation', 'code', 'banned', 'merged', 'accepted', 'points'}

-- Adds points, which may be negative; answers the sum as text.
function people.points_add(s, id, points)
    return text_of(call('HINCRBY', people_hash(s, id), id .. '.points', text_of(points)))
end

-- Adds points, which may be negative, and tells the sum.
function people.points_change(s, writes, id, points)
    writes[#writes + 1], writes[#writes + 2] = 'p:' .. id .. '.points', people.points_add(s, id, points)
end

-- Somebody as a table of strings, with their id; nil where there is none. Groups are `-` where there are none.
function people.read(s, id)
    local p = entity_read(people_hash(s, id), id, people.FIELDS)
    p.id = id
    p.groups = p.groups or '-'
    return p.n and p or nil
end

-- Who somebody turned out to be.
function people.follow(s, id)
    local p = people.read(s, id)
    while p and p.merged do
        p = people.read(s, p.merged)
    end
    return p
end

-- Writes fields of somebody (`pairs_`, as they are in `p` now) and the field that says who a voter is.
function people.write(s, writes, p, pairs_)
    fields_write(s, writes, 'p', p.id, pairs_)
    local role = p.merged and 'merged' or p.banned and 'banned' or p.role
    call('HSET', people_hash(s, p.id), p.id .. '.who', concat({role, p.level, p.groups, p.generation, p.code or '-'}, ' '))
end

local function name_write(s, id, name, action, reason)
    local found = call('HMGET', people_hash(s, id), id .. '.n', id .. '.name')
    if not found[1] then
        return refuse(s, 'participant_unknown', 'field', 'participant')
    end
    s.said = {id, '', reason} -- a name is kept in one place, its entity
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

-- Shutting out ------------------------------------------------------------------------------------------------------

-- Ballots stay as they were cast.
local function banned_set(s, id, reason, action, event, banned)
    local p = people.read(s, id)
    if not p or p.merged then
        return refuse(s, 'participant_unknown', 'field', 'participant')
    elseif (ROLE_RANK[p.role] or 0) > (ROLE_RANK[s.role] or 0) then
        return refuse(s, 'forbidden')
    end
    journal_add(s, action, id)
    if (p.banned or '') ~= banned then
        audit_add(s, action, id, reason)
        local writes = {}
        p.banned = banned ~= '' and banned or nil
        people.write(s, writes, p, {'banned', banned})
        event_publish(s, event, writes)
    end
    return answer(s)
end

function people.ban(s, id, reason)
    return banned_set(s, id, reason, 'participant_ban', 'participant_banned', '1')
end

function people.unban(s, id, reason)
    return banned_set(s, id, reason, 'participant_unban', 'participant_unbanned', '')
end

-- Erasing -----------------------------------------------------------------------------------------------------------

-- The ideas of somebody: nothing is kept by author, since this is rare.
local function ideas_of(s, who)
    local ids, last = {}, tonumber(call('HGET', s.meta, 'last_idea') or '0')
    for first = 1, last, CHUNK do
        local names = {}
        for n = first, math.min(first + CHUNK - 1, last) do
            names[#names + 1] = 'i' .. n .. '.author'
        end
        for at, author in ipairs(hash_get(s.base .. 'ideas', names)) do
            if author == who then
                ids[#ids + 1] = 'i' .. (first + at - 1)
            end
        end
    end
    return ids
end

-- A name and texts are each in one place: gone from there, they are gone. Ballots, and what they decided, are untouched, and
-- a code or a log-in finds the same voter again, or one could vote twice. Every token is retired.
function people.erase(s)
    local p = people.read(s, s.participant)
    if not p then
        return refuse(s, 'participant_unknown')
    end
    journal_add(s, 'me_erase')
    local writes = {}
    p.generation = text_of(tonumber(p.generation) + 1)
    people.write(s, writes, p, {'name', '', 'generation', p.generation})
    for _, id in ipairs(ideas_of(s, p.id)) do
        fields_write(s, writes, 'i', id, {'title', '', 'body', '', 'media', '', 'additions', '', 'unsigned', '1',
                                          'erased', '1'})
    end
    event_publish(s, 'participant_erased', writes)
    return answer(s)
end
