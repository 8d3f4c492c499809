import type {NextStep, Remedy} from '../domain/finding.js';
import {keyCount} from '../domain/metric.js';
import {kibibyte, mebibyte} from '../domain/threshold.js';
import {sizeInBytes} from '../parse/memory-size.js';
import {bytes, utcClock} from '../text/units.js';
import {limitUnlikeOthers} from './memory-peers.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {wasPromoted} from './role-change.js';

/**
Used memory as a share of maxmemory, 0 to more than 1; undefined without a limit. Source: getMaxmemoryState in Redis'
evict.c.
*/
export function limitShare(facts: NodeFacts): number | undefined {
	const used = facts.number('memory', 'used_memory');
	const limit = facts.number('memory', 'maxmemory');
	if (used === undefined || limit === undefined || limit === 0) {
		return undefined;
	}

	return Math.max(0, used - (facts.number('memory', 'mem_not_counted_for_evict') ?? 0)) / limit;
}

/**
The bytes that the server can use at most, whatever maxmemory is: the limit of its control group, or else the machine's
memory. `total_system_memory` is the machine's memory, even in a container.
*/
export function machineMemory(facts: NodeFacts): {readonly bytes: number; readonly name: string} | undefined {
	const evidence = facts.record.host?.value;
	const cgroup = evidence?.kind === 'here' ? evidence.cgroup?.limitBytes : undefined;
	const total = facts.number('memory', 'total_system_memory');
	if (cgroup !== undefined && (total === undefined || cgroup < total)) {
		return {bytes: cgroup, name: "the container's limit"};
	}

	return total === undefined || total === 0 ? undefined : {bytes: total, name: "the machine's memory"};
}

/** A maxmemory that was lowered. */
export type LoweredLimit = {
	/** Such as `maxmemory lowered from 200M to 20.0M`. */
	readonly reason: string;
	/** The steps that set the limit back; empty if nothing tells what it was. */
	readonly next: readonly NextStep[];
	/** Fills the limit before into the dialog of set-maxmemory. */
	readonly remedy: Remedy | undefined;
};

/** A size as the config file and CONFIG SET take it: `200mb`, or a number of bytes. */
function sizeSetting(size: number): string {
	const units = [
		['gb', 1024 * mebibyte],
		['mb', mebibyte],
		['kb', kibibyte],
	] as const;
	const [unit, each] = units.find(([, bytesEach]) => size > 0 && size % bytesEach === 0) ?? ['', 1];
	return `${size / each}${unit}`;
}

/** The way back from a lowered limit to the limit before, in bytes; 0 was no limit. */
const wayBack = (facts: NodeFacts, before: number): Pick<LoweredLimit, 'next' | 'remedy'> => ({
	next: [
		redisCli(
			facts,
			`CONFIG SET maxmemory ${sizeSetting(before)}   # ${before === 0 ? 'no limit, as before: if the machine has room' : 'as before, unless it was lowered on purpose'}`,
		),
	],
	remedy: {value: sizeSetting(before)},
});

/**
The change, if maxmemory was lowered. A reading of the last ten minutes, the settings before a restart, the server's
config file or its log may show the change. Undefined if none of them shows it. Used memory far above maxmemory is no
proof but soon after a start, because a running script may go on writing above it.
*/
export function loweredLimit(facts: NodeFacts): LoweredLimit | undefined {
	const limit = facts.number('memory', 'maxmemory') ?? 0;
	if (limit === 0) {
		return undefined;
	}

	const values = facts.past(['memory', 'maxmemory'], tracksMs).map(({value}) => value);
	const before = values.findLast(value => value === 0 || value > limit);
	if (before !== undefined) {
		const change =
			before === 0 ? `set to ${bytes(limit)}, no limit before` : `lowered from ${bytes(before)} to ${bytes(limit)}`;
		return {reason: `maxmemory ${change}`, ...wayBack(facts, before)};
	}

	const atRestart = limitBeforeRestart(facts, limit);
	if (atRestart !== undefined) {
		return atRestart;
	}

	const host = facts.record.host?.value;
	const written = host?.kind === 'here' ? host.configFile?.settings.get('maxmemory') : undefined;
	const inFile = written === undefined ? undefined : Number(sizeInBytes(written));
	if (inFile !== undefined && (inFile === 0 || inFile > limit)) {
		const there = inFile === 0 ? 'none' : bytes(inFile);
		return {reason: `maxmemory ${bytes(limit)}, ${there} in its config file`, ...wayBack(facts, inFile)};
	}

	const remark = host?.kind === 'here' ? host.log?.remarks.find(({id}) => id === 'maxmemory-below') : undefined;
	const startedAtMs = facts.nowMs - (facts.number('server', 'uptime_in_seconds') ?? 0) * 1000;
	return remark?.atMs !== undefined && remark.atMs >= startedAtMs && (limitShare(facts) ?? 0) > 1
		? {
				reason: `maxmemory lowered to ${bytes(limit)} by CONFIG SET at ${utcClock(remark.atMs)}`,
				next: [],
				remedy: undefined,
			}
		: hasReceivedData(facts)
			? promotedBelow(facts, limit)
			: startedBelow(facts, limit);
}

const lostAtRestart = hint('then CONFIG REWRITE: what CONFIG SET alone has set is lost at a restart');

/** The change, if the limit was larger before the restart that redis-top saw. */
function limitBeforeRestart(facts: NodeFacts, limit: number): LoweredLimit | undefined {
	const {restartedAtMs = Number.NEGATIVE_INFINITY, settingsBeforeRestart} = facts.memory;
	const before = Number(settingsBeforeRestart?.get('maxmemory') ?? Number.NaN);
	if (facts.nowMs - restartedAtMs > tracksMs || !(before === 0 || before > limit)) {
		return undefined;
	}

	const {next, remedy} = wayBack(facts, before);
	return {
		// Line 2 of a screen of 80 columns leaves out a longer reason.
		reason: `restart lowered maxmemory, ${before === 0 ? 'none' : bytes(before)} before`,
		next: [...next, lostAtRestart],
		remedy,
	};
}

/** Uptime, in seconds, up to which what a server holds above its limit came from its files. */
const youngSeconds = 300;
/** Used memory above the limit by this factor: clients reach the limit, and hardly more. */
const farAbove = 1.1;

/** Least share of its keys that a server has loaded, where what it holds came from its files. A script may write as much. */
const loadedShare = 0.5;

/**
Whether the server has received data as a replica since its start (since 7.0). The keys that it loaded last are then those
of a full resync.
*/
const hasReceivedData = (facts: NodeFacts): boolean => (facts.number('stats', 'total_net_repl_input_bytes') ?? 0) > 0;

/** Room for what a full server is to hold: its memory by this factor, as in rep.maxmem. */
const roomFactor = 1.25;

/**
A promoted replica that holds far more than its limit. A replica ignores maxmemory, so it took all data of its primary.
Undefined where another node shows the limit that it should have.
*/
function promotedBelow(facts: NodeFacts, limit: number): LoweredLimit | undefined {
	const isPromoted = facts.record.role === 'primary' && wasPromoted(facts);
	if (!isPromoted || (limitShare(facts) ?? 0) <= farAbove || limitUnlikeOthers(facts, limit) !== undefined) {
		return undefined;
	}

	const room = `${Math.ceil(((facts.number('memory', 'used_memory') ?? 0) * roomFactor) / mebibyte)}mb`;
	return {
		reason: `promoted, and maxmemory is only ${bytes(limit)}`,
		next: [
			redisCli(
				facts,
				`CONFIG SET maxmemory ${room}   # its data and a quarter, if the machine has room; the limit of its former primary is better`,
			),
			hint('then CONFIG REWRITE, on each replica too: a replica ignores maxmemory until it is promoted'),
		],
		remedy: {value: room},
	};
}

/** A server that has loaded more than its limit (`rdb_last_load_keys_loaded`, since 7.0). Nothing shows the limit before. */
function startedBelow(facts: NodeFacts, limit: number): LoweredLimit | undefined {
	const uptime = facts.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
	const loaded = facts.number('persistence', 'rdb_last_load_keys_loaded') ?? 0;
	const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
	const isLoaded = loaded > 0 && keys !== undefined && loaded >= loadedShare * keys;
	return uptime > youngSeconds || (limitShare(facts) ?? 0) <= farAbove || !isLoaded
		? undefined
		: {
				reason: `loaded more than its maxmemory ${bytes(limit)}`,
				next: [
					hint('set maxmemory as before its start: a limit that CONFIG SET alone had set was lost with the restart'),
				],
				remedy: undefined,
			};
}

/** Length of the time, in milliseconds, whose readings of maxmemory are compared with its present value. */
const tracksMs = 600_000;
