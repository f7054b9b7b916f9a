-- The life of a session.
--
--            session_open              session_close, ends_at             session_archive
--   draft ------------------> open ------------------------------> closed ----------------> archived
--                                  <------------------------------
--                                           session_open
--
-- 1. A draft is a rehearsal: all works, and nothing of it is left when it opens (75_draft.lua). It has no end.
-- 2. A session closes at its end whatever the clock says later, and each challenge that is open then with it.
-- 3. While a session is closed its dates do nothing. Opened again, its challenges are as they were.
-- 4. What is archived is written by nobody.

-- The moment up to which dates count: now, or the session's end where that has come.
function life.last(s)
    return s.state == 'open' and s.ends and s.ends < s.at and s.ends or s.at
end

local function session_set_closed(s, at)
    challenge.close_all(s, at)
    local writes = {}
    fields_write(s, writes, 's', 's', {'state', 'closed', 'closed_at', text_of(at)})
    event_publish(s, 'session_closed', writes, at)
    s.state = 'closed'
end

-- Closes the session if its end has come; what was to open and close before it does so first.
function life.due(s)
    if s.state ~= 'open' or not s.ends or s.ends > s.at or session_is_busy(s) then
        return
    end
    challenge.due_each(s)
    call('XADD', s.base .. 'journal', s.at_text .. '-*', 'j', 'session_due - - - s closed ' .. text_of(s.ends))
    session_set_closed(s, s.ends)
end

local function session_set_open(s)
    local pairs_ = {'state', 'open'}
    if s.ends and s.ends <= s.at then
        pairs_[3], pairs_[4] = 'ends_at', ''
        s.ends = nil
    end
    audit_add(s, 'session_open', 's', '')
    local writes = {}
    fields_write(s, writes, 's', 's', pairs_)
    s.state = 'open'
    challenge.lines_write(s)
    event_publish(s, 'session_opened', writes)
end

-- The nonce makes the epoch of what a draft becomes.
function life.open(s, nonce)
    life.due(s)
    s.said = {} -- a nonce is nobody's word
    if s.state == 'draft' then
        return draft.open(s, nonce)
    end
    journal_add(s, 'session_open')
    if s.state == 'closed' then
        session_set_open(s)
    end
    return answer(s)
end

function life.close(s)
    life.due(s)
    if s.state == 'draft' then
        return refuse(s, 'session_state')
    end
    journal_add(s, 'session_close')
    if s.state == 'open' then
        audit_add(s, 'session_close', 's', '')
        session_set_closed(s, s.at)
    end
    return answer(s)
end

function life.archive(s)
    life.due(s)
    if s.state ~= 'closed' then
        return refuse(s, 'session_state')
    end
    journal_add(s, 'session_archive')
    audit_add(s, 'session_archive', 's', '')
    local writes = {}
    fields_write(s, writes, 's', 's', {'state', 'archived'})
    event_publish(s, 'session_archived', writes)
    return answer(s)
end
