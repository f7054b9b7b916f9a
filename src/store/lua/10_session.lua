-- Sessions: making one, its words, its pause, media, and what a worker asks every few seconds.

local SESSION_FIELDS = {'title', 'brief', 'mandate', 'locale', 'time_zone', 'created_at', 'simulated', 'seed', 'join', 'state',
                        'frozen', 'announcement', 'announced_at', 'people'}
local ONLINE_KEPT_MS = 15000   -- a worker that has not said how many people it holds for this long holds none
local PEOPLE_EVERY_MS = 1000   -- between two events that count people

-- Takes the arguments of session_create apart, in the order of the contract; the counts come before what they count.
local function definition_read(args)
    local d, at = {nonce = args[9], fields = {}, media = {}, challenges = {}, ideas = {}}, 10
    local function take(count)
        local taken = {unpack(args, at, at + count - 1)}
        at = at + count
        return taken
    end
    for _ = 1, tonumber(take(1)[1]) do
        local pair = take(2)
        d.fields[#d.fields + 1], d.fields[#d.fields + 2] = pair[1], pair[2]
    end
    for _ = 1, tonumber(take(1)[1]) do
        d.media[#d.media + 1] = take(3)
    end
    for _ = 1, tonumber(take(1)[1]) do
        d.challenges[#d.challenges + 1] = take(14)
    end
    for _ = 1, tonumber(take(1)[1]) do
        d.ideas[#d.ideas + 1] = take(4)
    end
    return d
end

-- Nothing of a session exists yet, so the definition is checked against itself.
local function definition_refused(s, d)
    if #d.challenges > LIMIT.CHALLENGES then
        return refuse(s, 'challenges_limit', 'limit', text_of(LIMIT.CHALLENGES))
    end
    local ids, hashes = {}, {}
    for _, media in ipairs(d.media) do
        hashes[media[1]] = true
    end
    for _, arguments in ipairs(d.challenges) do
        local id, c = challenge.arguments(arguments)
        if not id then
            return refuse(s, 'invalid_params', 'field', 'challenge', 'expected', 'an id')
        elseif ids[id] then
            return refuse(s, 'challenge_exists', 'field', id)
        end
        ids[id] = true
        local field, expected = challenge.fault(c, s.at)
        if field then
            return refuse(s, 'invalid_params', 'field', field, 'expected', expected)
        end
    end
    for _, i in ipairs(d.ideas) do
        if not ids[i[1]] then
            return refuse(s, 'challenge_unknown', 'field', i[1])
        end
        for hash in (given(i[4]) or ''):gmatch('%S+') do
            if not hashes[hash] then
                return refuse(s, 'media_unknown', 'field', hash)
            end
        end
    end
    return nil
end

function session.create(keys, args)
    local meta = keys[1]
    local s = {meta = meta, base = sub(meta, 1, -5), args = args, participant = args[3], role = args[4], level = args[5],
               groups = args[6], key = '', staff = true, directs = true, epoch = '', seq = '0'}
    session_at(s, tonumber(args[2] == '' and time_text() or args[2]))
    if call('EXISTS', meta) == 1 then
        s.epoch = call('HGET', meta, 'epoch') or ''
        s.seq = call('HGET', meta, 'seq') or '0'
        return refuse(s, 'session_exists')
    end
    local d = definition_read(args)
    local refused = definition_refused(s, d)
    if refused then
        return refused
    end
    s.nonce = d.nonce
    call('HSET', meta, 'seq', '0', 'nonce', d.nonce, 'state', 'open', 'data', DATA)
    epoch_compare(s)
    journal_add(s, 'session_create')
    local writes = {}
    fields_write(s, writes, 's', 's', {'created_at', s.at_text, 'state', 'open'})
    fields_write(s, writes, 's', 's', d.fields)
    s.seed = call('HGET', meta, 'seed') or ''
    for _, media in ipairs(d.media) do
        call('HSET', meta, 'media.' .. media[1], media[2])
        call('SET', s.base .. 'media:' .. media[1], media[3])
    end
    for _, arguments in ipairs(d.challenges) do
        local id, c = challenge.arguments(arguments)
        challenge.make(s, writes, id, c)
    end
    for _, i in ipairs(d.ideas) do
        idea.make(s, writes, i[1], i[2], given(i[3]), given(i[4]))
    end
    event_publish(s, 'session_created', writes)
    return answer(s)
end

-- Words and pauses --------------------------------------------------------------------------------------------------

local function session_write(s, event, pairs_)
    local writes = {}
    fields_write(s, writes, 's', 's', pairs_)
    event_publish(s, event, writes)
end

function session.edit(s, title, brief, mandate)
    local new = {title = given(title), brief = given(brief), mandate = given(mandate)}
    if not next(new) then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'title, brief or mandate')
    elseif new.title == '' then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'a text')
    end
    local pairs_ = {}
    for _, name in ipairs({'title', 'brief', 'mandate'}) do
        if new[name] then
            pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, new[name]
        end
    end
    journal_add(s, 'session_edit')
    audit_add(s, 'session_edit', 's', '')
    session_write(s, 'session_edited', pairs_)
    return answer(s)
end

function session.announce(s, text)
    journal_add(s, 'session_announce')
    audit_add(s, 'session_announce', 's', '')
    session_write(s, 'session_announced', {'announcement', text, 'announced_at', text == '' and '' or s.at_text})
    return answer(s)
end

-- Pausing what is paused changes nothing, and makes no event.
local function frozen_set(s, frozen, name, event)
    journal_add(s, name)
    if (s.frozen and '1' or '') ~= frozen then
        audit_add(s, name, 's', '')
        session_write(s, event, {'frozen', frozen})
    end
    return answer(s)
end

function session.freeze(s)
    return frozen_set(s, '1', 'session_freeze', 'session_frozen')
end

function session.unfreeze(s)
    return frozen_set(s, '', 'session_unfreeze', 'session_unfrozen')
end

-- What workers ask ------------------------------------------------------------------------------------------------

-- The people of all workers, told to everyone when their number changed, at most once a second.
local function people_count(s, count, worker)
    local online = s.base .. 'online'
    call('HSET', online, worker, count .. ' ' .. s.at_text)
    local all, sum = call('HGETALL', online), 0
    for i = 1, #all, 2 do
        local people_there, at = match(all[i + 1], '^(%d+) (%d+)$')
        if s.at - tonumber(at) > ONLINE_KEPT_MS then
            call('HDEL', online, all[i])
        else
            sum = sum + tonumber(people_there)
        end
    end
    local last = call('HMGET', s.meta, 'people', 'people_at')
    if sum == tonumber(last[1] or '0') or s.at - tonumber(last[2] or '0') < PEOPLE_EVERY_MS then
        return
    end
    call('HSET', s.meta, 'people_at', s.at_text)
    session_write(s, 'people_counted', {'people', text_of(sum)})
end

function session.check(s, count, worker)
    local due = challenge.due_all(s)
    tally.flush(s)
    people_count(s, count, worker)
    return due and answer(s, 'due', text_of(due)) or answer(s)
end

function session.due(s)
    local due = challenge.due_all(s)
    return due and answer(s, 'due', text_of(due)) or answer(s)
end

-- Events after `from`, in order; `gap` where the log no longer reaches back to the one after it.
function session.log(s, from, count)
    from = tonumber(from)
    local entries = call('XRANGE', s.base .. 'log', text_of(from + 1) .. '-0', '+', 'COUNT', count)
    local first = entries[1] and tonumber(match(entries[1][1], '^%d+'))
    if (first and first ~= from + 1) or (not first and from < tonumber(s.seq)) then
        return answer(s, 'gap', '1')
    end
    local result = answer(s)
    for _, entry in ipairs(entries) do
        result[#result + 1] = 'event'
        result[#result + 1] = entry[2][2]
    end
    return result
end

function session.media(keys, args)
    local s, unknown = session_begin(keys, args)
    if not s then
        return unknown
    end
    local bytes = call('GET', s.base .. 'media:' .. args[9])
    return bytes and answer(s, 'bytes', bytes) or refuse(s, 'media_unknown', 'field', 'hash')
end
