-- Outcomes: what a challenge decided, written once, in the call that refuses the next vote. `outcomes` of a challenge is a JSON
-- array; what is in it never changes, and whatever comes later (the next closing of a challenge that may reopen, or an
-- override) is added behind. Ties are ties: neither ids nor the order of arrival decide.

local RANKING, TIED_NAMED, PAGE = 100, 100, 500

-- `011`: the levels that an outcome rule counts; nil where it is none.
function outcome.counting(json)
    local good, rule = pcall(cjson.decode, json)
    if not good or type(rule) ~= 'table' then
        return nil
    end
    local counts = {}
    for _, level in ipairs(rule.counts or LEVELS) do
        counts[level] = true
    end
    local bits = ''
    for _, level in ipairs(LEVELS) do
        bits = bits .. (counts[level] and '1' or '0')
    end
    return bits ~= '000' and bits or nil
end

local function ids_json(ids)
    return #ids == 0 and '[]' or '["' .. concat(ids, '","') .. '"]'
end

local function ids_sort(ids)
    table.sort(ids, function(a, b) return tonumber(sub(a, 2)) < tonumber(sub(b, 2)) end)
    return ids
end

-- The first of the leaderboard, best first; among equals the one that was there first, as everywhere.
local function ranking_read(s, of)
    local rank = s.base .. 'rank:' .. of
    local last = call('ZREVRANGE', rank, RANKING - 1, RANKING - 1, 'WITHSCORES')[2]
    local list, equal = {}, {}
    local pairs_ = last and call('ZREVRANGEBYSCORE', rank, '+inf', '(' .. last, 'WITHSCORES') or
                   call('ZREVRANGE', rank, 0, -1, 'WITHSCORES')
    for i = 1, #pairs_, 2 do
        list[#list + 1] = {id = pairs_[i], score = tonumber(pairs_[i + 1])}
    end
    table.sort(list, function(a, b)
        return a.score > b.score or (a.score == b.score and tonumber(sub(a.id, 2)) < tonumber(sub(b.id, 2)))
    end)
    equal = last and ids_sort(call('ZRANGEBYSCORE', rank, last, last)) or equal
    for i = 1, math.min(#equal, RANKING - #list) do
        list[#list + 1] = {id = equal[i], score = tonumber(last)}
    end
    return list
end

local function has_ballots(c, counts)
    local first, second = tally.counted(c, counts)
    if c.ballot == 'updown' then
        return first + second > 0
    end
    return ((c.ballot == 'budget' or c.ballot == 'stars') and second or first) > 0
end

-- Ideas with a ballot at the levels that count, best first, as far as the last place among `places` may be shared.
local function candidates_read(s, of, c, places)
    local found, from, last = {}, 0, nil
    while true do
        local pairs_ = call('ZREVRANGE', s.base .. 'rank:' .. of, from, from + PAGE - 1, 'WITHSCORES')
        for i = 1, #pairs_, 2 do
            local score = tonumber(pairs_[i + 1])
            if last and score < last then
                return found, last
            end
            if has_ballots(c, tally.read(s, pairs_[i], of, c.ballot)) then
                found[#found + 1] = {id = pairs_[i], score = score}
                if #found == places then
                    last = score
                end
            end
        end
        from = from + PAGE
        if #pairs_ < 2 * PAGE then
            return found, last
        end
    end
end

-- Winners, and who share the last place where they are more than there are places.
local function winners_choose(s, of, c, places)
    local found, last = candidates_read(s, of, c, places)
    local winners, tie = {}, {}
    for _, one in ipairs(found) do
        if #found > places and one.score == last then
            tie[#tie + 1] = one.id
        else
            winners[#winners + 1] = one
        end
    end
    table.sort(winners, function(a, b)
        return a.score > b.score or (a.score == b.score and tonumber(sub(a.id, 2)) < tonumber(sub(b.id, 2)))
    end)
    for i = 1, #winners do
        winners[i] = winners[i].id
    end
    return winners, ids_sort(tie)
end

local function place_json(s, of, c, place)
    local first, second = tally.counted(c, tally.read(s, place.id, of, c.ballot))
    local names = tally.NAMES[c.ballot]
    local text = '{"idea":"' .. place.id .. '","' .. names[1] .. '":' .. text_of(first)
    if names[2] then
        text = text .. ',"' .. names[2] .. '":' .. text_of(second)
    end
    return text .. ',"score":' .. text_of(place.score) .. '}'
end

-- What every outcome of a challenge says of how it was reached.
local function grounds_json(s, of, c, rule, read)
    local counts, voters, turnout = {}, 0, {}
    local by_level = {match(tally.turnout(s, of), '^(%d+) (%d+) (%d+)$')}
    for at, level in ipairs(LEVELS) do
        turnout[at] = '"' .. level .. '":' .. by_level[at]
        if c.counts[at] then
            counts[#counts + 1] = level
            voters = voters + tonumber(by_level[at])
        end
    end
    local met = not rule.quorum or voters >= rule.quorum
    local text = (read.rules and '"rules":"' .. read.rules .. '",' or '') .. '"counts":' .. ids_json(counts) ..
                 ',"turnout":{' .. concat(turnout, ',') .. '}'
    if rule.quorum then
        text = text .. ',"quorum":' .. text_of(rule.quorum) .. ',"quorum_met":' .. tostring(met)
    end
    return text, met
end

-- Where an outcome is added behind those before it.
local function outcomes_add(before, entry)
    return (before and sub(before, 1, -2) .. ',' or '[') .. entry .. ']'
end

-- `outcomes` as a closing at `at` makes them. What was counted was flushed before.
function outcome.settle(s, id, read, at)
    local c, rule = vote.rules(s, id), cjson.decode(read.outcome or '{}')
    local grounds, met = grounds_json(s, id, c, rule, read)
    local ranking, winners, tie = {}, {}, {}
    for i, place in ipairs(ranking_read(s, id)) do
        ranking[i] = place_json(s, id, c, place)
    end
    if met then
        winners, tie = winners_choose(s, id, c, rule.winners or 1)
    end
    local text = '{"at":' .. text_of(at) .. ',"kind":"closing",' .. grounds .. ',"ranking":[' .. concat(ranking, ',') ..
                 '],"winners":' .. ids_json(winners)
    if #tie > 0 then
        text = text .. ',"tie":' .. ids_json({unpack(tie, 1, TIED_NAMED)}) .. ',"tied":' .. #tie
    end
    return outcomes_add(read.outcomes, text .. '}')
end

-- Overrides -----------------------------------------------------------------------------------------------------------

-- The winners that a tie's choice makes: those above it, then the chosen, which must be of it and fit the places left.
local function tie_choose(s, latest, chosen, places)
    local winners, known, tied = {}, {}, {}
    for i, id in ipairs(latest.winners) do
        winners[i], known[id] = id, true
    end
    for _, id in ipairs(latest.tie or {}) do
        tied[id] = true
    end
    for _, id in ipairs(chosen) do
        if not tied[id] and not known[id] then
            return nil, refuse(s, 'invalid_params', 'field', 'winners', 'expected', 'ideas that are tied')
        elseif not known[id] then
            winners[#winners + 1], known[id] = id, true
        end
    end
    if #winners > places or #winners == #latest.winners then
        return nil, refuse(s, 'invalid_params', 'field', 'winners', 'expected', 'no more than the places left')
    end
    return winners
end

-- Ideas of this challenge that are still there, each once; else nil and a refusal.
local function chosen_read(s, of, text)
    local chosen, known = {}, {}
    for id in text:gmatch('%S+') do
        local i = idea.read(s, id)
        if not i or i.challenge ~= of then
            return nil, refuse(s, 'idea_unknown', 'field', 'winners')
        elseif not known[id] then
            chosen[#chosen + 1], known[id] = id, true
        end
    end
    if #chosen == 0 then
        return nil, refuse(s, 'invalid_params', 'field', 'winners', 'expected', 'ideas of the challenge')
    end
    return chosen
end

-- A second outcome beside the first. It stands on what the last closing counted.
function outcome.override(s, of, kind, winners, reason)
    local read = challenge.current(s, of)
    if not read then
        return refuse(s, 'challenge_unknown', 'field', 'challenge')
    elseif read.state ~= 'closed' or not read.outcomes then
        return refuse(s, 'challenge_unsettled')
    elseif kind ~= 'tie' and kind ~= 'choice' and kind ~= 'correction' then
        return refuse(s, 'invalid_params', 'field', 'kind', 'expected', 'tie, choice or correction')
    elseif reason == '' then
        return refuse(s, 'reason_required', 'field', 'reason')
    end
    local chosen, refused = chosen_read(s, of, winners)
    local rule, before = cjson.decode(read.outcome or '{}'), cjson.decode(read.outcomes)
    if chosen and kind == 'tie' then
        chosen, refused = tie_choose(s, before[#before], chosen, rule.winners or 1)
    end
    if refused then
        return refused
    end
    journal_add(s, 'outcome_override', of, kind)
    audit_add(s, 'outcome_' .. kind, of, reason)
    local c, writes = vote.rules(s, of), {}
    local entry = '{"at":' .. s.at_text .. ',"kind":"' .. kind .. '","reason":' .. cjson.encode(reason) .. ',' ..
                  grounds_json(s, of, c, rule, read) .. ',"ranking":[],"winners":' .. ids_json(chosen) .. '}'
    challenge.note(s, writes, of, 'outcomes', outcomes_add(read.outcomes, entry))
    event_publish(s, 'outcome_overridden', writes)
    return answer(s, 'challenge', of)
end
