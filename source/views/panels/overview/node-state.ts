import type {NodeState} from '../../../domain/node.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {Tone} from '../../../text/line.js';

/** The text, tone and rank of a state; a higher rank is worse. */
const states: Readonly<Record<NodeState, {readonly text: string; readonly tone: Tone; readonly rank: number}>> = {
	down: {text: '!! down', tone: 'critical', rank: 6},
	refusing: {text: '!! refuses', tone: 'critical', rank: 5},
	busy: {text: '!! busy', tone: 'critical', rank: 4},
	stale: {text: '! no reply', tone: 'warning', rank: 3},
	loading: {text: '! loading', tone: 'warning', rank: 2},
	// True of a live node that connects, and of a recorded node whose first reply comes later.
	connecting: {text: '.. no data', tone: 'accent', rank: 1},
	up: {text: 'up', tone: 'ok', rank: 0},
};

/**
The state of a node that is gone. It is no longer a problem, but the node stays listed until the key `x` dismisses it.
*/
const gone = {text: 'gone', tone: 'dim', rank: 0.5} as const;

/**
Time without a reply after which a node in the state `stale` counts as failing, in milliseconds. A reply that waits
behind a slow command usually comes sooner.
*/
const failingAfterMs = 5000;

/** The state of a node whose reply has been pending for so long that line 2 calls it critical. */
const noReply = {text: '!! no reply', tone: 'critical', rank: 3} as const;

export function stateOf(record: NodeRecord, nowMs: number) {
	if (record.goneSinceMs !== undefined) {
		return gone;
	}

	return record.reach === 'stale' && isLongPending(record, nowMs) ? noReply : states[record.reach];
}

/** Whether the reply of a node has been pending for so long that the node counts as failing. */
export const isLongPending = ({pendingSinceMs, failingSinceMs}: NodeRecord, nowMs: number): boolean =>
	nowMs - (pendingSinceMs ?? failingSinceMs ?? nowMs) > failingAfterMs;

/** A node with the severity of its worst finding; undefined without warnings and critical findings. */
type NodeWithWorst = {readonly record: NodeRecord; readonly worst?: 'critical' | 'warning' | undefined};

/**
Text and tone of a node's state. For a node that answers, the mark of its worst finding is added: `up !!`. A replica that
answers but has no link to its primary is not simply `up`: its data gets older.
*/
export function stateCell(row: NodeWithWorst, nowMs: number): {readonly text: string; readonly tone: Tone} {
	const {record, worst} = row;
	const {text, tone} = stateOf(record, nowMs);
	if (record.reach !== 'up' || record.goneSinceMs !== undefined) {
		return {text, tone};
	}

	const broken = brokenLink(record);
	if (broken !== undefined) {
		return {text: `${worst === 'critical' ? '!!' : '!'} ${broken}`, tone: worst ?? 'warning'};
	}

	return worst === undefined ? {text, tone} : {text: `${text} ${worst === 'critical' ? '!!' : '!'}`, tone: worst};
}

/** What a replica reports instead of a link to its primary; undefined for a replica with a link, and for other nodes. */
function brokenLink({role, sample}: NodeRecord): 'cut off' | 'syncing' | undefined {
	const field = (name: string) => sample?.info.text('replication', name);
	return role !== 'replica' || field('master_link_status') !== 'down'
		? undefined
		: field('master_sync_in_progress') === '1'
			? 'syncing'
			: 'cut off';
}
