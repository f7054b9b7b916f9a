/* What both Node peers do with a vote: one script in Redis, which knows who has voted what, counts, and answers the count. */
import { Redis } from 'ioredis';

const CAST = `
local field = ARGV[1] .. ':' .. ARGV[2]
local old = tonumber(redis.call('HGET', KEYS[1], field) or '0')
local value = tonumber(ARGV[3])
if value ~= 0 and value ~= 1 then return redis.error_reply('value') end
redis.call('HSET', KEYS[1], field, value)
if value == old then return tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0') end
return redis.call('HINCRBY', KEYS[2], ARGV[2], value - old)`;

export function connect(path) {
  return new Redis({ path, enableAutoPipelining: true });
}

/** A function that casts a vote and answers the idea's count. */
export function votes(redis) {
  redis.defineCommand('cast', { numberOfKeys: 2, lua: CAST });
  return ({ voter, idea, value }) => redis.cast('ballots', 'tally', voter, idea, value);
}

export function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}
