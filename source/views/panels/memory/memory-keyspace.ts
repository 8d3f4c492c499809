import type {InfoReply} from '../../../domain/info-reply.js';
import {keyspace} from '../../../parse/info-fields.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {type Column, columnLayout, headerLine, rowLine} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {line} from '../../../text/line.js';
import {count, percent, seconds} from '../../../text/units.js';
import type {Card} from '../card.js';
import {numberText} from '../changes.js';

type DatabaseRow = ReturnType<typeof keyspace>[number] & {
	/** The number of keys, or its change since the baseline. */
	readonly keysText: string;
};

const columns: ReadonlyArray<Column<DatabaseRow>> = [
	{id: 'database', title: 'DB', minWidth: 5, priority: 1, text: ({database}) => `db${database}`},
	{id: 'keys', title: 'KEYS', minWidth: 6, align: 'right', priority: 1, text: ({keysText}) => keysText},
	{
		id: 'expires',
		title: 'TTL',
		minWidth: 5,
		align: 'right',
		priority: 2,
		text: ({keys, expires}) => percent(expires === undefined || keys === 0 ? undefined : expires / keys),
	},
	{
		id: 'ttl',
		title: 'AVG TTL',
		minWidth: 7,
		align: 'right',
		priority: 3,
		text: ({avgTtlMs}) => (avgTtlMs === undefined || avgTtlMs === 0 ? '-' : seconds(avgTtlMs / 1000)),
	},
];

/** The databases with keys; INFO does not list empty ones. */
function databaseRows(node: NodeRecord): readonly DatabaseRow[] {
	const keysIn = (info: InfoReply, database: number) =>
		info.sections.has('keyspace') ? (keyspace(info).find(row => row.database === database)?.keys ?? 0) : undefined;
	const rows = node.sample === undefined ? [] : keyspace(node.sample.info);
	return rows.map(row => ({
		...row,
		keysText: node.since === undefined ? count(row.keys) : numberText(node, info => keysIn(info, row.database), count),
	}));
}

/** Keys by database. The last line counts the databases that don't fit. */
export function keyspaceCard(node: NodeRecord, glyphs: Glyphs): Card {
	return ({width, height}) => {
		const rows = databaseRows(node);
		const title = 'Keyspace';
		if (rows.length === 0) {
			const hasSection = node.sample?.info.sections.has('keyspace') ?? false;
			return {title, lines: [line(hasSection ? 'no keys' : '-', 'dim')]};
		}

		const layout = columnLayout(columns, rows, width);
		const room = Math.max(0, height - 1);
		const isCut = rows.length > room;
		const shown = rows.slice(0, isCut ? Math.max(0, room - 1) : room);
		return {
			title,
			right: `${rows.length} db`,
			lines: [
				headerLine(layout, undefined, glyphs),
				...shown.map(row => rowLine(layout, row, {isSelected: false, glyphs})),
				...(isCut ? [line(` and ${rows.length - shown.length} more`, 'dim')] : []),
			],
		};
	};
}
