-- Sessions: making one, its words, its pause, media, and what a worker asks every few seconds.

session.FIELDS = {'title', 'brief', 'mandate', 'locale', 'time_zone', 'created_at', 'simulated', 'seed', 'join', 'state',
                  'frozen', 'announcement', 'announced_at', 'people', 'brand', 'languages', 'groups', 'terms',
                  'opened_at', 'ends_at', 'closed_at', 'rehearsal'}
-- What the door shows to who is nobody yet.
local DOOR_FIELDS = {'title', 'brief', 'brand', 'locale', 'languages', 'state', 'simulated', 'join', 'groups', 'terms',
                     'ends_at'}
local ONLINE_KEPT_MS = 15000   -- a worker that has not said how many people it holds for this long holds none
local PEOPLE_EVERY_MS = 1000   -- between two events that count people

function session.create(keys, args)
    local meta = keys[1]
    local s = {meta = meta, base = sub(meta, 1, -5), args = args, participant = args[3], role = args[4], level = args[5],
               groups = '-', key = '', staff = true, directs = true, epoch = '', seq = '0'}
    session_at(s, tonumber(args[2] == '' and time_text() or args[2]))
    if call('EXISTS', meta) == 1 then
        s.epoch = call('HGET', meta, 'epoch') or ''
        s.seq = call('HGET', meta, 'seq') or '0'
        return refuse(s, 'session_exists')
    end
    local d = definition.parse(args, 10)
    local refused = definition.refused(s, d)
    if refused then
        return refused
    end
    s.nonce = args[9]
    call('HSET', meta, 'seq', '0', 'nonce', s.nonce, 'state', 'open', 'data', DATA)
    epoch_compare(s)
    journal_add(s, 'session_create')
    local writes = {}
    definition.make(s, writes, d)
    definition.keep(s, definition.compose(s, definition.COUNTERS))
    event_publish(s, 'session_created', writes)
    return answer(s)
end

-- Words and pauses --------------------------------------------------------------------------------------------------

local function session_write(s, event, pairs_)
    local writes = {}
    fields_write(s, writes, 's', 's', pairs_)
    event_publish(s, event, writes)
end

function session.edit(s, title, brief, mandate, ends_at)
    local new = {title = given(title), brief = given(brief), mandate = given(mandate), ends_at = given(ends_at)}
    if not next(new) then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'title, brief, mandate or ends_at')
    elseif new.title == '' then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'a text')
    end
    life.due(s)
    if new.ends_at and s.state == 'closed' then
        return refuse(s, 'session_closed')
    elseif new.ends_at and tonumber(new.ends_at) <= s.at then
        return refuse(s, 'invalid_params', 'field', 'ends_at', 'expected', 'a date to come')
    end
    local pairs_ = {}
    for _, name in ipairs({'title', 'brief', 'mandate', 'ends_at'}) do
        if new[name] then
            pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, new[name]
        end
    end
    journal_add(s, 'session_edit')
    audit_add(s, 'session_edit', 's', '')
    session_write(s, 'session_edited', pairs_)
    if new.ends_at then
        s.ends = tonumber(new.ends_at)
        challenge.lines_write(s)
    end
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

-- An import has a clock of its own: while it lasts nothing is due by this one, and nobody is counted.
function session.check(s, count, worker)
    local due = not session_is_busy(s) and challenge.due_all(s)
    tally.flush(s, true)
    if not session_is_busy(s) then
        people_count(s, count, worker)
    end
    return due and answer(s, 'due', text_of(due)) or answer(s)
end

-- `what`, of an import: the one challenge, or `s` for the session, whose date came then.
function session.due(s, what)
    if what and s.importing then
        if what == 's' then
            life.due(s)
        elseif challenge.read(s, what) then
            challenge.due_one(s, what)
        end
        return answer(s)
    end
    local due = not session_is_busy(s) and challenge.due_all(s)
    return due and answer(s, 'due', text_of(due)) or answer(s)
end

-- What a stranger may know: what to bring, and what will be asked.
function session.door(s)
    if session_is_busy(s) then
        return refuse(s, 'session_importing')
    end
    local values, result = call('HMGET', s.meta, unpack(DOOR_FIELDS)), answer(s)
    for i, name in ipairs(DOOR_FIELDS) do
        if values[i] then
            result[#result + 1], result[#result + 2] = name, values[i]
        end
    end
    return result
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
