import type {AuditEntry} from '../../../domain/audit.js';
import type {Keyboard} from '../../../keys/keyboard.js';
import type {TableView} from '../../../state/view-state.js';
import type {Column} from '../../../text/columns.js';
import type {Tone} from '../../../text/line.js';
import {filterRows, sortRows} from '../../../text/list.js';
import {utcClock, utcDateTime} from '../../../text/units.js';
import {filterTitle, listBody} from '../../list-body.js';
import type {Panel, PanelInput, SortKey} from '../../panel.js';
import {plainBox, titleParts} from '../../panel-box.js';

const sortKeys: readonly SortKey[] = [
	{id: 'time', title: 'time'},
	{id: 'who', title: 'who'},
	{id: 'target', title: 'target'},
	{id: 'phase', title: 'phase'},
];

type AuditRow = {readonly key: string; readonly entry: AuditEntry};

function nothingYet({shown}: Keyboard): string {
	const key = shown('actions');
	return `No action was done on these nodes through redis-top yet.${key === '' ? '' : ` ${key} opens the actions.`}`;
}

/**
The panel with the key `a`, Audit: the actions of all redis-top sessions of this user on the nodes of this deployment,
newest first. A filter also finds actions on other servers. The panel needs no node in focus.
*/
export const auditPanel: Panel = {
	id: 'audit',
	interests: [],
	commands: [],
	sortKeys,
	rowKeys: input => shownRows(input).map(({key}) => key),
	draw: (input, rect) =>
		plainBox(auditPanel, input, rect, room => {
			const {state, table, nowMs, glyphs, keyboard} = input;
			const {audit} = state;
			const list = listBody(
				{
					columns: auditColumns(nowMs),
					rows: shownRows(input),
					keyOf: ({key}) => key,
					sort: {id: sortOf(table).id, isInverted: table.isInverted},
					table,
					whenEmpty:
						audit === undefined
							? 'The audit log is being read.'
							: audit.problem === undefined
								? nothingYet(keyboard)
								: `The audit log can’t be read, so no action is possible: ${audit.problem}`,
					glyphs,
				},
				room,
			);
			const broken = audit === undefined || audit.broken === 0 ? undefined : `! ${audit.broken} broken`;
			return {
				title: titleParts(broken, `sort ${sortOf(table).title}`, elsewhereTitle(input), filterTitle(table)),
				right: list.range,
				lines: list.lines,
			};
		}),
	rowTitle: 'Audit entry',
	details: (input, rowKey) => {
		const entry = keyedEntries(input).find(({key}) => key === rowKey)?.entry;
		return entry === undefined ? undefined : detailsOf(entry);
	},
};

function detailsOf(entry: AuditEntry): Array<readonly [string, string]> {
	const {at, phase, target, runId, command, action, detail, revert, osUser, sshConnection, session, pid} = entry;
	const rows: ReadonlyArray<readonly [string, string | undefined]> = [
		['when (UTC)', utcDateTime(Date.parse(at))],
		['phase', phase],
		['target', target],
		['run id', runId],
		['action', action],
		['command', command],
		['what', detail],
		['undo', revert],
		['user', osUser],
		['from', sshConnection],
		['session', `${session}, process ${pid}`],
	];
	return rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as const]));
}

const phaseTones: Readonly<Record<string, Tone>> = {
	verified: 'ok',
	failed: 'critical',
	unproved: 'warning',
	refused: 'warning',
	aborted: 'dim',
	unlocked: 'dim',
};

const dayMs = 86_400_000;

/** The columns of the list. An entry older than a day is shown with its date. */
const auditColumns = (nowMs: number): ReadonlyArray<Column<AuditRow>> => [
	{
		id: 'time',
		title: 'TIME UTC',
		minWidth: 9,
		maxWidth: 13,
		priority: 1,
		text: ({entry}) => {
			const atMs = Date.parse(entry.at);
			return nowMs - atMs > dayMs ? utcDateTime(atMs).slice(5, 16) : utcClock(atMs);
		},
	},
	{id: 'who', title: 'WHO', minWidth: 8, maxWidth: 24, priority: 3, text: ({entry}) => entry.osUser},
	{id: 'target', title: 'TARGET', minWidth: 15, maxWidth: 40, priority: 2, text: ({entry}) => entry.target},
	{
		id: 'phase',
		title: 'PHASE',
		minWidth: 8,
		priority: 1,
		text: ({entry}) => entry.phase,
		tone: ({entry}) => phaseTones[entry.phase] ?? 'plain',
	},
	{
		id: 'what',
		title: 'WHAT',
		minWidth: 36,
		isFlexible: true,
		priority: 1,
		text: ({entry: {command, action, detail}}) => `${command ?? action}${detail === undefined ? '' : `: ${detail}`}`,
	},
];

const sortOf = ({sort}: TableView): SortKey => sortKeys.find(({id}) => id === sort) ?? {id: 'time', title: 'time'};

/** The entries of the audit log, newest first, with keys that stay the same when newer entries come. */
const keyedEntries = ({state}: PanelInput): AuditRow[] =>
	(state.audit?.entries ?? [])
		.map(entry => ({key: [entry.at, entry.session, entry.phase, entry.target, entry.command].join(' '), entry}))
		.reverse();

const isHere = ({state: {nodes}}: PanelInput): (({entry}: AuditRow) => boolean) => {
	const names = new Set([...nodes.values()].flatMap(({address, otherNames = []}) => [address, ...otherNames]));
	return ({entry}) => names.has(entry.target);
};

/** The number of entries about servers that this session does not watch. They are listed while a filter is set. */
function elsewhereTitle(input: PanelInput): string | undefined {
	const {table, keyboard} = input;
	const all = keyedEntries(input);
	const count = all.length - all.filter(isHere(input)).length;
	return count === 0 || table.filter !== ''
		? undefined
		: `${keyboard.shown('filter') || 'a filter'} finds ${count} of other servers`;
}

function shownRows(input: PanelInput): readonly AuditRow[] {
	const {table} = input;
	const all = keyedEntries(input);
	const listed = table.filter === '' ? all.filter(isHere(input)) : all;
	const rows = filterRows(listed, table.filter, ({entry}) =>
		[entry.osUser, entry.target, entry.phase, entry.command, entry.detail].join(' '),
	);
	switch (sortOf(table).id) {
		case 'who':
			return sortRows(rows, ({entry}) => entry.osUser, table.isInverted);
		case 'target':
			return sortRows(rows, ({entry}) => entry.target, table.isInverted);
		case 'phase':
			return sortRows(rows, ({entry}) => entry.phase, table.isInverted);
		default:
			return table.isInverted ? rows.toReversed() : rows;
	}
}
