/* The rows of protocol/*.def as the tests see them, and the examples beside them. Only what a row begins with is read. */

import { readFileSync, readdirSync } from 'node:fs';

const PROTOCOL = new URL('../../protocol/', import.meta.url);

export const read = (path) => readFileSync(new URL(path, PROTOCOL), 'utf8');

function rows(file, macro) {
  const text = read(file).replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(new RegExp(`^\\s*${macro}\\(([^")]*)`, 'gm'))].map((match) => match[1].split(',').map((word) => word.trim()));
}

export const commands = rows('commands.def', 'COMMAND').map(([name, , doors, , effect]) => ({ name, doors, effect }));
export const params = rows('commands.def', 'PARAM').map(([command, name, type, presence, limit]) => ({ command, name, type, presence, limit }));
export const topics = rows('topics.def', 'TOPIC').map(([name]) => name);
export const errors = rows('errors.def', 'ERROR').map(([name, code, status]) => ({ name, code: Number(code), status: Number(status) }));
export const notifications = rows('notifications.def', 'NOTIFICATION').map(([name]) => name);
export const limits = Object.fromEntries(rows('limits.def', 'LIMIT').map(([name, value]) => [name, Number(value)]));
export const results = rows('results.def', 'RESULT_BEGIN').map(([name]) => name);

/** The examples of a kind: [[name, content]]. */
export function examples(kind) {
  return readdirSync(new URL(`examples/${kind}/`, PROTOCOL)).sort()
    .map((file) => [file.replace(/\.json$/, ''), JSON.parse(read(`examples/${kind}/${file}`))]);
}
