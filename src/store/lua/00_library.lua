#!lua name=palabre_3
-- The functions that Redis runs for Palabre: the only code that writes a session. All files of this folder are one chunk,
-- in the order of their names. A function is called with one key, `palabre:{<session>}:meta`, and the arguments
--   1 db number, 2 at ('' = Redis' TIME), 3 participant, and behind a dot the generation of the token that speaks (p3.2; 1
--   where none is said), 4 role, 5 level, 6 groups (a brand's staff: the brand), 7 idempotency key, 8 digest of the
--   parameters, 9... its own, in the order of protocol/commands.def (an optional one is '' or '=' .. value)
-- and answers a flat array of strings: status, epoch, sequence number, now, then names and values.
--
-- Redis does not roll back: every function validates first, writes second and publishes last.
-- No function scans, and none that a vote needs decodes JSON. Level and groups of a vote are those of the people here,
-- never those of a token.

-- While Redis 7 loads a library it knows no globals but redis.register_function: the first call of a function fetches these.
local call, pcall_redis, concat, sub, find, match, format, floor

local function library_start()
    call, pcall_redis = redis.call, redis.pcall
    concat, sub, find, match = table.concat, string.sub, string.find, string.match
    format, floor = string.format, math.floor
end

local EVENTS_KEPT = 4096     -- of the log that repairs gaps
local CHUNK = 1000           -- values handed to one call: Lua's stack is small
local DAY_MS = 86400000
local DATA = '3'             -- the version of the data that these functions read and write; see data_flag
local DONE_KEPT_S = 172800   -- how long an idempotency key is remembered, from the first of its day
local STAFF = {moderator = true, brand = true, admin = true, system = true}
local DIRECTS = {brand = true, admin = true, system = true}
local LEVELS = {'open', 'code', 'verified'}
local LEVEL_RANK = {open = 1, code = 2, verified = 3}
local ROLE_RANK = {observer = 1, participant = 2, expert = 3, moderator = 4, brand = 5, admin = 6, system = 7}
local VOICES = {participant = true, expert = true} -- the roles that propose and vote

-- protocol/limits.def and protocol/points.def; a test compares them.
local LIMIT = {CHALLENGES = 64, IDEA_FREE_MS = 600000}
local POINTS = {idea = 10, ballot = 2, support = 1}

local function text_of(number) -- tostring() of Redis' Lua rounds to 14 digits; + 0 because -0 is no integer to Redis
    return format('%.0f', number + 0)
end

-- An optional argument: nil where absent.
local function given(argument)
    if argument == nil or argument == '' then
        return nil
    end
    return sub(argument, 2)
end

-- Redis' time in ms, as text: cut from the text of seconds and microseconds, since printing numbers is dear.
local function time_text()
    local now = call('TIME')
    return now[1] .. sub('00000' .. now[2], -6, -4)
end

-- Reads any number of fields, a stackful at a time.
local function hash_get(key, fields)
    if #fields == 0 then
        return {}
    end
    if #fields <= CHUNK then
        return call('HMGET', key, unpack(fields))
    end
    local values = {}
    for first = 1, #fields, CHUNK do
        local last = math.min(first + CHUNK - 1, #fields)
        local some = call('HMGET', key, unpack(fields, first, last))
        for i = 1, last - first + 1 do
            values[first + i - 1] = some[i]
        end
    end
    return values
end

-- An entity as a table of the strings that its hash holds of it.
local function entity_read(hash, id, names)
    local fields, entity = {}, {}
    for i, name in ipairs(names) do
        fields[i] = id .. '.' .. name
    end
    local values = hash_get(hash, fields)
    for i, name in ipairs(names) do
        entity[name] = values[i] or nil
    end
    return entity
end

-- Writes pairs name, value; an empty value takes the field away, so that no field is ever stored empty.
local function hash_put(key, pairs_)
    local set, gone = {}, {}
    for i = 1, #pairs_, 2 do
        if pairs_[i + 1] == '' then
            gone[#gone + 1] = pairs_[i]
        else
            set[#set + 1] = pairs_[i]
            set[#set + 1] = pairs_[i + 1]
        end
    end
    for first = 1, #set, CHUNK do
        call('HSET', key, unpack(set, first, math.min(first + CHUNK - 1, #set)))
    end
    for first = 1, #gone, CHUNK do
        call('HDEL', key, unpack(gone, first, math.min(first + CHUNK - 1, #gone)))
    end
end

local PEOPLE_TOGETHER = 16

-- The hash with the fields of a participant, `p3.role`. Few share one, so that Redis keeps it packed as a list of bytes, a third
-- of what they take in a large hash: up to hash-max-listpack-entries (512), while no value is longer than
-- hash-max-listpack-value (64 bytes). A long name in Greek unpacks the hash of its sixteen.
local function people_hash(s, id)
    return s.base .. 'people:' .. floor((tonumber(sub(id, 2)) or 0) / PEOPLE_TOGETHER)
end

-- Pairs of an entity written to its hash and added to an event in one go: a field cannot be in one and not in the other.
--   entity 's', 'c', 'i' or 'p'
local function fields_write(s, writes, entity, id, pairs_)
    local hash, prefix = s.base .. 'challenges', id .. '.'
    if entity == 's' then
        hash, prefix = s.meta, ''
    elseif entity == 'i' then
        hash = s.base .. 'ideas'
    elseif entity == 'p' then
        hash = people_hash(s, id)
    end
    local stored = {}
    for i = 1, #pairs_, 2 do
        stored[i], stored[i + 1] = prefix .. pairs_[i], pairs_[i + 1]
        writes[#writes + 1] = entity .. ':' .. id .. '.' .. pairs_[i]
        writes[#writes + 1] = pairs_[i + 1]
    end
    hash_put(hash, stored)
end

-- What was read from texts, kept by the very text, so that it can never be out of date.
local KEPT_TEXTS = 1000

local function cache_new()
    return {count = 0, texts = {}}
end

local function cache_put(cache, text, value)
    cache.count = cache.count + 1
    if cache.count > KEPT_TEXTS then
        cache.texts, cache.count = {}, 1
    end
    cache.texts[text] = value
    return value
end

-- Answers ---------------------------------------------------------------------------------------------------------

local function answer(s, ...)
    return {'ok', s.epoch, s.seq, s.at_text, ...}
end

local function refuse(s, status, ...)
    return {status, s.epoch, s.seq, s.at_text, ...}
end

-- Epoch -----------------------------------------------------------------------------------------------------------

-- A restart or a promotion may lose acknowledged writes; Redis names itself anew then, and so do the sequence numbers.
-- The name is never Lua's random (it repeats after a restart) nor a counter in the data (which may be lost too).
local function epoch_compare(s)
    local replid = match(call('INFO', 'replication'), 'master_replid:(%x+)')
    if replid ~= s.replid then
        s.replid, s.epoch = replid, sub(replid, 1, 8) .. s.nonce
        call('HSET', s.meta, 'replid', replid, 'epoch', s.epoch)
    end
end

-- A call in progress ------------------------------------------------------------------------------------------------

local function session_at(s, at)
    s.at, s.at_text = at, text_of(at)
end

-- Reads who calls and where the session stands. Returns nil and the answer where there is no such session, or none of this
-- brand, or its data are of a version that these functions do not know. `seq` is text.
local function session_begin(keys, args)
    local meta, role, participant, generation = keys[1], args[4], args[3], 1
    local m = call('HMGET', meta, 'epoch', 'seq', 'state', 'frozen', 'data')
    local at_text = args[2] == '' and time_text() or args[2]
    local dot = find(participant, '.', 1, true)
    if dot then
        participant, generation = sub(participant, 1, dot - 1), tonumber(sub(participant, dot + 1))
    end
    local s = {meta = meta, base = sub(meta, 1, -5), args = args, participant = participant, generation = generation,
               role = role, level = args[5], groups = '-', key = args[7], staff = STAFF[role], directs = DIRECTS[role],
               epoch = m[1] or '', seq = m[2] or '0', state = m[3], frozen = m[4], at = tonumber(at_text), at_text = at_text}
    if not m[1] then
        return nil, refuse(s, 'session_unknown')
    elseif m[5] ~= DATA and match(m[5] or '', '^%S+') ~= DATA then
        return nil, refuse(s, 'not_supported')
    elseif m[5] ~= DATA then
        s.importing, s.shut = find(m[5], ' importing', 1, true), find(m[5], ' shut', 1, true)
    end
    -- Staff who have a place here (by a code, say) name no brand; where nobody speaks yet, an operator makes one.
    if role == 'brand' and participant ~= '' and
       (call('HGET', meta, 'brand') or 'default') ~= (args[6] == '' and 'default' or args[6]) and
       not (args[6] == '' and find(call('HGET', people_hash(s, participant), participant .. '.who') or '', '^brand ')) then
        s.epoch, s.seq = '', '0'
        return nil, refuse(s, 'session_unknown')
    end
    return s
end

-- What every call must know and few sessions have is behind the version of the data, where it costs a vote nothing: `importing`,
-- and `shut`, that codes were revoked.
local function data_flag(s, flag, on)
    local data = call('HGET', s.meta, 'data'):gsub(' ' .. flag, '')
    call('HSET', s.meta, 'data', on and data .. ' ' .. flag or data)
    s[flag] = on
end

-- Whether the session is being imported and this call is none of the import's: those bring their time.
local function session_is_busy(s)
    return s.importing and s.args[2] == ''
end

-- What a write needs of the session. `always`: it is no contribution, and waits for no opening.
local function session_refuses(s, always)
    if session_is_busy(s) then
        return refuse(s, 'session_importing')
    elseif s.state == 'archived' then
        return refuse(s, 'session_archived')
    elseif s.staff or always then
        return nil
    elseif s.state == 'closed' then
        return refuse(s, 'session_closed')
    elseif s.frozen then
        return refuse(s, 'session_frozen')
    end
    return nil
end

-- `k3-17` is shut out by its own name or by its batch's.
local function code_is_revoked(s, code)
    local found = call('HMGET', s.base .. 'revoked', code, match(code, '^%w+'))
    return found[1] or found[2]
end

local who_known = cache_new() -- taken apart; those with a code are each their own and not kept

local function who_read(text)
    local who = {}
    who.role, who.level, who.groups, who.generation, who.code = match(text, '^(%S+) (%S+) (%S+) (%d+) (%S+)$')
    who.generation = tonumber(who.generation)
    if who.code == '-' then
        cache_put(who_known, text, who)
    end
    return who
end

-- Who speaks, from one field, `<role> <level> <groups or -> <generation> <code or ->`, and why they may not. An operator's
-- token names nobody here; who else is not here is for the command to refuse. An import repeats what was accepted.
local function person_refuses(s)
    local text = s.participant ~= '' and call('HGET', people_hash(s, s.participant), s.participant .. '.who')
    if not text then
        return nil
    end
    local who = who_known.texts[text] or who_read(text)
    if who.role == 'banned' then
        return refuse(s, 'banned')
    elseif who.role == 'merged' or (who.generation ~= s.generation and not s.importing) then
        return refuse(s, 'token_retired')
    elseif s.shut and who.code ~= '-' and code_is_revoked(s, who.code) then
        return refuse(s, 'code_revoked')
    end
    s.known, s.level, s.groups = who.role, who.level, who.groups
    return nil
end

-- Journal ---------------------------------------------------------------------------------------------------------

local function journal_last_ms(s)
    local last = call('XREVRANGE', s.base .. 'journal', '+', '-', 'COUNT', 1)[1]
    return last and tonumber(match(last[1], '^%d+')) or 0
end

-- A JSON array of strings.
local function strings_json(list)
    return #list == 0 and '[]' or cjson.encode(list)
end

-- Ids and values only: no name, no text. Streams grow, so that `at` is never before the last entry's.
local function journal_write(s, name, who, level, groups, ...)
    local entry = concat({name, who == '' and '-' or who, level == '' and '-' or level, groups, ...}, ' ')
    return call('XADD', s.base .. 'journal', s.at_text .. '-*', 'j', entry)
end

-- What staff say is theirs to answer for, and kept whole under the entry's id: `s.said`, or the arguments as they came.
local function journal_add(s, name, ...)
    local id = journal_write(s, name, s.participant, s.level, s.groups, ...)
    if s.says then
        call('HSET', s.base .. 'said', id, strings_json(s.said or {unpack(s.args, 9)}))
    end
end

local function audit_add(s, action, target, reason)
    call('XADD', s.base .. 'audit', s.at_text .. '-*', 'actor', s.participant, 'role', s.role, 'action', action,
         'target', target, 'reason', reason)
end

-- What takes a sequence number, and reads that must be of one epoch, continue here: the epoch is compared, and `at` is
-- never before what the journal holds, whatever the clock did (a failover may step it back).
local function session_settle(s)
    local m = call('HMGET', s.meta, 'replid', 'nonce', 'ends_at')
    s.replid, s.nonce, s.ends = m[1], m[2], tonumber(m[3] or '')
    epoch_compare(s)
    session_at(s, math.max(s.at, journal_last_ms(s)))
end

-- Events ----------------------------------------------------------------------------------------------------------

-- One string, RESP2, so that the reader of Redis' answers reads events too.
local function event_publish(s, name, writes, at)
    local seq = text_of(call('HINCRBY', s.meta, 'seq', 1))
    s.seq = seq
    local parts = {'*', #writes + 5, '\r\n$1\r\n1\r\n$', #seq, '\r\n', seq, '\r\n$', #s.epoch, '\r\n', s.epoch, '\r\n'}
    local count = #parts
    local when = at and text_of(at) or s.at_text
    parts[count + 1] = concat({'$', #when, '\r\n', when, '\r\n$', #name, '\r\n', name, '\r\n'})
    count = count + 1
    for i = 1, #writes do
        local write = writes[i]
        parts[count + 1], parts[count + 2], parts[count + 3] = '$', #write, '\r\n'
        parts[count + 4], parts[count + 5] = write, '\r\n'
        count = count + 5
    end
    local text = concat(parts)
    call('XADD', s.base .. 'log', 'MAXLEN', '~', EVENTS_KEPT, seq .. '-0', 'e', text)
    call('SPUBLISH', s.base .. 'events:' .. s.args[1], text)
end

-- Idempotency -------------------------------------------------------------------------------------------------------

-- Only participants repeat: without an id there is nobody whose key it is.
local function done_find(s)
    if s.key == '' or s.participant == '' then
        return nil
    end
    local field, day = s.participant .. ':' .. s.key, floor(s.at / DAY_MS)
    local value = call('HGET', s.base .. 'done:' .. day, field) or call('HGET', s.base .. 'done:' .. (day - 1), field)
    if not value then
        return nil
    end
    local first = cmsgpack.unpack(value)
    if first[1] ~= s.args[8] then
        return refuse(s, 'key_reused')
    end
    return first[2]
end

local function done_remember(s, given_answer)
    if s.key == '' or s.participant == '' or given_answer[1] ~= 'ok' then
        return
    end
    local done = s.base .. 'done:' .. floor(s.at / DAY_MS)
    call('HSET', done, s.participant .. ':' .. s.key, cmsgpack.pack({s.args[8], given_answer}))
    call('EXPIRE', done, DONE_KEPT_S, 'NX')
end

-- Functions ---------------------------------------------------------------------------------------------------------

-- A command: idempotency before any rule, then the session's own rules and the speaker's, then `handler(s, args...)`.
-- `texts`: names of the arguments that may be texts by language (the byte 1, then JSON), by their places.
local function command(handler, always, texts)
    local function texts_refuse(s)
        for place, name in pairs(texts or {}) do
            local json = match(s.args[8 + place] or '', '^=?\1(.*)$')
            local found = json and call('HMGET', s.meta, 'languages', 'locale')
            local spoken = found and (found[1] or found[2]) or ''
            for lang in pairs(json and cjson.decode(json) or {}) do
                if not find(' ' .. spoken .. ' ', ' ' .. lang .. ' ', 1, true) then
                    return refuse(s, 'invalid_params', 'field', name .. '/' .. lang, 'expected',
                                  'a language of the session: ' .. spoken)
                end
            end
        end
        return nil
    end
    return function(keys, args)
        local s, unknown = session_begin(keys, args)
        if not s then
            return unknown
        end
        local result = done_find(s) or session_refuses(s, always) or person_refuses(s) or texts_refuse(s)
        if result then
            return result
        end
        session_settle(s)
        s.says = s.staff
        result = handler(s, unpack(args, 9))
        done_remember(s, result)
        return result
    end
end

-- Anything else that is about one session: no key, no rule of the session's, the epoch compared.
local function procedure(handler)
    return function(keys, args)
        local s, unknown = session_begin(keys, args)
        if not s then
            return unknown
        end
        session_settle(s)
        return handler(s, unpack(args, 9))
    end
end

-- What the files below hand to one another, and what 90_register.lua registers.
local tally, challenge, idea, vote, people, session = {}, {}, {}, {}, {}, {}
local definition, group, code, outcome, join, recount, life, draft, record = {}, {}, {}, {}, {}, {}, {}, {}, {}
