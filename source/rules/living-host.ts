import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import type {Endpoint} from '../domain/node.js';
import {hint, onHost} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Why a node does not answer whose host is known to live, and what to do then. */
export type LivingHost = {readonly reason: string; readonly meaning: string; readonly next: readonly NextStep[]};

const hostOf = (endpoint: Endpoint): string | undefined => (endpoint.kind === 'tcp' ? endpoint.host : undefined);

/** Whether the host of a node has answered since a time: by a reply of the node, or by a refused connection. */
const hasAnswered = ({failure, sample}: NodeRecord, sinceMs: number): boolean =>
	failure === undefined ? (sample?.atMs ?? 0) > sinceMs : failure.code === 'ECONNREFUSED';

/**
What another node of the same host shows about a node whose packets get no answer: the host lives. Undefined if no such
node has answered since.
*/
export function livingHost({record, nodes}: Pick<NodeFacts, 'record' | 'nodes'>): LivingHost | undefined {
	const {endpoint, failure, failingSinceMs = Number.POSITIVE_INFINITY} = record;
	const host = hostOf(endpoint);
	if (failure?.code !== 'ETIMEDOUT' || host === undefined || endpoint.kind !== 'tcp') {
		return undefined;
	}

	const other = [...nodes.values()].find(
		each => each.address !== record.address && hostOf(each.endpoint) === host && hasAnswered(each, failingSinceMs),
	);
	return other?.endpoint.kind !== 'tcp'
		? undefined
		: {
				reason: `the host answers on port ${other.endpoint.port}: this port is filtered, or its accept queue is full`,
				meaning:
					'The host lives, and the port does not even refuse: a firewall drops its packets, or the server hangs and its accept queue is full.',
				next: [
					hint(`firewall, security group, network policy: is port ${endpoint.port} open from here?`),
					onHost(`ss -ltn 'sport = :${endpoint.port}'   # Recv-Q above Send-Q: the accept queue is full`),
					onHost('nft list ruleset; iptables -S'),
				],
			};
}
