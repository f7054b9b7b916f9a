-- The functions by name, each with the library's number behind it: two versions live side by side.

local FUNCTIONS = {
    {'session_create', session.create},
    {'participant_join', procedure(join.join)},
    {'participant_upgrade', procedure(join.upgrade)},
    {'participant_merge', procedure(join.merge)},
    {'idea_add', command(idea.add, false, {nil, 'title', 'body'})},
    {'idea_edit', command(idea.edit, false, {nil, 'title', 'body'})},
    {'idea_withdraw', command(idea.withdraw)},
    {'idea_moderate', command(idea.moderate)},
    {'vote_cast', vote.cast},
    {'challenge_add', command(challenge.add, false, {nil, 'title', 'brief', 'noun'})},
    {'challenge_edit', command(challenge.edit, false, {nil, 'title', 'brief', 'noun'})},
    {'challenge_open', command(challenge.open)},
    {'challenge_close', command(challenge.close)},
    {'challenge_rules', procedure(challenge.rules)},
    {'session_edit', command(session.edit, false, {'title', 'brief', 'mandate'})},
    {'session_announce', command(session.announce, false, {'text'})},
    {'session_freeze', command(session.freeze)},
    {'session_unfreeze', command(session.unfreeze)},
    {'session_open', command(life.open)},
    {'session_close', command(life.close)},
    {'session_archive', command(life.archive)},
    {'session_door', procedure(session.door)},
    {'session_import_end', procedure(record.import_end)},
    {'seal_open', procedure(record.seal_open)},
    {'journal_read', procedure(record.journal_read)},
    {'definition_read', procedure(definition.read)},
    {'record_read', procedure(record.read)},
    {'outcome_override', command(outcome.override)},
    {'code_make', command(code.make)},
    {'code_revoke', command(code.revoke)},
    {'participant_ban', command(people.ban)},
    {'participant_unban', command(people.unban)},
    {'me_erase', command(people.erase, true)},
    {'name_set', command(people.name_set)},
    {'participant_rename', command(people.rename)},
    {'tally_flush', procedure(tally.flush_command)},
    {'session_read', procedure(people.session_read)},
    {'people_read', people.people_read},
    {'session_check', procedure(session.check)},
    {'session_due', procedure(session.due)},
    {'log_read', procedure(session.log)},
    {'media_get', session.media},
}

for at = 1, #FUNCTIONS do
    local name, run = FUNCTIONS[at][1], FUNCTIONS[at][2]
    redis.register_function(name .. '_3', function(keys, args)
        if not call then
            library_start()
        end
        return run(keys, args)
    end)
end
