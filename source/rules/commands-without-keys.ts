import type {NextStep} from '../domain/finding.js';
import {message, type Name} from '../domain/message.js';
import {hint} from './next-steps.js';

type Advice = {
	/** What to send in place of the command, or how to send it less often. It completes a step by itself. */
	readonly remedy: string;
	/** Whether its client should be stopped until it sends something else. */
	readonly stops?: true;
};

const fork = 'the server copies its page tables for it: less memory, and no transparent huge pages, shorten the copy';
const list = 'the answer grows with the number of clients: ask less often, or for fewer (CLIENT LIST TYPE, ID)';

/**
Commands without keys that can take long, by their first one or two words, each with what to do about it. Source:
https://redis.io/docs/latest/commands/
*/
const advice: ReadonlyMap<string, Advice> = new Map<string, Advice>([
	['SAVE', {remedy: 'send BGSAVE in place of SAVE: a child process saves, and no client waits', stops: true}],
	['SHUTDOWN', {remedy: 'it saves before it stops: save with BGSAVE first, then SHUTDOWN NOSAVE'}],
	['BGSAVE', {remedy: fork}],
	['BGREWRITEAOF', {remedy: fork}],
	['SYNC', {remedy: fork}],
	['PSYNC', {remedy: fork}],
	['FLUSHALL', {remedy: 'send FLUSHALL ASYNC in its place: it frees the memory in the background'}],
	['FLUSHDB', {remedy: 'send FLUSHDB ASYNC in its place: it frees the memory in the background'}],
	['SCRIPT FLUSH', {remedy: 'send SCRIPT FLUSH ASYNC in its place: it frees the memory in the background'}],
	['FUNCTION FLUSH', {remedy: 'send FUNCTION FLUSH ASYNC in its place: it frees the memory in the background'}],
	['KEYS', {remedy: 'send SCAN in place of KEYS: it returns the keys in parts', stops: true}],
	['SCAN', {remedy: 'ask for fewer keys at once: SCAN with a smaller COUNT'}],
	['DEBUG', {remedy: 'DEBUG is for tests: let nobody send it here', stops: true}],
	['CLIENT LIST', {remedy: list}],
]);

/** Commands without keys that have no advice of their own: what they were asked to do is in their other words. */
const plain: ReadonlySet<string> = new Set([
	...['ACL', 'CLIENT', 'CLUSTER', 'COMMAND', 'CONFIG', 'FAILOVER', 'FUNCTION', 'INFO', 'LATENCY', 'MODULE'],
	...['COMMANDLOG', 'REPLICAOF', 'SCRIPT', 'SENTINEL', 'SLAVEOF', 'SLOWLOG', 'SWAPDB'],
	...['PUBLISH', 'SPUBLISH', 'PUBSUB'],
]);

/** Commands of constant time: one of them takes long only if the server could not run. */
const fast: ReadonlySet<string> = new Set([
	...['AUTH', 'DBSIZE', 'DISCARD', 'ECHO', 'HELLO', 'LASTSAVE', 'PING', 'QUIT', 'RANDOMKEY', 'READONLY', 'READWRITE'],
	...['RESET', 'ROLE', 'SELECT', 'TIME', 'UNWATCH'],
]);

/**
What to do about a slow command that has no keys; undefined if the command may have keys.

@param words The command and its arguments. INFO writes a subcommand as `script|flush`.
@param client Who sent it, if that is known.
*/
export function stepsWithoutKeys(words: readonly string[], client: Name | undefined): readonly NextStep[] | undefined {
	const [first = '', second = ''] = words.flatMap(word => word.toUpperCase().split('|'));
	const found = advice.get(`${first} ${second}`) ?? advice.get(first);
	if (found !== undefined) {
		return [
			hint(found.remedy),
			...(found.stops && client !== undefined ? [hint(message`until then, stop ${client}`)] : []),
		];
	}

	if (fast.has(first)) {
		return [hint('the command itself is fast: look at the machine, cpu.steal, swap, huge pages')];
	}

	const isPlain = plain.has(first) || (first === 'MEMORY' && second !== 'USAGE');
	return isPlain
		? [
				hint(
					client === undefined
						? 'see its words, and who sent it: panel 6'
						: message`ask why ${client} sends it: panel 6 has its words`,
				),
			]
		: undefined;
}
