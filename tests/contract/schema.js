/* What is said on the wire, held against protocol/schema.json. Every function returns the message taken apart, or throws
 * a ContractError that says where it departs from the schema; the story tests pass everything they see through these. */

import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

export const schema = JSON.parse(readFileSync(new URL('../../protocol/schema.json', import.meta.url), 'utf8'));

const ajv = new Ajv2020.default({ allErrors: true, strict: true, strictRequired: false, strictTypes: false,
                                  allowUnionTypes: true, validateFormats: false });
for (const note of Object.keys(schema).filter((key) => key.startsWith('x-'))) ajv.addKeyword(note);
ajv.addSchema(schema);

const TOPICS = Object.entries(schema['x-topics']).map(([name, { pattern }]) => [name, new RegExp(pattern)]);

export class ContractError extends Error {
  constructor(what, value, errors) {
    const where = (errors ?? []).slice(0, 12).map((error) => `  ${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
    super([`not ${what}: ${JSON.stringify(value)?.slice(0, 2000)}`, ...where].join('\n'));
    this.name = 'ContractError';
  }
}

export function hasDefinition(name) {
  return Object.hasOwn(schema.$defs, name);
}

/** The errors of a value against a definition: null where it fits. */
export function errorsOf(name, value) {
  if (!hasDefinition(name)) throw new ContractError(`a definition of the schema (${name})`, value);
  const validate = ajv.getSchema(`${schema.$id}#/$defs/${name}`);
  return validate(value) ? null : validate.errors;
}

/** Throws unless the value fits the definition. */
export function validate(name, value) {
  const errors = errorsOf(name, value);
  if (errors) throw new ContractError(name, value, errors);
  return value;
}

/** The kind of a topic's name: `ideas` of `ideas:c1:top`. */
export function topicKind(topic) {
  const found = TOPICS.find(([, pattern]) => pattern.test(topic));
  if (!found) throw new ContractError('the name of a topic', topic);
  return found[0];
}

function validateError(error) {
  const name = error?.data?.name;
  return validate(typeof name === 'string' && hasDefinition(`error_${name}`) ? `error_${name}` : 'error_object', error);
}

function validateMessage(message) {
  if (message === null || typeof message !== 'object' || Array.isArray(message)) throw new ContractError('a message', message);
  if (!('method' in message)) {
    if ('error' in message) validateError(message.error);
    /* Which command an answer belongs to is known to who called: see validateResponse. */
    return 'error' in message ? validate('error_response', message) : validate('response', message);
  }
  if (!hasDefinition(`notification_${message.method}`)) throw new ContractError('a notification', message);
  const topic = message.params?.topic;
  if (hasDefinition(`${message.method}_session`) && typeof topic === 'string')
    validate(`${message.method}_${topicKind(topic)}`, message.params);
  return validate(`notification_${message.method}`, message);
}

/** A text frame from the server: a notification, an answer or a batch of answers. Returns it parsed. */
export function validateFrame(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch (error) {
    throw new ContractError(`JSON (${error.message})`, text);
  }
  if (!Array.isArray(message)) return validateMessage(message);
  for (const one of message) validateMessage(one);
  return validate('server_message', message);
}

/** The answer to a call of `method`: the whole JSON-RPC response, or over HTTP its result alone. */
export function validateResponse(method, json) {
  if (json === null || typeof json !== 'object' || !('jsonrpc' in json)) return validate(`${method}_result`, json);
  if ('error' in json) {
    validateError(json.error);
    return validate('error_response', json); /* also of a method that is no command */
  }
  return validate(`${method}_answer`, json);
}

/** A whole document of a topic, named in full (`ideas:c1:top`). */
export function validateTopic(topic, document) {
  return validate(`topic_${topicKind(topic)}`, document);
}

/** A problem document, as HTTP answers refusals. */
export function validateProblem(json) {
  const name = json?.name;
  return validate(typeof name === 'string' && hasDefinition(`problem_${name}`) ? `problem_${name}` : 'problem_object', json);
}

/** What a client sends, for tests of refusals: true where the schema allows it. */
export function isRequest(json) {
  return errorsOf(hasDefinition(`${json?.method}_request`) ? `${json.method}_request` : 'request', json) === null;
}

/** RFC 7396, as its section 2 writes it. */
export function mergePatch(target, patch) {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const plain = target !== null && typeof target === 'object' && !Array.isArray(target);
  const result = plain ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
