/* Writes client/protocol.gen.ts from ../protocol/schema.json: a type for every object of the protocol, and its limits.
 *
 *   node scripts/types.mjs            writes the file
 *   node scripts/types.mjs --print    prints what it would write
 *
 * Knows the part of JSON Schema that `palabre protocol json-schema` prints, and fails on anything else. */

import { readFileSync, writeFileSync } from 'node:fs';

const schema = JSON.parse(readFileSync(new URL('../../protocol/schema.json', import.meta.url), 'utf8'));
const defs = schema.$defs;
const commands = Object.entries(schema['x-commands']);
const topics = Object.keys(schema['x-topics']);

const pascal = (name) => name.split('_').map((word) => word[0].toUpperCase() + word.slice(1)).join('');
const named = (ref) => ref.replace('#/$defs/', '');

/* Envelopes: clients make and open these themselves. Errors differ by their name alone. */
const envelopes = new Set(['request', 'response', 'error', 'problem', 'error_response', 'client_message', 'server_message', 'call_id',
  ...commands.flatMap(([name]) => ['request', 'answer', 'response'].map((tail) => `${name}_${tail}`)),
  ...defs.error_name.enum.flatMap((name) => [`error_${name}`, `problem_${name}`])]);

/* A plain text or number needs no name of its own. */
const isPlain = (def) => ['string', 'integer', 'number', 'boolean'].includes(def.type) && !def.enum;

const literal = (value) => (typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : JSON.stringify(value));

function typeOf(node, indent) {
  if (node.$ref) {
    const name = named(node.$ref);
    if (!defs[name]) throw new Error(`a reference to nothing: ${node.$ref}`);
    return isPlain(defs[name]) ? typeOf(defs[name], indent) : pascal(name);
  }
  if ('const' in node) return literal(node.const);
  if (node.enum) return node.enum.map(literal).join(' | ');
  if (node.anyOf) return node.anyOf.map((option) => typeOf(option, indent)).join(' | ');
  switch (node.type) {
    case 'string': case 'boolean': case 'null': return node.type;
    case 'integer': case 'number': return 'number';
    case 'array': {
      const items = typeOf(node.items, indent);
      return /^\w+$/.test(items) ? `${items}[]` : `(${items})[]`;
    }
    case 'object': return objectType(node, indent);
    default: throw new Error(`a schema that this script does not know: ${JSON.stringify(node)}`);
  }
}

function comment(text, indent) {
  return text ? `${indent}/** ${text} */\n` : '';
}

function members(node, indent) {
  const required = new Set(node.required ?? []);
  return Object.entries(node.properties).map(([name, member]) =>
    `${comment(member.description, indent)}${indent}${name}${required.has(name) ? '' : '?'}: ${typeOf(member, indent)};\n`).join('');
}

const isEmpty = (node) => Object.keys(node.properties ?? {}).length === 0;

function objectType(node, indent) {
  if (node.additionalProperties) {
    const others = `Record<string, ${typeOf(node.additionalProperties, indent)}>`;
    return isEmpty(node) ? others : `{\n${members(node, indent + '  ')}${indent}} & ${others}`;
  }
  if (node.additionalProperties !== false) throw new Error(`an object that is not closed: ${JSON.stringify(node)}`);
  if (isEmpty(node)) return 'Record<string, never>';
  return `{\n${members(node, indent + '  ')}${indent}}`;
}

function declaration(name, node) {
  const head = comment(node.description, '');
  if (node.type === 'object' && !isEmpty(node) && !node.additionalProperties)
    return `${head}export interface ${pascal(name)} ${objectType(node, '')}\n`;
  const type = typeOf(node, ''), line = `export type ${pascal(name)} = ${type};\n`;
  return head + (line.length <= 110 || !isEmpty(node) ? line : `export type ${pascal(name)} =${type.split(' | ').map((one) => `\n  | ${one}`).join('')};\n`);
}

function generate() {
  const parts = ['/* Made from protocol/schema.json by web/scripts/types.mjs: change the tables of protocol/ instead. */\n'];
  for (const [name, node] of Object.entries(defs))
    if (!envelopes.has(name) && !isPlain(node)) parts.push(declaration(name, node));
  parts.push(`/** What each command takes and answers. */\nexport interface Commands {\n${commands.map(([name]) =>
    `  ${name}: { params: ${pascal(name)}Params; result: ${pascal(name)}Result };\n`).join('')}}\nexport type Command = keyof Commands;\n`);
  parts.push(`/** What each kind of topic holds. */\nexport interface Topics {\n${topics.map((name) =>
    `  ${name}: ${pascal(`topic_${name}`)};\n`).join('')}}\nexport type Topic = keyof Topics;\n`);
  parts.push(`/** Whether a command writes, reads, or is about the connection. */\nexport const EFFECTS = {\n${commands.map(([name, effect]) =>
    `  ${name}: '${effect}',\n`).join('')}} as const;\n`);
  parts.push(`/** The limits of protocol/limits.def. */\nexport const LIMITS = {\n${Object.entries(schema['x-limits']).map(([name, value]) =>
    `  ${name}: ${value},\n`).join('')}} as const;\n`);
  return parts.join('\n');
}

const text = generate();
if (process.argv[2] === '--print') process.stdout.write(text);
else writeFileSync(new URL('../client/protocol.gen.ts', import.meta.url), text);
