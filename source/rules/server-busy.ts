import {message, nameOf} from '../domain/message.js';
import type {RunningFunction} from '../domain/sample.js';
import {seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {absent, answerMissing} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const srvBusy = rule({
	id: 'srv.busy',
	scope: 'node',
	docs: {
		looksAt: 'The reply BUSY: a script, a function or a command of a module runs, and the server answers nothing else.',
		since: '2.6',
		falsePositives: [
			'In the first five seconds (`busy-reply-threshold`) the server gives no reply at all; conn.unresponsive reports it.',
			"A module's command cannot be killed. The rule names no action for it.",
		],
	},
	raiseAfter: 1,
	clearAfter: 1,
	roles: ['primary', 'replica', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		const {failure} = facts.record;
		if (failure?.state !== 'busy') {
			return clear;
		}

		const isModule = failure.kind === 'BUSY_MODULE';
		const kill = failure.kind === 'BUSY_FUNCTION' ? 'FUNCTION KILL' : 'SCRIPT KILL';
		return fires('critical', {
			problem: failure.problem,
			reason: failure.reason,
			effect: 'writes-refused',
			culprit: isModule ? undefined : {command: kill === 'FUNCTION KILL' ? 'FCALL' : 'EVAL'},
			evidence: [{name: 'reply', value: failure.code}],
			meaning:
				'Nothing else runs until it ends. Once it has written it cannot be killed without losing its writes (UNKILLABLE).',
			next: [
				...(isModule ? [] : [redisCli(facts, kill)]),
				hint('UNKILLABLE: wait, or SHUTDOWN NOSAVE, which loses what was written since the last save'),
				redisCli(facts, 'SLOWLOG GET 5'),
			],
			action: isModule ? undefined : kill === 'FUNCTION KILL' ? 'function-kill' : 'script-kill',
		});
	},
});

/**
Commands that answer at once unless clients are paused. Any other command may wait by itself: a module's (`ft.search`), one
that frees or copies (FLUSHALL since 7.4), one that waits by design (BLPOP).
*/
const neverWaiting = new Set(
	[
		'get set setex psetex setnx getset getdel getex mget mset msetnx append strlen incr incrby incrbyfloat decr decrby',
		'setrange getrange setbit getbit exists expire pexpire expireat pexpireat persist ttl pttl type touch',
		'hget hset hsetnx hmget hmset hdel hexists hgetall hincrby hincrbyfloat hkeys hvals hlen hscan',
		'lpush rpush lpushx rpushx lpop rpop lrange lindex llen lset ltrim lrem linsert',
		'sadd srem spop sismember smembers scard srandmember sscan',
		'zadd zrem zscore zincrby zrange zrangebyscore zrevrange zcard zcount zrank zscan xadd xlen xrange xack xdel',
		'pfadd pfcount publish ping echo scan dbsize',
	]
		.join(' ')
		.split(' '),
);

type Pause = {
	readonly isPaused: boolean;
	/** `paused_reason`; undefined: the server does not print it. */
	readonly reason: string | undefined;
	/** Without a reason: a command that CLIENT LIST shows as blocked. */
	readonly blocked: string | undefined;
};

function pauseOf(facts: NodeFacts): Pause | undefined {
	const reason = facts.text('clients', 'paused_reason');
	if (reason !== undefined) {
		return {isPaused: reason !== 'none', reason, blocked: undefined};
	}

	const clients = facts.record.clients?.value;
	if (clients === undefined || facts.sample === undefined) {
		return undefined;
	}

	const blocked = clients.find(({flags, command}) => flags.includes('b') && neverWaiting.has(command.toLowerCase()));
	return {isPaused: blocked !== undefined, reason: undefined, blocked: blocked?.command.toUpperCase()};
}

export const srvPaused = rule({
	id: 'srv.paused',
	scope: 'node',
	docs: {
		looksAt:
			'Whether the server lets its clients wait: `paused_reason`, in Valkey since 8.1. Elsewhere CLIENT LIST, if redis-top has read it: a client is blocked (`flags=b`) in a command that never waits by itself.',
		since: 'any',
		falsePositives: [
			'BLPOP waits by design, and a command of a module or FLUSHALL may. Only commands that answer at once without a pause count, such as GET and SET.',
		],
	},
	needs: {
		pause: {
			read: pauseOf,
			missing: () => absent('only Valkey from 8.1 on says so in INFO; elsewhere it shows in CLIENT LIST (panel 4)'),
		},
	},
	evaluate({pause: {isPaused, reason, blocked}}, facts) {
		if (!isPaused) {
			return clear;
		}

		return fires('warning', {
			problem: 'lets its clients wait',
			...(reason === undefined
				? {detail: `blocked in ${blocked}`, reason: 'CLIENT PAUSE, likely'}
				: {reason: `paused_reason ${reason}`}),
			effect: 'writes-paused',
			evidence: infoEvidence(
				facts,
				['clients', 'paused_reason'],
				['clients', 'paused_timeout_milliseconds', 'milliseconds'],
				['clients', 'blocked_clients'],
			),
			meaning: 'Commands wait until the pause ends. A pause of all commands (not only WRITE) cannot be undone.',
			next: [redisCli(facts, 'CLIENT UNPAUSE'), hint('a failover pauses writes for its duration by itself')],
			action: 'client-unpause',
		});
	},
});

const isBusyWithFunction = ({record: {failure}}: NodeFacts): boolean => failure?.kind === 'BUSY_FUNCTION';

export const fnEngine = rule({
	id: 'fn.engine',
	scope: 'node',
	docs: {
		looksAt:
			'How long a function has been running: FUNCTION STATS, which a busy server still answers. The server tells nothing about a script (EVAL); srv.busy reports scripts.',
		since: '7.0',
		falsePositives: ['A short function is normal: it counts after five seconds.'],
	},
	raiseAfter: 1,
	clearAfter: 1,
	roles: ['primary', 'replica', 'unknown'],
	appliesTo: isBusyWithFunction,
	needs: {
		running: {
			read: ({record}: NodeFacts): RunningFunction | undefined => record.failure?.running,
			missing: answerMissing('FUNCTION STATS'),
		},
	},
	evaluate({running: {name, durationMs}}, facts) {
		const functionName = nameOf('quote', name);
		return durationMs < facts.threshold('fn.engine.seconds') * 1000
			? clear
			: fires('critical', {
					problem: message`is busy with the function ${functionName}`,
					detail: `for ${seconds(durationMs / 1000)}`,
					effect: 'writes-refused',
					culprit: {command: 'FCALL'},
					evidence: [
						{name: 'function', value: message`${functionName}`},
						{name: 'duration_ms', value: durationMs, unit: 'milliseconds'},
					],
					meaning: 'Nothing else runs until it ends: every other command gets the error BUSY.',
					next: [
						redisCli(facts, 'FUNCTION KILL'),
						hint(
							'UNKILLABLE: it has written; wait, or SHUTDOWN NOSAVE, which loses what was written since the last save',
						),
						hint('have whoever wrote it take smaller steps'),
					],
					action: 'function-kill',
				});
	},
});

export const serverBusyRules = [srvBusy, srvPaused, fnEngine] as const;
