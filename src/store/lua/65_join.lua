-- Joining: through the door, by a link, a code or a brand's log-in; or by an operator and an import, who say who it is.
--
--   who is found (code for one person, log-in)      is that participant again; older tokens are retired
--   who holds a token and brings a code or log-in   is the holder, known better: level and missing groups, ballots with them
--   both, and they are two                          the found one's ballots stand, the holder's are withdrawn: merged
--   neither                                         is a new participant
--
-- 1. One person has one voter: what a code or a log-in finds is never made twice, also after it was merged or erased.
-- 2. What a refusal leaves is nothing: a log-in that was refused may be presented again.

-- `until`: of the code that was brought, which is how long the token of staff lives.
local function joined(s, p, until_)
    local result = answer(s, 'participant', p.id, 'role', p.role, 'level', p.level,
                          'groups', p.groups == '-' and '' or p.groups, 'generation', p.generation, 'name', p.name or '',
                          'code', p.code or '')
    if until_ and until_ ~= '-' then
        result[#result + 1], result[#result + 2] = 'until', until_
    end
    if s.ends then
        result[#result + 1], result[#result + 2] = 'ends_at', text_of(s.ends)
    end
    return result
end

-- Stores somebody new. `new`: id? (of a recording), name?, role, level, groups, code?, accepted?
local function person_make(s, new)
    local n = new.id and tonumber(sub(new.id, 2)) or tonumber(call('HGET', s.meta, 'last_person') or '0') + 1
    local last = tonumber(call('HGET', s.meta, 'last_person') or '0')
    call('HSET', s.meta, 'last_person', text_of(math.max(n, last)))
    local p, writes = {id = 'p' .. text_of(n), n = text_of(n), generation = '1', role = new.role, level = new.level,
                       groups = new.groups, code = new.code, name = new.name, accepted = new.accepted}, {}
    journal_write(s, 'participant_join', p.id, p.level, p.groups, p.role, p.code)
    local pairs_ = {}
    for _, name in ipairs(people.FIELDS) do
        if p[name] and p[name] ~= '' and p[name] ~= '-' then
            pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, p[name]
        end
    end
    people.write(s, writes, p, pairs_)
    event_publish(s, 'participant_joined', writes)
    return p
end

-- Makes `p` what `new` says (role, level, groups, code, accepted, generation), counts their ballots at that; whether any of
-- it was new.
local function person_change(s, p, new)
    local pairs_, counted, known, role = {}, false, false, new.role and new.role ~= p.role and new.role or nil
    for _, name in ipairs({'role', 'level', 'groups', 'code', 'accepted', 'generation'}) do
        if new[name] and new[name] ~= p[name] then
            pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, new[name]
            counted = counted or name == 'level' or name == 'groups'
            known = known or (name ~= 'accepted' and name ~= 'generation')
            p[name] = new[name]
        end
    end
    if #pairs_ == 0 then
        return false
    end
    local writes = {}
    if known then
        journal_write(s, 'participant_upgrade', p.id, p.level, p.groups, p.code or role and '-', role)
    end
    people.write(s, writes, p, pairs_)
    local moved = counted and recount.move(s, writes, p.id, p.level, p.groups)
    event_publish(s, 'participant_upgraded', writes)
    if moved then
        tally.flush(s)
    end
    return true
end

-- `p` turned out to be `into`, whose ballots stand.
local function person_merge(s, p, into)
    local writes = {}
    tally.flush(s) -- the points of a first ballot come with a flush, and go with its record
    journal_write(s, 'participant_merge', p.id, '-', '-', into)
    p.merged = into
    people.write(s, writes, p, {'merged', into})
    recount.withdraw(s, writes, p.id)
    event_publish(s, 'participant_merged', writes)
    tally.flush(s)
end

-- Through the door ----------------------------------------------------------------------------------------------------

-- Whoever holds the token that came along, where it still speaks for a participant; a refusal where they were shut out.
local function holder_read(s)
    local p = VOICES[s.role] and s.participant ~= '' and people.read(s, s.participant)
    if not p or p.merged or tonumber(p.generation) ~= s.generation or not VOICES[p.role] or
       (p.code and code_is_revoked(s, p.code)) then
        return nil
    end
    return p, p.banned and refuse(s, 'banned') or nil
end

-- The code or log-in that was brought: j.code, j.found. A refusal where it is not good.
local function credentials_read(s, j)
    local refused, id = nil, nil
    if j.digest ~= '' and j.sub ~= '' then
        return refuse(s, 'invalid_params', 'field', 'sso', 'expected', 'a code or a log-in')
    elseif j.digest ~= '' then
        j.code, refused = code.find(s, j.digest)
        id = j.code and j.code.participant
    elseif j.sub ~= '' then
        if not find(j.doors, ' sso ', 1, true) then
            return refuse(s, 'join_not_open')
        elseif tonumber(j.expiry) <= s.at then
            return refuse(s, 'sso_invalid')
        elseif call('ZSCORE', s.base .. 'jti', j.jti) then
            return refuse(s, 'sso_used')
        end
        id = call('HGET', s.base .. 'subs', j.sub)
    end
    j.found = id and people.follow(s, id) or nil
    return refused or j.found and j.found.banned and refuse(s, 'banned') or nil
end

-- Who this will be (j.target, nil for somebody new), in which role and at which level.
local function target_choose(s, j)
    -- Two log-ins of a brand are two people, whatever telephone they share.
    if j.sub ~= '' and j.holder and j.holder.level == 'verified' and not (j.found and j.found.id == j.holder.id) then
        j.holder = nil
    end
    local c, holder = j.code, j.holder
    j.role = c and c.role or 'participant'
    j.level = j.sub ~= '' and 'verified' or c and c.level or 'open'
    if j.found then
        j.target = j.found
    end
    if not VOICES[j.role] then
        return -- staff and screens are nobody who votes: what else the telephone is stays as it is
    elseif j.found then
        j.merges = holder and holder.id ~= j.found.id and (holder.level == 'open' or j.sub ~= '')
    elseif holder then
        -- A second code for one person is a second person: a family shares a telephone.
        local batch = holder.code and code.batch(s, holder.code)
        local is_one = holder.level == 'code' or (batch and batch.single)
        j.target = not (c and c.single and is_one) and holder or nil
    end
end

-- The groups they will have: fixed ones stay, missing ones are filled; a refusal where one is wrong or wanting.
local function groups_choose(s, j)
    local have = {}
    for dim, value in pairs(group.read(j.target and j.target.groups or '-').by) do
        have[dim] = value
    end
    group.fill(s, have, j.code and j.code.groups or '-', 'code')
    group.fill(s, have, j.told, 'sso')
    local fault = group.fault(s, j.asked, 'ask')
    if fault then
        return refuse(s, 'invalid_params', 'field', fault, 'expected', 'a value that is asked for')
    end
    group.fill(s, have, j.asked, 'ask')
    local missing = VOICES[j.role] and group.missing(s, have)
    if missing then
        return refuse(s, 'group_required', 'field', missing)
    end
    j.groups = group.text(s, have)
    return nil
end

-- What the session asks of who comes.
local function door_refuses(s, j)
    local voice, target = VOICES[j.role], j.target
    if s.state == 'closed' and voice and not target then
        return refuse(s, 'session_closed')
    elseif not j.code and j.sub == '' and not target and not find(j.doors, ' open ', 1, true) then
        return refuse(s, 'join_not_open')
    elseif not voice then
        return nil
    end
    local found = call('HMGET', s.meta, 'terms_version', 'terms')
    if found[1] and j.accept ~= found[1] and not (target and target.accepted == found[1]) then
        return refuse(s, 'terms_required', 'terms', found[2])
    end
    j.accepted = found[1] or nil
    return groups_choose(s, j)
end

-- Writes what was decided.
local function door_pass(s, j)
    local c, p, used = j.code, j.target, true
    if j.sub ~= '' then
        call('ZREMRANGEBYSCORE', s.base .. 'jti', '-inf', '(' .. s.at_text)
        call('ZADD', s.base .. 'jti', j.expiry, j.jti)
    end
    if p then
        local new = {accepted = j.accepted, groups = j.groups}
        new.level = LEVEL_RANK[j.level] > LEVEL_RANK[p.level] and j.level or nil
        new.role = ROLE_RANK[j.role] > ROLE_RANK[p.role] and j.role or nil
        new.code = c and (c.single or not p.code) and c.id or nil
        if j.found and not (j.holder and j.holder.id == p.id) then
            new.generation = text_of(tonumber(p.generation) + 1)
        end
        used = person_change(s, p, new)
    else
        p = person_make(s, {name = j.name, role = j.role, level = j.level, groups = j.groups or '-', code = c and c.id,
                            accepted = j.accepted})
    end
    if c and used and not c.participant then
        code.take(s, c, p.id)
    end
    if j.sub ~= '' then
        call('HSET', s.base .. 'subs', j.sub, p.id)
    end
    if j.merges then
        person_merge(s, j.holder, p.id)
    end
    return joined(s, p, c and c['until'])
end

local function join_door(s, j)
    local refused
    if session_is_busy(s) then
        return refuse(s, 'session_importing')
    elseif s.state == 'archived' then
        return refuse(s, 'session_archived')
    end
    life.due(s)
    j.doors = ' ' .. (call('HGET', s.meta, 'join') or '') .. ' '
    j.holder, refused = holder_read(s)
    refused = refused or credentials_read(s, j)
    if refused then
        return refused
    end
    target_choose(s, j)
    return door_refuses(s, j) or door_pass(s, j)
end

-- By an operator, or in an import --------------------------------------------------------------------------------------

local function join_operator(s, j)
    local role, level = s.role == '' and 'participant' or s.role, s.level == '' and 'open' or s.level
    local told = j.asked ~= '-' and j.asked or s.args[6]
    local groups = VOICES[role] and told ~= '' and told or '-'
    local fault = group.fault(s, groups)
    if s.state == 'archived' then
        return refuse(s, 'session_archived')
    elseif fault then
        return refuse(s, 'invalid_params', 'field', fault, 'expected', 'a value of the session')
    elseif j.id and (not match(j.id, '^p[1-9]%d*$') or people.read(s, j.id)) then
        return refuse(s, 'invalid_params', 'field', 'id', 'expected', 'an id that nobody has')
    end
    return joined(s, person_make(s, {id = j.id, name = j.name, role = role, level = level, code = j.code_id,
                                     groups = group.text(s, group.read(groups).by), accepted = j.accept}))
end

local function text_given(argument)
    return argument and argument ~= '' and argument or nil
end

-- participant_join. `mode` is `door` or `operator`; groups as `status=client,store=lille`. Not a command of a participant:
-- there may be none yet. Who joins while a session is paused only watches, and may do so.
function join.join(s, name, mode, digest, subject, jti, expiry, asked, told, accept, id, code_id)
    local j = {name = name, digest = digest or '', sub = subject or '', jti = jti, expiry = expiry,
               asked = text_given(asked) or '-', told = text_given(told) or '-', accept = text_given(accept),
               id = text_given(id), code_id = text_given(code_id)}
    if mode == 'operator' then
        return join_operator(s, j)
    end
    return join_door(s, j)
end

-- participant_upgrade, of an import: somebody's level and groups from then on, the code that told, the role that it gave.
function join.upgrade(s, id, level, groups, code_id, role)
    local p = people.read(s, id)
    groups = groups == '' and '-' or groups
    local fault = group.fault(s, groups)
    if not p then
        return refuse(s, 'participant_unknown', 'field', 'participant')
    elseif not LEVEL_RANK[level] then
        return refuse(s, 'invalid_params', 'field', 'level', 'expected', 'open, code or verified')
    elseif fault then
        return refuse(s, 'invalid_params', 'field', fault, 'expected', 'a value of the session')
    end
    person_change(s, p, {level = level, groups = group.text(s, group.read(groups).by), code = text_given(code_id),
                         role = VOICES[role] and role or nil})
    return joined(s, p)
end

-- participant_merge, of an import.
function join.merge(s, id, into)
    local p, other = people.read(s, id), people.read(s, into)
    if not p or not other or p.merged or id == into then
        return refuse(s, 'participant_unknown', 'field', 'participant')
    end
    person_merge(s, p, into)
    return joined(s, other)
end
