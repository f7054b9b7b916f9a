-- What a session is made from: the arguments of session_create from the count of its fields on. The same strings, put together
-- again from what is stored, are kept as `definition` (JSON; media without bytes): a recording begins with them, and a draft
-- that opens is made from them anew.

-- What session_create may set, in the order of a definition; the last are counters of ids, which are no part of events.
local DEFINED_FIELDS = {'title', 'brief', 'mandate', 'locale', 'time_zone', 'created_at', 'simulated', 'seed', 'join', 'state',
                        'brand', 'languages', 'groups', 'terms', 'ends_at', 'opened_at', 'rehearsal'}
definition.COUNTERS = {'last_idea', 'last_person', 'last_code'}
local CHALLENGE_ARGUMENTS, IDEA_ARGUMENTS = 17, 6

-- Takes the arguments apart; the counts come before what they count.
function definition.parse(args, at)
    local d = {fields = {}, by = {}, media = {}, challenges = {}, ideas = {}}
    local function take(count)
        local taken = {unpack(args, at, at + count - 1)}
        at = at + count
        return taken
    end
    for _ = 1, tonumber(take(1)[1]) do
        local pair = take(2)
        d.fields[#d.fields + 1] = pair
        d.by[pair[1]] = pair[2]
    end
    for _ = 1, tonumber(take(1)[1]) do
        d.media[#d.media + 1] = take(3)
    end
    for _ = 1, tonumber(take(1)[1]) do
        d.challenges[#d.challenges + 1] = take(CHALLENGE_ARGUMENTS)
    end
    for _ = 1, tonumber(take(1)[1]) do
        d.ideas[#d.ideas + 1] = take(IDEA_ARGUMENTS)
    end
    return d
end

-- Ids of a recording: numbers in a challenge rise as ids do.
local function idea_id_is_good(id, of, last, known)
    local number = tonumber(match(id, '^i([1-9]%d*)$') or '')
    if id == '' then
        return true
    elseif not number or known[id] or number <= (last[of] or 0) then
        return false
    end
    last[of], known[id] = number, true
    return true
end

local function ideas_refused(s, d, ids)
    local hashes, last, known = {}, {}, {}
    for _, media in ipairs(d.media) do
        hashes[media[1]] = true
    end
    for _, i in ipairs(d.ideas) do
        if not ids[i[1]] then
            return refuse(s, 'challenge_unknown', 'field', i[1])
        elseif not idea_id_is_good(i[6], i[1], last, known) then
            return refuse(s, 'invalid_params', 'field', 'id', 'expected', 'ids of ideas in their order')
        end
        for hash in (given(i[4]) or ''):gmatch('%S+') do
            if not hashes[hash] then
                return refuse(s, 'media_unknown', 'field', hash)
            end
        end
    end
    return nil
end

-- Nothing of a session exists yet, so the definition is checked against itself.
function definition.refused(s, d)
    if #d.challenges > LIMIT.CHALLENGES then
        return refuse(s, 'challenges_limit', 'limit', text_of(LIMIT.CHALLENGES))
    elseif d.by.ends_at and tonumber(d.by.ends_at) <= s.at then
        return refuse(s, 'invalid_params', 'field', 'ends_at', 'expected', 'a date to come')
    end
    local dims = group.compile(d.by.groups or '{}')
    s.dims = group.dims_read(dims)
    local ids = {}
    for i, arguments in ipairs(d.challenges) do
        local id, c = challenge.arguments(arguments)
        if not id then
            return refuse(s, 'invalid_params', 'field', 'challenge', 'expected', 'an id')
        elseif ids[id] then
            return refuse(s, 'challenge_exists', 'field', id)
        end
        ids[id] = true
        local field, expected = challenge.fault(s, c, s.at)
        if field then
            return refuse(s, 'invalid_params', 'field', '/challenges/' .. (i - 1) .. '/' .. field, 'expected', expected)
        end
    end
    return ideas_refused(s, d, ids)
end

-- The session's fields, and what functions take out of their JSON once.
local function session_make(s, writes, d)
    local told = {}
    for _, pair in ipairs(d.fields) do
        if pair[1] == 'importing' or match(pair[1], '^last_') then
            call('HSET', s.meta, pair[1], pair[2])
        else
            told[#told + 1], told[#told + 2] = pair[1], pair[2]
        end
    end
    if not d.by.state then
        told[#told + 1], told[#told + 2] = 'state', 'open'
    end
    if not d.by.created_at then
        told[#told + 1], told[#told + 2] = 'created_at', s.at_text
    end
    if d.by.importing then
        data_flag(s, 'importing', true)
    end
    s.state = d.by.state or 'open'
    fields_write(s, writes, 's', 's', told)
    s.seed, s.locale = d.by.seed or '', d.by.locale or ''
    s.ends = tonumber(d.by.ends_at or '')
    call('HSET', s.meta, 'dims', group.compile(d.by.groups or '{}'))
    if d.by.terms then
        call('HSET', s.meta, 'terms_version', cjson.decode(d.by.terms).version)
    end
end

-- Stores what was parsed and adds it to an event; the caller has checked it and publishes.
function definition.make(s, writes, d)
    session_make(s, writes, d)
    local hashes = {}
    for i, media in ipairs(d.media) do
        hashes[i] = media[1]
        call('HSET', s.meta, 'media.' .. media[1], media[2])
        if media[3] ~= '' then
            call('SET', s.base .. 'media:' .. media[1], media[3])
        end
    end
    hash_put(s.meta, {'media', concat(hashes, ' ')})
    for _, arguments in ipairs(d.challenges) do
        local id, c = challenge.arguments(arguments)
        challenge.make(s, writes, id, c)
    end
    for _, i in ipairs(d.ideas) do
        idea.make(s, writes, i[1], {title = i[2], body = given(i[3]), media = given(i[4]), lang = given(i[5]), id = i[6]})
    end
end

-- Putting together --------------------------------------------------------------------------------------------------

local function compose_fields(s, list, counters)
    local names, count, at = {}, 0, #list + 1
    for _, name in ipairs(DEFINED_FIELDS) do
        names[#names + 1] = name
    end
    for _, name in ipairs(counters) do
        names[#names + 1] = name
    end
    local values = call('HMGET', s.meta, unpack(names))
    list[at] = ''
    for i, name in ipairs(names) do
        if values[i] then
            count = count + 1
            list[#list + 1], list[#list + 2] = name, values[i]
        end
    end
    list[at] = text_of(count)
end

local function compose_media(s, list)
    local hashes = {}
    for hash in (call('HGET', s.meta, 'media') or ''):gmatch('%S+') do
        hashes[#hashes + 1] = hash
    end
    list[#list + 1] = text_of(#hashes)
    for _, hash in ipairs(hashes) do
        list[#list + 1], list[#list + 2], list[#list + 3] = hash, call('HGET', s.meta, 'media.' .. hash), ''
    end
end

-- The brand's ideas, in their order; what people contributed is none of a definition.
local function compose_ideas(s, list)
    local count, at = 0, #list + 1
    list[at] = ''
    for n = 1, tonumber(call('HGET', s.meta, 'last_idea') or '0') do
        local id = 'i' .. n
        local i = idea.read(s, id)
        if i and i.brand then
            local hashes = {}
            for hash in (i.media or ''):gmatch('"hash":"(%x+)"') do
                hashes[#hashes + 1] = hash
            end
            count = count + 1
            for _, argument in ipairs({i.challenge, i.title, i.body and '=' .. i.body or '',
                                       #hashes > 0 and '=' .. concat(hashes, ' ') or '', i.lang and '=' .. i.lang or '', id}) do
                list[#list + 1] = argument
            end
        end
    end
    list[at] = text_of(count)
end

-- The definition as it stands, with the counters named.
function definition.compose(s, counters)
    local list = {}
    compose_fields(s, list, counters)
    compose_media(s, list)
    local ids = challenge.ids(s)
    list[#list + 1] = text_of(#ids)
    for _, id in ipairs(ids) do
        for _, argument in ipairs(challenge.compose(s, id)) do
            list[#list + 1] = argument
        end
    end
    compose_ideas(s, list)
    return list
end

function definition.keep(s, list)
    call('SET', s.base .. 'definition', strings_json(list))
end

function definition.read(s)
    return answer(s, 'definition', call('GET', s.base .. 'definition') or '[]')
end
