import {stateOf} from '../app/host-poller.js';
import {type MonitorSession, startSession, visitLostReplicas} from '../app/session.js';
import type {Config} from '../config/config.js';
import type {NodeRecord} from '../derive/node-record.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {gatherEvidence} from '../host/gather-evidence.js';
import {KnownProcesses} from '../host/known-processes.js';
import {checkReport} from '../report/check/check.js';
import {checkFormats} from '../report/check/check-text.js';
import type {Finding} from '../rules/finding.js';
import {addressesOf} from '../wire/name-lookup.js';
import {hasPacketLimit} from '../wire/small-reply.js';
import {endAtOnce} from './end-at-once.js';
import {chosenFormat} from './output-formats.js';
import {atLeast, inTime, untilPolled, untilSettled} from './samples.js';
import type {Sampling} from './sampling.js';
import {writeOut} from './write-out.js';

/** Number of polls of each node: rates need two samples, and percentiles need two histograms. */
const pollsNeeded = 2;
/**
Number of polls for a report. LATENCY HISTORY needs the event names of LATENCY LATEST, which is sent only if CONFIG GET
shows a threshold. Each of these commands is therefore in a poll of its own.
*/
const pollsNeededForEarlier = 3;
/**
Number of polls with watched keys. Their types are read first, then their lengths twice, because growth needs two
lengths.
*/
const pollsNeededForWatchedKeys = 3;

/** How each node answered, or failed to answer, when its host evidence was read. */
export type SeenStates = ReadonlyMap<NodeAddress, string>;

/**
Reads the host evidence of all nodes, which is what this machine shows of servers that run on it. Puts the evidence into
the store. Resolves with how each node answered at that time.

@param before How the nodes answered before. Nodes that answer in the same way now are left out.
@param known What the last reading found of this machine's processes; undefined in a command that reads once.
*/
export async function gatherHostEvidence(
	{store, fleet, rememberedPlaces}: MonitorSession,
	before?: SeenStates,
	known?: KnownProcesses,
): Promise<SeenStates> {
	const records = [...store.get().nodes.values()];
	const states = new Map(records.map(record => [record.address, stateOf(record)]));
	await Promise.all(
		records.map(async record => {
			const {address, endpoint, failure, sample, config, host} = record;
			if (before !== undefined && before.get(address) === states.get(address)) {
				return;
			}

			const nowMs = systemClock.now();
			const evidence = await gatherEvidence({
				endpoint,
				lookUp: addressesOf,
				info: sample?.info,
				infoAtMs: sample?.atMs,
				config: config?.value,
				before: host,
				remembered: rememberedPlaces.get(address),
				isFull: failure?.kind === 'MAXCLIENTS',
				known,
				nowMs,
			});
			store.ingestHost(address, evidence, nowMs);
			visitLostReplicas(fleet, {...record, host: {value: evidence, atMs: nowMs}}, nowMs);
		}),
	);
	return states;
}

/**
Whether the host evidence of a node shows no process, although something takes connections at its address: the process
was looked for between its end and its next start. In a crash loop only the log of the next process tells of the loop.
*/
const isBetweenStarts = ({failure, host}: NodeRecord): boolean =>
	failure !== undefined &&
	failure.layer !== 'auth' &&
	failure.code !== 'ECONNREFUSED' &&
	host?.value.kind === 'here' &&
	host.value.process === undefined;

/**
Reads the host evidence again for nodes that have begun or ceased to answer since the last reading. Then waits for one
more poll of these nodes, with which the rules are evaluated again.
*/
async function gatherAgain(session: MonitorSession, before: SeenStates, intervalMs: number): Promise<void> {
	const nodes = [...session.store.get().nodes.values()];
	const changed = new Set(
		nodes
			.filter(node => before.get(node.address) !== stateOf(node) || isBetweenStarts(node))
			.map(({address}) => address),
	);
	if (changed.size === 0) {
		return;
	}

	await gatherHostEvidence(session, new Map([...before].filter(([address]) => !changed.has(address))));
	const seen = new Map(session.polls);
	const isNext = (address: NodeAddress, polls: number) =>
		!changed.has(address) || polls > (seen.get(address) ?? 0) || isRefused(session, address);
	await untilPolled(session, isNext, 2 * intervalMs);
	session.store.flush();
}

/**
Least share of the last ten seconds in which some process waited for a processor, from which the machine may slow the
server.
*/
const busyPressure = 0.3;

/** Whether the growth of the kernel's counters tells how the machine slows the server: it is busy, or limits the server. */
const needsSecondLook = ({host}: NodeRecord): boolean =>
	host?.value.kind === 'here' &&
	host.value.process !== undefined &&
	(host.value.cgroup?.processorQuota !== undefined || (host.value.kernel.processorPressure ?? 0) >= busyPressure);

/** Time between two readings of the machine, in milliseconds. Rules compare readings that are a second apart. */
const betweenLooksMs = 1050;

/** Reads the host evidence a second time for the nodes whose machine may slow them. */
async function gatherGrowth(session: MonitorSession, states: SeenStates, known: KnownProcesses): Promise<void> {
	const slowed = new Set([...session.store.get().nodes.values()].filter(needsSecondLook).map(({address}) => address));
	if (slowed.size > 0) {
		await systemClock.sleep(betweenLooksMs);
		session.store.flush();
		await gatherHostEvidence(session, new Map([...states].filter(([address]) => !slowed.has(address))), known);
		session.store.flush();
	}
}

/**
Whether the node refused the credentials. redis-top sends the credentials again only after 15 s, so `check` doesn't wait
for another poll of this node.
*/
const isRefused = ({store}: MonitorSession, address: NodeAddress): boolean =>
	store.get().nodes.get(address)?.failure?.layer === 'auth';

/** Longest time for which `check` takes further samples to confirm a condition, in milliseconds. */
const confirmationMs = 6000;

/**
Takes further samples while they may confirm a warning or a critical condition: one that holds, but not yet long enough
for a finding.
*/
async function untilConfirmed(watch: MonitorSession, intervalMs: number): Promise<void> {
	const {store, polls} = watch;
	const endMs = systemClock.elapsed() + confirmationMs;
	const isAwaited = (address: NodeAddress) => !isRefused(watch, address);
	while (store.isUnconfirmed(isAwaited) && systemClock.elapsed() < endMs) {
		const seen = new Map(polls);
		const isNext = (address: NodeAddress, count: number) => count > (seen.get(address) ?? 0) || !isAwaited(address);
		await untilPolled(watch, isNext, Math.min(2 * intervalMs, endMs - systemClock.elapsed()));
		await systemClock.sleep(20);
		store.flush();
	}
}

/**
Milliseconds after which it is known whether a server that gives no reply still gives small ones: the time until a reply
is late, and as long again for the small request.
*/
const smallReplyMs = 3000;

/** Waits while redis-top finds out whether a server without a reply still sends small ones. */
async function untilSmallReply({store}: MonitorSession): Promise<void> {
	const isOpen = ({failure, endpoint, pendingSinceMs = 0}: NodeRecord) =>
		failure?.code === 'TIMEOUT' &&
		failure.kind === undefined &&
		hasPacketLimit(endpoint) &&
		systemClock.now() - pendingSinceMs < smallReplyMs;
	while ([...store.get().nodes.values()].some(isOpen)) {
		await systemClock.sleep(50);
		store.flush();
	}
}

/**
Longest time for which a reply may stay away while `check` waits for it, in milliseconds. It is longer than the 5 s after
which a server without a reply is critical. Each run asks again, so a shorter wait would call an outage a warning for ever.
*/
const longestSilenceMs = 6000;

/** Waits until every server that gives no reply has answered, or is known to be critical. */
async function untilAnsweredOrCritical({store}: MonitorSession): Promise<void> {
	const isOpen = ({node, rule, severity, clearedAtMs}: Finding) => {
		const {failure, pendingSinceMs = 0} = (node === undefined ? undefined : store.get().nodes.get(node)) ?? {};
		return (
			rule === 'conn.unresponsive' &&
			severity === 'warning' &&
			clearedAtMs === undefined &&
			failure?.code === 'TIMEOUT' &&
			systemClock.now() - pendingSinceMs < longestSilenceMs
		);
	};

	while (store.get().findings.some(isOpen)) {
		await systemClock.sleep(50);
		store.flush();
	}
}

/** Longest time for which `check` waits for a replica that its primary lost, in milliseconds. It may start again just now. */
const longestVisitMs = 3000;

/** Waits until a lost replica that a log names has answered. */
async function untilVisited({fleet: {visits}, store}: MonitorSession): Promise<void> {
	const endMs = systemClock.elapsed() + longestVisitMs;
	while (visits.isAnyUnderWay && systemClock.elapsed() < endMs) {
		await systemClock.sleep(20);
	}

	store.flush();
}

/** Longest time for which `check` waits for a burst of PINGs, in milliseconds. */
const longestLookMs = 6000;

/** Waits for the closer looks at nodes, then for one more poll, with which the rules are evaluated again. */
async function untilLooked(session: MonitorSession, intervalMs: number): Promise<void> {
	if (!session.fleet.isLooking) {
		return;
	}

	const endMs = systemClock.elapsed() + longestLookMs;
	while (session.fleet.isLooking && systemClock.elapsed() < endMs) {
		await systemClock.sleep(20);
	}

	const seen = new Map(session.polls);
	const isNext = (address: NodeAddress, polls: number) =>
		polls > (seen.get(address) ?? 0) || isRefused(session, address);
	await untilPolled(session, isNext, 2 * intervalMs);
	session.store.flush();
}

/**
Time after which no further look begins, in milliseconds. On a machine short of processor time each look takes long, and a
supervisor ends a check that gives no result in time: Nagios after 60 s (service_check_timeout).
*/
const longestCloserMs = 20_000;

/**
Takes two samples of every node, one interval apart, and reads the host evidence. It takes further samples while they
may confirm a warning or a critical condition. Resolves with an ended session, for which every rule was evaluated.
*/
export async function gatherSamples(config: Config, {polling, end, asksEarlier}: Sampling): Promise<MonitorSession> {
	const least = Math.max(
		asksEarlier ? pollsNeededForEarlier : pollsNeeded,
		config.watchedKeys.length > 0 ? pollsNeededForWatchedKeys : 0,
	);
	const options = {signal: end.signal, isEveryNodeFocused: true, tracking: 'confirm'} as const;
	const session = startSession(config, options, polling);
	const deadlineMs = systemClock.elapsed() + (least + 1) * config.intervalMs + 2 * config.timeoutMs;
	await untilPolled(session, atLeast(1), config.intervalMs + config.timeoutMs);
	session.store.flush();
	const known = new KnownProcesses();
	const states = await gatherHostEvidence(session, undefined, known);
	// Publishes the evidence, so that the servers' paths are written to the state folder before the last sample.
	session.store.flush();
	await gatherGrowth(session, states, known);
	// The rules are evaluated with a poll. They need one more poll after the host evidence was read.
	const seen = new Map(session.polls);
	const isEnough = (address: NodeAddress, polls: number) =>
		polls >= Math.max(least, (seen.get(address) ?? 0) + 1) || isRefused(session, address);
	await untilPolled(session, isEnough, deadlineMs - systemClock.elapsed());
	session.store.flush();
	await inTime(longestCloserMs, [
		() => untilLooked(session, config.intervalMs),
		() => untilVisited(session),
		() => gatherAgain(session, states, config.intervalMs),
		() => untilSettled(session, config.intervalMs),
		() => untilConfirmed(session, config.intervalMs),
		() => untilSmallReply(session),
		() => untilAnsweredOrCritical(session),
		// Where packets are lost, a node may have answered so late that the first look at it has just begun.
		() => untilLooked(session, config.intervalMs),
	]);
	session.store.conclude();
	end.abort();
	return session;
}

/** `redis-top check`: evaluates every rule over a few samples of every node. Resolves with the exit code. */
export async function runCheck(config: Config, sampling: Sampling): Promise<number> {
	const print = chosenFormat(checkFormats, config);
	const session = await gatherSamples(config, sampling);
	const report = checkReport(session.store.get(), systemClock.now(), config);
	await writeOut(`${await print(report)}\n`);
	await session.nodesKept();
	return endAtOnce(report.check.exitCode);
}
