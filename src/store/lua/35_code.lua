-- Codes: invitations. A batch is made at once, and all its codes say the same of who holds them. The hash `codes` holds
--
--   <digest>   `<code> <uses left or -> <participant or ->`: the keyed digest of a secret, which is kept nowhere
--   k3         `<role> <level> <groups or -> <uses or -> <until or -> <label>`: the batch
--   k3.said    the JSON of what code_make was told: role, uses, groups, label, until, count
--
-- A code for one person is that voter: it gives its level, and the same participant again. One for many is nobody.
-- `revoked` (hash) holds the codes and batches that were shut out; the flag `shut` of the session says that there are any.

local ROLES_OF_CODES = {observer = true, participant = true, expert = true, moderator = true, brand = true}

local function batch_line(b)
    return concat({b.role, b.level, b.groups, b.uses, b['until'], b.label}, ' ')
end

local function batch_read(s, batch)
    local line, b = call('HGET', s.base .. 'codes', batch), nil
    if line then
        b = {id = batch}
        b.role, b.level, b.groups, b.uses, b['until'], b.label = match(line, '^(%S+) (%S+) (%S+) (%S+) (%S+) (.*)$')
        b.single = b.uses == '1'
    end
    return b
end

-- The batch of a code, as a table; nil where there is none.
function code.batch(s, id)
    return batch_read(s, match(id, '^(k%d+)') or '')
end

-- What code_make was told, as a batch; nil and a refusal where it does not fit.
local function batch_of(s, role, uses, groups, label, until_)
    local b = {role = given(role) or 'participant', uses = given(uses) or '1', groups = given(groups) or '',
               label = given(label) or '', ['until'] = given(until_) or '-'}
    if not ROLES_OF_CODES[b.role] or ROLE_RANK[b.role] > (ROLE_RANK[s.role] or 0) then
        return nil, refuse(s, 'forbidden')
    end
    b.groups = b.groups == '' and '-' or b.groups
    local fault = group.fault(s, b.groups, 'code')
    if fault then
        return nil, refuse(s, 'invalid_params', 'field', fault, 'expected', 'a value that codes may say')
    elseif b['until'] ~= '-' and tonumber(b['until']) <= s.at then
        return nil, refuse(s, 'invalid_params', 'field', 'until', 'expected', 'a date to come')
    end
    b.groups = group.text(s, group.read(b.groups).by)
    b.level = b.uses == '1' and 'code' or 'open'
    b.uses = b.uses == '0' and '-' or b.uses
    return b
end

-- Behind the parameters the digests of the secrets, one for each code; an import has none.
function code.make(s, role, uses, groups, label, until_, count, ...)
    local digests, n = {...}, tonumber(given(count) or '1')
    local b, refused = batch_of(s, role, uses, groups, label, until_)
    if refused then
        return refused
    elseif #digests ~= n and not (s.importing and #digests == 0) then
        return refuse(s, 'invalid_params', 'field', 'count', 'expected', 'a digest for each code')
    end
    local codes = s.base .. 'codes'
    local known = hash_get(codes, digests)
    for i = 1, #digests do
        if known[i] then -- the same secret again, from a key that is remembered no more
            return refuse(s, 'key_reused')
        end
    end
    local batch = 'k' .. text_of(call('HINCRBY', s.meta, 'last_code', 1))
    s.said = {role, uses, groups, label, until_, count}
    journal_add(s, 'code_make', batch)
    audit_add(s, 'code_make', batch, b.label)
    local pairs_ = {batch, batch_line(b), batch .. '.said', strings_json(s.said)}
    for i, digest in ipairs(digests) do
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = digest, batch .. '-' .. i .. ' ' .. b.uses .. ' -'
    end
    hash_put(codes, pairs_)
    event_publish(s, 'code_made', {})
    return answer(s, 'batch', batch)
end

-- How many codes a batch has.
local function batch_count(s, batch)
    local said = cjson.decode(call('HGET', s.base .. 'codes', batch .. '.said'))
    return tonumber(given(said[6]) or '1')
end

function code.revoke(s, id)
    local b, number = code.batch(s, id), tonumber(match(id, '^k%d+%-([1-9]%d*)$') or '')
    if not b or (not number and id ~= b.id) or (number and number > batch_count(s, b.id)) then
        return refuse(s, 'code_unknown', 'field', 'code')
    elseif ROLE_RANK[b.role] > (ROLE_RANK[s.role] or 0) then
        return refuse(s, 'forbidden')
    end
    journal_add(s, 'code_revoke', id)
    if call('HSET', s.base .. 'revoked', id, '1') == 0 then
        return answer(s, 'code', id)
    end
    audit_add(s, 'code_revoke', id, '')
    data_flag(s, 'shut', true)
    event_publish(s, 'code_revoked', {'s:s.revoked.' .. id, '1'})
    return answer(s, 'code', id)
end

-- At the door ---------------------------------------------------------------------------------------------------------

-- The code of a digest as it may be used now, with its batch's role, level, groups, and `participant` where it is somebody;
-- nil and a refusal where it may not.
function code.find(s, digest)
    local line = call('HGET', s.base .. 'codes', digest)
    local id, left, participant = match(line or '', '^(k%d+%-%d+) (%S+) (%S+)$')
    if not id then
        return nil, refuse(s, 'code_unknown', 'field', 'code')
    end
    local c = code.batch(s, id)
    if code_is_revoked(s, id) then
        return nil, refuse(s, 'code_revoked', 'field', 'code')
    elseif c['until'] ~= '-' and tonumber(c['until']) <= s.at then
        return nil, refuse(s, 'code_expired', 'field', 'code')
    elseif left == '0' and participant == '-' then
        return nil, refuse(s, 'code_used_up', 'field', 'code')
    end
    c.id, c.digest, c.left = id, digest, left
    c.participant = participant ~= '-' and participant or nil
    return c
end

-- One more person came with it. What a rehearsal used is remembered, so that the opening gives it back.
function code.take(s, c, participant)
    local left = c.left == '-' and '-' or text_of(tonumber(c.left) - 1)
    call('HSET', s.base .. 'codes', c.digest, c.id .. ' ' .. left .. ' ' .. (c.single and participant or '-'))
    if s.state == 'draft' then
        call('SADD', s.base .. 'rehearsed', c.digest)
    end
end

-- A draft opens: what was used in it is as it was made, but for who stays. `kept`: participants.
function code.reset(s, kept)
    for _, digest in ipairs(call('SMEMBERS', s.base .. 'rehearsed')) do
        local id, _, participant = match(call('HGET', s.base .. 'codes', digest), '^(%S+) (%S+) (%S+)$')
        if not kept[participant] then
            call('HSET', s.base .. 'codes', digest, id .. ' ' .. code.batch(s, id).uses .. ' -')
        end
    end
    call('DEL', s.base .. 'rehearsed')
end

-- Says again in a journal that begins anew what there is of codes: batches in their order, then what was shut out.
function code.repeat_all(s)
    for n = 1, tonumber(call('HGET', s.meta, 'last_code') or '0') do
        local id = journal_write(s, 'code_make', s.participant, s.level, s.groups, 'k' .. n)
        call('HSET', s.base .. 'said', id, call('HGET', s.base .. 'codes', 'k' .. n .. '.said'))
    end
    local revoked = call('HKEYS', s.base .. 'revoked')
    table.sort(revoked)
    for _, code_id in ipairs(revoked) do
        local id = journal_write(s, 'code_revoke', s.participant, s.level, s.groups, code_id)
        call('HSET', s.base .. 'said', id, strings_json({code_id}))
    end
end
