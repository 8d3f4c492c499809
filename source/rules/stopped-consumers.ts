import type {CommandRate} from '../derive/command-rates.js';
import type {Evidence, NextStep} from '../domain/finding.js';
import {perSecond} from '../text/units.js';
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

@param write The command with which the producers add entries.
@param fewest Fewest calls that the average must let expect between two samples.
*/
export function stoppedConsumers(
	facts: NodeFacts,
	write = topWrite(facts),
	fewest = fewestExpected,
): StoppedConsumers | undefined {
	const {commands, clients} = facts.record;
	const consumers = consumersOf[write ?? ''];
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

	if ((usual.calls / upSeconds) * (elapsedMs / 1000) < fewest) {
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

/** Commands that take one entry with each call. Others, such as LPOP with a count, may take many. */
const takesOne: ReadonlySet<string> = new Set(['blpop', 'brpop']);
const listPushes: ReadonlySet<string> = new Set(['lpush', 'rpush']);

/** Fewest pushes per second, and the least multiple of what is taken, from which consumers are too slow. */
const fewestPushes = 10;
const timesAsMany = 2;

/**
The consumers of a list that run, and take clearly fewer entries than are pushed. Undefined where a command runs that may
take several entries at once, and where a consumer waits: its list is empty.
*/
function slowConsumers(facts: NodeFacts): StoppedConsumers | undefined {
	const running = facts.record.commands.filter(rate => attempts(rate) > 0);
	const taking = running
		.filter(({command}) => listConsumers.includes(command) || otherTakers.includes(command))
		.toSorted((one, other) => attempts(other) - attempts(one));
	const [most] = taking;
	const isWaited = otherClients(facts).some(
		({command, flags}) => takesOne.has(command.toLowerCase()) && flags.includes('b'),
	);
	const sum = (rates: readonly CommandRate[]) => rates.reduce((all, rate) => all + attempts(rate), 0);
	const pushed = sum(running.filter(({command}) => listPushes.has(command)));
	const taken = sum(taking);
	if (
		most === undefined ||
		isWaited ||
		!listPushes.has(topWrite(facts) ?? '') ||
		taking.some(({command}) => !takesOne.has(command)) ||
		pushed < Math.max(fewestPushes, timesAsMany * taken)
	) {
		return undefined;
	}

	const name = most.command.toUpperCase();
	return {
		text: `${name} takes only ${perSecond(taken)}`,
		evidence: [
			{name: 'pushes, at least', value: pushed, unit: 'perSecond'},
			{name: `${name} now`, value: taken, unit: 'perSecond'},
		],
		next: [hint(`start more consumers of the queue, or slow its producers down: ${name} takes one entry a call`)],
	};
}

/** The consumers of the queue that most writes go to, if they stopped, or are too slow for what is pushed. */
export const failingConsumers = (facts: NodeFacts): StoppedConsumers | undefined =>
	stoppedConsumers(facts) ?? slowConsumers(facts);
