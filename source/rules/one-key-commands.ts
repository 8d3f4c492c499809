import {type Name, nameOf} from '../domain/message.js';

/** Commands whose first argument is the only key. Source: https://redis.io/docs/latest/commands/ */
export const oneKeyCommands: ReadonlySet<string> = new Set([
	...['get', 'getrange', 'getex', 'getdel', 'getset', 'dump', 'hget', 'hmget', 'hgetall', 'hvals', 'hkeys'],
	...['lrange', 'lpop', 'rpop', 'smembers', 'sort', 'sort_ro', 'zrange', 'zrangebyscore', 'zrevrange'],
	...['xrange', 'xrevrange', 'json.get'],
	...['set', 'setex', 'psetex', 'append', 'setrange', 'hset', 'hmset', 'lpush', 'rpush', 'sadd', 'zadd', 'xadd'],
	...['restore', 'restore-asking', 'json.set'],
]);

/** Commands that take one key or several. */
const anyKeysCommands: ReadonlySet<string> = new Set(['del', 'unlink']);

/** The only key of a logged command; undefined if the command has several keys, or if the place of its key is not known. */
export function onlyKeyOf([command = '', key, ...others]: readonly string[]): string | undefined {
	const name = command.toLowerCase();
	if (name === 'migrate') {
		return migratedKey(key, others);
	}

	if (name === 'xread' || name === 'xreadgroup') {
		return readStream(key === undefined ? others : [key, ...others]);
	}

	return oneKeyCommands.has(name) || (anyKeysCommands.has(name) && others.length === 0) ? key : undefined;
}

/**
The only key that MIGRATE moves: `MIGRATE host port key …`, or an empty key and `KEYS key …` at the end. The slow log keeps 32
words, so the last of a long list is a remark. Source: https://redis.io/docs/latest/commands/migrate/
*/
function migratedKey(host: string | undefined, [, key, ...others]: readonly string[]): string | undefined {
	if (host === undefined || key === undefined || key !== '') {
		return key;
	}

	const keys = others.slice(others.findLastIndex(word => word.toLowerCase() === 'keys') + 1);
	return keys.length === 1 && keys.length < others.length ? keys[0] : undefined;
}

/** The only stream that XREAD or XREADGROUP reads: the word STREAMS, one key and one id end the command. */
function readStream(words: readonly string[]): string | undefined {
	const at = words.findIndex(word => word.toLowerCase() === 'streams');
	return at !== -1 && words.length - at === 3 ? words[at + 1] : undefined;
}

/** Longest key that a title shows whole, in characters. */
const shortKey = 40;

/** The only key of a logged command, if it is short enough for a title. */
export function titleKeyOf(words: readonly string[]): Name | undefined {
	const key = onlyKeyOf(words);
	return key === undefined || key.length > shortKey ? undefined : nameOf('key', key);
}
