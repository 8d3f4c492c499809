import type {CommandRate} from '../derive/command-rates.js';
import type {TrackedReading} from '../derive/field-tracks.js';
import {scriptCommands} from '../derive/script-commands.js';
import {message} from '../domain/message.js';
import {percent, perSecond} from '../text/units.js';
import {mainSendersOf, otherClients, type Senders, senderCulprit} from './client-names.js';
import {osPsi} from './host.js';
import {processorWait} from './host-waits.js';
import {answerMissing, infoNumber, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Time for which the earlier rates of commands are looked at, in milliseconds: all that is kept. */
const backMs = 600_000;
/** Seconds after its start from which the average of a server's life tells what is usual. */
const leastUptimeSeconds = 30;
/** Seconds after its start within which the rise itself is a large part of the average of a server's life. */
const youngSeconds = 600;

/**
The highest rate of commands before the present load, per second. The present load are the latest steps with at least a
third of the present rate. The step before them is left out, because the load may have begun in it.
*/
export function rateBefore(readings: readonly TrackedReading[], now: number): number | undefined {
	const steps = readings.slice(1).flatMap(({atMs, value}, index) => {
		const earlier = readings[index];
		return earlier === undefined || value < earlier.value || atMs <= earlier.atMs
			? []
			: [((value - earlier.value) * 1000) / (atMs - earlier.atMs)];
	});
	const before = steps.slice(
		0,
		Math.max(
			0,
			steps.findLastIndex(step => step < now / 3),
		),
	);
	return before.length === 0 ? undefined : Math.max(...before);
}

/**
The script command that takes at least half of the time that clients take. The time of a script contains that of the
commands that it calls. These count as commands of their own, so that a script may have a small part of all calls.
*/
function mainScript(commands: readonly CommandRate[]): CommandRate | undefined {
	const timeOf = (rows: readonly CommandRate[]) => rows.reduce((sum, {timeShare = 0}) => sum + timeShare, 0);
	const scripts = commands.filter(({command}) => scriptCommands.has(command));
	const [top] = scripts.toSorted((one, other) => (other.timeShare ?? 0) - (one.timeShare ?? 0));
	const others = commands.filter(row => !scripts.includes(row));
	return top !== undefined && (top.timeShare ?? 0) > 0 && timeOf([top]) >= timeOf(others) ? top : undefined;
}

/** The command with at least half of all calls of the interval, or the script that calls most of them. */
function mostCalled(commands: readonly CommandRate[], all: number): CommandRate | undefined {
	const script = mainScript(commands);
	if (script !== undefined) {
		return script;
	}

	const [top] = commands.toSorted((one, other) => (other.callsPerSecond ?? 0) - (one.callsPerSecond ?? 0));
	return (top?.callsPerSecond ?? 0) >= all / 2 ? top : undefined;
}

/** The share of a core that the main thread uses, or would use if it did not wait for a processor. */
function threadDemand(facts: NodeFacts): {readonly used: number; readonly waited: number} {
	return {used: facts.record.values.get('cpuSeconds') ?? 0, waited: processorWait.read(facts) ?? 0};
}

/** Share of a core that the main thread uses at least, where it is a part of the reason that the machine is busy. */
const leastUsed = 0.1;

/** Whether the main thread is busy, would be busy if it did not wait, or helps to keep its machine busy. */
function isFeltBy({used, waited}: ReturnType<typeof threadDemand>, facts: NodeFacts, thread: number): boolean {
	const host = facts.record.host?.value;
	const pressure = host?.kind === 'here' ? (host.kernel.processorPressure ?? 0) : 0;
	return used + waited >= thread || (used >= leastUsed && pressure >= facts.limitsOf(osPsi).share);
}

/** How many times as old as the sender's connections those of another client are, so that the sender is new. */
const olderTimes = 1.5;

/** Whether the senders connected later than another client. On a server that has just started, all are new. */
function areNewcomers(senders: Senders | undefined, facts: NodeFacts): boolean {
	const own = new Set((senders?.clients ?? []).map(({id}) => id));
	const oldest = (rows: ReturnType<typeof otherClients>) => Math.max(0, ...rows.map(({ageSeconds}) => ageSeconds));
	const others = otherClients(facts).filter(({id}) => !own.has(id));
	return own.size > 0 && oldest(others) > olderTimes * oldest(senders?.clients ?? []);
}

/** Milliseconds in which a node that changed its role gets the load of another node. */
const newRoleMs = 600_000;

const hasNewRole = ({memory: {roleChangedAtMs}, nowMs}: NodeFacts): boolean =>
	roleChangedAtMs !== undefined && nowMs - roleChangedAtMs < newRoleMs;

export const cpuSurge = rule({
	id: 'cpu.surge',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares the commands a second (`total_commands_processed`) with the highest rate of the last ten minutes before the rise, and a single command (`cmdstat_…`) with its average since the start of the server. It fires when one command has at least half of the calls, or a script most of their time, and its rate is many times as high as before. It is a warning when clients with one name send it, and the main thread is busy or waits for a processor, or the machine is short of processor time; else info.',
		since: '2.6',
		falsePositives: [
			'Traffic rises in the morning and with a batch job. A rise alone is only info.',
			'A server that takes over from another gets its load. The rule is clear for ten minutes after a change of its role.',
			'A rate that was as high within the last ten minutes is no rise.',
			'Soon after its start, each load is new to a server. Its average counts only where the sender connected later than another client.',
		],
	},
	thresholds: {
		factor: {
			value: 10,
			unit: 'ratio',
			source: 'of the highest rate before; daily peaks are two to five times the rest',
		},
		average: {value: 2.5, unit: 'ratio', source: "of the command's average since the start, which contains the rise"},
		rate: {value: 10_000, unit: 'perSecond', source: 'a tenth of what one core handles'},
		thread: {value: 0.6, unit: 'share', source: 'of a core used or waited for; queueing begins at three quarters'},
	},
	raiseAfter: 3,
	needs: {
		commands: {
			read: ({record}: NodeFacts) =>
				record.commands.some(({callsOfInterval}) => callsOfInterval !== undefined) ? record.commands : undefined,
			missing: answerMissing('INFO commandstats'),
		},
		all: rate('stats', 'total_commands_processed'),
		uptime: infoNumber('server', 'uptime_in_seconds'),
	},
	evaluate({commands, all, uptime}, facts, limits) {
		const top = mostCalled(commands, all);
		const now = top?.callsPerSecond ?? 0;
		// A script that calls many commands is a load of many commands.
		const run = top !== undefined && scriptCommands.has(top.command) ? all : now;
		if (top === undefined || run < limits.rate || hasNewRole(facts)) {
			return clear;
		}

		const before = rateBefore(facts.past(['stats', 'total_commands_processed'], backMs), all);
		const average = uptime < leastUptimeSeconds ? undefined : top.calls / uptime;
		const senders = mainSendersOf(facts, top.command);
		const isYoung = uptime < youngSeconds;
		const isRise =
			before === undefined
				? average !== undefined &&
					now >= (isYoung ? limits.average : limits.factor) * average &&
					(!isYoung || areNewcomers(senders, facts))
				: before > 0 && all >= limits.factor * before;
		if (!isRise) {
			return clear;
		}

		const command = top.command.toUpperCase();
		const demand = threadDemand(facts);
		const {used, waited} = demand;
		const isFelt = senders?.only !== undefined && isFeltBy(demand, facts, limits.thread);
		const earlier =
			before === undefined ? `${perSecond(average)} since its start` : `${perSecond(before)} commands before`;
		const waits = waited < 0.05 ? '' : `, and waits for a processor ${percent(waited)} of the time`;
		return fires(isFelt ? 'warning' : 'info', {
			problem: message`gets ${perSecond(now)} ${command}${senders?.text ?? ''}, ${earlier}`,
			detail: `its main thread is ${percent(Math.min(1, used))} busy${waits}`,
			effect: isFelt ? 'slow' : undefined,
			culprit: senderCulprit(command, senders),
			evidence: [
				{name: `cmdstat_${top.command} calls`, value: now, unit: 'perSecond'},
				before === undefined
					? {name: 'average since the start', value: average ?? 0, unit: 'perSecond'}
					: {name: 'commands before', value: before, unit: 'perSecond'},
				{name: 'main thread', value: used, unit: 'share'},
			],
			meaning:
				'A client that repeats its requests without a pause, a lost cache in an application or a batch job are the usual reasons. All clients share the one main thread.',
			next: [
				senders?.only === undefined
					? hint(`find the clients that send ${command}: panel 4, by last command`)
					: hint(message`let ${senders.only} send ${command} less often, or stop it`),
				redisCli(facts, 'CLIENT LIST'),
			],
		});
	},
});

export const commandSurgeRules = [cpuSurge] as const;
