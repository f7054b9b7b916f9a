-- The record: reading what a recording and a recount are made of, the end of an import, and opening a seal for an export.

-- Entries after `after` ('' for all), in order: id, entry, said (the JSON of what staff said, '' where nobody did) in turn.
function record.journal_read(s, after, count)
    local entries = call('XRANGE', s.base .. 'journal', after == '' and '-' or '(' .. after, '+', 'COUNT', count)
    local ids, result = {}, answer(s)
    for i, entry in ipairs(entries) do
        ids[i] = entry[1]
    end
    local said = hash_get(s.base .. 'said', ids)
    for i, entry in ipairs(entries) do
        for _, value in ipairs({'id', ids[i], 'entry', entry[2][2], 'said', said[i] or ''}) do
            result[#result + 1] = value
        end
    end
    return result
end

-- A step through the hashes of people, which are many and small; the cursor is the number of the next.
local function record_people(s, cursor)
    local last, n = tonumber(call('HGET', s.meta, 'last_person') or '0'), tonumber(cursor) * PEOPLE_TOGETHER
    local result = answer(s, 'cursor', '0')
    repeat
        for _, text in ipairs(call('HGETALL', people_hash(s, 'p' .. n))) do
            result[#result + 1] = text
        end
        n = n + PEOPLE_TOGETHER
    until n > last or #result > 2 * CHUNK
    if n <= last then
        result[6] = text_of(n / PEOPLE_TOGETHER)
    end
    return result
end

-- A step of a scan of one of the session's hashes or sorted sets (`meta`, `tally:c1`...), or of `people`, whichever hash they
-- are in: `cursor`, which is 0 after the last step, then its fields. A field may come twice.
function record.read(s, name, cursor)
    if name == 'people' then
        return record_people(s, cursor)
    end
    local key = s.base .. name
    local kind = call('TYPE', key).ok
    if kind ~= 'hash' and kind ~= 'zset' then
        return answer(s, 'cursor', '0')
    end
    local step = call(kind == 'hash' and 'HSCAN' or 'ZSCAN', key, cursor, 'COUNT', CHUNK)
    local result = answer(s, 'cursor', step[1])
    for i = 1, #step[2] do
        result[#result + 1] = step[2][i]
    end
    return result
end

-- From here on the session's clock is everyone's.
function record.import_end(s)
    tally.flush(s, true)
    call('HDEL', s.meta, 'importing')
    data_flag(s, 'importing', false)
    return answer(s)
end

-- Whether the last thing that happened is that `by` opened the seal: then there is nothing that they have not seen.
local function seal_was_just_opened(s, by)
    local last = call('XREVRANGE', s.base .. 'journal', '+', '-', 'COUNT', 1)[1]
    return last and match(last[2][2], '^seal_open ') and
           call('HGET', s.base .. 'said', last[1]) == strings_json({by})
end

-- Someone is about to read what a seal still covers: all may see who, when, and how often it was done. Each time is in the
-- journal and the audit. Answers the challenges whose seal it opens.
function record.seal_open(s, by)
    local opened, before, writes = {}, {}, {}
    if session_is_busy(s) then
        return refuse(s, 'session_importing')
    end
    for _, of in ipairs(challenge.ids(s)) do
        local c = challenge.current(s, of)
        if c.tally ~= 'live' and c.state ~= 'closed' and c.opened_at then
            opened[#opened + 1] = of
            before[of] = tonumber(match(c.unsealed or '', '"openings":(%d+)') or '0')
        end
    end
    if #opened > 0 and not seal_was_just_opened(s, by) then
        s.says = true
        journal_add(s, 'seal_open')
        audit_add(s, 'seal_open', 's', by)
        for _, of in ipairs(opened) do
            challenge.note(s, writes, of, 'unsealed',
                           format('{"at":%s,"by":%s,"openings":%d}', s.at_text, cjson.encode(by), before[of] + 1))
        end
        event_publish(s, 'seal_opened', writes)
    end
    return answer(s, 'challenges', concat(opened, ' '))
end
