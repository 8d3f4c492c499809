import type {NodeId} from '../../../domain/node.js';
import {failureText} from '../../../domain/sample.js';
import type {TopologyNode} from '../../../domain/topology.js';
import {pollPeriodMs} from '../../../state/new-record.js';
import {longerMark} from '../../../state/node-problem.js';
import {ageSince, bytes, grouped, milliseconds, percent, perSecond, seconds} from '../../../text/units.js';
import {nodeRemarks} from '../../../topology/node-remarks.js';
import type {PanelInput} from '../../panel.js';
import {busLinkDetails} from '../bus-link-facts.js';
import {metricText} from '../changes.js';
import {slotText} from '../cluster/cluster-rows.js';
import {limitName, memoryLimit} from '../memory/memory-facts.js';
import {stateOf} from './node-state.js';
import {behindText, type NodeRow, nodeRows, reporterText, versionOf} from './overview-nodes.js';

type Facts = ReadonlyArray<readonly [string, string]>;

/**
The details of a node: identity, place in the deployment, and figures. Undefined when the node has left the list.
*/
export function nodeDetails(input: PanelInput, address: string): Facts | undefined {
	const {state, nowMs} = input;
	const row = nodeRows(input).find(({record}) => record.address === address);
	if (row === undefined) {
		return undefined;
	}

	const {record, place} = row;
	return [
		...standing(row, input),
		...(place === undefined ? [] : placeFacts(place)),
		...(record.role === 'sentinel' ? sentinelFacts(row) : []),
		...(record.role === 'replica' ? [['behind its primary', behindText(row)] as const] : []),
		...nodeRemarks(record.address, state.nodes),
		...busLinkDetails(record, namesIn(input), nowMs),
		...(record.role === 'sentinel' ? [] : figures(row)),
		...process(row),
		...record.blind.map(
			({command, kind, grant}) => ['not seen', `${command}: ${kind}${grant ? `, ${grant}` : ''}`] as const,
		),
	];
}

function goneText({keyboard}: PanelInput): string {
	const key = keyboard.shown('dismiss-node');
	return `it does not answer, and no other node names it${key === '' ? '' : `; ${key} takes it off the screen`}`;
}

function standing({record, shard, ...row}: NodeRow, input: PanelInput): Facts {
	const {nowMs} = input;
	const {failure, failingSinceMs, goneSinceMs, otherNames, lastReplyAtMs} = record;
	const sinceText = failingSinceMs === undefined ? '' : `, for ${longerMark(record)}${ageSince(failingSinceMs, nowMs)}`;
	return [
		['node', record.address],
		['known from', record.origin],
		['shard', shard?.name ?? '-'],
		['reported by', reporterText({record, shard, ...row})],
		['role', record.role],
		['state', `${stateOf(record, nowMs).text}${sinceText}`],
		...(failure === undefined ? [] : [['failure', `${failure.code}: ${failureText(failure)}`] as const]),
		...(goneSinceMs === undefined ? [] : [['gone', goneText(input)] as const]),
		...(otherNames === undefined ? [] : [['other addresses', otherNames.join(', ')] as const]),
		['last data', lastReplyAtMs === undefined ? 'never' : `${ageSince(lastReplyAtMs, nowMs)} ago`],
		...(failure === undefined ? [] : endFacts(record)),
	];
}

/** How the process of a node on this machine ended, as its supervisor and the last lines of its log tell. */
function endFacts({host}: NodeRow['record']): Facts {
	if (host?.value.kind !== 'here' || host.value.process !== undefined) {
		return [];
	}

	const {supervisor, log, earlierProcess} = host.value;
	const lastExit = supervisor === undefined || supervisor.kind === 'none' ? undefined : supervisor.lastExit;
	const words = [earlierProcess === undefined ? undefined : `process ${earlierProcess.processId}`, lastExit].filter(
		part => part !== undefined,
	);
	return [
		...(words.length === 0 ? [] : [['ended', words.join(', ')] as const]),
		...(log === undefined
			? []
			: log.lines.slice(-3).map((line, index) => [index === 0 ? 'its log' : '', line] as const)),
	];
}

/** The place of a node in the deployment. For a cluster node, its flags, slots and epoch are included. */
function placeFacts({host, zone, flags, slots, slotCount, configEpoch, link, source}: TopologyNode): Facts {
	return [
		['host and zone', [host, zone].filter(Boolean).join(', ') || '-'],
		...(source === undefined ? [] : [['replicates from', `${source}, link ${link ?? '-'}`] as const]),
		...(configEpoch === undefined
			? []
			: ([
					['flags', flags.join(',') || 'none'],
					['slots', slotCount === 0 ? 'none' : `${grouped(slotCount)}: ${slotText(slots)}`],
					['configuration epoch', String(configEpoch)],
				] as const)),
	];
}

/** A Sentinel's facts: the primaries that it monitors. */
function sentinelFacts({record: {sentinel}}: NodeRow): Facts {
	return (sentinel?.value.primaries ?? []).map(({name, address, flags, quorum, otherSentinels, quorumCheck}) => {
		const problems = [...flags].filter(flag => flag !== 'master');
		const sentinels = otherSentinels === undefined ? '-' : String(otherSentinels + 1);
		const reached = quorumCheck === undefined ? '' : quorumCheck.isReached ? ' reached' : ' !! not reached';
		const parts = [`${name}: ${address}`, ...problems, `${sentinels} sentinels, quorum ${quorum ?? '-'}${reached}`];
		return ['monitors', parts.join(', ')];
	});
}

function figures({record}: NodeRow): Facts {
	const limit = memoryLimit(record);
	const of = limit === undefined ? '' : ` of ${bytes(limit.limitBytes)} ${limitName(limit)}, ${percent(limit.ratio)}`;
	return [
		['operations', metricText(record, 'operations')],
		['used memory', metricText(record, 'usedMemory') + of],
		['keys', metricText(record, 'keys')],
		['clients', metricText(record, 'connectedClients')],
		['round trip', milliseconds(record.failure === undefined ? record.sample?.roundTripMs : undefined)],
	];
}

function process({record}: NodeRow): Facts {
	const {sample} = record;
	const cost = record.failure === undefined ? record.cost : undefined;
	const server = (name: string) => sample?.info.text('server', name) || '-';
	const product =
		sample?.info.text('server', 'valkey_version') === undefined
			? (sample?.info.text('server', 'server_name') ?? 'redis')
			: 'valkey';
	return [
		['server', sample === undefined ? '-' : `${product} ${versionOf(record)}`],
		['run id', server('run_id')],
		['process', `${server('process_id')} on ${server('os')}`],
		['config file', server('config_file')],
		['up for', seconds(sample?.info.number('server', 'uptime_in_seconds'))],
		['polled every', seconds(pollPeriodMs(record) / 1000)],
		[
			'redis-top costs',
			`${perSecond(cost?.commands)} commands, ${bytes(cost?.bytesIn)}/s in, ${bytes(cost?.bytesOut)}/s out`,
		],
	];
}

/** Returns a function from a cluster id to the name that the screen shows for that node. */
function namesIn({state}: PanelInput): (id: NodeId) => string {
	const nameOf = state.cluster?.comparison.nameOf;
	return id => nameOf?.(id) ?? id.slice(0, 8);
}
