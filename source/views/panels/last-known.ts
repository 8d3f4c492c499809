import {primaryAddress} from '../../derive/replication-peers.js';
import {keyTotals} from '../../parse/info-fields.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {bytes, count, percent, seconds, utcDateTime} from '../../text/units.js';
import {takeoverOf} from '../../topology/taken-over.js';

type Fact = readonly [label: string, value: string];

/**
What is known of a node that does not answer, from its last reply and from the nodes that answer: when it was last seen,
what it held, what a start without its memory would lose, and which node serves in its place. Empty for a node that never
answered, except for the node that serves in its place.
*/
export function lastKnown(record: NodeRecord, {nodes}: Pick<MonitorState, 'nodes'>, nowMs: number): readonly Fact[] {
	const {lastReplyAtMs, sample} = record;
	const info = sample?.info;
	const takeover = takeoverOf(record, nodes);
	const serves: readonly Fact[] =
		takeover?.by === undefined ? [] : [['serves', `${takeover.by} took over, and serves its clients now`]];
	if (info === undefined || lastReplyAtMs === undefined) {
		return serves;
	}

	const memory = (name: string) => info.number('memory', name);
	const limit = memory('maxmemory') ?? 0;
	const used = memory('used_memory');
	const share = limit === 0 || used === undefined ? '' : ` of ${bytes(limit)} (${percent(used / limit)})`;
	const clients = info.number('clients', 'connected_clients');
	const source = record.role === 'replica' ? primaryAddress(info) : undefined;
	const replicas = record.replicas.length;
	const role =
		record.role === 'replica'
			? `replica${source === undefined ? '' : ` of ${source}`}`
			: `${record.role}${replicas === 0 ? ', no replica' : ` of ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`}`;
	return [
		['last seen', `${utcDateTime(lastReplyAtMs)} UTC, ${seconds((nowMs - lastReplyAtMs) / 1000)} ago, as ${role}`],
		['it held', `${count(keyTotals(info).keys)} keys, ${bytes(used)}${share}, ${count(clients)} clients`],
		...savedFact(record, nowMs),
		...serves,
	];
}

/** What a start from the files would lose: the changes since the last save, if the append-only file is off. */
function savedFact({sample, host}: NodeRecord, nowMs: number): readonly Fact[] {
	const persistence = (name: string) => sample?.info.number('persistence', name);
	const unsaved = persistence('rdb_changes_since_last_save');
	if (persistence('aof_enabled') === 1) {
		return [['files', 'the append-only file was on: a start loads it']];
	}

	const saved = host?.value.kind === 'here' ? savedAtStop(host.value.log?.lines ?? []) : undefined;
	if (saved !== undefined) {
		return [['files', saved]];
	}

	const savedAt = persistence('rdb_last_save_time');
	return unsaved === undefined || savedAt === undefined
		? []
		: [
				[
					'files',
					unsaved === 0
						? 'no unsaved change when it was last seen'
						: `${count(unsaved)} changes were unsaved; last save or start ${seconds(nowMs / 1000 - savedAt)} ago`,
				],
			];
}

/**
What the log tells of a save at an orderly stop, if that stop was the last moment at which the server served clients. A
start that failed since leaves the saved file as it is.
*/
function savedAtStop(lines: readonly string[]): string | undefined {
	const saving = lines.findLastIndex(line => line.includes('Saving the final RDB snapshot before exiting'));
	const stop = saving === -1 ? [] : lines.slice(saving);
	const left = stop.findIndex(line => line.includes('bye bye'));
	const isSaved = stop.slice(0, left + 1).some(line => line.includes('DB saved on disk'));
	const since = stop.slice(left + 1);
	if (!isSaved || since.some(line => /Ready to accept connections|DB loaded from/.test(line))) {
		return undefined;
	}

	return since.length === 0
		? 'saved when it was stopped: a start loads its RDB file'
		: 'saved when it was stopped: no change was unsaved';
}
