import type {Effect, NextStep} from '../domain/finding.js';
import {message, type Name, nameOf} from '../domain/message.js';
import type {RunningFunction} from '../domain/sample.js';
import {seconds} from '../text/units.js';
import {isCovered} from '../topology/covered.js';
import {busyProblem, busySender} from './busy-sender.js';
import {infoEvidence} from './evidence.js';
import {absent, answerMissing} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** What clients of a busy server feel. A replica has no writes to refuse. */
const busyEffect = ({record}: NodeFacts): Effect => (record.role === 'replica' ? 'reads-refused' : 'writes-refused');

/** The step about the likely sender: after the kill it sends the command again. */
const senderSteps = (sender: Name | undefined): readonly NextStep[] =>
	sender === undefined ? [] : [hint(message`stop ${sender}, which likely sends it again after that`)];

export const srvBusy = rule({
	id: 'srv.busy',
	scope: 'node',
	docs: {
		looksAt:
			'The server replies BUSY: a script, a function or a command of a module runs, and the server answers nothing else.',
		since: '2.6',
		falsePositives: [
			'The server gives no reply at all in the first five seconds (`busy-reply-threshold`). conn.unresponsive reports that time.',
			'A command of a module cannot be killed. The finding offers no action for it.',
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
		const sender = busySender(facts.record);
		return fires('critical', {
			problem: busyProblem(facts.record) ?? failure.problem,
			reason: failure.reason,
			effect: busyEffect(facts),
			culprit: isModule ? undefined : {command: kill === 'FUNCTION KILL' ? 'FCALL' : 'EVAL', client: sender},
			evidence: [{name: 'reply', value: failure.code}],
			meaning:
				'Nothing else runs until it ends. Once it has written it cannot be killed without losing its writes (UNKILLABLE).',
			next: [
				...(isModule ? [] : [redisCli(facts, kill)]),
				...senderSteps(sender),
				hint(
					'wait where it answers UNKILLABLE: SHUTDOWN NOSAVE ends it, but loses what was written since the last save',
				),
				redisCli(facts, 'SLOWLOG GET 5'),
			],
			action: isModule ? undefined : kill === 'FUNCTION KILL' ? 'function-kill' : 'script-kill',
		});
	},
});

/**
Write commands that never block by themselves. If a client is blocked in such a command, a pause holds the command back.
Module commands, FLUSHALL (7.4) and BLPOP are left out, because they may block for other reasons.
*/
export const plainWrites =
	/^(?:set|setex|psetex|setnx|setrange|setbit|mset|append|getset|getdel|incr|incrby|incrbyfloat|decr|decrby|del|unlink|expire|pexpire|expireat|persist|hset|hmset|hsetnx|hdel|hincrby|hincrbyfloat|lpush|rpush|lpop|rpop|lrem|lset|ltrim|sadd|srem|spop|zadd|zrem|zincrby|xadd|pfadd|publish)$/i;
/** Commands that only read, and never block by themselves. */
export const plainReads =
	/^(?:get|mget|getrange|strlen|exists|ttl|pttl|type|hget|hmget|hgetall|hlen|hexists|lrange|llen|lindex|smembers|sismember|scard|zscore|zrange|zcard|zrangebyscore|scan)$/i;

type Pause = {
	/**
	Why commands are paused, in Valkey's words, such as `client_pause` or `failover_in_progress`; `none`: nothing is
	paused.
	*/
	readonly reason: string;
	/** Whether all commands are paused; false if only writes are. */
	readonly isOfAll: boolean;
	/**
	A command that the pause holds back, according to CLIENT LIST; undefined where CLIENT LIST shows no such command.
	*/
	readonly blocked: string | undefined;
};

/** The server's name for a pause by FAILOVER, CLUSTER FAILOVER or a Sentinel. */
export const failoverReason = 'failover_in_progress';

/**
The likely reason of paused writes, for a server that does not report the reason as Valkey does. INFO shows a failover
or a shutdown. Otherwise the reason is CLIENT PAUSE.
*/
function likelyReason(facts: NodeFacts): string {
	const phase = facts.text('replication', 'master_failover_state') ?? 'no-failover';
	if (phase !== 'no-failover') {
		return failoverReason;
	}

	return facts.number('server', 'shutdown_in_milliseconds') === undefined ? 'client_pause' : 'shutdown_in_progress';
}

function pauseOf(facts: NodeFacts): Pause | undefined {
	const clients = facts.record.clients?.value;
	const blockedIn = (commands: RegExp): string | undefined =>
		clients?.find(({flags, command}) => flags.includes('b') && commands.test(command))?.command.toUpperCase();
	const reason = facts.text('clients', 'paused_reason');
	if (reason !== undefined) {
		const isOfAll = facts.text('clients', 'paused_actions') === 'all';
		return {reason, isOfAll, blocked: blockedIn(plainWrites) ?? (isOfAll ? blockedIn(plainReads) : undefined)};
	}

	if (clients === undefined || facts.sample === undefined) {
		return undefined;
	}

	// The list may be older than the end of a FAILOVER, whose waiting writes it still shows.
	const {failoverSeenAtMs} = facts.memory;
	const isAfter = likelyReason(facts) !== failoverReason && failoverSeenAtMs !== undefined;
	if (isAfter && (facts.record.clients?.atMs ?? 0) <= failoverSeenAtMs + facts.record.intervalMs) {
		return {reason: 'none', isOfAll: false, blocked: undefined};
	}

	const [read, write] = [blockedIn(plainReads), blockedIn(plainWrites)];
	const blocked = write ?? read;
	return {reason: blocked === undefined ? 'none' : likelyReason(facts), isOfAll: read !== undefined, blocked};
}

/** Name of the evidence of srv.paused that holds why commands wait. */
export const pauseReason = 'reason of the pause';

/** The command that causes a pause, by the server's name for the reason. */
const pauseCommands: ReadonlyMap<string, string> = new Map([
	['client_pause', 'CLIENT PAUSE'],
	[failoverReason, 'a failover'],
	['shutdown_in_progress', 'SHUTDOWN'],
]);

export const srvPaused = rule({
	id: 'srv.paused',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether the server pauses its clients: `paused_reason`, in Valkey since 8.1. For other servers it reads CLIENT LIST, if redis-top has asked for it: a client is blocked (`flags=b`) in a command that never waits, such as SET. CLIENT PAUSE is critical.',
		since: 'any',
		falsePositives: [
			'BLPOP, commands of modules and FLUSHALL may block without a pause. Clients blocked in them do not count.',
			'A failover or a shutdown pauses writes until it ends. The finding is only a warning then, and info at the shutdown of a node that others replace meanwhile.',
			'Sentinel of Valkey 9.0 and later pauses writes on the former primary while it fails over. On a replica, paused writes are info.',
		],
	},
	needs: {
		pause: {
			read: pauseOf,
			missing: () => absent('only Valkey from 8.1 on says so in INFO; elsewhere it shows in CLIENT LIST (panel 4)'),
		},
	},
	evaluate({pause: {reason, isOfAll, blocked}}, facts) {
		if (reason === 'none') {
			return clear;
		}

		const isByCommand = reason === 'client_pause';
		const leftMs = facts.number('clients', 'paused_timeout_milliseconds') ?? 0;
		// A replica refuses the writes of clients anyway. Sentinel of Valkey 9.0 and later pauses them on a former primary.
		const isReplica = facts.record.role === 'replica' && !isOfAll;
		const isPlanned = isReplica || (reason === 'shutdown_in_progress' && isCovered(facts.record, facts.nodes));
		return fires(isPlanned ? 'info' : isByCommand ? 'critical' : 'warning', {
			problem: `pauses ${isOfAll ? 'all commands' : 'writes'} (${pauseCommands.get(reason) ?? reason})`,
			...(leftMs > 0 ? {detail: `for ${seconds(leftMs / 1000)} more`} : {}),
			...(blocked === undefined ? {} : {reason: `${blocked} waits`}),
			effect: isPlanned ? undefined : 'writes-paused',
			evidence: [
				{name: pauseReason, value: reason},
				...(blocked === undefined ? [] : [{name: 'blocked command', value: blocked}]),
				...infoEvidence(
					facts,
					['clients', 'paused_reason'],
					['clients', 'paused_timeout_milliseconds', 'milliseconds'],
					['clients', 'blocked_clients'],
				),
			],
			meaning: 'Commands wait until the pause ends. A pause of all commands (not only WRITE) cannot be undone.',
			next: isByCommand
				? [
						redisCli(facts, 'CLIENT UNPAUSE'),
						hint('find who paused: a script for a failover or an upgrade that ended early'),
					]
				: [
						hint(reason === failoverReason ? 'it ends with the failover' : 'wait: it ends by itself'),
						redisCli(facts, 'INFO replication'),
					],
			action: isByCommand ? 'client-unpause' : undefined,
		});
	},
});

const isBusyWithFunction = ({record: {failure}}: NodeFacts): boolean => failure?.kind === 'BUSY_FUNCTION';

export const fnEngine = rule({
	id: 'fn.engine',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads how long a function has been running: FUNCTION STATS, which a busy server still answers. The server reports no such time for a script (EVAL). srv.busy reports scripts.',
		since: '7.0',
		falsePositives: ['A function that runs briefly is normal. The rule fires after five seconds.'],
	},
	thresholds: {
		seconds: {value: 5, unit: 'seconds', source: 'the default of busy-reply-threshold'},
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
	evaluate({running: {name, durationMs}}, facts, limits) {
		const functionName = nameOf('quote', name);
		const sender = busySender(facts.record);
		return durationMs < limits.seconds * 1000
			? clear
			: fires('critical', {
					problem: message`is busy with the function ${functionName}${sender === undefined ? '' : message`, likely of ${sender}`}`,
					detail: `for ${seconds(durationMs / 1000)}`,
					effect: busyEffect(facts),
					culprit: {command: 'FCALL', client: sender},
					evidence: [
						{name: 'function', value: message`${functionName}`},
						{name: 'duration_ms', value: durationMs, unit: 'milliseconds'},
					],
					meaning: 'Nothing else runs until it ends: every other command gets the error BUSY.',
					next: [
						redisCli(facts, 'FUNCTION KILL'),
						...senderSteps(sender),
						hint(
							'wait where it answers UNKILLABLE, as it has written: SHUTDOWN NOSAVE ends it, but loses what was written since the last save',
						),
						hint('have whoever wrote it take smaller steps'),
					],
					action: 'function-kill',
				});
	},
});

export const serverBusyRules = [srvBusy, srvPaused, fnEngine] as const;
