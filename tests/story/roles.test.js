/* Who may do what: every role of roles.def asks for every command of commands.def, at both doors, and is let in or kept
 * out as the tables say. What a role may do, it does here for real. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Palabre, challenge, rows } from './palabre.js';

const rights = (text) => text.split('|').map((word) => word.trim());
const ROLES = Object.fromEntries(rows('roles', 'ROLE').map(([name, audience, staff, may]) => [name, { audience, staff: staff === '1', may: rights(may) }]));
const COMMANDS = rows('commands', 'COMMAND').map(([name, wants, doors]) => ({ name, wants: rights(wants), doors }));

let palabre, session, tokens, made, victim;
before(async () => {
  palabre = await Palabre.start();
  session = await palabre.session({ challenges: [challenge('c1', { ideas: [{ title: 'Une' }] }), challenge('c2'), challenge('later', { opens_at: '2040-01-01T00:00:00Z' }), challenge('done', { ideas: [{ title: 'Faite' }] })] });
  tokens = { observer: undefined };
  for (const role of Object.keys(ROLES)) if (role !== 'observer') tokens[role] = await palabre.token(session, role, '--name', `Le ${role}`);
  made = 0;
  await palabre.call(session, tokens.moderator, 'challenge_close', { challenge: 'done' });
  await palabre.call(session, tokens.moderator, 'code_make', {});
  victim = (await palabre.join(session)).participant.id;
});
after(() => palabre.stop());

/** Params with which a command succeeds for who has the right to it. */
async function params(command, call, role) {
  const own = async () => (await call('idea_add', { challenge: 'c1', title: `À moi ${++made}` })).idea;
  switch (command) {
    case 'topic_open': return { topic: 'session' };
    case 'topic_close': await call('topic_open', { topic: 'session' }); return { topic: 'session' };
    case 'idea_add': return { challenge: 'c1', title: `Idée de ${role}` };
    case 'idea_edit': return { idea: await own(), body: 'Plus' };
    case 'idea_withdraw': return { idea: await own() };
    case 'idea_list': return { challenge: 'c1', order: 'top' };
    case 'idea_similar': return { challenge: 'c1', text: 'une' };
    case 'idea_moderate': return { idea: 'i1', action: 'publish', reason: 'Bien' };
    case 'vote_cast': return { idea: 'i1', value: 1 };
    case 'challenge_add': return { title: 'Neuve', ballot: 'stars', proposals: 'open', tally: 'live', opens_at: '2040-01-01T00:00:00+01:00' };
    case 'challenge_edit': return { challenge: 'later', title: `Changée ${++made}` };
    case 'challenge_open': case 'challenge_close': return { challenge: 'c2' };
    case 'session_edit': return { title: `Titre ${++made}` };
    case 'session_announce': return { text: 'Bonjour' };
    case 'outcome_override': return { challenge: 'done', kind: 'correction', winners: ['i2'], reason: 'Erreur' };
    case 'code_revoke': return { code: 'k1' };
    case 'participant_ban': case 'participant_unban': return { participant: victim, reason: 'Injure' };
    case 'name_set': return { name: `Nom ${role}` };
    case 'participant_rename': return { participant: 'p1', name: 'Autrement', reason: 'Injure' };
    default: return {};
  }
}

for (const role of Object.keys(ROLES))
  describe(`a ${role}`, () => {
    for (const { name, wants, doors } of COMMANDS) {
      if (name === 'hello') continue;
      const allowed = wants.some((right) => ROLES[role].may.includes(right));
      const refusal = role === 'observer' ? 'token_required' : 'forbidden';
      /* An admin is nobody in a session: there is no name to set. */
      const nobody = role === 'admin' && ['name_set', 'me_erase'].includes(name);
      /* What ends a session or a place is done to one of its own; what is done once and for all, at one door. */
      const apart = allowed && !nobody && ['me_erase', 'session_open', 'session_close', 'session_archive'].includes(name);
      const once = apart && ['me_erase', 'session_archive'].includes(name);

      test(`${allowed ? 'may' : 'may not'} ${name}`, async () => {
        const place = apart ? await palabre.session() : session;
        const token = role === 'observer' ? undefined : await palabre.token(place, role); /* one's own, with its rates */
        const client = await palabre.greet(place, token);
        if (once && name === 'session_archive') await palabre.call(place, await palabre.admin(), 'session_close');
        const doorsOf = { socket: (command, with_) => (command === 'topic_open' ? client.open(with_.topic) : command === 'topic_close' ? client.close(with_.topic) : client.call(command, with_)) };
        if (doors === 'DOOR_BOTH' && name !== 'session_archive') doorsOf.http = (command, with_) => palabre.call(place, token, command, with_);
        if (once && name === 'me_erase') delete doorsOf.socket; /* who is erased is disconnected */
        for (const call of Object.values(doorsOf)) {
          const attempt = call(name, await params(name, allowed ? call : async () => ({ idea: 'i1' }), role)).then(() => 'done', (error) => error.name);
          const outcome = await attempt;
          assert.equal(outcome, nobody ? 'participant_unknown' : allowed ? 'done' : refusal);
        }
        if (name === 'session_freeze' && allowed) await palabre.call(session, tokens.moderator, 'session_unfreeze');
        await client.leave();
      });
    }

    test('sees what the audience of that role sees', async () => {
      const client = await palabre.greet(session, tokens[role]);
      assert.equal(client.me.participant.role, role);
      await client.open('ideas:c1:top');
      await palabre.agree(client);
    });
  });

describe('what staff alone see', () => {
  test('a hidden idea is staff\'s to see, with its state, and nobody else\'s', async () => {
    await palabre.call(session, tokens.moderator, 'challenge_open', { challenge: 'c2' });
    const { idea } = await palabre.call(session, tokens.participant, 'idea_add', { challenge: 'c2', title: 'À cacher' });
    const screens = {};
    for (const role of Object.keys(ROLES)) {
      screens[role] = await palabre.greet(session, tokens[role]);
      await screens[role].see('ideas:c2:new', (state) => state.ideas[idea]);
      await screens[role].open(`idea:${idea}`);
    }
    await screens.moderator.call('idea_moderate', { idea, action: 'hide', reason: 'Hors sujet' });
    for (const [role, client] of Object.entries(screens))
      if (ROLES[role].staff) {
        await client.see('ideas:c2:new', (state) => state.ideas[idea]?.state === 'hidden');
        await client.see(`idea:${idea}`, (state) => state.idea?.state === 'hidden');
      } else {
        await client.see('ideas:c2:new', (state) => !state.ideas[idea]);
        await client.see(`idea:${idea}`, (state) => Object.keys(state).length === 0);
        const { ideas } = await client.call('idea_list', { challenge: 'c2', order: 'new' });
        assert.ok(!ideas.some(({ id }) => id === idea));
        assert.ok(!(await client.call('idea_similar', { challenge: 'c2', text: 'À cacher' })).ideas.some(({ id }) => id === idea));
      }
    const author = await screens.participant.see('me', (me) => me.ideas[idea]?.state === 'hidden');
    assert.equal(author.ideas[idea].reason, 'Hors sujet');
    await screens.brand.call('idea_moderate', { idea, action: 'publish', reason: 'Finalement bien' });
    for (const client of Object.values(screens)) await client.see(`idea:${idea}`, (state) => state.idea?.state === 'published');
    await palabre.agree(...Object.values(screens));
  });

  test('staff see after_vote tallies without voting, and sealed ones as little as anyone', async () => {
    const own = await palabre.session({ challenges: [challenge('c1', { tally: 'after_vote', ideas: [{ title: 'Une' }] }), challenge('c2', { tally: 'sealed', ideas: [{ title: 'Deux' }] })] });
    const voter = await palabre.join(own);
    await palabre.call(own, voter.token, 'vote_cast', { idea: 'i1', value: 1 });
    await palabre.call(own, voter.token, 'vote_cast', { idea: 'i2', value: 1 });
    for (const role of ['participant', 'expert', 'moderator', 'brand', 'admin']) {
      const client = await palabre.greet(own, await palabre.token(own, role));
      const after_vote = await client.see('ideas:c1:top', (state) => state.totals.voters === 1);
      assert.equal(after_vote.ideas.i1.tally !== undefined, ROLES[role].staff, role);
      const sealed = await client.see('ideas:c2:top', (state) => state.totals.voters === 1);
      assert.equal(sealed.ideas.i2.tally, undefined, role);
      const results = await client.see('results:c2', (state) => state.totals.voters === 1);
      assert.deepEqual(results, { totals: { voters: 1 }, ideas: {}, by: { level: { open: {}, code: {}, verified: {} } }, minutes: {} });
    }
  });
});
