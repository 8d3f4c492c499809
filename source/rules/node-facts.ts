import {serverProduct} from '../derive/deployment.js';
import {FieldTracks, type TrackedField, type TrackedReading} from '../derive/field-tracks.js';
import type {KeyDrop} from '../derive/key-drop.js';
import {MeanTracks} from '../derive/mean-tracks.js';
import type {NodeRecord} from '../derive/node-record.js';
import {addressOf, type Endpoint, type NodeAddress} from '../domain/node.js';
import {counterRate} from '../domain/rate.js';
import type {NodeSample} from '../domain/sample.js';
import {defaultThresholds, type ThresholdName, type Thresholds} from '../domain/thresholds/thresholds.js';
import {errorStats} from '../parse/info-fields.js';

/** What the rules are told of a target beside what it says itself. */
export type RuleSettings = {
	readonly thresholds: Thresholds;
	/** Advice counts as a warning (`--strict`). */
	readonly isStrict: boolean;
	/** The target was declared a cache (`role = "cache"`): losing keys is its business. */
	readonly isCache: boolean;
	/** For the commands to copy. */
	readonly isTls: boolean;
	readonly user: string | undefined;
	/** False where redis-top gives no password. */
	readonly hasPassword: boolean;
};

export const defaultRuleSettings: RuleSettings = {
	thresholds: defaultThresholds,
	isStrict: false,
	isCache: false,
	isTls: false,
	user: undefined,
	hasPassword: true,
};

/** What is remembered of a node from sample to sample. */
export type RuleMemory = {
	readonly foundAtMs: number;
	/** When we saw its role change or its process restart; undefined: never so far. */
	readonly roleChangedAtMs: number | undefined;
	readonly restartedAtMs: number | undefined;
	/** When its connection was lost, newest last, at most the last ten. */
	readonly lossesAtMs: readonly number[];
	/** When most of its keys went from one sample to the next, last; undefined: never so far. */
	readonly keyDrop: (KeyDrop & {readonly atMs: number}) | undefined;
	readonly tracks: FieldTracks;
	readonly means: MeanTracks;
};

export const newRuleMemory = (foundAtMs: number): RuleMemory => ({
	foundAtMs,
	roleChangedAtMs: undefined,
	restartedAtMs: undefined,
	lossesAtMs: [],
	keyDrop: undefined,
	tracks: new FieldTracks(),
	means: new MeanTracks(),
});

export type NodeFactsInput = {
	readonly record: NodeRecord;
	/** The sample before, where it can be compared: the same process, no gap between. */
	readonly earlier: NodeSample | undefined;
	readonly watch: RuleMemory;
	readonly settings: RuleSettings;
	readonly nowMs: number;
	/** Every node that is known, this one too. */
	readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>;
};

/** Everything a rule may look at of one node, as of one moment. While the node doesn't answer it has no sample. */
export class NodeFacts {
	readonly record: NodeRecord;
	readonly sample: NodeSample | undefined;
	readonly earlier: NodeSample | undefined;
	readonly watch: RuleMemory;
	readonly settings: RuleSettings;
	readonly nowMs: number;
	readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>;

	constructor({record, earlier, watch, settings, nowMs, nodes}: NodeFactsInput) {
		this.record = record;
		this.sample = record.failure === undefined ? record.sample : undefined;
		this.earlier = this.sample === undefined || earlier?.runId !== this.sample.runId ? undefined : earlier;
		this.watch = watch;
		this.settings = settings;
		this.nowMs = nowMs;
		this.nodes = nodes;
	}

	get address(): NodeAddress {
		return this.record.address;
	}

	/** A field of INFO as a number; undefined when the server doesn't say it, or nothing now. */
	number(section: string, field: string): number | undefined {
		return this.sample?.info.number(section, field);
	}

	text(section: string, field: string): string | undefined {
		return this.sample?.info.text(section, field);
	}

	/** By how much a counter grew since the sample before; undefined when it can't be compared, never negative. */
	increase(section: string, field: string): number | undefined {
		const before = this.earlier?.info.number(section, field);
		const after = this.number(section, field);
		return before === undefined || after === undefined || after < before ? undefined : after - before;
	}

	perSecond(section: string, field: string): number | undefined {
		const before = this.earlier?.info.number(section, field);
		const after = this.number(section, field);
		if (this.earlier === undefined || this.sample === undefined || before === undefined || after === undefined) {
			return undefined;
		}

		return counterRate(
			{elapsedMs: this.earlier.elapsedMs, runId: this.earlier.runId, total: before},
			{elapsedMs: this.sample.elapsedMs, runId: this.sample.runId, total: after},
		);
	}

	/** How many replies began with this word (`OOM`) since the sample before; undefined before Redis 6.2. */
	errorIncrease(code: string): number | undefined {
		if (
			this.sample?.info.sections.has('errorstats') !== true ||
			this.earlier?.info.sections.has('errorstats') !== true
		) {
			return undefined;
		}

		const change = (errorStats(this.sample.info).get(code) ?? 0) - (errorStats(this.earlier.info).get(code) ?? 0);
		return change < 0 ? undefined : change;
	}

	/** A setting as CONFIG GET printed it last; undefined when that was not asked yet, or may not be. */
	setting(name: string): string | undefined {
		return this.record.config?.value.get(name);
	}

	/** The readings of the last `backMs`, oldest first, one each ten seconds. */
	past(field: TrackedField, backMs: number): readonly TrackedReading[] {
		return this.watch.tracks.readings(field, this.nowMs - backMs);
	}

	threshold(name: ThresholdName): number {
		return this.settings.thresholds[name];
	}

	/** What stands before a command for this node: `redis-cli -h 10.0.1.11 -p 6379`. */
	get cli(): string {
		const {info} = this.record.sample ?? {};
		const program = info !== undefined && serverProduct(info)?.product === 'valkey' ? 'valkey-cli' : 'redis-cli';
		return [program, ...connectionArguments(this.record.endpoint, this.settings)].join(' ');
	}

	/** The node that this one copies from, where it is known under the address it gives. */
	get primary(): NodeRecord | undefined {
		const host = this.text('replication', 'master_host');
		const port = this.number('replication', 'master_port');
		return host === undefined || port === undefined ? undefined : this.nodes.get(addressOf({kind: 'tcp', host, port}));
	}
}

export function connectionArguments(endpoint: Endpoint, {isTls, user}: Pick<RuleSettings, 'isTls' | 'user'>): string[] {
	const where =
		endpoint.kind === 'unix'
			? ['-s', quoted(endpoint.path)]
			: ['-h', quoted(endpoint.host), '-p', String(endpoint.port)];
	return [...where, ...(isTls ? ['--tls'] : []), ...(user === undefined ? [] : ['--user', quoted(user)])];
}

/** For a POSIX shell: what a server calls itself may hold anything. */
export const quoted = (word: string): string =>
	/^[\w.:/%@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
