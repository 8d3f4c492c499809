import type {NodeSample} from '../domain/sample.js';
import type {CommandRate} from './command-rates.js';
import {sampleRate} from './node-values.js';
import {scriptCommands} from './script-commands.js';

/**
What the main thread did with its time.

- `command`: one command by name; `commands`: all other commands, or all commands if INFO commandstats was not read
- `loop`: the rest of the event loop, that is reading, parsing, writing and eviction
- `cron`, `aof`, `expiry`, `fork`: the server's own jobs of these names
- `waiting`: the event loop ran, but the thread had no processor; this time is subtracted from the other parts
- `idle`: the thread waited for the next event
- `untold`: the rest on a version that does not report the event loop's time: the thread was idle or waited, or nothing is
known of it
*/
export type MainThreadPartId =
	| 'command'
	| 'commands'
	| 'loop'
	| 'cron'
	| 'aof'
	| 'expiry'
	| 'fork'
	| 'waiting'
	| 'idle'
	| 'untold';

export type MainThreadPart = {
	readonly id: MainThreadPartId;
	/** The part's name on the screen: `get`, `other commands`, `event loop`. */
	readonly name: string;
	/** The part's share of the time between two samples, 0–1. The shares of all parts add up to 1. */
	readonly share: number;
	/** The INFO field from which the part is computed; undefined for time of which nothing is known. */
	readonly field: string | undefined;
};

/** Number of commands that have a part of their own. */
const namedCommands = 4;

/** Least share of the time with which a command has a part of its own. */
const leastNamedShare = 0.01;

/**
Commands that run other commands. INFO commandstats counts the time of an inner command twice: for the inner and for the
outer command. `eventloop_duration_cmd_sum` counts it once. Source: `call()` in server.c.
*/
const containers: ReadonlySet<string> = new Set([...scriptCommands, 'exec']);

type Named = {readonly name: string; readonly share: number};

/**
The time of the main thread between two samples, in parts that add up to 1. Undefined without two samples of the same
process, and where the server reports neither the time of commands nor that of the event loop.

`eventloop_duration_sum` exists since Redis 7.2. Before 7.2, the event loop's time is computed from processor time, and
the rest is unknown. INFO debug is asked for only while panel 5 is open. Without INFO debug, the time of cron and AOF is
part of `loop`.

@param commands The rates of the commands between the same samples.
*/
export function mainThreadParts(
	earlier: NodeSample | undefined,
	later: NodeSample,
	commands: readonly CommandRate[],
): readonly MainThreadPart[] | undefined {
	const seconds = (later.elapsedMs - (earlier?.elapsedMs ?? later.elapsedMs)) / 1000;
	if (earlier === undefined || earlier.runId !== later.runId || seconds <= 0) {
		return undefined;
	}

	const share = (section: string, field: string, perSecond: number): number | undefined => {
		const rate = sampleRate(earlier, later, info => info.number(section, field));
		return rate === undefined ? undefined : rate / perSecond;
	};
	const named = commands.map(({command, callsOfInterval = 0, meanMicroseconds = 0}) => ({
		name: command,
		share: (callsOfInterval * meanMicroseconds) / 1_000_000 / seconds,
	}));
	const active = share('stats', 'eventloop_duration_sum', 1_000_000);
	const inCommands = share('stats', 'eventloop_duration_cmd_sum', 1_000_000);
	const processor = sum(share('cpu', 'used_cpu_user_main_thread', 1), share('cpu', 'used_cpu_sys_main_thread', 1));
	if (active === undefined || inCommands === undefined) {
		return named.length === 0 ? undefined : withoutEventLoop(named, processor);
	}

	const cron = share('debug', 'eventloop_duration_cron_sum', 1_000_000);
	const aof = share('debug', 'eventloop_duration_aof_sum', 1_000_000) ?? 0;
	const expiry = share('stats', 'expire_cycle_cpu_milliseconds', 1000) ?? 0;
	const parts = jobsOf({active, inCommands, cron, aof, expiry, fork: forkShare(earlier, later, seconds)});
	const busy: MainThreadPart[] = [...commandParts(named, Math.min(inCommands, active)), ...parts];
	return withIdle(busy, processor);
}

const sum = (one: number | undefined, other: number | undefined): number | undefined =>
	one === undefined || other === undefined ? undefined : one + other;

const part = (id: MainThreadPartId, name: string, share: number, field?: string): MainThreadPart => ({
	id,
	name,
	share: Math.max(0, share),
	field,
});

/**
The time share of the last fork, if exactly one fork began between the samples; otherwise 0. `latest_fork_usec` covers
only one fork.
*/
function forkShare(earlier: NodeSample, later: NodeSample, seconds: number): number {
	const forks = (sample: NodeSample) => sample.info.number('stats', 'total_forks') ?? 0;
	const usec = later.info.number('stats', 'latest_fork_usec') ?? 0;
	return forks(later) - forks(earlier) === 1 ? usec / 1_000_000 / seconds : 0;
}

type Jobs = {
	readonly active: number;
	readonly inCommands: number;
	readonly cron: number | undefined;
	readonly aof: number;
	readonly expiry: number;
	readonly fork: number;
};

/**
The time of the event loop without commands, in jobs that do not overlap. Expiry and fork run in cron, or between two
cycles, so their time is subtracted from the time of cron. A fork by the command BGSAVE is part of the command's own
time. A fork that took longer than the remaining time is taken for a fork by BGSAVE, and gets no part of its own.
*/
function jobsOf({
	active,
	inCommands,
	cron: cronSum,
	aof: aofSum,
	expiry: expirySum,
	fork: forkSum,
}: Jobs): MainThreadPart[] {
	let rest = Math.max(0, active - inCommands);
	const aof = Math.min(aofSum, rest);
	rest -= aof;
	const expiry = Math.min(expirySum, rest);
	rest -= expiry;
	const fork = forkSum <= rest ? forkSum : 0;
	rest -= fork;
	const cron = Math.min(rest, Math.max(0, (cronSum ?? 0) - expiry - fork));
	rest -= cron;
	return [
		part('loop', 'event loop', rest, 'eventloop_duration_sum'),
		...(cronSum === undefined ? [] : [part('cron', 'cron', cron, 'eventloop_duration_cron_sum')]),
		part('aof', 'AOF', aof, 'eventloop_duration_aof_sum'),
		part('expiry', 'expiry', expiry, 'expire_cycle_cpu_milliseconds'),
		part('fork', 'fork', fork, 'latest_fork_usec'),
	];
}

/**
The parts of commands: one part for each of the commands with most time, and one for all other commands. The shares add
up to `total`.
*/
function commandParts(named: readonly Named[], total: number): MainThreadPart[] {
	const own = withoutInner(named, total);
	const top = own
		.filter(({share}) => share >= leastNamedShare)
		.toSorted((one, other) => other.share - one.share)
		.slice(0, namedCommands);
	const others = Math.max(0, total - top.reduce((all, {share}) => all + share, 0));
	return [
		...top.map(({name, share}) => part('command', name, share, `cmdstat_${name}`)),
		part('commands', top.length === 0 ? 'commands' : 'other commands', others, 'eventloop_duration_cmd_sum'),
	];
}

/**
The own time of each command. Scripts, functions and EXEC run other commands, whose time is counted twice. This time is
subtracted from scripts, functions and EXEC.
*/
function withoutInner(named: readonly Named[], total: number): readonly Named[] {
	const all = named.reduce((time, {share}) => time + share, 0);
	const contained = named.reduce((time, {name, share}) => time + (containers.has(name) ? share : 0), 0);
	const twice = Math.min(contained, Math.max(0, all - total));
	const kept = contained > 0 ? (contained - twice) / contained : 1;
	const own = named.map(({name, share}) => ({name, share: containers.has(name) ? share * kept : share}));
	const left = all - twice;
	// The server measures single commands and the total of all commands with different clocks. So the sum of the single
	// commands may slightly exceed the total.
	const scale = left > total ? total / left : 1;
	return own.map(({name, share}) => ({name, share: share * scale}));
}

/**
Adds two parts: the time in which the thread was ready to run but had no processor, and the idle time. Nothing tells in
which other part the thread had no processor, so that time is taken from all of them in proportion.

The server counts an event loop cycle as a whole when it ends. A cycle may have begun before the earlier sample. The
parts then exceed the time between the two samples, and are scaled down to it.
*/
function withIdle(busy: readonly MainThreadPart[], processor: number | undefined): readonly MainThreadPart[] {
	const active = busy.reduce((all, {share}) => all + share, 0);
	// Waiting for the disk belongs to the AOF part, so it does not count as time without a processor.
	const aof = busy.find(({id}) => id === 'aof')?.share ?? 0;
	const waiting = processor === undefined ? 0 : Math.max(0, active - aof - processor);
	const granted = active > 0 ? (active - waiting) / active : 1;
	const scale = active > 1 ? 1 / active : 1;
	const idle = Math.max(0, 1 - active);
	return [
		...busy.map(one => ({...one, share: one.share * granted * scale})),
		...(processor === undefined
			? []
			: [
					part(
						'waiting',
						'no processor',
						waiting * scale,
						'eventloop_duration_sum − used_cpu_user_main_thread − used_cpu_sys_main_thread',
					),
				]),
		part('idle', 'idle', idle, 'eventloop_duration_sum'),
	].filter(({id, share}) => share > 0 || id === 'idle');
}

const processorFields = 'used_cpu_user_main_thread + used_cpu_sys_main_thread';

/**
The parts for a server before Redis 7.2: the commands, the other processor time, and the rest. In the rest the thread
was idle, or waited for a processor or a disk. Without the processor time of the thread, the rest may also be work.
*/
function withoutEventLoop(named: readonly Named[], processor: number | undefined): readonly MainThreadPart[] {
	const contained = named.filter(({name}) => containers.has(name)).reduce((time, {share}) => time + share, 0);
	const all = named.reduce((time, {share}) => time + share, 0);
	// Without the sum of all commands, the time that is counted twice is unknown. It is at most the time of scripts,
	// functions and EXEC, and that time is subtracted.
	const total = Math.min(1, Math.max(contained, all - contained));
	const loop = processor === undefined ? 0 : Math.max(0, Math.min(1, processor) - total);
	return [
		...commandParts(named, total),
		part('loop', 'event loop', loop, processorFields),
		processor === undefined
			? part('untold', 'idle or unknown', 1 - total - loop)
			: part('untold', 'idle or waiting', 1 - total - loop, processorFields),
	].filter(({share}) => share > 0);
}
