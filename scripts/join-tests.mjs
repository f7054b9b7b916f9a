// Joins the tests of several builds into one list, so that one ctest run and one summary tell the truth of all of them.
//
//   node join-tests.mjs OUTPUT RELEASE DEV
//
// All tests of RELEASE come as they are named there; of DEV (built with sanitizers) come the suites that run C code,
// under `sanitized/`. The web client's and pages' own tests (vitest) are one more test.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [output, release, dev] = process.argv.slice(2);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NOT_OF_C = /^(layers|web)\//;
const TEXT_LISTS = ['ENVIRONMENT', 'LABELS', 'RESOURCE_LOCK', 'FIXTURES_REQUIRED', 'FIXTURES_SETUP', 'FIXTURES_CLEANUP',
  'REQUIRED_FILES', 'DEPENDS', 'ENVIRONMENT_MODIFICATION'];

const quoted = (text) => `"${String(text).replace(/[\\"$;]/g, '\\$&')}"`;

function listed(build) {
  const json = execFileSync('ctest', ['--show-only=json-v1', '--test-dir', build], { maxBuffer: 1 << 28 });
  return JSON.parse(json).tests;
}

function rows(tests, prefix) {
  return tests.map((test) => {
    if (!test.command) throw new Error(`${prefix}${test.name} was not built`);
    const name = quoted(prefix + test.name);
    const properties = (test.properties ?? []).map(({ name: key, value }) => {
      if (key === 'DEPENDS') value = value.map((other) => prefix + other);
      if (key.startsWith('FIXTURES_')) value = value.map((fixture) => prefix + fixture);
      if (key === 'PASS_REGULAR_EXPRESSION' || key === 'FAIL_REGULAR_EXPRESSION' || key === 'SKIP_REGULAR_EXPRESSION' ||
          TEXT_LISTS.includes(key)) {
        value = [value].flat().map((item) => String(item).replaceAll(';', '\\;')).join(';');
        return `${key} "${value.replace(/["$]/g, '\\$&')}"`;
      }
      if (typeof value === 'boolean') value = value ? 'TRUE' : 'FALSE';
      return `${key} ${quoted(value)}`;
    });
    const row = `add_test(${name} ${test.command.map(quoted).join(' ')})\n`;
    return properties.length > 0 ? `${row}set_tests_properties(${name} PROPERTIES ${properties.join(' ')})\n` : row;
  }).join('');
}

const sanitized = listed(dev).filter((test) => !NOT_OF_C.test(test.name));
const web = {
  name: 'web/units',
  command: ['npm', 'test', '--silent'],
  properties: [{ name: 'WORKING_DIRECTORY', value: join(root, 'web') }, { name: 'TIMEOUT', value: 300 }],
};
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'CTestTestfile.cmake'),
  rows(listed(release), '') + rows([web], '') + rows(sanitized, 'sanitized/'));
