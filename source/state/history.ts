import {deflateRawSync, inflateRawSync, type ZlibOptions} from 'node:zlib';
import type {ClusterState} from '../cluster/cluster-state.js';
import {comparedRecord, unknownAfterFailure} from '../derive/compared-record.js';
import type {NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import {statementText} from '../domain/statement.js';
import {parseInfo} from '../parse/info.js';
import type {BlindRule, Finding} from '../rules/finding.js';
import {FindingHistory} from './finding-history.js';
import {type HistoryEntry, type Logs, logsOf, restoreLogs, toHistoryEntry} from './history-entry.js';
import type {AuditView, MonitorState, NodeRecord} from './monitor-state.js';

/** Length of the history in milliseconds. */
export const historyMs = 30 * 60_000;
/**
Number of samples whose INFO is compressed with the INFO of one earlier sample as dictionary. The sample after them is
compressed alone, and its INFO is the next dictionary.
*/
const samplesPerKey = 60;

/** Number of comparisons of cluster views that are kept, each with its views. */
const comparisonsKept = (nodes: number): number =>
	nodes <= scale.historyViewUpTo
		? scale.historyComparisons
		: Math.max(scale.fewestHistoryComparisons, Math.floor(scale.historyComparisonNodes / nodes));

/** A sample with its INFO compressed: about 400 bytes instead of 25,000. */
type PackedSample = Omit<NodeSample, 'info'> & {readonly packed: Buffer; readonly key: Buffer | undefined};

type Entry = HistoryEntry & {
	readonly atMs: number;
	readonly sample: PackedSample | undefined;
	/** Whether the previous entry has a sample too, so that rates are known. */
	readonly hasEarlier: boolean;
	/** The number of readings that each series of the node had taken when this entry was made. */
	readonly index: number;
};

type Track = {
	entries: Entry[];
	/** The latest command logs. The logs of every history entry are restored from these. */
	latest: Logs;
	/** The last entry's record as it came. Undefined with many nodes, whose records would take memory. */
	came: NodeRecord | undefined;
	key: Buffer | undefined;
	sinceKey: number;
};

/**
Every node's record over the last half hour, compressed. Values computed from two samples are not kept: `comparedRecord`
computes them again for a past moment.
*/
export class History {
	readonly #tracks = new Map<NodeAddress, Track>();
	readonly #findings = new FindingHistory(historyMs);
	/** The comparisons of cluster views. A comparison is kept only if it differs from the previous one. */
	readonly #clusters: ClusterState[] = [];

	/** Adds a record after its node's poll. `isSeen`: the node is in focus, so that every record is added. */
	add(record: NodeRecord, atMs: number, isSeen = true): void {
		const track: Track = this.#tracks.get(record.address) ?? {
			entries: [],
			latest: logsOf(record),
			came: undefined,
			key: undefined,
			sinceKey: 0,
		};
		this.#tracks.set(record.address, track);
		if (!isSeen && this.#isTooSoon(track, record, atMs)) {
			return;
		}

		const isSampled = record.failure === undefined && record.sample !== undefined;
		const before = track.entries.at(-1);
		track.latest = logsOf(record);
		const {entry, came} = toHistoryEntry(record, before, track.came);
		track.came = this.#tracks.size <= scale.historyEveryPollUpTo ? came : undefined;
		track.entries.push({
			atMs,
			...entry,
			sample: isSampled && record.sample !== undefined ? pack(record.sample, track) : undefined,
			hasEarlier: before?.sample !== undefined,
			index: readingsOf(record),
		});
		this.#forgetOldest(track, atMs);
	}

	/** Adds the present findings, and the rules that could not be evaluated. */
	addFindings(findings: readonly Finding[], blindRules: readonly BlindRule[], atMs: number): void {
		this.#findings.add(findings, blindRules, atMs);
	}

	/** Adds a comparison of cluster views, unless it equals the last one. */
	addCluster(cluster: ClusterState | undefined): void {
		const last = this.#clusters.at(-1);
		if (cluster === undefined || (last !== undefined && comparisonKey(last) === comparisonKey(cluster))) {
			return;
		}

		this.#clusters.push(cluster);
		const tooOld = this.#clusters.findIndex(({atMs}) => atMs >= cluster.atMs - historyMs) - 1;
		this.#clusters.splice(
			0,
			Math.max(0, tooOld, this.#clusters.length - comparisonsKept(cluster.comparison.known.length)),
		);
	}

	get #mostEntries(): number {
		return Math.max(scale.fewestHistoryEntries, Math.floor(scale.historyEntries / this.#tracks.size));
	}

	/**
	Whether the record is left out of the history. In a large deployment this is so when the node's failure is unchanged
	and its last entry is recent.
	*/
	#isTooSoon({entries}: Track, {failure}: NodeRecord, atMs: number): boolean {
		const last = entries.at(-1);
		return (
			this.#tracks.size > scale.historyEveryPollUpTo &&
			last !== undefined &&
			last.record.failure?.code === failure?.code &&
			atMs - last.atMs < historyMs / this.#mostEntries
		);
	}

	#forgetOldest({entries}: Track, nowMs: number): void {
		const mostEntries = this.#mostEntries;
		const tooMany = Math.max(0, entries.length - mostEntries);
		const tooOld = entries.findIndex(({atMs}) => atMs >= nowMs - historyMs);
		if (Math.max(tooMany, tooOld) > 0) {
			entries.splice(0, Math.max(tooMany, tooOld));
		}
	}

	/** The oldest moment at which a node can be shown, in milliseconds since the epoch; undefined for an unknown node. */
	oldest(address: NodeAddress): number | undefined {
		return this.#tracks.get(address)?.entries[0]?.atMs;
	}

	/**
	The moment to show next. For `sample`, it is the time of the node's poll before (-1) or after (1) `fromMs`. For
	`minute`, it is the time of the node's last poll up to the moment one minute before or after `fromMs`. Undefined
	when the next moment is the present, or there is no such poll.
	*/
	momentFrom(address: NodeAddress, fromMs: number, by: -1 | 1, unit: 'sample' | 'minute'): number | undefined {
		const moments = this.#tracks.get(address)?.entries.map(({atMs}) => atMs) ?? [];
		if (unit === 'sample') {
			return by === -1 ? (moments.findLast(atMs => atMs < fromMs) ?? moments[0]) : moments.find(atMs => atMs > fromMs);
		}

		const wantedMs = fromMs + by * 60_000;
		const newestMs = moments.at(-1);
		return newestMs === undefined || wantedMs >= newestMs
			? undefined
			: (moments.findLast(atMs => atMs <= wantedMs) ?? moments[0]);
	}

	/**
	The state at a moment. Each node is shown as of its last poll up to that moment. Nodes that were not discovered yet
	are left out.
	*/
	at(live: MonitorState, atMs: number): MonitorState {
		const nodes = new Map<NodeAddress, NodeRecord>();
		for (const [address, track] of this.#tracks) {
			const index = track.entries.findLastIndex(entry => entry.atMs <= atMs);
			if (index >= 0) {
				nodes.set(address, recordAt(track, index));
			}
		}

		const cluster = this.#clusters.findLast(watch => watch.atMs <= atMs);
		return {
			...live,
			nodes,
			cluster,
			events: live.events.filter(event => event.atMs <= atMs),
			findings: this.#findings.findingsAt(atMs),
			blindRules: this.#findings.blindRulesAt(atMs),
			incidentSinceMs: (live.incidentSinceMs ?? Number.POSITIVE_INFINITY) > atMs ? undefined : live.incidentSinceMs,
			audit: live.audit && auditAt(live.audit, atMs),
		};
	}
}

/** The part of the audit log until a moment. */
const auditAt = (audit: AuditView, atMs: number): AuditView => ({
	...audit,
	entries: audit.entries.filter(({at}) => Date.parse(at) <= atMs),
	fixes: audit.fixes.filter(({sinceMs}) => sinceMs <= atMs),
});

/**
A text that differs when two comparisons differ. In a large cluster only the latest views are kept, so each comparison
reads the views of different nodes. For such a cluster, the text has only the verdicts and the numbers of groups and
partitions.
*/
function comparisonKey({comparison: {groups, partitions, known}, verdicts}: ClusterState): string {
	const texts = verdicts.map(verdict => statementText(verdict));
	return known.length > scale.historyViewUpTo
		? JSON.stringify([texts, groups.length, partitions.length])
		: JSON.stringify([texts, groups, partitions]);
}

function pack({info, ...sample}: NodeSample, track: Track): PackedSample {
	const raw = ownBuffer(info.toText());
	if (track.key === undefined || track.sinceKey >= samplesPerKey) {
		track.key = raw;
		track.sinceKey = 0;
		return {...sample, packed: deflated(raw), key: undefined};
	}

	track.sinceKey += 1;
	return {...sample, packed: deflated(raw, {dictionary: track.key}), key: track.key};
}

/**
The number of samples and gaps in the record's series so far. All history entries of the node share these series.
*/
const readingsOf = ({series}: Pick<NodeRecord, 'series'>): number => series.get('operations')?.taken ?? 0;

/** A buffer with its own memory. A buffer from Node's pool would keep the pool's whole block of 8 KB in memory. */
function ownBuffer(text: string): Buffer {
	const buffer = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
	buffer.write(text);
	return buffer;
}

/** The deflated bytes, copied, because the buffer that zlib returns keeps a block of 16 KB in memory. */
const deflated = (raw: Buffer, options: ZlibOptions = {}): Buffer => Buffer.from(deflateRawSync(raw, options));

function unpack({packed, key, ...sample}: PackedSample): NodeSample {
	const raw = key === undefined ? inflateRawSync(packed) : inflateRawSync(packed, {dictionary: key});
	return {...sample, info: parseInfo(raw.toString())};
}

function recordAt(track: Track, index: number): NodeRecord {
	const entry = track.entries[index];
	// For a failed poll, the data of the last successful poll before it is shown.
	const sampled = track.entries.findLastIndex((candidate, at) => at <= index && candidate.sample !== undefined);
	const current = track.entries[sampled];
	if (entry === undefined) {
		throw new RangeError(`there is no entry ${index} in the history`);
	}

	const stepsBack = readingsOf(entry.record) - entry.index;
	const record: NodeRecord = {
		...entry.record,
		...restoreLogs(entry.record, entry.logs, track.latest),
		series: new Map([...entry.record.series].map(([id, series]) => [id, series.copy(stepsBack)])),
		// The PING series has about as many readings as there are polls, so the same number of newest readings is left out.
		ping: {...entry.record.ping, series: entry.record.ping.series.copy(stepsBack)},
	};
	if (current?.sample === undefined) {
		return record;
	}

	const sample = unpack(current.sample);
	const packedEarlier = current.hasEarlier ? track.entries[sampled - 1]?.sample : undefined;
	const earlier = packedEarlier === undefined ? undefined : unpack(packedEarlier);
	const hasFailed = entry.sample === undefined;
	return {...record, sample, ...comparedRecord(earlier, sample), ...(hasFailed ? unknownAfterFailure : {})};
}
