import { describe, expect, it } from 'vitest';
import { merge } from '../merge.js';

/* The table of RFC 7396, appendix A: original, patch, result. */
const APPENDIX: [string, string, string][] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

describe('merge', () => {
  it.each(APPENDIX)('RFC 7396: %s and %s make %s', (target, patch, result) => {
    expect(merge(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result));
  });

  it('leaves its arguments as they were', () => {
    const target = { a: { b: 1 }, c: { d: 2 } };
    const patch = { a: { b: null } };
    merge(target, patch);
    expect(target).toEqual({ a: { b: 1 }, c: { d: 2 } });
    expect(patch).toEqual({ a: { b: null } });
  });

  it('keeps the identity of what a patch does not mention', () => {
    const target = { ideas: { i1: { title: 'x' }, i2: { title: 'y' } } };
    const result = merge(target, { ideas: { i2: { title: 'z' } } }) as typeof target;
    expect(result.ideas.i1).toBe(target.ideas.i1);
    expect(result.ideas.i2).not.toBe(target.ideas.i2);
  });

  it('writes a member called __proto__ as a member, not as a prototype', () => {
    const result = merge({}, JSON.parse('{"__proto__":{"polluted":true}}')) as Record<string, unknown>;
    expect(Object.hasOwn(result, '__proto__')).toBe(true);
    expect(result.polluted).toBeUndefined();
  });
});
