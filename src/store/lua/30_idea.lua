-- Ideas: added, edited, withdrawn, moderated.
--
--                 hide                    withdraw (within ten minutes)
--   published <----------> hidden        published, hidden --------------> withdrawn (for good)
--                publish
--
-- 1. The ballots of an idea that is not published are parked: they stay on record, in the ballots and in the tally, and
--    count nowhere: not in c.votes, not in points, not against their owners' limits.
-- 2. What an author may still do depends on time and on the challenge's state alone, never on the votes.

idea.FIELDS = {'challenge', 'n', 'at', 'mix', 'brand', 'author', 'unsigned', 'title', 'body', 'media', 'edited_at',
               'additions', 'state', 'reason', 'lang', 'erased'}

-- FNV-1a, 32 bits, of `<seed>/<idea>`: an order that depends on nothing that anybody does. Numbers are doubles: the
-- multiplication by 2^24 + 403 is split so that no product passes 2^53.
function idea.mix(seed, id)
    local hash = 2166136261
    local text = seed .. '/' .. id
    for i = 1, #text do
        hash = bit.bxor(hash, text:byte(i)) % 4294967296
        hash = (hash * 403 + (hash % 256) * 16777216) % 4294967296
    end
    return hash
end

-- A published or hidden idea as a table of strings, with its id; nil where there is none, or it was withdrawn.
function idea.read(s, id)
    local i = entity_read(s.base .. 'ideas', id, idea.FIELDS)
    i.id = id
    return i.state and i.state ~= 'withdrawn' and i or nil
end

-- All that a vote needs of an idea, in one field: `<challenge> <state> <author or ->`.
local function idea_vote_write(s, id, i)
    call('HSET', s.base .. 'ideas', id .. '.vote', i.challenge .. ' ' .. i.state .. ' ' .. (i.author or '-'))
end

-- The JSON of pictures that the session holds; nil and the hash of one that it does not.
local function media_json(s, hashes)
    local names = {}
    for hash in hashes:gmatch('%S+') do
        names[#names + 1] = 'media.' .. hash
    end
    local texts = hash_get(s.meta, names)
    for i = 1, #names do
        if not texts[i] then
            return nil, sub(names[i], 7)
        end
    end
    return '[' .. concat(texts, ',', 1, #names) .. ']'
end

-- The id of a new idea: the one of a recording, or the next.
local function idea_number(s, id)
    if not id or id == '' then
        return 'i' .. text_of(call('HINCRBY', s.meta, 'last_idea', 1))
    end
    local number, last = tonumber(sub(id, 2)), tonumber(call('HGET', s.meta, 'last_idea') or '0')
    call('HSET', s.meta, 'last_idea', text_of(math.max(number, last)))
    return id
end

-- Stores a new idea that the caller has checked, and adds its fields to an event. `new`: title, body?, media? (hashes, all
-- known), lang?, id?. It is in the leaderboard from the start: an idea that nobody votes for has a place too.
function idea.make(s, writes, of, new)
    local id, challenges = idea_number(s, new.id), s.base .. 'challenges'
    if not s.locale then
        local found = call('HMGET', s.meta, 'seed', 'locale')
        s.seed, s.locale = found[1] or '', found[2] or ''
    end
    local pairs_ = {'challenge', of, 'n', text_of(call('HINCRBY', challenges, of .. '.last_n', 1)), 'at', s.at_text,
                    'mix', text_of(idea.mix(s.seed, id)), 'title', new.title, 'state', 'published'}
    local function add(name, value)
        if value and value ~= '' then
            pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, value
        end
    end
    add('body', new.body)
    add('media', new.media and new.media ~= '' and media_json(s, new.media))
    add('lang', new.lang or s.locale)
    add('brand', s.staff and '1')
    add('author', not s.staff and s.participant)
    fields_write(s, writes, 'i', id, pairs_)
    idea_vote_write(s, id, {challenge = of, state = 'published', author = not s.staff and s.participant or nil})
    call('ZADD', s.base .. 'rank:' .. of, text_of(tally.score(vote.rules(s, of), {0, 0, 0, 0, 0, 0})), id)
    writes[#writes + 1], writes[#writes + 2] = 'i:' .. id .. '.tally', tally.NONE
    writes[#writes + 1] = 'c:' .. of .. '.ideas'
    writes[#writes + 1] = text_of(call('HINCRBY', challenges, of .. '.ideas', 1))
    if not s.staff then
        call('HINCRBY', people_hash(s, s.participant), s.participant .. '.made.' .. of, 1)
        people.points_change(s, writes, s.participant, POINTS.idea)
    end
    return id
end

-- Why nobody, or not this one, may add to the challenge now; nil where they may.
local function add_refused(s, id, c)
    if c.proposals == 'brand' and not s.directs then
        return refuse(s, 'proposals_brand')
    elseif c.proposals == 'brand' and c.opened_at then
        return refuse(s, 'rules_frozen', 'field', 'challenge') -- the options are part of the rules
    elseif c.state == 'closed' then
        return refuse(s, 'challenge_closed')
    elseif c.state == 'planned' and not s.directs then
        return refuse(s, 'challenge_not_open')
    elseif s.directs then
        return nil
    end
    if not s.known then
        return refuse(s, 'participant_unknown')
    end
    local refused = vote.stranger(s, vote.rules(s, id).proposers)
    local made = call('HGET', people_hash(s, s.participant), s.participant .. '.made.' .. id)
    if refused then
        return refused
    elseif c.ideas_per_person and tonumber(made or '0') >= tonumber(c.ideas_per_person) then
        return refuse(s, 'ideas_limit', 'limit', c.ideas_per_person)
    end
    return nil
end

-- Whether a session speaks the language: one of its languages, or its locale where it names none.
local function is_spoken(s, lang)
    local found = call('HMGET', s.meta, 'languages', 'locale')
    return find(' ' .. (found[1] or found[2] or '') .. ' ', ' ' .. lang .. ' ', 1, true)
end

function idea.add(s, of, title, body, media, lang)
    local c = challenge.current(s, of)
    if not c then
        return refuse(s, 'challenge_unknown', 'field', 'challenge')
    end
    local refused = add_refused(s, of, c)
    if refused then
        return refused
    elseif title == '' and not s.importing then -- what was erased has none
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'a text')
    elseif given(lang) and not is_spoken(s, given(lang)) then
        return refuse(s, 'invalid_params', 'field', 'lang', 'expected', 'a language of the session')
    end
    local _, missing = media_json(s, given(media) or '')
    if missing then
        return refuse(s, 'media_unknown', 'field', 'media')
    end
    local writes = {}
    local id = 'i' .. text_of(tonumber(call('HGET', s.meta, 'last_idea') or '0') + 1)
    journal_add(s, 'idea_add', of, id)
    idea.make(s, writes, of, {title = title, body = given(body), media = given(media), lang = given(lang)})
    event_publish(s, 'idea_added', writes)
    return answer(s, 'idea', id)
end

-- Editing -----------------------------------------------------------------------------------------------------------

-- The idea and its challenge where this caller may touch them; else nil, nil and the refusal.
local function idea_own(s, id)
    local i = idea.read(s, id)
    if not i then
        return nil, nil, refuse(s, 'idea_unknown', 'field', 'idea')
    end
    local own = s.directs and i.brand or not s.staff and i.author and i.author == s.participant
    if not own then
        return nil, nil, refuse(s, 'not_yours')
    end
    local c = challenge.current(s, i.challenge)
    if i.brand and c.proposals == 'brand' and c.opened_at then
        return nil, nil, refuse(s, 'rules_frozen', 'field', 'idea')
    end
    return i, c
end

-- Whether an idea is no longer its author's to change: ten minutes after it was made; when its challenge has closed, so
-- that what people voted on stays what is shown. A brand prepares what has not opened yet for as long as it likes.
local function idea_settled(s, i, c)
    if i.brand and not c.opened_at then
        return false
    end
    return c.state == 'closed' or s.at - tonumber(i.at) >= LIMIT.IDEA_FREE_MS
end

function idea.edit(s, id, title, body, addition)
    title, body, addition = given(title), given(body), given(addition)
    if not title and not body and (not addition or addition == '') and not s.importing then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'title, body or addition')
    elseif title == '' and not s.importing then
        return refuse(s, 'invalid_params', 'field', 'title', 'expected', 'a text')
    end
    local i, c, refused = idea_own(s, id)
    if refused then
        return refused
    elseif (title or body) and idea_settled(s, i, c) then
        return refuse(s, 'idea_settled', 'field', title and 'title' or 'body')
    end
    journal_add(s, 'idea_edit', id, (title and 't' or '') .. (body and 'b' or '') .. (addition and 'a' or ''))
    local pairs_ = {}
    local function add(name, value)
        pairs_[#pairs_ + 1], pairs_[#pairs_ + 2] = name, value
    end
    if title then
        add('title', title)
    end
    if body then
        add('body', body)
    end
    if title or body then
        add('edited_at', s.at_text)
    end
    if addition and addition ~= '' then
        add('additions', (i.additions and sub(i.additions, 1, -2) .. ',' or '[') ..
                         '{"at":' .. s.at_text .. ',"text":' .. cjson.encode(addition) .. '}]')
    end
    local writes = {}
    fields_write(s, writes, 'i', id, pairs_)
    event_publish(s, 'idea_edited', writes)
    return answer(s, 'idea', id)
end

-- Parking -----------------------------------------------------------------------------------------------------------

-- Takes what an idea counts for out of its challenge (`sign` -1), or puts it back (1); adds what changed to an event.
local function idea_count(s, writes, i, c, sign)
    local challenges, of = s.base .. 'challenges', i.challenge
    local counts, rules = tally.read(s, i.id, of, c.ballot), vote.rules(s, of)
    local ideas = call('HINCRBY', challenges, of .. '.ideas', sign)
    local votes = call('HINCRBY', challenges, of .. '.votes', text_of(sign * tally.ballots(c.ballot, counts)))
    for _, write in ipairs({'c:' .. of .. '.ideas', text_of(ideas), 'c:' .. of .. '.votes', text_of(votes)}) do
        writes[#writes + 1] = write
    end
    if sign < 0 then
        call('ZREM', s.base .. 'rank:' .. of, i.id)
    else
        call('ZADD', s.base .. 'rank:' .. of, text_of(tally.score(rules, counts)), i.id)
    end
    if not i.author then
        return
    end
    local supporters = tonumber(call('HGET', s.base .. 'ideas', i.id .. '.supporters') or '0')
    local points = sign * POINTS.idea
    if tally.is_held(c) then -- what supports earn is not told before the challenge closes
        tally.held_change(s, of, i.author, sign * supporters * POINTS.support)
    else
        points = points + sign * supporters * POINTS.support
    end
    people.points_change(s, writes, i.author, points)
end

function idea.withdraw(s, id)
    local i, c, refused = idea_own(s, id)
    if refused then
        return refused
    end
    local withdrawn = not idea_settled(s, i, c)
    journal_add(s, 'idea_withdraw', id, withdrawn and '1' or '0')
    if not withdrawn and i.unsigned then
        return answer(s, 'idea', id, 'withdrawn', '0')
    end
    tally.flush(s)
    local writes = {}
    if not withdrawn then
        fields_write(s, writes, 'i', id, {'unsigned', '1'})
    else
        fields_write(s, writes, 'i', id, {'state', 'withdrawn'})
        idea_vote_write(s, id, {challenge = i.challenge, state = 'withdrawn', author = i.author})
        if i.state == 'published' then
            idea_count(s, writes, i, c, -1)
        end
        if i.author then
            call('HINCRBY', people_hash(s, i.author), i.author .. '.made.' .. i.challenge, -1)
        end
    end
    event_publish(s, 'idea_withdrawn', writes)
    return answer(s, 'idea', id, 'withdrawn', withdrawn and '1' or '0')
end

function idea.moderate(s, id, action, reason)
    local i = idea.read(s, id)
    if not i then
        return refuse(s, 'idea_unknown', 'field', 'idea')
    elseif action ~= 'publish' and action ~= 'hide' then
        return refuse(s, 'invalid_params', 'field', 'action', 'expected', 'publish or hide')
    end
    local c = challenge.current(s, i.challenge)
    journal_add(s, 'idea_moderate', id, action)
    local state = action == 'publish' and 'published' or 'hidden'
    if i.state == state then
        return answer(s, 'idea', id)
    end
    tally.flush(s)
    audit_add(s, 'idea_' .. action, id, reason)
    local writes = {}
    fields_write(s, writes, 'i', id, {'state', state, 'reason', reason})
    idea_vote_write(s, id, {challenge = i.challenge, state = state, author = i.author})
    idea_count(s, writes, i, c, state == 'published' and 1 or -1)
    event_publish(s, 'idea_moderated', writes)
    return answer(s, 'idea', id)
end
