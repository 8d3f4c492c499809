import {addressOf, type NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {replicaLines} from '../parse/info-fields.js';
import {sampleRate} from './node-values.js';

/** A replica as the node it copies from lists it. */
export type ReplicaLink = {
	readonly address: NodeAddress;
	/** `online`, `wait_bgsave`, `send_bulk` … */
	readonly state: string;
	/** `master_repl_offset` − the replica's offset in the same INFO, bytes; undefined unless online. */
	readonly behindBytes: number | undefined;
	/** `behindBytes` by the rate at which this replica's offset grows; undefined where that is unknown or 0. */
	readonly behindSeconds: number | undefined;
	/** `lag=`: seconds since the last ACK. Says nothing of data behind. */
	readonly ackAgeSeconds: number | undefined;
	readonly offset: number | undefined;
};

/**
The replicas of a node and how far each is behind, in bytes and in seconds of its own pace. Both offsets are taken from
one INFO; a replica that isn't online shows 0 there, which says nothing. `lag=` is only the age of its last ACK: on a
slow link it stays 0 while the data is a minute behind (signals 0.9).
*/
export function replicaLinks(earlier: NodeSample | undefined, later: NodeSample): readonly ReplicaLink[] {
	const written = later.info.number('replication', 'master_repl_offset');
	return replicaLines(later.info).map(({host, port, state, offset, lagSeconds}) => {
		const isOnline = state === 'online';
		const behindBytes =
			isOnline && written !== undefined && offset !== undefined ? Math.max(0, written - offset) : undefined;
		const pace = sampleRate(
			earlier,
			later,
			// The 0 of a replica that was not online yet is no offset, and growth from it would be no pace.
			info => replicaLines(info).find(row => row.host === host && row.port === port && row.state === 'online')?.offset,
		);
		return {
			address: addressOf({kind: 'tcp', host, port}),
			state,
			behindBytes,
			behindSeconds: behindSeconds(behindBytes, pace),
			ackAgeSeconds: isOnline ? lagSeconds : undefined,
			offset: isOnline ? offset : undefined,
		};
	});
}

/** Nothing behind is 0 seconds at any pace; something behind at no pace can't be put in seconds. */
function behindSeconds(behindBytes: number | undefined, bytesPerSecond: number | undefined): number | undefined {
	if (behindBytes === 0) {
		return 0;
	}

	return behindBytes === undefined || bytesPerSecond === undefined || bytesPerSecond <= 0
		? undefined
		: behindBytes / bytesPerSecond;
}
