import type {CommandRate} from '../derive/command-rates.js';
import type {Evidence, NextStep} from '../domain/finding.js';
import {otherClients} from './client-names.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {topWrite} from './writers.js';

/** Commands with which a consumer takes entries from a list. */
export const listConsumers: readonly string[] = [
	...['lpop', 'rpop', 'blpop', 'brpop', 'lmpop', 'blmpop', 'lmove', 'blmove', 'rpoplpush', 'brpoplpush'],
	'ltrim',
];

/**
Commands with which a queue's consumer takes entries away, by the command with which a producer adds them. A consumer of
a stream that acknowledges entries leaves them in memory, so only what removes them counts.
*/
const consumersOf: Readonly<Record<string, readonly string[]>> = {
	lpush: listConsumers,
	rpush: listConsumers,
	zadd: [
		'zpopmin',
		'zpopmax',
		'bzpopmin',
		'bzpopmax',
		'zmpop',
		'bzmpop',
		'zrem',
		'zremrangebyscore',
		'zremrangebyrank',
	],
	sadd: ['spop', 'srem', 'smove'],
	xadd: ['xdel', 'xtrim', 'xackdel', 'xdelex'],
};

/** Commands that may take entries from any queue: a script, or the deletion of a whole queue. */
const otherTakers: readonly string[] = [
	...['eval', 'evalsha', 'fcall', 'del', 'unlink', 'getdel', 'rename', 'flushdb', 'flushall'],
];

/** Commands with which a consumer waits. A consumer that has nothing to do is in CLIENT LIST with such a command. */
const isWaiting = (command: string): boolean => /^b[lrz]/.test(command);

/** Commands that add what they take to another list. The server refuses them at its memory limit. */
const refusedWhenFull: ReadonlySet<string> = new Set(['lmove', 'blmove', 'rpoplpush', 'brpoplpush', 'smove']);

/**
Fewest calls that the average since the start lets expect between two samples. With so many, consumers at random times
leave out an interval once in some hundred.
*/
const fewestExpected = 5;

const attempts = ({callsPerSecond = 0, failuresPerSecond = 0}: CommandRate): number =>
	Math.max(callsPerSecond, failuresPerSecond);

/** The consumers of a queue that took entries since the server's start, and do not any more. */
export type StoppedConsumers = {
	/** `BRPOP stopped`, or `no RPOP now` where consumers do not wait in the server. */
	readonly text: string;
	readonly evidence: readonly Evidence[];
	readonly next: readonly NextStep[];
};

/**
The consumers of the queue that most writes go to, if they stopped while the producers go on. Undefined if one runs, or
is connected, or may run within a script. Undefined too if consumers ran so rarely that their absence says nothing.
*/
export function stoppedConsumers(facts: NodeFacts): StoppedConsumers | undefined {
	const {commands, clients} = facts.record;
	const consumers = consumersOf[topWrite(facts) ?? ''];
	const upSeconds = facts.number('server', 'uptime_in_seconds') ?? 0;
	const elapsedMs = (facts.sample?.elapsedMs ?? 0) - (facts.earlier?.elapsedMs ?? facts.sample?.elapsedMs ?? 0);
	if (consumers === undefined || clients === undefined || upSeconds === 0 || elapsedMs <= 0) {
		return undefined;
	}

	const run = commands.filter(({command}) => consumers.includes(command) || otherTakers.includes(command));
	const [usual] = run
		.filter(({command}) => consumers.includes(command))
		.toSorted((one, other) => other.calls - one.calls);
	const isConnected = otherClients(facts).some(({command}) => consumers.includes(command.toLowerCase()));
	if (usual === undefined || isConnected || run.some(rate => attempts(rate) > 0)) {
		return undefined;
	}

	if ((usual.calls / upSeconds) * (elapsedMs / 1000) < fewestExpected) {
		return undefined;
	}

	const name = usual.command.toUpperCase();
	return {
		text: isWaiting(usual.command) ? `${name} stopped` : `no ${name} now`,
		evidence: [
			{name: `${name} since the start`, value: usual.calls, unit: 'count'},
			{name: `${name} now`, value: 0, unit: 'perSecond'},
		],
		next: [
			...(refusedWhenFull.has(usual.command)
				? [hint(`raise maxmemory first: a full server refuses ${name}, with which the consumers take entries`)]
				: []),
			hint(`start the consumers of the queue: ${name} ran until now, and no client runs it`),
		],
	};
}
