import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { isRequest, errorsOf, validate } from './schema.js';

const DEMO = new URL('../../demo/', import.meta.url);
const sessions = readdirSync(DEMO).filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, DEMO), 'utf8'))]).filter(([, content]) => content.challenges);

test('the sessions of the demonstration are session files', () => {
  assert.ok(sessions.length >= 3);
  for (const [, content] of sessions) validate('session_file', content);
});

test('a challenge of a session file says of its rules what challenge_add does', () => {
  for (const [, { challenges }] of sessions)
    for (const { id, ideas, ...rules } of challenges)
      assert.ok(isRequest({ jsonrpc: '2.0', id: 1, method: 'challenge_add', params: { challenge: id, ...rules } }), id);
});

test('a mistake in a session file is refused where it stands', () => {
  const wrong = (change) => {
    const file = structuredClone(sessions[0][1]);
    change(file);
    return (errorsOf('session_file', file) ?? []).map(({ instancePath }) => instancePath);
  };
  assert.deepEqual(wrong(() => {}), []);
  assert.ok(wrong((file) => { file.challenges[0].ballot = 'lottery'; }).includes('/challenges/0/ballot'));
  assert.ok(wrong((file) => { file.join = 'closed'; }).includes('/join'));
  assert.ok(wrong((file) => { file.challenges[0].closes_at = '2026-12-01'; }).includes('/challenges/0/closes_at'));
  assert.ok(wrong((file) => { file.challenges[0].budget = { dots: 0 }; }).includes('/challenges/0/budget/dots'));
  assert.ok(wrong((file) => { file.colour = 'red'; }).includes(''));
  assert.ok(wrong((file) => { delete file.id; }).includes(''));
  assert.ok(wrong((file) => { file.challenges[0].ideas[0].title = 'x'.repeat(141); }).includes('/challenges/0/ideas/0/title'));
});
