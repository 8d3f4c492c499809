import type {Severity} from '../../../domain/finding.js';
import {findingText} from '../../../rules/finding.js';
import type {Column} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import type {Tone} from '../../../text/line.js';
import {ageSince, utcClock} from '../../../text/units.js';
import {type BlindRow, type FindingRow, nodesOf, rulesOf} from './findings-rows.js';

const severityWords: Readonly<Record<Severity, string>> = {
	critical: '!! critical',
	warning: '!  warning',
	info: 'i  note',
};
const severityTone: Readonly<Record<Severity, Tone>> = {critical: 'critical', warning: 'warning', info: 'plain'};

const isCleared = (row: FindingRow): boolean => row.kind === 'finding' && row.entry.finding.clearedAtMs !== undefined;

/** The tone of a row. A finding that has ended is dim. */
function toneOf(row: FindingRow): Tone {
	return row.kind === 'blind' || isCleared(row) ? 'dim' : severityTone[row.entry.severity];
}

const reasonTexts: Readonly<Record<BlindRow['reason'], string>> = {
	denied: 'this user lacks a permission',
	absent: 'this server does not report what they need',
	unseen: "they need a look at the server's own machine",
	pending: 'more samples are needed',
};

function blindText(row: BlindRow, user: string): string {
	const rules = rulesOf(row);
	const what = rules.length === 1 ? `${rules[0]} not evaluated` : `${rules.length} rules not evaluated`;
	const grant = row.grant === undefined ? '' : `: ACL SETUSER ${user} ${row.grant}`;
	return `${what}, ${row.why ?? reasonTexts[row.reason]}${grant}`;
}

function nodeText(row: FindingRow): string {
	if (row.kind === 'finding') {
		return row.entry.finding.node ?? 'all';
	}

	const nodes = nodesOf(row);
	return nodes.length === 1 ? (nodes[0] ?? '') : `${nodes.length} nodes`;
}

function sinceText(row: FindingRow, nowMs: number): string {
	if (row.kind === 'blind') {
		return '';
	}

	const {sinceMs, clearedAtMs} = row.entry.finding;
	return clearedAtMs === undefined ? ageSince(sinceMs, nowMs) : `ended ${utcClock(clearedAtMs).slice(0, 5)}`;
}

/** Columns of the findings. A consequence stands below its cause, indented. */
export const findingColumns = (
	nowMs: number,
	user: string,
	{isTree, glyphs}: {readonly isTree: boolean; readonly glyphs: Glyphs},
): ReadonlyArray<Column<FindingRow>> => [
	{
		id: 'severity',
		title: 'SEVERITY',
		minWidth: 11,
		priority: 1,
		text: row => (row.kind === 'blind' ? '?  blind' : severityWords[row.entry.severity]),
		tone: toneOf,
	},
	{
		id: 'since',
		title: 'SINCE',
		minWidth: 6,
		maxWidth: 11,
		priority: 1,
		text: row => sinceText(row, nowMs),
		tone: toneOf,
	},
	{id: 'node', title: 'NODE', minWidth: 15, maxWidth: 40, priority: 2, text: nodeText, tone: toneOf},
	{
		id: 'text',
		title: 'WHAT',
		minWidth: 30,
		isFlexible: true,
		priority: 1,
		text(row) {
			if (row.kind === 'blind') {
				return blindText(row, user);
			}

			return `${isTree && row.entry.causeKey !== undefined ? `${glyphs.lastBranch} ` : ''}${findingText(row.entry.finding)}`;
		},
		tone: toneOf,
	},
	{
		id: 'rule',
		title: 'RULE',
		minWidth: 12,
		maxWidth: 20,
		priority: 3,
		text: row =>
			row.kind === 'blind' ? (rulesOf(row).length === 1 ? (rulesOf(row)[0] ?? '') : '') : row.entry.finding.rule,
		tone: () => 'dim',
	},
];
