-- Opening a draft. What the session is made from stays (words, challenges, the brand's ideas), so do links, codes, who was shut
-- out by one, and the people who only watch or run it. All else is discarded, once; `rehearsal` tells everyone how much it was.
-- Ids go on where they were, so that none means two things, and the epoch is another: every screen loads again.

-- What was contributed, and who stays: people by id, with their fields.
local function people_sort(s)
    local kept, gone = {}, 0
    for n = 1, tonumber(call('HGET', s.meta, 'last_person') or '0') do
        local p = people.read(s, 'p' .. n)
        if p and VOICES[p.role] then
            gone = gone + 1
        elseif p then
            kept[#kept + 1] = p
            kept[p.id] = p
        end
    end
    return kept, gone
end

-- Ballots are counted by person and challenge, as turnout is: what they held may have been under a seal.
local function contributions_count(s)
    local ideas, votes = 0, 0
    for n = 1, tonumber(call('HGET', s.meta, 'last_idea') or '0') do
        local i = idea.read(s, 'i' .. n)
        ideas = ideas + (i and not i.brand and 1 or 0)
    end
    for _, of in ipairs(challenge.ids(s)) do
        votes = votes + call('HLEN', s.base .. 'ballots:' .. of)
    end
    return ideas, votes
end

-- Takes away every key that holds a part of the rehearsal. Pictures, codes and used log-ins stay.
local function keys_discard(s)
    local gone = {}
    for _, of in ipairs(challenge.ids(s)) do
        for _, name in ipairs({'ballots', 'tally', 'rank', 'series', 'held', 'turnout', 'stale'}) do
            gone[#gone + 1] = s.base .. name .. ':' .. of
        end
        for _, dim in ipairs(group.dims(s)) do
            gone[#gone + 1] = s.base .. 'tally:' .. of .. ':' .. dim.name
        end
    end
    for _, name in ipairs({'challenges', 'ideas', 'dirty', 'journal', 'said', 'log', 'audit', 'subs'}) do
        gone[#gone + 1] = s.base .. name
    end
    local day = floor(s.at / DAY_MS)
    gone[#gone + 1], gone[#gone + 2] = s.base .. 'done:' .. day, s.base .. 'done:' .. (day - 1)
    for n = 0, tonumber(call('HGET', s.meta, 'last_person') or '0'), PEOPLE_TOGETHER do
        gone[#gone + 1] = people_hash(s, 'p' .. n)
    end
    for first = 1, #gone, CHUNK do
        call('UNLINK', unpack(gone, first, math.min(first + CHUNK - 1, #gone)))
    end
    call('HDEL', s.meta, 'challenges', 'last_challenge', 'announcement', 'announced_at', 'frozen')
    s.frozen = nil
end

-- The people who stay, said again to the journal that begins anew.
local function people_keep(s, writes, kept)
    for _, p in ipairs(kept) do
        local pairs_ = {}
        p.points = nil
        for _, name in ipairs(people.FIELDS) do
            if p[name] and p[name] ~= '-' then
                pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, p[name]
            end
        end
        people.write(s, writes, p, pairs_)
        journal_write(s, 'participant_join', p.id, p.level, p.groups, p.role, p.code)
        if p.banned then
            local id = journal_write(s, 'participant_ban', s.participant, s.level, s.groups, p.id)
            call('HSET', s.base .. 'said', id, strings_json({p.id, ''}))
        end
    end
end

function draft.open(s, nonce)
    local kept, gone = people_sort(s)
    local ideas, votes = contributions_count(s)
    tally.flush(s, true)
    local list = {'state', 'open', 'opened_at', s.at_text, 'rehearsal',
                  format('{"at":%s,"people":%d,"ideas":%d,"votes":%d}', s.at_text, gone, ideas, votes)}
    if s.ends and s.ends <= s.at then
        list[#list + 1], list[#list + 2] = 'ends_at', ''
    end
    hash_put(s.meta, list)
    local composed = definition.compose(s, {'last_idea', 'last_person'})
    keys_discard(s)
    if nonce == s.nonce then -- another epoch it must be
        nonce = format('%04x', (tonumber(nonce, 16) + 1) % 65536)
    end
    s.nonce, s.state, s.seed, s.replid = nonce, 'open', nil, nil
    call('HSET', s.meta, 'nonce', nonce)
    epoch_compare(s)
    journal_add(s, 'session_open')
    audit_add(s, 'session_open', 's', '')
    local writes = {}
    definition.make(s, writes, definition.parse(composed, 1))
    definition.keep(s, composed)
    code.reset(s, kept)
    code.repeat_all(s)
    people_keep(s, writes, kept)
    event_publish(s, 'session_opened', writes)
    return answer(s)
end
