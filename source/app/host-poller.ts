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
/** Interval between two checks whether a reading is due, in milliseconds. */
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

async function pollEvidence({store, focus, clock, signal}: HostPollerOptions): Promise<void> {
	const dueMs = new Map<NodeAddress, number>();
	while (!signal.aborted) {
		const address = focus();
		const record = address === undefined ? undefined : store.get().nodes.get(address);
		const isKnown = record?.sample !== undefined || record?.failure !== undefined;
		// A node that just stopped responding is examined at once: the cause may be over in a second.
		const hasJustStalled =
			(record?.pendingSinceMs ?? 0) > (record?.host?.atMs ?? 0) && record?.host?.value.kind !== 'elsewhere';
		const isDue = record !== undefined && clock.elapsed() >= (dueMs.get(record.address) ?? 0);
		if (record !== undefined && isKnown && (isDue || hasJustStalled)) {
			const {endpoint, sample, config} = record;
			const evidence = await gatherEvidence({
				endpoint,
				info: sample?.info,
				config: config?.value,
				nowMs: clock.now(),
			});
			store.ingestHost(record.address, evidence);
			dueMs.set(record.address, clock.elapsed() + pauseAfter(evidence));
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
