import type {ClusterState} from '../../../cluster/cluster-state.js';
import {type FollowedMove, oneSidedAfterMs} from '../../../cluster/migrations.js';
import {
	coverage,
	type SlotCell,
	type SlotState,
	shardNumbers,
	slotCells,
	slotCounts,
} from '../../../cluster/slot-map.js';
import {slotTotal} from '../../../domain/cluster.js';
import type {NodeAddress} from '../../../domain/node.js';
import type {AtomicMigration} from '../../../domain/slot-migration.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {type Line, line, type Span, span, type Tone} from '../../../text/line.js';
import {ageSince, bytes, grouped, milliseconds, perSecond} from '../../../text/units.js';

/** Width of the labels `0` and `16383` at the ends of the slot map, with the blanks around them, in cells. */
const mapMargin = 16;
const shownMoves = 4;

const toneOf: Readonly<Record<SlotState, Tone>> = {
	owned: 'plain',
	migrating: 'accent',
	failing: 'critical',
	double: 'critical',
	uncovered: 'critical',
};

/** The character of one cell of the map: the last digit of the number of the owner's shard, or a mark for a problem. */
function cellText({state, owner}: SlotCell, shards: ReturnType<typeof shardNumbers>, glyphs: Glyphs): string {
	switch (state) {
		case 'owned':
			return owner === undefined ? glyphs.meterEmpty : String((shards.get(owner) ?? 0) % 10);
		case 'migrating':
			return '>';
		case 'failing':
			return '!';
		case 'double':
			return 'X';
		case 'uncovered':
			return glyphs.meterEmpty;
	}
}

/** A map of all 16384 slots on one line. Each cell of the map stands for several slots. */
export function slotMapLine({comparison, segments}: ClusterState, width: number, glyphs: Glyphs): Line {
	const shards = shardNumbers(comparison);
	const runs: Span[] = [];
	for (const cell of slotCells(segments, Math.max(0, width - mapMargin))) {
		const [text, tone] = [cellText(cell, shards, glyphs), toneOf[cell.state]];
		const last = runs.at(-1);
		if (last?.tone === tone) {
			runs[runs.length - 1] = span(last.text + text, tone);
		} else {
			runs.push(span(text, tone));
		}
	}

	return [span(' 0 ', 'label'), ...runs, span(' 16383', 'label')];
}

const stateWords: ReadonlyArray<readonly [SlotState, word: string]> = [
	['double', 'double'],
	['failing', 'failing'],
	['uncovered', 'uncovered'],
	['migrating', 'moving'],
];

/**
The number of served slots, and for each problem the number of slots that have it, with the mark for the problem on the
map.
*/
export function slotCountLine({segments}: ClusterState, glyphs: Glyphs): Line {
	const counts = slotCounts(segments);
	const served = coverage(counts);
	const total = grouped(slotTotal);
	const states = stateWords.flatMap(([state, word]) => {
		const mark = cellText({state, owner: undefined}, new Map(), glyphs);
		return counts[state] === 0 ? [] : [span(`  ${grouped(counts[state])} ${word} ${mark}`, toneOf[state])];
	});
	return [
		span(' slots served ', 'label'),
		served === slotTotal ? span(`all ${total}`) : span(`!! ${grouped(served)} of ${total}`, 'critical'),
		...states,
	];
}

/**
Open slots (migrating or importing) with the progress of their migration, and atomic slot migrations, which the servers
run themselves.
*/
export function moveLines({comparison, moves, migrations}: ClusterState, nowMs: number): Line[] {
	const {nameOf} = comparison;
	const ordered = moves.toSorted((a, b) => Number(b.problem !== undefined) - Number(a.problem !== undefined));
	const lines = ordered.slice(0, shownMoves).map(move => moveLine(move, nameOf, nowMs));
	const more = moves.length - lines.length;
	const running = migrations.filter(({state}) => !isEnded(state)).slice(0, shownMoves);
	return [
		...lines,
		...(more > 0 ? [line(`    and ${grouped(more)} more open slots`, 'dim')] : []),
		...running.map(migration => migrationLine(migration, comparison.known, nameOf, nowMs)),
	];
}

type NameOf = ClusterState['comparison']['nameOf'];

function moveLine(move: FollowedMove, nameOf: NameOf, nowMs: number): Line {
	const {slot, source, target, sinceMs, keysLeft, keysThere, keysPerSecond, problem, movedAtMs} = move;
	const [mark, tone]: readonly [string, Tone] =
		problem === undefined ? [' >  ', 'accent'] : problem === 'stuck' ? [' !  ', 'warning'] : [' !! ', 'critical'];
	const isCounted = keysLeft !== undefined || keysThere !== undefined;
	const keys = isCounted ? `${grouped(keysLeft)} keys left, ${grouped(keysThere)} there` : 'keys not counted';
	const rate = keysPerSecond === undefined ? '' : `, ${perSecond(keysPerSecond)}`;
	return [
		span(mark, tone),
		span(`slot ${slot} ${nameOf(source)} -> ${nameOf(target)}: ${keys}${rate}, open for ${ageSince(sinceMs, nowMs)}`),
		span(problemText(move, nowMs - movedAtMs > oneSidedAfterMs ? ageSince(movedAtMs, nowMs) : undefined), tone),
	];
}

function problemText({problem, isMigrating, isImporting}: FollowedMove, stillFor: string | undefined): string {
	if (problem === 'one-sided') {
		return `; one-sided: ${isMigrating === false ? 'the source has no MIGRATING' : isImporting === false ? 'the target has no IMPORTING' : ''}`;
	}

	return stillFor === undefined ? '' : `; nothing moved for ${stillFor}`;
}

const isEnded = (state: string): boolean => /^(?:success|completed|failed|cancell?ed|none)$/i.test(state);

function migrationLine(
	{slots, source, target, state, message, remainingBytes, createdMs, writePauseMs = 0}: AtomicMigration,
	known: ClusterState['comparison']['known'],
	nameOf: NameOf,
	nowMs: number,
): Line {
	const named = (id: string) => known.filter(each => each === id).map(nameOf)[0] ?? id.slice(0, 8);
	const ranges = slots.map(({first, last}) => (first === last ? String(first) : `${first}-${last}`)).join(' ');
	const left = remainingBytes === undefined ? '' : `, ${bytes(remainingBytes)} left`;
	const pause = writePauseMs > 0 ? `, writes paused for ${milliseconds(writePauseMs)}` : '';
	const age = createdMs === undefined ? '' : `, for ${ageSince(createdMs, nowMs)}`;
	return [
		span(' >  ', 'accent'),
		span(
			`slots ${ranges} ${named(source)} -> ${named(target)}: ${state}${left}${age}${pause}${message === '' ? '' : `; ${message}`}`,
		),
	];
}

/**
A line for each node that is deleting keys because their slots moved away: how many keys it has deleted, of how many.
The numbers are from the fields of CLUSTER INFO that begin with `cluster_slot_migration_` (Redis 8.4).
*/
export function trimLines(nodes: ReadonlyMap<NodeAddress, NodeRecord>): Line[] {
	return [...nodes.values()].flatMap(({address, clusterInfo}) => {
		const number = (name: string) => {
			const text = clusterInfo?.value.get(`cluster_slot_migration_${name}`);
			return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
		};
		const [trimmed, keys] = [number('active_trim_current_job_trimmed'), number('active_trim_current_job_keys')];
		return (number('active_trim_running') ?? 0) === 0
			? []
			: [[span(' >  ', 'accent'), span(`${address} deletes moved keys: ${grouped(trimmed)} of ${grouped(keys)}`)]];
	});
}
