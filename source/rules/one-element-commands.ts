import type {NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {hint} from './next-steps.js';

/**
Commands that write or read one value or one element each, however large their key is. Source:
https://redis.io/docs/latest/commands/
*/
const oneElement: ReadonlySet<string> = new Set([
	...['INCR', 'DECR', 'INCRBY', 'DECRBY', 'INCRBYFLOAT', 'EXPIRE', 'PEXPIRE', 'EXPIREAT', 'TTL', 'PTTL', 'EXISTS'],
	...['HGET', 'HSET', 'HMGET', 'HMSET', 'HEXISTS', 'HINCRBY', 'LPUSH', 'RPUSH', 'LLEN', 'SADD', 'SISMEMBER', 'SCARD'],
	...['ZADD', 'ZSCORE', 'ZINCRBY', 'ZCARD', 'XLEN'],
]);

/** Commands that put a new value in the place of the old one, which is freed first. */
const replacing: ReadonlySet<string> = new Set(['SET', 'SETEX', 'PSETEX']);

/** The end of an argument, or of a list of arguments, that the slow log shortens. Source: Redis slowlog.c */
const shortened = /\.\.\. \(\d+ more (?:bytes|arguments)\)$/;

/** Most arguments, in number and in characters, that no server needs a millisecond for. */
const fewWords = 16;
const fewCharacters = 4096;

/**
What to do about a slow command that is fast by itself: it has few and short arguments, and its time does not grow with
its key. Undefined for other commands.

@param words The command and its arguments, as the slow log has them.
*/
export function oneElementSteps(words: readonly string[]): readonly NextStep[] | undefined {
	const name = words[0]?.toUpperCase() ?? '';
	const isShort =
		words.length <= fewWords &&
		words.reduce((sum, word) => sum + word.length, 0) <= fewCharacters &&
		!words.some(word => shortened.test(word));
	if (!isShort || !(oneElement.has(name) || replacing.has(name))) {
		return undefined;
	}

	const machine = 'its machine gave the server no time: cpu.steal, swap, huge pages';
	return [
		hint(
			replacing.has(name)
				? message`${name} of a small value is fast: it freed a large old one, or ${machine}`
				: message`${name} of a few elements is fast: likely ${machine}`,
		),
	];
}
