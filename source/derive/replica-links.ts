import {addressOf, type NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {Series} from '../domain/series.js';
import {type ReplicaLine, replicaLines} from '../parse/info-fields.js';
import {sampleRate} from './node-values.js';

/** A replica as listed by the node from which it replicates. */
export type ReplicaLink = {
	readonly address: NodeAddress;
	/** The state of the replica's link: `online`, `wait_bgsave`, `send_bulk` … */
	readonly state: string;
	/** `master_repl_offset` − the replica's offset in the same INFO, bytes; undefined unless online. */
	readonly behindBytes: number | undefined;
	/**
	`behindBytes` divided by the rate at which this replica's offset grows; undefined when the rate is unknown or 0.
	*/
	readonly behindSeconds: number | undefined;
	/** `lag=`: seconds since the replica's last ACK. This does not tell how far its data is behind. */
	readonly ackAgeSeconds: number | undefined;
	readonly offset: number | undefined;
	/** `behindSeconds` over the last samples; undefined when a moment of the history is shown. */
	readonly delays?: Series | undefined;
};

/**
The replicas of a node and how far each replica is behind. `behindBytes` is the node's offset minus the replica's, both
from one INFO reply. `behindSeconds` is `behindBytes` divided by the rate at which the replica's offset grows. A replica
that isn't online has the offset 0 in INFO, so `behindBytes` is undefined. `lag=` is only the age of the replica's last
ACK. On a slow link, `lag=` stays at 0 while the data is a minute behind.
*/
export function replicaLinks(earlier: NodeSample | undefined, later: NodeSample): readonly ReplicaLink[] {
	const written = later.info.number('replication', 'master_repl_offset');
	return replicaLines(later.info).map((line, index) => {
		const {host, port, state, offset, lagSeconds} = line;
		const isOnline = state === 'online';
		const behindBytes =
			isOnline && written !== undefined && offset !== undefined ? Math.max(0, written - offset) : undefined;
		const rate = sampleRate(
			earlier,
			later,
			// A replica that was not online yet has the offset 0. Growth from that 0 is no rate.
			info => {
				const before = sameReplica(replicaLines(info), replicaLines(later.info), index);
				return before?.state === 'online' ? before.offset : undefined;
			},
		);
		return {
			address: addressOf({kind: 'tcp', host, port}),
			state,
			behindBytes,
			behindSeconds: behindSeconds(behindBytes, rate),
			ackAgeSeconds: isOnline ? lagSeconds : undefined,
			offset: isOnline ? offset : undefined,
		};
	});
}

/** Number of delays that are kept of each replica: half an hour at one sample a second. */
const delaysKept = 1800;

/** The links with their delays so far. Each series is taken from the earlier link and gets one more reading. */
export const withDelays = (
	earlier: readonly ReplicaLink[],
	later: readonly ReplicaLink[],
	longest = delaysKept,
): readonly ReplicaLink[] =>
	later.map(link => {
		const known = earlier.find(({address}) => address === link.address)?.delays;
		const delays = known ?? new Series(Math.min(delaysKept, longest), true);
		delays.push(link.behindSeconds);
		return {...link, delays};
	});

/**
The line of another sample for the same replica. Several replicas may announce one address, behind address translation
or with a copied `replica-announce-ip`. Their order then identifies them, as long as their number stays the same.
*/
function sameReplica(
	lines: readonly ReplicaLine[],
	of: readonly ReplicaLine[],
	index: number,
): ReplicaLine | undefined {
	const line = of[index];
	const isSame = (other: ReplicaLine) => other.host === line?.host && other.port === line.port;
	const [there, here] = [lines.filter(isSame), of.filter(isSame)];
	return there.length === here.length && line !== undefined ? there[here.indexOf(line)] : undefined;
}

/** The addresses that several replicas of the node announce, each listed once. */
export const sharedAddresses = (replicas: readonly ReplicaLink[]): readonly NodeAddress[] => [
	...new Set(replicas.map(({address}) => address).filter((address, index, all) => all.indexOf(address) !== index)),
];

/**
A replica's delay in seconds. With no bytes behind, the delay is 0 at any rate. With bytes behind and a rate of 0, there
is no delay in seconds.
*/
function behindSeconds(behindBytes: number | undefined, bytesPerSecond: number | undefined): number | undefined {
	if (behindBytes === 0) {
		return 0;
	}

	return behindBytes === undefined || bytesPerSecond === undefined || bytesPerSecond <= 0
		? undefined
		: behindBytes / bytesPerSecond;
}
