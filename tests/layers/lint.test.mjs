// The lint finds what it is for: each rule broken once, and the same thing done right.
import assert from 'node:assert/strict';
import test from 'node:test';
import { lint, ownTable } from './lint.mjs';

const faults = (path, text) => {
  const parts = path.split('/');
  return [...lint(ownTable(), [{ path, folder: parts.length > 2 ? parts[1] : undefined, text }])];
};
const body = (lines) => `int f(void)\n{\n${'    ;\n'.repeat(lines - 2)}}\n`;

test('an include that points down the table is found with its file and line', () => {
  assert.deepEqual(faults('src/view/view.c', '#include "view/view.h"\n#include "wire/document.h"\n'),
    ['src/view/view.c:2: view may not include wire']);
  assert.deepEqual(faults('src/hub/hub.c', '#include "domain/topic.h"\n'), ['src/hub/hub.c:1: hub may not include domain']);
});

test('an include that points up the table, to base or to the tables of the protocol is right', () => {
  assert.deepEqual(faults('src/wire/a.c', '#include "view/view.h"\n#include "base/map.h"\n#include "commands.def"\n'), []);
});

test('a library is used only in the folders that list it', () => {
  assert.deepEqual(faults('src/live/room.c', '#include <jansson.h>\n'), ['src/live/room.c:1: live may not use <jansson.h>']);
  assert.deepEqual(faults('src/live/room.c', '#include <hiredis/hiredis.h>\n'),
    ['src/live/room.c:1: live may not use <hiredis/hiredis.h>']);
  assert.deepEqual(faults('src/store/link.c', '#include <hiredis/read.h>\n#include <uv.h>\n#include <string.h>\n'), []);
});

test('a header named without its folder, and a folder that nobody knows, are found', () => {
  assert.deepEqual(faults('src/view/view.h', '#include "view.h"\n'), ['src/view/view.h:1: include "view.h" by its folder, as "view/view.h"']);
  assert.equal(faults('src/view/view.c', '#include "misc/view.h"\n').length, 1);
});

test('a file of 601 lines is found and one of 600 is right', () => {
  assert.equal(faults('src/view/view.c', ';\n'.repeat(601)).length, 1);
  assert.deepEqual(faults('src/view/view.c', ';\n'.repeat(600)), []);
});

test('a function of 71 lines is found and one of 70 is right', () => {
  assert.deepEqual(faults('src/view/view.c', body(71)), ['src/view/view.c:2: a function of 71 lines (at most 70)']);
  assert.deepEqual(faults('src/view/view.c', body(70)), []);
});

test('an assert switched off is found', () => {
  assert.equal(faults('src/main.c', '#define NDEBUG\n').length, 1);
});

test('a function whose name a table pastes together is found, an enumerator or an array is not', () => {
  assert.equal(faults('src/live/a.c', '#define ROW(name) run_##name,\nstatic int run_vote(void)\n{\n}\n').length, 1);
  assert.deepEqual(faults('src/live/a.c', '#define ROW(name) COMMAND_##name, params_of_##name,\n'), []);
});
