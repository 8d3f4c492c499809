import {deflateRawSync, inflateRawSync, type ZlibOptions} from 'node:zlib';
import type {ClusterState} from '../cluster/cluster-state.js';
import {comparedRecord, unknownAfterFailure} from '../derive/compared-record.js';
import type {NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import {parseInfo} from '../parse/info.js';
import type {BlindRule, Finding} from '../rules/finding.js';
import {FindingHistory} from './finding-history.js';
import {type LightRecord, lightRecord} from './history-entry.js';
import {type Logs, logsOf, restoreLogs} from './log-history.js';
import type {AuditView, MonitorState, NodeRecord} from './monitor-state.js';

/** How far back one can look, milliseconds. */
export const historyMs = 30 * 60_000;
/** A sample is packed against the last whole one; every so many samples there is a new whole one. */
const samplesPerKey = 60;

/** Comparisons of cluster views that are kept, each with its views. */
const comparisonsKept = (nodes: number): number =>
	nodes <= scale.historyViewUpTo
		? scale.historyComparisons
		: Math.max(scale.fewestHistoryComparisons, Math.floor(scale.historyComparisonNodes / nodes));

/** A sample whose INFO is packed: about 400 bytes instead of 25,000. */
type PackedSample = Omit<NodeSample, 'info'> & {readonly packed: Buffer; readonly key: Buffer | undefined};

type Entry = LightRecord & {
	readonly atMs: number;
	readonly sample: PackedSample | undefined;
	/** The reading before it, for rates, is that of the entry before; not after a gap. */
	readonly hasEarlier: boolean;
	/** The how manieth reading of its series it was. */
	readonly place: number;
};

type Track = {
	entries: Entry[];
	/** The latest, whose logs are those of all entries. */
	latest: Logs;
	key: Buffer | undefined;
	sinceKey: number;
};

/**
What every node's record was over the last half hour, packed. Rates, commands and replicas are not kept but made again
from the samples, by the functions that made them first; so a moment of the past is shown by the panels as it was.
*/
export class History {
	readonly #tracks = new Map<NodeAddress, Track>();
	readonly #findings = new FindingHistory(historyMs);
	/** Each comparison of a cluster's views that said something new. */
	readonly #clusters: ClusterState[] = [];

	/** Takes in a record after its node's poll. `isSeen`: it is the node that is looked at. */
	add(record: NodeRecord, atMs: number, isSeen = true): void {
		const track: Track = this.#tracks.get(record.address) ?? {
			entries: [],
			latest: logsOf(record),
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
		track.entries.push({
			atMs,
			...lightRecord(record, before),
			sample: isSampled && record.sample !== undefined ? pack(record.sample, track) : undefined,
			hasEarlier: before?.sample !== undefined,
			place: readingsOf(record),
		});
		this.#forgetOldest(track, atMs);
	}

	/** Takes in what the rules found. */
	addFindings(findings: readonly Finding[], blindRules: readonly BlindRule[], atMs: number): void {
		this.#findings.add(findings, blindRules, atMs);
	}

	/** Takes in how a cluster's views compare. */
	addCluster(watch: ClusterState | undefined): void {
		const last = this.#clusters.at(-1);
		if (watch === undefined || (last !== undefined && saying(last) === saying(watch))) {
			return;
		}

		this.#clusters.push(watch);
		const tooOld = this.#clusters.findIndex(({atMs}) => atMs >= watch.atMs - historyMs) - 1;
		this.#clusters.splice(
			0,
			Math.max(0, tooOld, this.#clusters.length - comparisonsKept(watch.comparison.known.length)),
		);
	}

	get #mostEntries(): number {
		return Math.max(scale.fewestHistoryEntries, Math.floor(scale.historyEntries / this.#tracks.size));
	}

	/** Whether it stands as it stood, and its last entry is not yet old enough for another. */
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

	/**
	The moment one looks at next: of the node's polls the one before or after `fromMs`, or the last one until a minute
	before or after. Undefined when that is now: there is nothing later, or nothing at all.
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

	/** The state as it was at a moment: each node as of its last poll until then. Nodes not yet known are left out. */
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

/** Nothing that was done since. */
const auditAt = (audit: AuditView, atMs: number): AuditView => ({
	...audit,
	entries: audit.entries.filter(({at}) => Date.parse(at) <= atMs),
	fixes: audit.fixes.filter(({sinceMs}) => sinceMs <= atMs),
});

/** What of a comparison is read: who says what in words. Of a large cluster others are asked each time, so that they don't count. */
function saying({comparison: {groups, partitions, known}, verdicts}: ClusterState): string {
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

/** Taken of it so far, gaps among them; its series are those of every entry. */
const readingsOf = ({series}: Pick<NodeRecord, 'series'>): number => series.get('operations')?.taken ?? 0;

/** Its own memory: in the blocks that Node makes small buffers of, what is thrown away lies between what is kept, and keeps them all. */
function ownBuffer(text: string): Buffer {
	const buffer = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
	buffer.write(text);
	return buffer;
}

/** A copy: what zlib returns is the beginning of a block of 16 KB, and keeps it. */
const deflated = (raw: Buffer, options: ZlibOptions = {}): Buffer => Buffer.from(deflateRawSync(raw, options));

function unpack({packed, key, ...sample}: PackedSample): NodeSample {
	const raw = key === undefined ? inflateRawSync(packed) : inflateRawSync(packed, {dictionary: key});
	return {...sample, info: parseInfo(raw.toString())};
}

function recordAt(track: Track, index: number): NodeRecord {
	const entry = track.entries[index];
	// A failed poll shows the data of the last one that succeeded.
	const sampled = track.entries.findLastIndex((candidate, at) => at <= index && candidate.sample !== undefined);
	const current = track.entries[sampled];
	if (entry === undefined) {
		throw new RangeError(`there is no entry ${index} in the history`);
	}

	const stepsBack = readingsOf(entry.record) - entry.place;
	const record: NodeRecord = {
		...entry.record,
		...restoreLogs(entry.record, entry.logs, track.latest),
		series: new Map([...entry.record.series].map(([id, series]) => [id, series.copy(stepsBack)])),
		// One PING a poll, near enough.
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
