-- Challenges. Their states, and what leads from one to the other:
--
--      challenge_add, opens_at later           opens_at, challenge_open
--   ----------------------------------> planned -----------------------> open <----+ challenge_open, unless sealed
--      challenge_add, no opens_at          |                             |  |      |
--   ---------------------------------------|---------------------------->|  | closes_at, challenge_close
--                                          | challenge_close             |  v      |
--                                          +---------------------------->+ closed -+
--
-- 1. The rules never change once `opened_at` is set.    2. Each change of state is one event.
-- 3. What is counted is published before a challenge closes, in the same call: closed tallies are final.
-- 4. A sealed challenge that is closed stays so.

challenge.FIELDS = {'n', 'title', 'brief', 'noun', 'timeline', 'ballot', 'dots', 'per_idea', 'choose', 'final',
                    'proposals', 'tally', 'ideas_per_person', 'rules', 'state', 'opens_at', 'closes_at', 'opened_at',
                    'closed_at', 'ideas', 'voters', 'votes', 'electors', 'proposers', 'outcome', 'outcomes',
                    'unsealed', 'level_voters'}
-- The parameters of challenge_add behind the id, in their order, by the names of their fields; challenge_edit has the same,
-- then the reason.
local CHALLENGE_PARAMS = {'title', 'brief', 'noun', 'ballot', 'dots', 'per_idea', 'choose', 'final', 'proposals', 'tally',
                          'opens_at', 'closes_at', 'ideas_per_person', 'electors', 'proposers', 'outcome'}
local PARAM_NAMES = {dots = 'budget', per_idea = 'budget', electors = 'voters'} -- where they are not those of the fields
local ALWAYS_GIVEN = {title = true, ballot = true, proposals = true, tally = true}
-- May be changed after the first opening, with a public reason.
local WORDING = {title = true, brief = true, noun = true, closes_at = true}
local RULES = {ballot = true, dots = true, per_idea = true, choose = true, final = true, proposals = true, tally = true,
               ideas_per_person = true, electors = true, proposers = true, outcome = true}

-- All that a vote needs of a challenge, in one field: `<state> <ballot> <tally> <opens_at> <closes_at> <final> <dots>
-- <per_idea> <choose> <who votes> <who proposes> <levels that count>`, `-` for none. Nine fields would cost a vote a tenth of
-- its time. Rules that are JSON are there as functions read them: JSON is decoded when a challenge is written, never later.
-- closes_at is the session's end where that is earlier.
local VOTE_FIELDS = {'.state', '.ballot', '.tally', '.opens_at', '.closes_at', '.final', '.dots', '.per_idea', '.choose',
                     '.who_votes', '.who_proposes', '.counting'}

local function line_write(s, id)
    local names, challenges = {}, s.base .. 'challenges'
    for i, name in ipairs(VOTE_FIELDS) do
        names[i] = id .. name
    end
    local values = call('HMGET', challenges, unpack(names))
    if s.ends and s.state ~= 'draft' and (not values[5] or tonumber(values[5]) > s.ends) then
        values[5] = text_of(s.ends)
    end
    for i = 1, #names do
        values[i] = values[i] or '-'
    end
    call('HSET', challenges, id .. '.vote', concat(values, ' '))
end

-- What functions read of the rules that are JSON: who votes, who proposes; `011`, the levels that count.
local function rules_compile(s, id, c)
    local pairs_ = {}
    if c.electors then
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = id .. '.who_votes', group.rule_compile(s, c.electors)
    end
    if c.proposers then
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = id .. '.who_proposes', group.rule_compile(s, c.proposers)
    end
    if c.outcome then
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = id .. '.counting', outcome.counting(c.outcome)
    end
    hash_put(s.base .. 'challenges', pairs_)
end

-- Writes fields of a challenge, to its hash and to an event; every write of one that exists comes through here.
local function challenge_write(s, writes, id, pairs_)
    fields_write(s, writes, 'c', id, pairs_)
    line_write(s, id)
end

function challenge.ids(s)
    local ids = {}
    for id in (call('HGET', s.meta, 'challenges') or ''):gmatch('%S+') do
        ids[#ids + 1] = id
    end
    return ids
end

-- The session's end has changed.
function challenge.lines_write(s)
    for _, id in ipairs(challenge.ids(s)) do
        line_write(s, id)
    end
end

-- What a challenge is, as a table of strings; nil where there is none.
function challenge.read(s, id)
    local c = entity_read(s.base .. 'challenges', id, challenge.FIELDS)
    return c.n and c or nil
end

-- The arguments of challenge_add: its id (nil where absent) and its fields.
function challenge.arguments(arguments)
    local id = match(arguments[1], '^=?(.+)$')
    local c = {}
    for i, name in ipairs(CHALLENGE_PARAMS) do
        local value = arguments[i + 1]
        if not ALWAYS_GIVEN[name] then
            value = given(value)
        end
        c[name] = value ~= '' and value or nil
    end
    c.final = c.final == '1' and '1' or nil
    return id, c
end

-- The parameter that does not fit the others, and what was expected; nil where all fit.
function challenge.fault(s, c, at)
    if not c.title or c.title == '' then
        return 'title', 'a text'
    elseif not vote.ballots[c.ballot] then
        return 'ballot', 'approval, updown, single, budget or stars'
    elseif c.ballot == 'budget' and not c.dots then
        return 'budget', 'the dots to spend'
    elseif c.ballot ~= 'budget' and (c.dots or c.per_idea) then
        return 'budget', 'none with this ballot'
    elseif c.ballot ~= 'approval' and c.choose then
        return 'choose', 'none with this ballot'
    end
    for _, name in ipairs({'dots', 'per_idea', 'choose', 'ideas_per_person'}) do
        if c[name] and tonumber(c[name]) < 1 then
            return PARAM_NAMES[name] or name, 'at least 1'
        end
    end
    if c.electors and not group.rule_compile(s, c.electors) then
        return 'voters', 'roles, levels or groups of the session'
    elseif c.proposers and not group.rule_compile(s, c.proposers) then
        return 'proposers', 'roles, levels or groups of the session'
    elseif c.outcome and not outcome.counting(c.outcome) then
        return 'outcome', 'levels that count, winners or a quorum'
    end
    if c.closes_at and tonumber(c.closes_at) <= at then
        return 'closes_at', 'a date to come'
    elseif c.closes_at and c.opens_at and tonumber(c.closes_at) <= tonumber(c.opens_at) then
        return 'closes_at', 'a date after opens_at'
    end
    return nil
end

-- The arguments that would make it, as a definition keeps them; a date that has passed in a rehearsal is none.
function challenge.compose(s, id)
    local c, list = challenge.read(s, id), {'=' .. id}
    if c.closes_at and tonumber(c.closes_at) <= s.at then
        c.closes_at = nil
    end
    for i, name in ipairs(CHALLENGE_PARAMS) do
        local value = c[name]
        list[i + 1] = ALWAYS_GIVEN[name] and value or value and '=' .. value or ''
    end
    return list
end

-- Stores a new challenge, open at once unless its date is to come; the caller has checked it and publishes.
function challenge.make(s, writes, id, c)
    local n = call('HINCRBY', s.meta, 'last_challenge', 1)
    local list = call('HGET', s.meta, 'challenges')
    call('HSET', s.meta, 'challenges', list and list .. ' ' .. id or id)
    local pairs_ = {'n', text_of(n)}
    for _, name in ipairs(CHALLENGE_PARAMS) do
        if c[name] then
            pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, c[name]
        end
    end
    local state = {'state', 'planned'}
    if not c.opens_at or tonumber(c.opens_at) <= s.at then
        state = {'state', 'open', 'opened_at', s.at_text}
    end
    fields_write(s, writes, 'c', id, pairs_)
    fields_write(s, writes, 'c', id, {'ideas', '0', 'voters', '0', 'votes', '0', 'level_voters', '0 0 0'})
    rules_compile(s, id, c)
    challenge_write(s, writes, id, state)
end

function challenge.add(s, ...)
    local id, c = challenge.arguments({...})
    life.due(s)
    if s.state == 'closed' then
        return refuse(s, 'session_closed')
    end
    local challenges = ' ' .. (call('HGET', s.meta, 'challenges') or '') .. ' '
    local _, count = challenges:gsub('%S+', '')
    if id and find(challenges, ' ' .. id .. ' ', 1, true) then
        return refuse(s, 'challenge_exists', 'field', 'challenge')
    elseif count >= LIMIT.CHALLENGES then
        return refuse(s, 'challenges_limit', 'limit', text_of(LIMIT.CHALLENGES))
    end
    local field, expected = challenge.fault(s, c, s.at)
    if field then
        return refuse(s, 'invalid_params', 'field', field, 'expected', expected)
    end
    local number = count
    while not id do -- a made id steps over those that were given
        number = number + 1
        if not find(challenges, ' c' .. number .. ' ', 1, true) then
            id = 'c' .. number
        end
    end
    journal_add(s, 'challenge_add', id)
    audit_add(s, 'challenge_add', id, '')
    local writes = {}
    challenge.make(s, writes, id, c)
    event_publish(s, 'challenge_added', writes)
    return answer(s, 'challenge', id)
end

-- Opening and closing -----------------------------------------------------------------------------------------------

-- Whether dates do nothing now: the session takes no contributions, or is imported on a clock of its own.
local function dates_rest(s)
    return s.state == 'closed' or s.state == 'archived' or session_is_busy(s)
end

-- `closes_at` is taken away by an opening by hand where it has passed already. What a reopening counts again is told after it:
-- what is told of a closed challenge is final.
local function challenge_set_open(s, id, c, at, forget_closing)
    local pairs_ = {'state', 'open'}
    if not c.opened_at then
        pairs_[3], pairs_[4] = 'opened_at', text_of(at)
        local hash = call('HGET', s.base .. 'challenges', id .. '.rules_hash')
        if hash then
            pairs_[5], pairs_[6] = 'rules', hash
        end
    end
    if forget_closing then
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = 'closes_at', ''
    end
    local writes = {}
    challenge_write(s, writes, id, pairs_)
    if c.closed_at then
        recount.stale(s, writes, id)
    end
    event_publish(s, 'challenge_opened', writes, at)
    if c.closed_at then
        tally.flush(s)
    end
end

-- The outcome is written in the call that refuses the next vote. What never opened decides nothing.
local function challenge_set_closed(s, id, c, at)
    tally.flush(s, true)
    local writes, pairs_ = {}, {'state', 'closed', 'closed_at', text_of(at)}
    if c.opened_at then
        pairs_[5], pairs_[6] = 'outcomes', outcome.settle(s, id, c, at)
    end
    challenge_write(s, writes, id, pairs_)
    local sums = {}
    tally.held_give(s, id, sums)
    tally.points_write(writes, sums)
    event_publish(s, 'challenge_closed', writes, at)
end

-- Opens and closes one challenge as its dates say, at the planned moments, whoever happens to call, no later than the
-- session's end. The journal has it, so that a recount knows where the last vote could be. Changes c.state.
local function challenge_due(s, id, c)
    if dates_rest(s) then
        return
    end
    local opens, closes, last = tonumber(c.opens_at or ''), tonumber(c.closes_at or ''), life.last(s)
    if c.state == 'planned' and opens and opens <= last then
        call('XADD', s.base .. 'journal', s.at_text .. '-*', 'j', 'session_due - - - ' .. id .. ' open ' .. c.opens_at)
        challenge_set_open(s, id, c, opens)
        c.state, c.opened_at = 'open', c.opened_at or c.opens_at
        c.rules = c.rules or call('HGET', s.base .. 'challenges', id .. '.rules') or nil
    end
    if c.state == 'open' and closes and closes <= last then
        call('XADD', s.base .. 'journal', s.at_text .. '-*', 'j', 'session_due - - - ' .. id .. ' closed ' .. c.closes_at)
        challenge_set_closed(s, id, c, closes)
        c.state, c.closed_at = 'closed', c.closes_at
    end
end

function challenge.due_one(s, id)
    challenge_due(s, id, challenge.read(s, id))
end

-- A challenge as its dates and the session's end make it now; nil where there is none.
function challenge.current(s, id)
    life.due(s)
    local c = challenge.read(s, id)
    if c then
        challenge_due(s, id, c)
    end
    return c
end

-- Those whose date has come, earlier dates first; answers the next date that will open or close one, nil where there is none.
local function dates_due(s)
    local ids, names = challenge.ids(s), {}
    for _, id in ipairs(ids) do
        names[#names + 1], names[#names + 2], names[#names + 3] = id .. '.state', id .. '.opens_at', id .. '.closes_at'
    end
    local values, due, next_date = hash_get(s.base .. 'challenges', names), {}, nil
    local last = life.last(s)
    local function later(date)
        next_date = date and (not next_date or date < next_date) and date or next_date
    end
    for i, id in ipairs(ids) do
        local state = values[3 * i - 2]
        local opens, closes = tonumber(values[3 * i - 1] or ''), tonumber(values[3 * i] or '')
        local date = state == 'planned' and opens or state == 'open' and closes or nil
        if date and date <= last then
            due[#due + 1] = {date = date, id = id}
            later(state == 'planned' and closes and closes > s.at and closes or nil)
        else
            later(date)
        end
    end
    table.sort(due, function(a, b) return a.date < b.date or (a.date == b.date and a.id < b.id) end)
    return due, next_date
end

-- Opens and closes each whose date has come; answers the next date.
function challenge.due_each(s)
    local due, next_date = dates_due(s)
    for _, entry in ipairs(due) do
        challenge_due(s, entry.id, challenge.read(s, entry.id))
    end
    return next_date
end

-- The same, and the session's end; nil where nothing is to come.
function challenge.due_all(s)
    if dates_rest(s) then
        return nil
    end
    local next_date = challenge.due_each(s)
    life.due(s)
    if dates_rest(s) then
        return nil
    end
    local ends = s.state ~= 'draft' and s.ends or nil
    return ends and (not next_date or ends < next_date) and ends or next_date
end

-- Closes all that is open, with the session.
function challenge.close_all(s, at)
    for _, id in ipairs(challenge.ids(s)) do
        local c = challenge.read(s, id)
        if c.state == 'open' then
            challenge_set_closed(s, id, c, at)
        end
    end
end

-- Writes `outcomes` or `unsealed` of a challenge, which no vote reads.
function challenge.note(s, writes, id, name, value)
    fields_write(s, writes, 'c', id, {name, value})
end

function challenge.open(s, id)
    local c = challenge.current(s, id)
    if not c then
        return refuse(s, 'challenge_unknown', 'field', 'challenge')
    elseif s.state == 'closed' then
        return refuse(s, 'session_closed')
    elseif c.state == 'closed' and c.tally == 'sealed' then
        return refuse(s, 'challenge_sealed')
    end
    journal_add(s, 'challenge_open', id)
    if c.state ~= 'open' then
        audit_add(s, 'challenge_open', id, '')
        challenge_set_open(s, id, c, s.at, c.closes_at and tonumber(c.closes_at) <= s.at)
    end
    return answer(s, 'challenge', id)
end

function challenge.close(s, id)
    local c = challenge.current(s, id)
    if not c then
        return refuse(s, 'challenge_unknown', 'field', 'challenge')
    end
    journal_add(s, 'challenge_close', id)
    if c.state ~= 'closed' then
        audit_add(s, 'challenge_close', id, '')
        challenge_set_closed(s, id, c, s.at)
    end
    return answer(s, 'challenge', id)
end

-- Editing -----------------------------------------------------------------------------------------------------------

-- What was wrong with changing `new` of a challenge that has opened before; nil where it may be.
local function edit_refused_open(s, c, new, reason)
    for _, name in ipairs(CHALLENGE_PARAMS) do
        if new[name] and (not WORDING[name] or (name == 'closes_at' and c.state == 'closed')) then
            return refuse(s, 'rules_frozen', 'field', PARAM_NAMES[name] or name)
        end
    end
    if not reason or reason == '' then
        return refuse(s, 'reason_required', 'field', 'reason')
    elseif new.title == '' then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'a text')
    elseif new.closes_at and tonumber(new.closes_at) <= s.at then
        return refuse(s, 'invalid_params', 'field', 'closes_at', 'expected', 'a date to come')
    end
    return nil
end

-- The old wording or date, beside the reason of the change: what a voter read stays readable.
local function timeline_add(s, c, changed, reason)
    local entry = '{"at":' .. s.at_text .. ',"reason":' .. cjson.encode(reason)
    for _, name in ipairs({'title', 'brief', 'noun'}) do
        if changed[name] then
            entry = entry .. ',"' .. name .. '":' .. cjson.encode(c[name] or '')
        end
    end
    if changed.closes_at and c.closes_at then
        entry = entry .. ',"closes_at":' .. c.closes_at
    end
    return (c.timeline and sub(c.timeline, 1, -2) .. ',' or '[') .. entry .. '}]'
end

-- Before the first opening: the whole as it would be, or what does not fit. Fields that go with another ballot go with it.
local function edit_planned(s, c, new)
    if new.opens_at and tonumber(new.opens_at) <= s.at then
        return refuse(s, 'invalid_params', 'field', 'opens_at', 'expected', 'a date to come')
    elseif new.closes_at and c.state == 'closed' then
        return refuse(s, 'rules_frozen', 'field', 'closes_at')
    end
    if new.ballot and new.ballot ~= 'budget' then
        new.dots, new.per_idea = new.dots or '', new.per_idea or ''
    end
    if new.ballot and new.ballot ~= 'approval' then
        new.choose = new.choose or ''
    end
    if new.dots and new.dots ~= '' and not new.per_idea then
        new.per_idea = '' -- a budget is given whole
    end
    local whole = {}
    for _, name in ipairs(CHALLENGE_PARAMS) do
        local value = new[name] or c[name]
        whole[name] = value ~= '' and value or nil
    end
    local field, expected = challenge.fault(s, whole, c.state == 'closed' and 0 or s.at)
    return field and refuse(s, 'invalid_params', 'field', field, 'expected', expected) or nil
end

function challenge.edit(s, id, ...)
    local arguments, new = {...}, {}
    for i, name in ipairs(CHALLENGE_PARAMS) do
        new[name] = given(arguments[i])
    end
    local reason = given(arguments[#CHALLENGE_PARAMS + 1])
    if new.final == '0' then
        new.final = ''
    end
    local c = challenge.current(s, id)
    if not c then
        return refuse(s, 'challenge_unknown', 'field', 'challenge')
    elseif not next(new) then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'something to change')
    end
    local refused = c.opened_at and edit_refused_open(s, c, new, reason)
    refused = refused or not c.opened_at and edit_planned(s, c, new)
    if refused then
        return refused
    end
    local pairs_, changed, rules = {}, {}, false
    for _, name in ipairs(CHALLENGE_PARAMS) do
        if new[name] and new[name] ~= (c[name] or '') then
            pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, new[name]
            changed[name], rules = true, rules or RULES[name]
        end
    end
    journal_add(s, 'challenge_edit', id)
    if #pairs_ == 0 then
        return answer(s, 'challenge', id)
    end
    audit_add(s, 'challenge_edit', id, reason or '')
    if rules then
        call('HDEL', s.base .. 'challenges', id .. '.rules_hash')
    end
    if c.opened_at then
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = 'timeline', timeline_add(s, c, changed, reason)
    end
    local writes = {}
    rules_compile(s, id, new)
    challenge_write(s, writes, id, pairs_)
    event_publish(s, 'challenge_edited', writes)
    return answer(s, 'challenge', id)
end

-- The hash of the rules, which only C can compute: stored if the fields it was computed from (name, value, name, value...)
-- are still those, and published once the challenge has opened. Frozen rules do not change, so a late hash is the same hash.
function challenge.rules(s, id, hash, ...)
    local c, from = challenge.current(s, id), {...}
    if not c then
        return refuse(s, 'challenge_unknown', 'field', 'challenge')
    end
    for i = 1, #from, 2 do
        if (c[from[i]] or '') ~= from[i + 1] then
            return answer(s, 'stored', '0')
        end
    end
    if c.rules then
        return answer(s, 'stored', c.rules == hash and '1' or '0')
    end
    call('HSET', s.base .. 'challenges', id .. '.rules_hash', hash)
    if c.opened_at then
        local writes = {}
        fields_write(s, writes, 'c', id, {'rules', hash})
        event_publish(s, 'challenge_edited', writes)
    end
    return answer(s, 'stored', '1')
end
