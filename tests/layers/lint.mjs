// The lint of the house rules that a machine can check, over src/: who includes whom (folders.txt), the length of files
// and functions, asserts that stay on, and functions named in full where a table names them.
//
//   node lint.mjs PROJECT        prints file:line: what is wrong; exit status 1 where anything is
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE_LINES = 600;
const FUNCTION_LINES = 70;
const here = dirname(fileURLToPath(import.meta.url));
const words = (text) => text.trim().split(/\s+/).filter((word) => word !== '' && word !== '-');

export function readTable(text) {
  const table = new Map();
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [folder, includes, headers] = line.split('|');
    table.set(folder.trim(), { includes: new Set([folder.trim(), 'base', ...words(includes)]), headers: words(headers) });
  }
  return table;
}

// Library headers are those that some row of the table lists: all others between <> are the C library's.
function libraryMatches(pattern, header) {
  return pattern.endsWith('/*') ? header.startsWith(pattern.slice(0, -1)) : header === pattern;
}

// A header named without a folder is one that the build makes, or else it belongs to a folder and is named by it.
function includeFault(table, folder, quote, header, made) {
  const row = table.get(folder);
  if (quote === '<') {
    const listed = [...table.values()].some(({ headers }) => headers.some((pattern) => libraryMatches(pattern, header)));
    if (!listed || row.headers.some((pattern) => libraryMatches(pattern, header))) return undefined;
    return `${folder} may not use <${header}>`;
  }
  if (!header.includes('/')) return made(header) ? undefined : `include "${header}" by its folder, as "${folder}/${header}"`;
  const other = header.split('/')[0];
  if (!table.has(other)) return `"${header}" is in no folder of the table`;
  return row.includes.has(other) ? undefined : `${folder} may not include ${other}`;
}

// A function's body opens and closes with a brace of its own in column 0; its length counts both.
function* functionFaults(lines) {
  let open = -1;
  for (const [index, line] of lines.entries()) {
    if (line === '{') open = index;
    else if (line === '}' && open >= 0) {
      const length = index - open + 1;
      if (length > FUNCTION_LINES) yield [open, `a function of ${length} lines (at most ${FUNCTION_LINES})`];
      open = -1;
    }
  }
}

// sources: [{ path, folder, text }]; folder is undefined for files of src itself. Yields `path:line: what is wrong`.
export function* lint(table, sources) {
  const functions = new Map(); // folder -> names of what looks like a function there
  const files = new Set(sources.map(({ path }) => path.split('/').at(-1)));
  const made = (header) => !files.has(header);
  for (const { folder, text } of sources) {
    const names = [...text.matchAll(/^[a-z][\w *]*?\b([a-z]\w*)\(/gm)].map(([, name]) => name);
    functions.set(folder, [...(functions.get(folder) ?? []), ...names]);
  }
  for (const { path, folder, text } of sources) {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    const at = (index, what) => `${path}:${index + 1}: ${what}`;
    if (lines.length > FILE_LINES) yield at(FILE_LINES, `a file of ${lines.length} lines (at most ${FILE_LINES})`);
    for (const [index, what] of functionFaults(lines)) yield at(index, what);
    for (const [index, line] of lines.entries()) {
      const include = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(line);
      if (include && folder !== undefined) {
        const fault = includeFault(table, folder, include[1], include[2], made);
        if (fault !== undefined) yield at(index, fault);
      }
      if (/\bNDEBUG\b/.test(line)) yield at(index, 'asserts stay on: no NDEBUG');
      for (const [, prefix] of line.matchAll(/\b([a-z]\w*_)##/g)) {
        const found = functions.get(folder).find((name) => name.startsWith(prefix) && name !== prefix);
        if (found !== undefined) yield at(index, `spell functions in full, so that they grep: ${prefix}## makes ${found}()`);
      }
    }
    if (folder !== undefined && !table.has(folder)) yield at(0, `folder ${folder} is not in the table`);
  }
}

function filesUnder(folder) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

export function sourcesOf(project) {
  const src = join(project, 'src');
  return filesUnder(src).filter((path) => /\.[ch]$/.test(path)).map((path) => {
    const parts = relative(src, path).split('/');
    return { path: relative(project, path), folder: parts.length > 1 ? parts[0] : undefined, text: readFileSync(path, 'utf8') };
  });
}

export const ownTable = () => readTable(readFileSync(join(here, 'folders.txt'), 'utf8'));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const project = process.argv[2] ?? join(here, '../..');
  const faults = [...lint(ownTable(), sourcesOf(project))];
  const build = readFileSync(join(project, 'CMakeLists.txt'), 'utf8').split('\n');
  for (const [index, line] of build.entries()) {
    if (/NDEBUG/.test(line.replace(/#.*/, ''))) faults.push(`CMakeLists.txt:${index + 1}: asserts stay on: no NDEBUG`);
  }
  for (const fault of faults) console.log(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}
