import type {WatchedPrimary} from '../domain/sentinel.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {type Line, line, span} from '../text/line.js';
import {seconds} from '../text/units.js';

/** What a sentinel says of the primaries it watches, four lines each. */
export function sentinelLines({address, blind, sentinel}: NodeRecord): Line[] {
	const denied = blind.find(({command}) => command === 'SENTINEL MASTERS');
	if (denied !== undefined) {
		return [line(` ! SENTINEL MASTERS is ${denied.kind}: ${denied.grant ?? denied.why}`, 'warning')];
	}

	const primaries = sentinel?.value.primaries;
	if (primaries === undefined) {
		return [line(` .. waiting for what ${address} watches`, 'accent')];
	}

	return primaries.length === 0 ? [line(' it watches no primary')] : primaries.flatMap(primaryLines);
}

function primaryLines(primary: WatchedPrimary): Line[] {
	const {name, address, flags, quorum, quorumCheck, otherSentinels, replicaCount, downAfterMs, failoverTimeoutMs} =
		primary;
	const troubles = [...flags].filter(flag => flag !== 'master');
	const duration = (ms: number | undefined) => seconds(ms === undefined ? undefined : ms / 1000);
	return [
		[
			span(` ${name}`, 'title'),
			span(' primary ', 'label'),
			span(address, 'accent'),
			span('  it is ', 'label'),
			troubles.length === 0 ? span('well', 'ok') : span(`!! ${troubles.join(', ')}`, 'critical'),
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

/** For a panel of data, on a node that has none. */
export const noDataLines = (record: NodeRecord): Line[] => [
	line(' A sentinel holds no data. It watches:', 'dim'),
	[],
	...sentinelLines(record),
	line(' n, or Enter on a list of nodes, picks another node.', 'dim'),
];
