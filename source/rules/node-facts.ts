import {FieldTracks, type TrackedField, type TrackedReading} from '../derive/field-tracks.js';
import type {HeavyCommand} from '../derive/heavy-command.js';
import type {KeyDrop} from '../derive/key-drop.js';
import {MeanTracks} from '../derive/mean-tracks.js';
import type {NodeRecord} from '../derive/node-record.js';
import {primaryAddress} from '../derive/replication-peers.js';
import type {SeenNewcomers} from '../derive/seen-newcomers.js';
import type {SeenWriters} from '../derive/seen-writers.js';
import {ThreadTimes} from '../derive/thread-times.js';
import type {InfoReply} from '../domain/info-reply.js';
import {joinMessages, type Message, message, type NameKind, nameOf} from '../domain/message.js';
import type {Endpoint, NodeAddress, NodeRole} from '../domain/node.js';
import {counterRate} from '../domain/rate.js';
import type {NodeSample} from '../domain/sample.js';
import {
	type LimitsOf,
	limitsOf,
	type ThresholdOverrides,
	type ThresholdTable,
	type WithThresholds,
} from '../domain/threshold.js';
import {errorCounting, errorStats} from '../parse/info-fields.js';
import {nodeFinder} from '../topology/replication-edges.js';

/** Settings of a target that rules read. Every node discovered from the target inherits them. */
export type RuleSettings = {
	readonly thresholds: ThresholdOverrides;
	/** `--strict`: advice counts as a warning. */
	readonly isStrict: boolean;
	/** `role = "cache"` in the config file: the deployment may lose keys. */
	readonly isCache: boolean;
	/** Whether connections use TLS; next steps then have `--tls`. */
	readonly isTls: boolean;
	/** The ACL user that redis-top connects as; undefined: the default user. */
	readonly user: string | undefined;
	/** Whether redis-top has a password for the node. */
	readonly hasPassword: boolean;
};

export const defaultRuleSettings: RuleSettings = {
	thresholds: {},
	isStrict: false,
	isCache: false,
	isTls: false,
	user: undefined,
	hasPassword: true,
};

/** Facts about a node that rules keep from one evaluation to the next. */
export type RuleMemory = {
	/** When redis-top first knew of the node, milliseconds since the epoch. */
	readonly foundAtMs: number;
	/** When redis-top last saw the role change, milliseconds since the epoch; undefined: never. */
	readonly roleChangedAtMs: number | undefined;
	/** The last ten times at which redis-top saw a replica become a primary, oldest first. Milliseconds since the epoch. */
	readonly promotedAtMs: readonly number[];
	/**
	When redis-top last saw another process in place of the old one, milliseconds since the epoch; undefined: never.
	*/
	readonly restartedAtMs: number | undefined;
	/**
	The role before the last restart; undefined if redis-top saw no restart. Rules need it because a replica of a
	cluster reports the role primary while it loads its data.
	*/
	readonly roleBeforeRestart: NodeRole | undefined;
	/**
	The replication id that a primary had before its last restart, until its replicas have answered since. A replica may
	still tell that it took over before. Undefined when they have answered.
	*/
	readonly historyBeforeRestart: string | undefined;
	/** The reply to CONFIG GET of the process before the last restart; undefined if redis-top saw none. */
	readonly settingsBeforeRestart: ReadonlyMap<string, string> | undefined;
	/**
	The last 120 times at which redis-top saw the process replaced, or saw it start and end before its first reply, oldest
	first. Milliseconds since the epoch.
	*/
	readonly restartsAtMs: readonly number[];
	/**
	Whether the last of `restartsAtMs` is the start of a process that has not given a sample yet. Its first sample then
	does not count as one more restart.
	*/
	readonly isStartCounted: boolean;
	/** `NRestarts` of the server's systemd unit, at its last reading; undefined: not known. */
	readonly unitRestarts: number | undefined;
	/** The last 120 times when `unitRestarts` rose, once for each restart, oldest first. Milliseconds since the epoch. */
	readonly unitRestartsAtMs: readonly number[];
	/** The last ten times when redis-top lost its connection, milliseconds since the epoch, oldest first. */
	readonly lossesAtMs: readonly number[];
	/** The last disappearance of most keys between two samples, with its time; undefined: never. */
	readonly keyDrop: (KeyDrop & {readonly atMs: number}) | undefined;
	/** The last command that held the main thread by its own work, with its time; undefined: no such command was seen. */
	readonly heavyCommand: (HeavyCommand & {readonly atMs: number}) | undefined;
	/** The longest such command of the last minute. */
	readonly longCommand: (HeavyCommand & {readonly atMs: number}) | undefined;
	/** Which clients the last readings of CLIENT LIST showed with a writing command. */
	readonly writers: SeenWriters;
	/** Which clients had just connected at the last readings of CLIENT LIST. */
	readonly newcomers: SeenNewcomers;
	/** When the node's shard last gave slots away, or began to, milliseconds since the epoch; undefined: never. */
	readonly slotsLeftAtMs: number | undefined;
	/** When INFO last showed a FAILOVER under way, milliseconds since the epoch; undefined: never. */
	readonly failoverSeenAtMs: number | undefined;
	readonly tracks: FieldTracks;
	readonly means: MeanTracks;
	readonly threadTimes: ThreadTimes;
};

export const newRuleMemory = (foundAtMs: number): RuleMemory => ({
	foundAtMs,
	roleChangedAtMs: undefined,
	promotedAtMs: [],
	restartedAtMs: undefined,
	roleBeforeRestart: undefined,
	historyBeforeRestart: undefined,
	settingsBeforeRestart: undefined,
	restartsAtMs: [],
	isStartCounted: false,
	unitRestarts: undefined,
	unitRestartsAtMs: [],
	lossesAtMs: [],
	keyDrop: undefined,
	heavyCommand: undefined,
	longCommand: undefined,
	writers: [],
	newcomers: [],
	slotsLeftAtMs: undefined,
	failoverSeenAtMs: undefined,
	tracks: new FieldTracks(),
	means: new MeanTracks(),
	threadTimes: new ThreadTimes(),
});

export type NodeFactsInput = {
	readonly record: NodeRecord;
	/** The previous sample; undefined after a restart or a gap. */
	readonly earlier: NodeSample | undefined;
	readonly memory: RuleMemory;
	readonly settings: RuleSettings;
	readonly nowMs: number;
	/** All known nodes, this node included. */
	readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>;
};

/**
Everything that a rule may read about one node at one moment. While the node does not answer, `sample` is undefined.
*/
export class NodeFacts {
	readonly record: NodeRecord;
	readonly sample: NodeSample | undefined;
	readonly earlier: NodeSample | undefined;
	readonly memory: RuleMemory;
	readonly settings: RuleSettings;
	readonly nowMs: number;
	readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>;

	constructor({record, earlier, memory, settings, nowMs, nodes}: NodeFactsInput) {
		this.record = record;
		this.sample = record.failure === undefined ? record.sample : undefined;
		this.earlier = this.sample === undefined || earlier?.runId !== this.sample.runId ? undefined : earlier;
		this.memory = memory;
		this.settings = settings;
		this.nowMs = nowMs;
		this.nodes = nodes;
	}

	get address(): NodeAddress {
		return this.record.address;
	}

	/** A field of INFO as a number; undefined if the server does not print it, or does not answer now. */
	number(section: string, field: string): number | undefined {
		return this.sample?.info.number(section, field);
	}

	/** A field of INFO as text; undefined if the server does not print it, or does not answer now. */
	text(section: string, field: string): string | undefined {
		return this.sample?.info.text(section, field);
	}

	/** How much a counter grew since the sample before; undefined after a gap, a restart or a reset. Never negative. */
	increase(section: string, field: string): number | undefined {
		const before = this.earlier?.info.number(section, field);
		const after = this.number(section, field);
		return before === undefined || after === undefined || after < before ? undefined : after - before;
	}

	/** The growth of a counter per second since the sample before; undefined after a gap, a restart or a reset. */
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

	/**
	How many error replies with this code (`OOM`) were sent since the previous sample. Undefined before Redis 6.2, or if
	the server no longer counts this code.
	*/
	errorIncrease(code: string): number | undefined {
		const before = errorTotal(this.earlier?.info, code);
		const after = errorTotal(this.sample?.info, code);
		return before === undefined || after === undefined || after < before ? undefined : after - before;
	}

	/** A server setting as CONFIG GET last returned it; undefined if CONFIG GET is pending or denied. */
	setting(name: string): string | undefined {
		return this.record.config?.value.get(name);
	}

	/** The readings of a field in the last `backMs` milliseconds, one every ten seconds, oldest first. */
	past(field: TrackedField, backMs: number): readonly TrackedReading[] {
		return this.memory.tracks.readings(field, this.nowMs - backMs);
	}

	/** The values of another rule's thresholds, for the target of this node. */
	limitsOf<Table extends ThresholdTable>(rule: WithThresholds<Table>): LimitsOf<Table> {
		return limitsOf(rule, this.settings.thresholds);
	}

	/** The node that this node replicates from; undefined if no node is known by the address in `master_host`. */
	get primary(): NodeRecord | undefined {
		const address = this.record.sample && primaryAddress(this.record.sample.info);
		return address && this.nodes.get(nodeFinder(this.nodes)(address));
	}
}

/**
The total of one error code. If a complete list of codes lacks this code, the code was never sent and its total is 0.
*/
function errorTotal(info: InfoReply | undefined, code: string): number | undefined {
	if (info?.sections.has('errorstats') !== true) {
		return undefined;
	}

	return errorStats(info).get(code) ?? (errorCounting(info) === 'all' ? 0 : undefined);
}

/**
The arguments with which redis-cli reaches the node: `-h 10.0.1.11 -p 6379 --tls --user monitor`. The message marks
host, path and user as names.
*/
export function connectionArguments(endpoint: Endpoint, settings: Pick<RuleSettings, 'isTls' | 'user'>): Message {
	const where =
		endpoint.kind === 'unix'
			? message`-s ${quotedName('path', endpoint.path)}`
			: message`-h ${quotedName('host', endpoint.host)} -p ${endpoint.port}`;
	return joinMessages([where, ...credentialArguments(settings)], ' ');
}

/** The arguments of redis-cli that are the same for every node: `--tls --user monitor`. */
export const credentialArguments = ({isTls, user}: Pick<RuleSettings, 'isTls' | 'user'>): readonly Message[] => [
	...(isTls ? ['--tls'] : []),
	...(user === undefined ? [] : [message`--user ${quotedName('user', user)}`]),
];

/** The text as one word for a POSIX shell. Texts come from servers too, so a text may contain any character. */
export const quoted = (word: string): string => (isPlainWord(word) ? word : `'${escaped(word)}'`);

/**
A name as one word for a POSIX shell. The quotation marks are not part of the name, so they remain when the name is
masked.
*/
export const quotedName = (kind: NameKind, word: string): Message =>
	isPlainWord(word) ? message`${nameOf(kind, word)}` : message`'${nameOf(kind, escaped(word))}'`;

const isPlainWord = (word: string): boolean => /^[\w.:/%@+-]+$/.test(word);
const escaped = (word: string): string => word.replaceAll("'", String.raw`'\''`);
