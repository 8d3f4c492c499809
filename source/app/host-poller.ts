import type {NodeRecord} from '../derive/node-record.js';
import {LadderMonitor} from '../diagnose/ladder-monitor.js';
import type {Clock} from '../domain/clock.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {NodeAddress} from '../domain/node.js';
import {gatherEvidence} from '../host/gather-evidence.js';
import type {MonitorStore} from '../state/monitor-store.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {openPort} from '../wire/ioredis-port.js';

/** Interval between two readings of this machine for the node in focus, in milliseconds. Also while the node doesn't respond. */
const evidenceEveryMs = 15_000;
/** The same for a node on another machine, which hardly moves to this one. */
const elsewhereEveryMs = 300_000;
/** Least time between two looks at the machine for a node whose state keeps changing, milliseconds. */
const leastPauseMs = 1000;
/** How often it is looked whether something is due, milliseconds. */
const stepMs = 500;

export type HostPollerOptions = {
	readonly store: MonitorStore;
	readonly focus: () => NodeAddress | undefined;
	readonly settingsOf: (address: NodeAddress) => ConnectionSettings | undefined;
	readonly clock: Clock;
	readonly signal: AbortSignal;
};

/** Gathers this machine's evidence about the node in focus, and climbs its ladder while it fails. Ends with the signal; never rejects. */
export async function pollHost(options: HostPollerOptions): Promise<void> {
	await Promise.all([pollEvidence(options), pollLadder(options)]);
}

/** The last look at the machine for a node. */
type Look = {
	/** When it began and when the next one is due, by the monotonic clock, milliseconds. */
	readonly begunMs: number;
	readonly dueMs: number;
	/** What the node said of itself then. */
	readonly state: string;
};

/** What makes older evidence doubtful when it changes: how the node fails, which process it is, whether it can write. */
export function stateOf({failure, sample, pendingSinceMs, config}: NodeRecord): string {
	const field = (name: string) => sample?.info.text('persistence', name);
	return [
		failure?.kind ?? failure?.code,
		failure === undefined ? sample?.runId : undefined,
		pendingSinceMs,
		field('aof_last_write_status'),
		field('rdb_last_bgsave_status'),
		// It tells where the log and the folder are.
		config !== undefined,
	].join(' ');
}

/** Whether a look at the machine is due: by the time, or at once because the node's state changed since the last one. */
export function isLookDue(record: NodeRecord, last: Look | undefined, nowMs: number): boolean {
	if (record.sample === undefined && record.failure === undefined) {
		return false;
	}

	if (last === undefined || nowMs >= last.dueMs) {
		return true;
	}

	return record.host?.value.kind === 'here' && nowMs - last.begunMs >= leastPauseMs && stateOf(record) !== last.state;
}

async function pollEvidence({store, focus, clock, signal}: HostPollerOptions): Promise<void> {
	const looks = new Map<NodeAddress, Look>();
	while (!signal.aborted) {
		const address = focus();
		const record = address === undefined ? undefined : store.get().nodes.get(address);
		const begunMs = clock.elapsed();
		if (record !== undefined && isLookDue(record, looks.get(record.address), begunMs)) {
			const {endpoint, sample, config, host} = record;
			const nowMs = clock.now();
			const evidence = await gatherEvidence({
				endpoint,
				info: sample?.info,
				infoAtMs: sample?.atMs,
				config: config?.value,
				before: host,
				nowMs,
			});
			store.ingestHost(record.address, evidence, nowMs);
			const dueMs = clock.elapsed() + pauseAfter(evidence);
			looks.set(record.address, {begunMs, dueMs, state: stateOf(record)});
		}

		await clock.sleep(stepMs, signal);
	}
}

const pauseAfter = ({kind}: HostEvidence): number => (kind === 'here' ? evidenceEveryMs : elsewhereEveryMs);

async function pollLadder({store, focus, settingsOf, clock, signal}: HostPollerOptions): Promise<void> {
	const monitor = new LadderMonitor();
	while (!signal.aborted) {
		const address = focus();
		const record = address === undefined ? undefined : store.get().nodes.get(address);
		const settings = address === undefined ? undefined : settingsOf(address);
		if (record?.failure !== undefined && settings !== undefined) {
			const {failure, failingSinceMs, pendingSinceMs, sample, config} = record;
			const ladder = await monitor.look({
				address: record.address,
				failure,
				failingSinceMs,
				pendingSinceMs,
				settings,
				clock,
				openPort,
				evidence: record.host?.value,
				lastInfo: sample?.info,
				lastConfig: config?.value,
			});
			if (ladder !== undefined) {
				store.ingestLadder(record.address, ladder);
			}
		}

		await clock.sleep(stepMs, signal);
	}
}
