import type {NodeRecord} from '../derive/node-record.js';
import {replicaBufferExcess} from '../derive/replica-buffers.js';
import {replicaLinks} from '../derive/replica-links.js';
import type {NextStep} from '../domain/finding.js';
import {message, nodeName} from '../domain/message.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** The default hard limit in bytes: `client-output-buffer-limit replica 256mb 64mb 60`. Source: redis.conf. */
const defaultBytes = 256 * 1024 * 1024;

/**
The hard limit of a replica's output buffer, in bytes; 0 means no limit.

@param setting `client-output-buffer-limit`: `normal 0 0 0 slave 268435456 67108864 60 pubsub …`. Undefined: the
default.
*/
export function replicaBufferLimit(setting: string | undefined): number {
	const limit = /(?:^| )(?:slave|replica) (\d+)/.exec(setting ?? '')?.[1];
	return limit === undefined ? defaultBytes : Number(limit);
}

/**
Whether the output buffer of a replica may grow without end: neither a hard nor a soft limit is set. Source: networking.c,
`checkClientOutputBufferLimits`.

@param setting `client-output-buffer-limit`. Undefined: not known, so the default counts, which is a limit.
*/
export const hasNoReplicaBufferLimit = (setting: string | undefined): boolean =>
	/(?:^| )(?:slave|replica) 0 0 /.test(setting ?? '');

/** The value that sets the default limit again. */
export const defaultReplicaLimit = 'CONFIG SET client-output-buffer-limit "replica 256mb 64mb 60"';

/**
Bytes for one replica from which an output buffer without a limit is worth a word: the soft limit by default. Source:
redis.conf.
*/
export const leastKeptBytes = 64 * mebibyte;

/** The bytes that a primary keeps for its replicas without a limit; undefined: few, or a limit is set. */
function keptWithoutLimit({sample, config}: NodeRecord): number | undefined {
	const kept = sample && replicaBufferExcess(sample.info);
	return kept !== undefined &&
		kept > leastKeptBytes &&
		hasNoReplicaBufferLimit(config?.value.get('client-output-buffer-limit'))
		? kept
		: undefined;
}

/**
The steps at the primary of a silent replica that keeps all writes for it without a limit. At the limit the primary closes
the link and frees the buffer. The replica then needs a full resync, and nothing is lost.
*/
export function stepsForKeptWrites({record, nodes, settings}: NodeFacts): readonly NextStep[] {
	const sameNode = nodeFinder(nodes);
	const primary = [...nodes.values()].find(
		({address, failure, sample}) =>
			address !== record.address &&
			failure === undefined &&
			sample !== undefined &&
			replicaLinks(undefined, sample).some(replica => sameNode(replica.address) === record.address),
	);
	const kept = primary && keptWithoutLimit(primary);
	return primary === undefined || kept === undefined
		? []
		: [
				hint(message`limit what its primary ${nodeName(primary.address)} keeps for it: ${bytes(kept)} in memory`),
				redisCli({record: primary, settings}, defaultReplicaLimit),
			];
}
