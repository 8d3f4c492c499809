import {emptySample} from '../derive/key-sample.js';
import {primaryAddress} from '../derive/replication-peers.js';
import type {Clock} from '../domain/clock.js';
import type {KeyScan} from '../domain/key-scan.js';
import type {NodeAddress} from '../domain/node.js';
import {KeyScanRun} from '../poll/key-scan-run.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {openPort} from '../wire/ioredis-port.js';

export type KeyScannerOptions = {
	readonly state: () => MonitorState;
	readonly settingsOf: (address: NodeAddress) => ConnectionSettings | undefined;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly report: (scan: KeyScan) => void;
};

/**
The scan of a node's Redis keys. The user controls the scan with one keyboard key. The first press shows the scan's
cost. Later presses start, stop and continue the scan.
*/
export class KeyScanner {
	readonly #options: KeyScannerOptions;
	#scan: KeyScan | undefined;
	#run: KeyScanRun | undefined;
	#end: AbortController | undefined;

	constructor(options: KeyScannerOptions) {
		this.#options = options;
		options.signal.addEventListener('abort', () => this.#end?.abort(), {once: true});
	}

	/** Offers a scan of the node, starts an offered scan, stops a running scan, or continues a stopped scan. */
	press(node: NodeAddress): void {
		const scan = this.#scan;
		if (scan === undefined || (scan.node !== node && !isUnderWay(scan)) || isOver(scan, this.#run)) {
			this.#offer(node);
		} else if (isUnderWay(scan)) {
			this.#end?.abort();
		} else if (scan.phase === 'offered' && this.#target(node)?.address !== scan.target) {
			// The offer is outdated, because a replica came or went.
			this.#offer(node);
		} else {
			this.#start(scan);
		}
	}

	/** The node that a scan would read: a replica if there is one, else the node itself. */
	#target(node: NodeAddress): NodeRecord | undefined {
		const {nodes} = this.#options.state();
		const record = nodes.get(node);
		return record && (replicaOf(record, [...nodes.values()]) ?? record);
	}

	#offer(node: NodeAddress): void {
		const record = this.#options.state().nodes.get(node);
		const target = this.#target(node);
		if (record === undefined || target === undefined) {
			return;
		}

		this.#run = undefined;
		this.#put({
			phase: 'offered',
			node,
			target: target.address,
			isOnReplica: target.role === 'replica',
			database: 0,
			keysInAll: record.values.get('keys'),
			note: undefined,
			activeMs: 0,
			commands: 0,
			serverMicroseconds: 0,
			sample: emptySample,
		});
	}

	#start(scan: KeyScan): void {
		const {settingsOf, clock, state} = this.#options;
		const settings = settingsOf(scan.target);
		if (settings === undefined) {
			this.#put({...scan, phase: 'failed', note: 'its connection settings are not known'});
			return;
		}

		const isCluster = state().nodes.get(scan.target)?.sample?.info.number('cluster', 'cluster_enabled') === 1;
		this.#run ??= new KeyScanRun({
			openPort: () => openPort(settings),
			clock,
			timeoutMs: settings.timeoutMs,
			isClusterReplica: isCluster && scan.isOnReplica,
			report: parts => this.#put({...(this.#scan ?? scan), ...parts}),
		});
		this.#end = new AbortController();
		this.#put({...scan, phase: 'running', note: undefined});
		void this.#run.run(this.#end.signal);
	}

	#put(scan: KeyScan): void {
		this.#scan = scan;
		this.#options.report(scan);
	}
}

const isUnderWay = ({phase}: KeyScan): boolean => phase === 'running' || phase === 'waiting';

/** Whether the next key press offers a new scan, because this scan failed or saw every key. */
const isOver = ({phase}: KeyScan, run: KeyScanRun | undefined): boolean =>
	phase === 'failed' || (phase === 'ended' && run?.isWhole !== false);

/** A replica of the node that answers and has its primary's data. Undefined if there is no such replica. */
const replicaOf = (record: NodeRecord, nodes: readonly NodeRecord[]): NodeRecord | undefined =>
	record.role === 'replica'
		? undefined
		: nodes.find(
				({role, reach, sample}) =>
					role === 'replica' &&
					reach === 'up' &&
					sample !== undefined &&
					primaryAddress(sample.info) === record.address &&
					sample.info.text('replication', 'master_link_status') === 'up',
			);
