import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { commands, limits, topics } from './tables.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const types = readFileSync(here('../../web/client/protocol.gen.ts'), 'utf8');

test('web/client/protocol.gen.ts is what web/scripts/types.mjs makes of the schema', () => {
  const made = execFileSync(process.execPath, [here('../../web/scripts/types.mjs'), '--print'], { encoding: 'utf8', maxBuffer: 1 << 24 });
  assert.ok(made === types, 'web/client/protocol.gen.ts is stale: node web/scripts/types.mjs');
});

test('the types hold every command, topic and limit', () => {
  for (const { name, effect } of commands) {
    assert.match(types, new RegExp(`^  ${name}: \\{ params: \\w+; result: \\w+ \\};$`, 'm'));
    assert.match(types, new RegExp(`^  ${name}: '${effect.toLowerCase()}',$`, 'm'));
  }
  for (const name of topics) assert.match(types, new RegExp(`^  ${name}: Topic\\w+;$`, 'm'));
  for (const [name, value] of Object.entries(limits)) assert.match(types, new RegExp(`^  ${name}: ${value},$`, 'm'));
});
