import {boundBelow, isUnbounded} from '../../derive/latency-percentiles.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {
	bytes,
	bytesPerSecond,
	count,
	grouped,
	microseconds,
	milliseconds,
	percent,
	perSecond,
	seconds,
	signed,
	unknown,
} from '../../text/units.js';
import {known, lag, textTable} from '../text/text-table.js';
import {type NodeSnapshot, snapshotJson, snapshotOf} from './snapshot.js';

/** One line of the text: a label and its value. */
type Fact = readonly [label: string, value: string];

/** Number of commands that the text has for each node. JSON has more commands. */
const printedCommands = 10;
/** Number of slow log entries that the text has for each node. JSON has more entries. */
const printedSlowlogEntries = 10;

const labelWidth = 12;

/**
The snapshot as text: a block for each node, with label and value on each line, and `-` for an unknown value. It has no
escape sequences and no line break at its end.

@param nowMs Wall time, milliseconds since the epoch.
*/
export function snapshotText(state: MonitorState, nowMs: number): string {
	const {at, deployment, nodes} = snapshotOf(state, nowMs);
	const up = nodes.filter(node => node.state === 'up').length;
	const head = textTable(
		[
			['redis-top', `snapshot of ${at ?? unknown}`],
			['target', `${deployment.target}${deployment.isInsecure ? ', certificate not verified' : ''}`],
			['deployment', `${deployment.kind}${deployment.isSimulated ? ', simulated: no server is behind it' : ''}`],
			['nodes', `${nodes.length}, ${up} up`],
		],
		[labelWidth],
	);
	return [...head, ...nodes.flatMap(node => ['', ...nodeBlock(node)])].join('\n');
}

/** The text of a failure. Its code is added if the text does not contain the code. */
const withCode = ({text, code}: NonNullable<NodeSnapshot['failure']>): string =>
	text.includes(`(${code})`) ? text : `${text} (${code})`;

function nodeBlock(node: NodeSnapshot): string[] {
	const facts: Fact[] = [
		['state', stateText(node)],
		...(node.failure === null ? [] : [['failure', withCode(node.failure)] as const]),
		...(node.ageMs === null ? [] : toldFacts(node)),
	];
	return [
		`${node.address}  ${node.role}  ${node.product ?? unknown} ${node.version ?? unknown}`,
		...indented(textTable(facts, [labelWidth])),
		...section('watched', watchedRows(node)),
		...section('replicas', replicaRows(node)),
		...section('commands', commandRows(node)),
		...section('slow log', slowlogRows(node)),
		...section('cluster', clusterRows(node)),
		...section('not seen', blindRows(node)),
	];
}

/** A row for each watched key, and a row for each of its consumer groups. */
const watchedRows = ({watchedKeys}: NodeSnapshot): string[][] =>
	(watchedKeys ?? []).flatMap(({database, key, type, length, growthPerSecond, drainSeconds, groups}) => [
		[
			database === 0 ? key : `db${database}:${key}`,
			type ?? unknown,
			`length ${count(known(length))}`,
			`growth ${growthPerSecond === null ? unknown : signed(growthPerSecond, perSecond)}`,
			`drained in ${seconds(known(drainSeconds))}`,
		],
		...groups.map(({name, lag, pending, stillSeconds}) => [
			'',
			`group ${name}`,
			`lag ${count(known(lag))}`,
			`pending ${count(known(pending))}`,
			`still for ${seconds(stillSeconds)}`,
		]),
	]);

function toldFacts(node: NodeSnapshot): Fact[] {
	return [
		['load', loadText(node)],
		['network', networkText(node)],
		['memory', memoryText(node)],
		['clients', clientsText(node)],
		['keys', keysText(node)],
		['rdb', rdbText(node)],
		['aof', aofText(node)],
		['replication', replicationText(node)],
	];
}

const indented = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`);

function section(title: string, rows: ReadonlyArray<readonly string[]>): string[] {
	return rows.length === 0 ? [] : [`  ${title}`, ...indented(indented(textTable(rows)))];
}

function stateText({state, uptimeSeconds, ageMs, roundTripMs, runId}: NodeSnapshot): string {
	if (ageMs === null) {
		return `${state}, has told nothing`;
	}

	const told = `told ${seconds(ageMs / 1000)} ago in ${milliseconds(known(roundTripMs))}`;
	return `${state}, uptime ${seconds(known(uptimeSeconds))}, ${told}, run id ${runId ?? unknown}`;
}

function loadText({rates}: NodeSnapshot): string {
	return [
		`${perSecond(known(rates.operationsPerSecond))} commands`,
		`${percent(known(rates.cpuCores))} cpu`,
		`${percent(known(rates.hitRatio))} hits`,
		`${perSecond(known(rates.errorRepliesPerSecond))} errors`,
		`${perSecond(known(rates.expiredPerSecond))} expired`,
		`${perSecond(known(rates.evictedPerSecond))} evicted`,
	].join(', ');
}

function networkText({rates}: NodeSnapshot): string {
	return [
		`${bytesPerSecond(known(rates.networkInputBytesPerSecond))} in`,
		`${bytesPerSecond(known(rates.networkOutputBytesPerSecond))} out`,
		`${perSecond(known(rates.connectionsReceivedPerSecond))} connections`,
		`${perSecond(known(rates.connectionsRejectedPerSecond))} rejected`,
	].join(', ');
}

function memoryText({memory}: NodeSnapshot): string {
	if (memory === null) {
		return unknown;
	}

	const {usedBytes, maxmemoryBytes: limit} = memory;
	const share = usedBytes === null || limit === null || limit === 0 ? undefined : usedBytes / limit;
	const ofLimit = limit === 0 ? 'no limit' : `${percent(share)} of ${bytes(known(limit))}`;
	return [
		`${bytes(known(usedBytes))} used, ${ofLimit}`,
		`${bytes(known(memory.residentBytes))} resident`,
		`${bytes(known(memory.peakBytes))} peak`,
		`fragmentation ${memory.allocatorFragmentationRatio?.toFixed(2) ?? unknown}`,
		memory.maxmemoryPolicy ?? unknown,
	].join(', ');
}

function clientsText({clients}: NodeSnapshot): string {
	return clients === null
		? unknown
		: `${grouped(known(clients.connected))} of ${grouped(known(clients.limit))}, ${grouped(known(clients.blocked))} blocked`;
}

function keysText({keyspace}: NodeSnapshot): string {
	if (keyspace === null) {
		return unknown;
	}

	const databases = keyspace.databases.map(
		({database, keys, expires}) => `db${database} ${grouped(keys)}, ${grouped(known(expires))} with expiry`,
	);
	return [grouped(known(keyspace.keys)), ...databases].join('; ');
}

function rdbText({persistence}: NodeSnapshot): string {
	if (persistence === null) {
		return unknown;
	}

	const {rdb} = persistence;
	const now = rdb.isSaving === true ? `, saving for ${seconds(known(rdb.currentDurationSeconds))}` : '';
	return (
		`last save ${rdb.lastSaveAt ?? unknown}, ${rdb.lastStatus ?? unknown}, took ${seconds(known(rdb.lastDurationSeconds))}, ` +
		`${grouped(known(rdb.changesSinceLastSave))} changes since${now}`
	);
}

function aofText({persistence}: NodeSnapshot): string {
	const aof = persistence?.aof;
	if (aof === undefined || aof.isEnabled === null) {
		return unknown;
	}

	return aof.isEnabled
		? `${bytes(known(aof.currentBytes))}, last write ${aof.lastWriteStatus ?? unknown}, last rewrite ${aof.lastRewriteStatus ?? unknown}` +
				(aof.isRewriting === true ? ', rewriting' : '')
		: 'off';
}

function replicationText({replication}: NodeSnapshot): string {
	if (replication === null) {
		return unknown;
	}

	const {primary, backlog} = replication;
	const offset = `offset ${grouped(known(replication.offset))}`;
	if (primary === null) {
		const size = backlog.isActive === true ? bytes(known(backlog.sizeBytes)) : 'off';
		return `${offset}, ${grouped(known(replication.connectedReplicas))} replicas, backlog ${size}`;
	}

	const reply = seconds(known(primary.lastReplySeconds));
	return `${offset}, of ${primary.address}, link ${primary.link ?? unknown}, last heard ${reply} ago`;
}

function replicaRows({replication}: NodeSnapshot): string[][] {
	return (replication?.replicas ?? []).map(({address, state, behindBytes, behindSeconds, ackAgeSeconds}) => [
		address,
		state,
		`behind ${bytes(known(behindBytes))}`,
		lag(behindSeconds),
		`ack ${seconds(known(ackAgeSeconds))} ago`,
	]);
}

function commandRows({commands}: NodeSnapshot): string[][] {
	return commands
		.slice(0, printedCommands)
		.map(row => [
			row.command,
			perSecond(known(row.callsPerSecond)),
			`${percent(known(row.timeShare))} of time`,
			`mean ${microseconds(known(row.meanMicroseconds), true)}`,
			p99Text(row.latency?.p99AtMostMicroseconds),
			`${count(row.calls)} calls`,
		]);
}

/**
An upper bound of the 99th percentile of a command's latency, or a lower bound for the last bucket of the histogram; see
`derive/latency-percentiles.ts`.
*/
function p99Text(atMostMicroseconds: number | null | undefined): string {
	const bound = known(atMostMicroseconds);
	if (bound === undefined) {
		return `p99 ${unknown}`;
	}

	return isUnbounded(bound) ? `p99 > ${microseconds(boundBelow(bound), true)}` : `p99 <= ${microseconds(bound, true)}`;
}

function slowlogRows({slowlog}: NodeSnapshot): string[][] {
	return (slowlog?.entries ?? [])
		.slice(0, printedSlowlogEntries)
		.map(entry => [
			entry.at ?? unknown,
			microseconds(entry.durationMicroseconds, true),
			entry.command,
			`${entry.argumentCount} words`,
			entry.clientAddress ?? unknown,
			entry.clientName ?? '',
		]);
}

function clusterRows({cluster}: NodeSnapshot): string[][] {
	return (cluster?.nodes ?? []).map(({id, address, role, flags, slotCount, configEpoch, link}) => [
		id.slice(0, 8),
		address ?? unknown,
		role,
		`${slotCount} slots`,
		`epoch ${configEpoch}`,
		link,
		flags.join(','),
	]);
}

function blindRows({blind}: NodeSnapshot): string[][] {
	return blind.map(({command, kind, why, grant}) => [command, kind, why, grant === null ? '' : `grant ${grant}`]);
}

/** The output formats of `redis-top snapshot`; the first one is the default. */
export const snapshotFormats = {
	json: (state: MonitorState, nowMs: number): string => snapshotJson(state, nowMs),
	text: snapshotText,
};
