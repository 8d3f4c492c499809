import type {EventSeverity, MonitorEvent} from '../domain/event.js';
import type {InfoReply} from '../domain/info-reply.js';
import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {connectedReplicas} from '../parse/info-fields.js';
import {seconds} from '../text/units.js';
import {isOtherServer} from './other-server.js';
import {nodeRole, primaryAddress} from './replication-peers.js';

/** An event of a node without its node and time, which `nodeEvents` adds. */
type Happening = {readonly kind: string; readonly severity: EventSeverity; readonly text: Message};

type Change = (earlier: NodeSample, later: NodeSample) => Happening | undefined;

/**
The smallest change in the number of clients that counts as a jump. A jump reaches both `count`, in clients, and
`share`, a share of all clients.
*/
const clientJump = {count: 20, share: 0.3};

const isSameProcess = (earlier: NodeSample, later: NodeSample): boolean => earlier.runId === later.runId;

const restarted: Change = (earlier, later) => {
	const uptimeSeconds = later.info.number('server', 'uptime_in_seconds');
	if (isOtherServer(earlier, later)) {
		return {
			kind: 'other-server',
			severity: 'warning',
			text: `another server answers at this address: run id ${later.runId?.slice(0, 8) ?? '-'}, up for ${seconds(uptimeSeconds)}`,
		};
	}

	return isSameProcess(earlier, later)
		? undefined
		: {
				kind: 'restarted',
				severity: 'warning',
				text: `restarted ${uptimeSeconds ?? '-'} s ago, run id now ${later.runId?.slice(0, 8) ?? '-'}`,
			};
};

const roleChanged: Change = (earlier, later) => {
	const before = nodeRole(earlier.info);
	const after = nodeRole(later.info);
	return before === after
		? undefined
		: {kind: 'role-changed', severity: 'warning', text: `was a ${before}, is a ${after} now`};
};

const linkChanged: Change = (earlier, later) => {
	const before = earlier.info.text('replication', 'master_link_status');
	const after = later.info.text('replication', 'master_link_status');
	if (before === undefined || after === undefined || before === after) {
		return undefined;
	}

	const address = primaryAddress(later.info);
	const primary = address === undefined ? 'its primary' : nodeName(address);
	return after === 'up'
		? {kind: 'link-restored', severity: 'info', text: message`replication link to ${primary} is up again`}
		: {kind: 'link-lost', severity: 'warning', text: message`replication link to ${primary} is down`};
};

/**
Reports the end of an RDB save. After a restart, `rdb_last_save_time` is the time of the start and not of a save, so
only samples of the same process are compared.
*/
const saveEnded: Change = (earlier, later) => {
	if (!isSameProcess(earlier, later)) {
		return undefined;
	}

	const wasSaving = earlier.info.number('persistence', 'rdb_bgsave_in_progress') === 1;
	const isSaving = later.info.number('persistence', 'rdb_bgsave_in_progress') === 1;
	const before = earlier.info.number('persistence', 'rdb_last_save_time');
	const after = later.info.number('persistence', 'rdb_last_save_time');
	const status = later.info.text('persistence', 'rdb_last_bgsave_status');
	const hasFailed =
		status === 'err' && !isSaving && (wasSaving || earlier.info.text('persistence', 'rdb_last_bgsave_status') === 'ok');
	if (hasFailed) {
		return {kind: 'save-failed', severity: 'critical', text: 'background save failed: see the server log'};
	}

	if (before !== undefined && after !== undefined && after > before) {
		const took = later.info.number('persistence', 'rdb_last_bgsave_time_sec');
		return {
			kind: 'save-done',
			severity: 'info',
			text: `saved to disk${tookText(took)}`,
		};
	}

	return undefined;
};

/**
How long an RDB save took, as text. `rdb_last_bgsave_time_sec` counts whole seconds; −1 means that no save has ended
yet.
*/
function tookText(seconds: number | undefined): string {
	if (seconds === undefined || seconds < 0) {
		return '';
	}

	return seconds === 0 ? ' in under a second' : ` in ${seconds} s`;
}

const rewriteEnded: Change = (earlier, later) => {
	const wasRewriting = earlier.info.number('persistence', 'aof_rewrite_in_progress') === 1;
	const isRewriting = later.info.number('persistence', 'aof_rewrite_in_progress') === 1;
	if (!wasRewriting || isRewriting || !isSameProcess(earlier, later)) {
		return undefined;
	}

	return later.info.text('persistence', 'aof_last_bgrewrite_status') === 'err'
		? {kind: 'rewrite-failed', severity: 'critical', text: 'AOF rewrite failed: see the server log'}
		: {kind: 'rewrite-done', severity: 'info', text: 'AOF rewritten'};
};

const aofWriteChanged: Change = (earlier, later) => {
	const before = earlier.info.text('persistence', 'aof_last_write_status');
	const after = later.info.text('persistence', 'aof_last_write_status');
	if (before === after || after === undefined || before === undefined) {
		return undefined;
	}

	return after === 'ok'
		? {kind: 'aof-write-restored', severity: 'info', text: 'AOF writes succeed again'}
		: {kind: 'aof-write-failed', severity: 'critical', text: 'AOF writes fail: the disk is full or broken'};
};

const clientsJumped: Change = (earlier, later) => {
	const before = earlier.info.number('clients', 'connected_clients');
	const after = later.info.number('clients', 'connected_clients');
	if (before === undefined || after === undefined) {
		return undefined;
	}

	const change = after - before;
	const isJump = Math.abs(change) >= clientJump.count && Math.abs(change) >= clientJump.share * Math.max(before, after);
	return isJump
		? {
				kind: 'clients-jumped',
				severity: 'warning',
				text: `clients ${change > 0 ? 'rose' : 'fell'} from ${before} to ${after}`,
			}
		: undefined;
};

const replicasChanged: Change = (earlier, later) => {
	const before = connectedReplicas(earlier.info);
	const after = connectedReplicas(later.info);
	if (before === undefined || after === undefined || before === after) {
		return undefined;
	}

	return after < before
		? {kind: 'replica-lost', severity: 'warning', text: `replicas fell from ${before} to ${after}`}
		: {kind: 'replica-gained', severity: 'info', text: `replicas rose from ${before} to ${after}`};
};

const changes: readonly Change[] = [
	restarted,
	roleChanged,
	linkChanged,
	replicasChanged,
	saveEnded,
	rewriteEnded,
	aofWriteChanged,
	clientsJumped,
];

/** The fields of INFO from which events are made, except the number of clients. */
const watchedFields: ReadonlyArray<readonly [section: string, field: string]> = [
	['server', 'redis_mode'],
	['server', 'server_mode'],
	['replication', 'role'],
	['replication', 'master_link_status'],
	['replication', 'connected_slaves'],
	['persistence', 'rdb_bgsave_in_progress'],
	['persistence', 'rdb_last_save_time'],
	['persistence', 'rdb_last_bgsave_status'],
	['persistence', 'aof_rewrite_in_progress'],
	['persistence', 'aof_last_write_status'],
];

const watched = (info: InfoReply) => ({
	words: watchedFields.map(([section, field]) => info.text(section, field)).join(' '),
	clients: info.number('clients', 'connected_clients') ?? 0,
});

/**
Whether the watched fields are equal in two samples. This quick test avoids the search for changes in almost all
samples.
*/
function isSameIn(earlier: InfoReply, later: InfoReply): boolean {
	const [before, after] = [earlier.once(watched), later.once(watched)];
	return before.words === after.words && Math.abs(after.clients - before.clients) < clientJump.count;
}

/** The events of a node between two samples, in the order of `changes`. */
export function nodeEvents(
	node: NodeAddress,
	earlier: NodeSample | undefined,
	later: NodeSample,
): readonly MonitorEvent[] {
	if (earlier === undefined || (isSameProcess(earlier, later) && isSameIn(earlier.info, later.info))) {
		return [];
	}

	return changes.flatMap(change => {
		const happening = change(earlier, later);
		return happening === undefined ? [] : [{...happening, node, atMs: later.atMs}];
	});
}
