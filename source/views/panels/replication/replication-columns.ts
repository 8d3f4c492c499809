import {failureText} from '../../../domain/sample.js';
import {limitsOf} from '../../../domain/threshold.js';
import {repLagAck, repLagBytes} from '../../../rules/replication-lag.js';
import {repLinkDown} from '../../../rules/replication-link.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {longerMark} from '../../../state/node-problem.js';
import type {Column} from '../../../text/columns.js';
import type {Tone} from '../../../text/line.js';
import {ageSince, bytes, count, grouped, seconds, shortAgeSince, shortSeconds} from '../../../text/units.js';
import {type Grade, grade, marked} from '../severity-cells.js';
import type {TreeRow} from './replication-tree.js';

/** Least width of the column of notes, in cells; on a narrower screen the notes stand below the list. */
export const noteWidth = 36;

/** The columns of the tree of replicas. Ages are counted up to `nowMs`. */
export function replicationColumns(nowMs: number): ReadonlyArray<Column<TreeRow>> {
	const ackGrade = (row: TreeRow) =>
		grade(presentLink(row)?.ackAgeSeconds, limitsOf(repLagAck, row.record?.thresholds));
	const behindGrade = (row: TreeRow) =>
		grade(presentLink(row)?.behindSeconds, limitsOf(repLagBytes, row.record?.thresholds));
	return [
		{
			id: 'node',
			title: 'NODE',
			minWidth: 22,
			maxWidth: 48,
			isEssential: true,
			priority: 1,
			text: ({prefix, address}) => prefix + address,
		},
		{id: 'role', title: 'ROLE', minWidth: 8, priority: 5, text: ({record, source}) => roleText(record, source)},
		{
			id: 'state',
			title: 'STATE',
			minWidth: 13,
			maxWidth: 24,
			priority: 1,
			text: row => stateText(row, nowMs, shortAgeSince),
			tone: stateTone,
		},
		{id: 'link', title: 'LINK', minWidth: 13, maxWidth: 19, priority: 2, text: linkText, tone: linkTone},
		{
			id: 'behind',
			title: 'BEHIND',
			align: 'right',
			minWidth: 8,
			maxWidth: 10,
			priority: 2,
			text: row => marked(bytes(row.link?.behindBytes), bytesGrade(row)),
			tone: row => linkFigureTone(row, bytesGrade(row)),
		},
		{
			id: 'delay',
			title: 'DELAY',
			align: 'right',
			minWidth: 6,
			priority: 3,
			text: row => marked(shortSeconds(presentLink(row)?.behindSeconds), behindGrade(row)),
			tone: row => linkFigureTone(row, behindGrade(row)),
		},
		{
			id: 'ack',
			title: 'ACK AGE',
			align: 'right',
			minWidth: 7,
			priority: 4,
			text: row => marked(shortSeconds(presentLink(row)?.ackAgeSeconds), ackGrade(row)),
			tone: row => linkFigureTone(row, ackGrade(row)),
		},
		{
			id: 'offset',
			title: 'OFFSET',
			align: 'right',
			minWidth: 15,
			maxWidth: 22,
			priority: 6,
			text: offsetText,
			tone: ownTone,
		},
		{id: 'writable', title: 'RO', minWidth: 4, priority: 7, text: readOnlyText, tone: readOnlyTone},
		{id: 'priority', title: 'PRIO', align: 'right', minWidth: 4, priority: 8, text: priorityText, tone: ownTone},
		{id: 'io', title: 'LAST IO', align: 'right', minWidth: 7, priority: 9, text: lastIoText, tone: ownTone},
		{id: 'note', title: 'NOTE', minWidth: noteWidth, isFlexible: true, priority: 10, text: noteText, tone: () => 'dim'},
	];
}

/**
Whether the source of a replica does not answer, so that its entry for the replica is from before the failure. The entry
then still says `online` and a delay of 0 s, although nothing reaches the replica any more.
*/
const isLinkOld = ({sourceRecord}: TreeRow): boolean => sourceRecord?.failure !== undefined;

/** The entry of a replica in the INFO of a source that answers. */
const presentLink = (row: TreeRow): TreeRow['link'] => (isLinkOld(row) ? undefined : row.link);

const linkFigureTone = (row: TreeRow, of: Grade): Tone => (isLinkOld(row) ? 'dim' : of);

/** The tone of figures that a node reports itself. They are dim while the node does not answer. */
const ownTone = ({record}: TreeRow): Tone => (record?.failure === undefined ? 'plain' : 'dim');

/**
The grade of a replica's distance from its source in bytes. It is critical if the distance is larger than the backlog: a
broken link would then cost a full resync.
*/
function bytesGrade(row: TreeRow): Grade {
	const backlogBytes = number(row.sourceRecord, 'repl_backlog_size');
	const behindBytes = presentLink(row)?.behindBytes;
	return behindBytes !== undefined && backlogBytes !== undefined && behindBytes > backlogBytes ? 'critical' : 'plain';
}

const number = (record: NodeRecord | undefined, field: string): number | undefined =>
	record?.sample?.info.number('replication', field);

const roleText = (record: NodeRecord | undefined, source: TreeRow['source']): string =>
	record === undefined || record.role === 'unknown' ? (source === undefined ? '-' : 'replica') : record.role;

/**
The state of a replica as its source reports it (`online`, `wait_bgsave` …), or `up` if its source does not answer. For
a node that redis-top can't reach, the failure and how long it has lasted.
*/
export function stateText(row: TreeRow, nowMs: number, ageText = ageSince): string {
	const {record, link} = row;
	if (record === undefined) {
		return isLinkOld(row) ? '-' : (link?.state ?? '-');
	}

	if (record.reach === 'up' || record.reach === 'connecting') {
		return record.reach === 'up' ? (presentLink(row)?.state ?? 'up') : 'no data';
	}

	const since = record.failingSinceMs ?? record.pendingSinceMs;
	const age = since === undefined ? '' : ` ${longerMark(record)}${ageText(since, nowMs)}`;
	const state = record.reach === 'stale' ? 'no reply' : `${record.reach}${age}`;
	return `${reachGrade(record) === 'warning' ? '!' : '!!'} ${state}`;
}

const reachGrade = ({reach}: NodeRecord): Grade =>
	reach === 'up' || reach === 'connecting'
		? 'plain'
		: reach === 'stale' || reach === 'loading'
			? 'warning'
			: 'critical';

const stateTone = ({record}: TreeRow): Tone => (record === undefined ? 'dim' : reachGrade(record));

/** The state of the replication link as the replica reports it: `up`, `sync 42%`, `! down 12s`; `-` for a primary. */
export function linkText(row: TreeRow): string {
	const {record} = row;
	if (record === undefined) {
		return 'not polled';
	}

	const status = record.sample?.info.text('replication', 'master_link_status');
	if (record.role !== 'replica' || status === undefined) {
		return '-';
	}

	if (number(record, 'master_sync_in_progress') === 1) {
		return `sync ${syncProgress(record)}`;
	}

	if (status === 'up') {
		return record.reach === 'up' ? 'up' : 'was up';
	}

	if (isAwaitingSync(row)) {
		return 'awaits sync';
	}

	const down = number(record, 'master_link_down_since_seconds');
	const since = down === undefined ? status : down < 0 ? 'never up' : `${status} ${seconds(down)}`;
	return `${linkGrade(row) === 'critical' ? '!!' : '!'} ${since}`;
}

/**
True while the source has not finished sending its whole data set. Until then, the replica reports its link as down.
*/
const isAwaitingSync = (row: TreeRow): boolean => {
	const link = presentLink(row);
	return link !== undefined && link.state !== 'online';
};

function linkGrade(row: TreeRow): Grade {
	const {record} = row;
	const isDown = record?.role === 'replica' && record.sample?.info.text('replication', 'master_link_status') === 'down';
	if (!isDown || number(record, 'master_sync_in_progress') === 1 || isAwaitingSync(row)) {
		return 'plain';
	}

	const downSeconds = number(record, 'master_link_down_since_seconds');
	return grade(downSeconds, limitsOf(repLinkDown, record.thresholds)) === 'critical' ? 'critical' : 'warning';
}

const linkTone = (row: TreeRow): Tone => (row.record?.failure === undefined ? linkGrade(row) : 'dim');

/**
The progress of a replica's full resync in percent. From a diskless primary the total is not known, and the replica
reports it as 0. The progress is then in bytes.
*/
function syncProgress(record: NodeRecord): string {
	const total = number(record, 'master_sync_total_bytes') ?? 0;
	const read = number(record, 'master_sync_read_bytes');
	return total > 0 && read !== undefined ? `${Math.floor((100 * read) / total)}%` : bytes(read);
}

/**
A replica's distance in bytes, and the age of its data: `1.20K (0s old)`. If its
source does not answer, the last known distance.
*/
export function behindText(row: TreeRow): string {
	const {link, source} = row;
	if (isLinkOld(row)) {
		return link === undefined ? '-' : `${bytes(link.behindBytes)} when ${source ?? 'its source'} last answered`;
	}

	const delay = link?.behindSeconds === undefined ? '' : ` (${seconds(link.behindSeconds)} old)`;
	return `${bytes(link?.behindBytes)}${delay}`;
}

function offsetText(row: TreeRow): string {
	const {record} = row;
	const own = number(record, record?.role === 'replica' ? 'slave_repl_offset' : 'master_repl_offset');
	return grouped(presentLink(row)?.offset ?? own);
}

const isWritable = ({record}: TreeRow): boolean =>
	record?.role === 'replica' && number(record, 'slave_read_only') === 0;

function readOnlyText(row: TreeRow): string {
	return isWritable(row) ? '! no' : number(row.record, 'slave_read_only') === 1 ? 'yes' : '-';
}

const readOnlyTone = (row: TreeRow): Tone => (isWritable(row) ? 'warning' : 'plain');

function priorityText({record}: TreeRow): string {
	return record?.role === 'replica' ? count(number(record, 'slave_priority')) : '-';
}

function lastIoText({record}: TreeRow): string {
	const age = record?.role === 'replica' ? number(record, 'master_last_io_seconds_ago') : undefined;
	return age === undefined || age < 0 ? '-' : seconds(age);
}

/** The facts of a row that no column shows; an empty string if there are none. */
export function noteText({record, link, source, sourceRecord}: TreeRow): string {
	if (record === undefined) {
		return source === undefined ? 'named by its replica only' : 'named by its primary only';
	}

	const notes: string[] = [];
	if (link === undefined && sourceRecord?.reach === 'up' && sourceRecord.sample !== undefined) {
		notes.push('not listed by its primary');
	}

	if (link !== undefined && sourceRecord?.failure !== undefined) {
		notes.push('BEHIND is from the last reply of its source');
	}

	if (number(record, 'slave_priority') === 0) {
		notes.push('never promoted (priority 0)');
	}

	if (record.failure !== undefined) {
		notes.push(failureText(record.failure));
	}

	return notes.join('; ');
}
