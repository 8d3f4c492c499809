import {addressOf, type NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {Series} from '../domain/series.js';
import {type ReplicaLine, replicaLines} from '../parse/info-fields.js';
import {sampleRate} from './node-values.js';
import type {WrittenOffsets} from './written-offsets.js';

/** A replica as listed by the node from which it replicates. */
export type ReplicaLink = {
	readonly address: NodeAddress;
	/** The state of the replica's link: `online`, `wait_bgsave`, `send_bulk` … */
	readonly state: string;
	/** `master_repl_offset` − the replica's offset in the same INFO, bytes; undefined until it is online and has acknowledged. */
	readonly behindBytes: number | undefined;
	/**
	Age of the replica's data in seconds: the time since its source had the offset that the replica has now. Undefined
	when it is not known.
	*/
	readonly behindSeconds: number | undefined;
	/** `lag=`: seconds since the replica's last ACK. This does not tell how far its data is behind. */
	readonly ackAgeSeconds: number | undefined;
	readonly offset: number | undefined;
	/** When the replica's offset was last seen growing, milliseconds of the monotonic clock. */
	readonly grewAtMs?: number | undefined;
	/** Seconds since the replica's offset last grew; undefined when it was not seen growing, and when it lacks nothing. */
	readonly stillSeconds?: number | undefined;
	/** `behindSeconds` over the last samples; undefined when a moment of the history is shown. */
	readonly delays?: Series | undefined;
};

/**
The offset that an online replica acknowledged last. INFO has the offset 0 for a replica that is not online, and for one
that has not acknowledged anything since its link began, as in the first second after a failover. Both give undefined. It
is a true 0 only where the source has written nothing.
*/
export const acknowledgedOffset = (
	{state, offset}: Pick<ReplicaLine, 'state' | 'offset'>,
	written: number | undefined,
): number | undefined => (state !== 'online' || (offset === 0 && written !== 0) ? undefined : offset);

/**
The replicas of a node and how far each replica is behind. `behindBytes` is the node's offset minus the replica's, both
from one INFO reply. It is undefined while the replica has acknowledged nothing. `lag=` is only
the age of the replica's last ACK. On a slow link, `lag=` stays at 0 while the data is a minute behind.

`behindSeconds` is here an estimate from two samples: `behindBytes` divided by the rate of the node's writes, which is
that between them or that since its start, whichever is higher. `withAges` knows the offsets of more samples.
*/
export function replicaLinks(earlier: NodeSample | undefined, later: NodeSample): readonly ReplicaLink[] {
	const written = later.info.number('replication', 'master_repl_offset');
	const seenRate = sampleRate(earlier, later, info => info.number('replication', 'master_repl_offset'));
	const rate = seenRate === undefined ? undefined : Math.max(seenRate, meanWriteRate(later) ?? 0);
	return replicaLines(later.info).map(line => {
		const {host, port, state, lagSeconds} = line;
		const isOnline = state === 'online';
		const offset = acknowledgedOffset(line, written);
		const behindBytes = written !== undefined && offset !== undefined ? Math.max(0, written - offset) : undefined;
		return {
			address: addressOf({kind: 'tcp', host, port}),
			state,
			behindBytes,
			behindSeconds: behindSeconds(behindBytes, rate),
			ackAgeSeconds: isOnline ? lagSeconds : undefined,
			offset,
		};
	});
}

/**
Bytes that the node has written a second since its start, for an estimate of ages while it hardly writes. Not exact: a
promoted replica continues the offset of its former primary. Undefined when its uptime is unknown or 0.
*/
export function meanWriteRate({info}: NodeSample): number | undefined {
	const offset = info.number('replication', 'master_repl_offset');
	const uptime = info.number('server', 'uptime_in_seconds');
	return offset === undefined || uptime === undefined || uptime <= 0 ? undefined : offset / uptime;
}

/** Number of ages that are kept of each replica: half an hour at one sample a second. */
const agesKept = 1800;

/**
The links of a sample with what only several samples tell: the age of each replica's data by the offsets that its source
had, its ages so far, and since when its offset stands still.

@param earlier The links of the sample before. Each series of ages is taken from there and gets one more reading.
@param sample The later sample.
@param longest Number of ages that are kept at most.
*/
export const withAges = (
	earlier: readonly ReplicaLink[],
	later: readonly ReplicaLink[],
	written: WrittenOffsets | undefined,
	sample: NodeSample,
	longest = agesKept,
): readonly ReplicaLink[] =>
	later.map((link, index) => {
		const before = sameReplica(earlier, later, index);
		const delays = before?.delays ?? new Series(Math.min(agesKept, longest), true);
		const behindSeconds =
			link.offset === undefined
				? undefined
				: (written?.ageSeconds(link.offset, meanWriteRate(sample)) ?? link.behindSeconds);
		delays.push(behindSeconds);
		return {...link, behindSeconds, ...growth(before, link, sample.elapsedMs), delays};
	});

/** When a replica's offset last grew, and for how many seconds it has stood still although the replica lacks data. */
function growth(
	before: ReplicaLink | undefined,
	{offset, behindBytes}: ReplicaLink,
	elapsedMs: number,
): Pick<ReplicaLink, 'grewAtMs' | 'stillSeconds'> {
	const isStill = before?.offset !== undefined && before.offset === offset;
	const grewAtMs = isStill ? before.grewAtMs : before?.offset === undefined ? undefined : elapsedMs;
	const isBehind = behindBytes !== undefined && behindBytes > 0;
	return {grewAtMs, stillSeconds: isBehind && grewAtMs !== undefined ? (elapsedMs - grewAtMs) / 1000 : undefined};
}

/**
The link of another sample for the same replica. Several replicas may announce one address, behind address translation
or with a copied `replica-announce-ip`. Their order then identifies them, as long as their number stays the same.
*/
function sameReplica(
	links: readonly ReplicaLink[],
	of: readonly ReplicaLink[],
	index: number,
): ReplicaLink | undefined {
	const link = of[index];
	const isSame = ({address}: ReplicaLink) => address === link?.address;
	const [there, here] = [links.filter(isSame), of.filter(isSame)];
	return there.length === here.length && link !== undefined ? there[here.indexOf(link)] : undefined;
}

/** The addresses that several replicas of the node announce, each listed once. */
export const sharedAddresses = (replicas: readonly ReplicaLink[]): readonly NodeAddress[] => [
	...new Set(replicas.map(({address}) => address).filter((address, index, all) => all.indexOf(address) !== index)),
];

/**
The age of a replica's data in seconds, if its source always wrote at this rate. With no bytes behind, the age is 0 at any
rate. With bytes behind and a rate of 0, it is unknown.
*/
function behindSeconds(behindBytes: number | undefined, bytesPerSecond: number | undefined): number | undefined {
	if (behindBytes === 0) {
		return 0;
	}

	return behindBytes === undefined || bytesPerSecond === undefined || bytesPerSecond <= 0
		? undefined
		: behindBytes / bytesPerSecond;
}
