import {message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {primaryNamedBy, type ReplicationEdge, replicationEdges} from '../topology/replication-edges.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {recordsIn} from './node-records.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

/** The default of `repl-timeout`, in seconds. */
const defaultTimeout = 60;

/** A setting in seconds; undefined for a node that does not answer, and for settings that are not read. */
function secondsOf(facts: NodeFacts, name: string): number | undefined {
	const value = facts.sample === undefined ? undefined : facts.setting(name);
	return value === undefined || !/^\d+$/.test(value) ? undefined : Number(value);
}

/**
The longest period between two PINGs of any node. A replica with a longer timeout is in order, so that its primary need
not be found.
*/
const longestPeriod = (nodes: Iterable<NodeFacts>): number =>
	[...nodes].reduce((longest, facts) => Math.max(longest, secondsOf(facts, pingPeriod) ?? 0), 0);

const pingPeriod = 'repl-ping-replica-period';
const timeoutName = 'repl-timeout';

/** The primary at the head of a chain of replicas. The replicas between pass its PINGs on and send none of their own. */
function headOf(address: NodeAddress, edges: ReadonlyMap<NodeAddress, ReplicationEdge>): NodeAddress {
	const seen = new Set([address]);
	let head = address;
	for (let above = edges.get(head)?.source; above !== undefined && !seen.has(above); above = edges.get(head)?.source) {
		seen.add(above);
		head = above;
	}

	return head;
}

export const repTimeout = rule({
	id: 'rep.timeout',
	scope: 'fleet',
	docs: {
		looksAt:
			'The settings of a replication link contradict each other: `repl-timeout` of a replica is not longer than `repl-ping-replica-period` of the primary at the head of its chain, or `repl-timeout` of a node with replicas is not longer than the second between two acknowledgements of a replica.',
		since: '2.8',
		falsePositives: [
			'While writes come more often than the timeout, the link stays up. The rule fires all the same: the first quiet moment breaks the link.',
		],
	},
	thresholds: {
		acknowledgement: {value: 1, unit: 'seconds', source: 'a replica sends REPLCONF ACK once a second'},
	},
	evaluate(fleet, limits) {
		const longest = longestPeriod(fleet.nodes.values());
		return [...fleet.nodes.values()].flatMap(facts => {
			const timeout = secondsOf(facts, timeoutName);
			if (timeout === undefined) {
				return [];
			}

			const shortOfAcks =
				timeout <= limits(facts.address).acknowledgement && facts.record.replicas.length > 0
					? [shortForAcknowledgements(facts, timeout)]
					: [];
			return facts.record.role === 'replica' && timeout <= longest
				? [...shortForPings(facts, timeout, fleet), ...shortOfAcks]
				: shortOfAcks;
		});
	},
});

function shortForPings(facts: NodeFacts, timeout: number, fleet: FleetFacts): readonly FleetEvaluation[] {
	const {address} = facts;
	const edges = replicationEdges(recordsIn(fleet));
	const head = fleet.nodes.get(headOf(address, edges));
	const period = head && secondsOf(head, pingPeriod);
	if (head === undefined || period === undefined || head.address === address || timeout > period) {
		return [];
	}

	const source = edges.get(address)?.source ?? primaryNamedBy(facts.record) ?? head.address;
	const wanted = Math.max(defaultTimeout, 3 * period);
	const pinged = source === head.address ? 'a PING' : message`a PING of ${nodeName(head.address)}`;
	return [
		{
			...fires('warning', {
				problem: message`drops its idle link to ${nodeName(source)}`,
				reason: message`repl-timeout ${timeout}s, but ${pinged} every ${period}s`,
				effect: 'reads-stale',
				nodes: [...new Set([address, source, head.address])],
				evidence: [
					{name: timeoutName, value: timeout, unit: 'seconds'},
					{name: pingPeriod, value: period, unit: 'seconds'},
					{name: 'primary', value: message`${nodeName(head.address)}`},
				],
				meaning:
					'Without writes for that time the replica takes its primary for dead and connects again. It misses writes until then.',
				next: [
					hint(
						message`set ${timeoutName} of ${nodeName(address)} to ${wanted}: longer than the time between two PINGs`,
					),
					redisCli(facts, `CONFIG SET ${timeoutName} ${wanted}`),
					redisCli(facts, 'CONFIG REWRITE'),
				],
			}),
			node: address,
			subject: 'ping',
		},
	];
}

const shortForAcknowledgements = (facts: NodeFacts, timeout: number): FleetEvaluation => ({
	...fires('warning', {
		problem: 'drops the links to its replicas',
		reason: `repl-timeout ${timeout}s, but an acknowledgement every second`,
		effect: 'reads-stale',
		nodes: [facts.address, ...facts.record.replicas.map(({address}) => address)],
		evidence: [{name: timeoutName, value: timeout, unit: 'seconds'}],
		meaning: 'An acknowledgement that is a moment late ends the link. The replica misses writes until it is back.',
		next: [
			hint(message`set ${timeoutName} of ${nodeName(facts.address)} to ${defaultTimeout}, and that of its replicas`),
			redisCli(facts, `CONFIG SET ${timeoutName} ${defaultTimeout}`),
			redisCli(facts, 'CONFIG REWRITE'),
		],
	}),
	node: facts.address,
	subject: 'acknowledgement',
});

export const replicationTimeoutRules = [repTimeout] as const;
