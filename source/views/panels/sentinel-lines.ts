import type {NodeAddress} from '../../domain/node.js';
import type {MonitoredPrimary} from '../../domain/sentinel.js';
import type {Keyboard} from '../../keys/keyboard.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {type Line, line, span} from '../../text/line.js';
import {seconds} from '../../text/units.js';

/** The primaries that a Sentinel monitors, four lines for each. */
export function sentinelLines({address, blind, sentinel}: NodeRecord): Line[] {
	const denied = blind.find(({command}) => command === 'SENTINEL MASTERS');
	if (denied !== undefined) {
		return [line(` ! SENTINEL MASTERS is ${denied.kind}: ${denied.grant ?? denied.why}`, 'warning')];
	}

	const primaries = sentinel?.value.primaries;
	if (primaries === undefined) {
		return [line(` .. waiting for SENTINEL MASTERS of ${address}`, 'accent')];
	}

	return primaries.length === 0 ? [line(' it monitors no primary')] : primaries.flatMap(primaryLines);
}

function primaryLines(primary: MonitoredPrimary): Line[] {
	const {name, address, flags, quorum, quorumCheck, otherSentinels, replicaCount, downAfterMs, failoverTimeoutMs} =
		primary;
	const problems = [...flags].filter(flag => flag !== 'master');
	const duration = (ms: number | undefined) => seconds(ms === undefined ? undefined : ms / 1000);
	return [
		[
			span(` ${name}`, 'title'),
			span(' primary ', 'label'),
			span(address, 'accent'),
			span('  state ', 'label'),
			problems.length === 0 ? span('ok', 'ok') : span(`!! ${problems.join(', ')}`, 'critical'),
		],
		[
			span('   replicas ', 'label'),
			span(String(replicaCount ?? '-')),
			span('  sentinels ', 'label'),
			span(otherSentinels === undefined ? '-' : String(otherSentinels + 1)),
			span('  quorum ', 'label'),
			span(String(quorum ?? '-')),
			span('  down after ', 'label'),
			span(duration(downAfterMs)),
			span('  failover timeout ', 'label'),
			span(duration(failoverTimeoutMs)),
		],
		[
			span('   quorum check ', 'label'),
			quorumCheck === undefined
				? span('-')
				: quorumCheck.isReached
					? span(quorumCheck.text)
					: span(`!! ${quorumCheck.text}`, 'critical'),
		],
		[],
	];
}

/**
How the reachable Sentinels see a primary, one line for each name under which they monitor it. Empty when no Sentinel
monitors the primary.

@param sameNode Converts an address that a Sentinel reports to the address by which redis-top knows the node.
*/
export function watchedLines(
	source: NodeAddress,
	nodes: ReadonlyMap<NodeAddress, NodeRecord>,
	sameNode: (address: NodeAddress) => NodeAddress,
): Line[] {
	const reports = [...nodes.values()].flatMap(({failure, sentinel}) =>
		failure === undefined ? (sentinel?.value.primaries ?? []) : [],
	);
	const byName = Map.groupBy(reports, ({name}) => name);
	return [...byName].flatMap(([name, ofName]) => {
		const agreeing = ofName.filter(({address}) => sameNode(address) === source);
		const known = Math.max(...ofName.map(({otherSentinels = 0}) => otherSentinels + 1));
		const [first] = agreeing;
		if (first === undefined) {
			return [];
		}

		const problems = new Set(agreeing.flatMap(({flags}) => [...flags].filter(flag => flag !== 'master')));
		const hasQuorum = agreeing.every(({quorumCheck}) => quorumCheck?.isReached !== false);
		const others = ofName.length - agreeing.length;
		return [
			[
				span(' sentinel ', 'label'),
				span(`monitored as ${name} by ${agreeing.length} of ${known} sentinels, quorum ${first.quorum ?? '-'} `),
				hasQuorum ? span('reached', 'ok') : span('!! not reached', 'critical'),
				...(problems.size === 0 ? [] : [span(`  !! ${[...problems].join(', ')}`, 'critical')]),
				...(others === 0 ? [] : [span(`  !! ${others} name another primary`, 'critical')]),
			],
		];
	});
}

/** The lines that a panel about data shows while a Sentinel is in focus, because a Sentinel has no data. */
export function noDataLines(record: NodeRecord, {shown}: Keyboard): Line[] {
	const ways = [shown('next-node'), shown('details') && `${shown('details')} on a list of nodes`].filter(Boolean);
	return [
		line(' This Sentinel has no data. It monitors:', 'dim'),
		[],
		...sentinelLines(record),
		...(ways.length === 0 ? [] : [line(` ${ways.join(', or ')}, chooses another node.`, 'dim')]),
	];
}
