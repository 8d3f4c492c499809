import {readFileSync} from 'node:fs';
import type {TestReply} from '../../harness/resp-client.js';
import {commandWait, largestWaitShare, spentOver, type ThreadTime} from './thread-times.js';

/** The part of a finding of `watch --json` that is read here. */
export type ReportedFinding = {
	readonly rule: string;
	readonly severity: string;
	/** Null for a finding about the whole deployment. */
	readonly node: string | null;
	readonly title: string;
	readonly evidence: ReadonlyArray<{readonly name: string; readonly value: unknown}>;
};

/** What is known of the machine besides the finding. */
export type MachineFacts = {
	readonly nowMs: number;
	/** What the main thread of the finding's server did in the last 90 s. */
	readonly server: readonly ThreadTime[];
	/** The same of the replica that the finding names. */
	readonly replica: readonly ThreadTime[];
	/** The same of the process that looks on. */
	readonly watch: readonly ThreadTime[];
	/** The reply to SLOWLOG GET of the finding's server. */
	readonly slowlog: TestReply | undefined;
	/** The kernel's `some` averages of /proc/pressure, in percent; undefined where there are none. */
	readonly processorPressure: number | undefined;
	readonly diskPressure: number | undefined;
};

/** Whether the machine is proved to be the cause of a finding, and the figures that tell. */
export type Proof = {readonly isOfMachine: boolean; readonly figures: string};

type Prove = (finding: ReportedFinding, facts: MachineFacts) => Proof;

const since = (times: readonly ThreadTime[], fromMs: number): readonly ThreadTime[] =>
	times.filter(({atMs}) => atMs >= fromMs);

/** The share of the time in which a thread was ready to run, that it had no processor. */
function waitedShare(times: readonly ThreadTime[]): number {
	const {runMs, waitMs} = spentOver(times) ?? {runMs: 0, waitMs: 0};
	return runMs + waitMs === 0 ? 0 : waitMs / (runMs + waitMs);
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Slow log entries that are checked, the slowest first: as many as the finding names. */
const checkedEntries = 5;

type SlowEntry = {readonly endedAtMs: number; readonly tookMs: number; readonly command: string};

/** The slowest entries of the last minute and a poll, which redis-top may have seen. */
function slowEntries({slowlog, nowMs}: MachineFacts): readonly SlowEntry[] {
	const entries = (Array.isArray(slowlog) ? slowlog : []).flatMap(entry => {
		const [, second, microseconds, words] = Array.isArray(entry) ? entry : [];
		const command = Array.isArray(words) ? String(words[0]) : '-';
		return [{endedAtMs: Number(second) * 1000, tookMs: Number(microseconds) / 1000, command}];
	});
	return entries.filter(({endedAtMs}) => endedAtMs >= nowMs - 70_000).sort((one, other) => other.tookMs - one.tookMs);
}

/** Milliseconds between the ends of two commands up to which they are looked at together. */
const besideMs = 1000;

/** Whether the thread ran for at most half of the time that the commands around a moment took together. */
function waitedTogether(entries: readonly SlowEntry[], at: SlowEntry, server: readonly ThreadTime[]): boolean {
	const beside = entries.filter(({endedAtMs}) => Math.abs(endedAtMs - at.endedAtMs) <= besideMs);
	const fromMs = Math.min(...beside.map(({endedAtMs, tookMs}) => endedAtMs - tookMs));
	const toMs = Math.max(...beside.map(({endedAtMs}) => endedAtMs)) + 1000;
	const spent = spentOver(server.filter(({atMs}) => atMs >= fromMs && atMs <= toMs));
	const tookMs = beside.reduce((sum, each) => sum + each.tookMs, 0);
	return beside.length > 1 && spent !== undefined && spent.runMs <= tookMs / 2;
}

/** Each of the slowest commands waited. The slow log has the second in which a command ended. */
const slowCommandsWaited: Prove = (_, facts) => {
	const entries = slowEntries(facts);
	const checked = entries.slice(0, checkedEntries).map(entry => {
		const {command, tookMs, endedAtMs} = entry;
		const {mostRunMs, isWait} = commandWait(facts.server, tookMs, endedAtMs, endedAtMs + 1000);
		const run = mostRunMs === undefined ? 'slept or unknown' : `ran at most ${mostRunMs.toFixed(1)} ms`;
		const isTogether = !isWait && mostRunMs !== undefined && waitedTogether(entries, entry, facts.server);
		const together = isTogether ? ', waited with those beside it' : '';
		return {
			isWait: isWait || isTogether,
			text: `${command} ${tookMs.toFixed(1)} ms at ${endedAtMs / 1000}: ${run}${together}`,
		};
	});
	return {
		isOfMachine: checked.length > 0 && checked.every(({isWait}) => isWait),
		figures: checked.map(({text}) => text).join(', '),
	};
};

/** A fork of the last 15 s waited. */
const forkWaited: Prove = ({evidence}, {server, nowMs}) => {
	const tookMs = Number(evidence.find(({name}) => name === 'latest_fork_usec')?.value) / 1000;
	const {mostRunMs, isWait} = commandWait(server, tookMs, nowMs - 15_000, nowMs);
	return {isOfMachine: isWait, figures: `fork of ${tookMs} ms ran at most ${mostRunMs?.toFixed(1) ?? '?'} ms`};
};

/** Milliseconds over which a figure is a mean, such as the duration of an event loop cycle. */
const meanMs = 10_000;

/** For most of the time in which the server could have run it had no processor, so that all its durations doubled. */
const serverWaitedMostly: Prove = (_, {server, nowMs}) => {
	const share = waitedShare(since(server, nowMs - meanMs));
	return {isOfMachine: share >= 0.5, figures: `the server waited ${percent(share)} of its time`};
};

/** The replica that is behind had no processor for most of the time in which it could have run. */
const replicaWaitedMostly: Prove = (_, {replica, nowMs}) => {
	const share = waitedShare(since(replica, nowMs - meanMs));
	return {isOfMachine: share >= 0.5, figures: `the replica waited ${percent(share)} of its time`};
};

/** Age of a thread's last reading from which its process has ended, milliseconds. */
const endedMs = 2000;

/**
The server runs, and it or the process that looks on had no processor for at least half of the silence. A process that
has ended is silent for another reason.
*/
const silenceWasWait: Prove = ({evidence}, {server, watch, nowMs}) => {
	if ((server.at(-1)?.atMs ?? 0) < nowMs - endedMs) {
		return {isOfMachine: false, figures: 'the process has ended'};
	}

	const age = Number(evidence.find(({name}) => name === 'age')?.value ?? 5) * 1000;
	const shares = [server, watch].map(times => {
		const waited = spentOver(since(times, nowMs - age));
		return waited === undefined ? 0 : waited.waitMs / age;
	});
	return {
		isOfMachine: shares.some(share => share >= 0.5),
		figures: `of ${age} ms the server waited ${percent(shares[0] ?? 0)}, watch ${percent(shares[1] ?? 0)}`,
	};
};

/** The share that the finding states was measured here too, within some two seconds of the last half minute. */
const statedShareIsTrue: Prove = ({evidence}, {server, nowMs}) => {
	const stated = Number(evidence[0]?.value);
	const share = largestWaitShare(since(server, nowMs - 30_000), 2000);
	return {
		isOfMachine: share >= 0.8 * stated,
		figures: `the server waited ${percent(share)}, ${percent(stated)} stated`,
	};
};

/** The kernel's figure has a ten-second average, which may have fallen since the finding's reading. */
const pressureIsHigh: Prove = ({evidence}, {processorPressure}) => {
	const stated = Number(evidence[0]?.value) * 100;
	return {
		isOfMachine: processorPressure !== undefined && processorPressure >= stated / 2,
		figures: `pressure ${processorPressure} %, ${stated.toFixed(0)} % stated`,
	};
};

/** Percent of a minute in which some process waited for the disk, from which the disk of the machine is slow. */
const slowDisk = 10;

const diskIsSlow: Prove = (_, {diskPressure}) => ({
	isOfMachine: diskPressure !== undefined && diskPressure >= slowDisk,
	figures: `disk pressure ${diskPressure} %`,
});

/** How it is proved that a finding is about this machine. A finding of any other rule is about the servers. */
const proofs: ReadonlyArray<readonly [rules: RegExp, prove: Prove]> = [
	[/^os\.psi$/, pressureIsHigh],
	[/^os\.runq$/, statedShareIsTrue],
	[/^(os\.disk|per\.fsync)$/, diskIsSlow],
	[/^lat\.(slowlog_new|slow_rate|event)$/, slowCommandsWaited],
	[/^per\.fork_slow$/, forkWaited],
	[/^(lat\.|conn\.rtt$|key\.expire_lag$)/, serverWaitedMostly],
	[/^rep\.lag_(bytes|ack)$/, replicaWaitedMostly],
	[/^(conn\.unresponsive|conn\.stale|srv\.busy)$/, silenceWasWait],
];

/** Tells whether a finding is about a machine short of processor time or with a slow disk. */
export function machineProof(finding: ReportedFinding, facts: MachineFacts): Proof | undefined {
	return proofs.find(([rules]) => rules.test(finding.rule))?.[1](finding, facts);
}

/**
The kernel's average of `some` in a file of /proc/pressure, in percent. Undefined where there is none.

@param average The length of the average: `avg10` or `avg60`, in seconds.
*/
export function pressureOf(resource: 'cpu' | 'io', average: 'avg10' | 'avg60'): number | undefined {
	try {
		const text = readFileSync(`/proc/pressure/${resource}`, 'utf8');
		const [, share] = new RegExp(`some .*${average}=([\\d.]+)`).exec(text) ?? [];
		return share === undefined ? undefined : Number(share);
	} catch {
		return undefined;
	}
}
