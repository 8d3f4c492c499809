import type {Severity} from '../../../domain/finding.js';
import {findingText} from '../../../rules/finding.js';
import {groupText} from '../../../state/finding-groups.js';
import type {Column} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import type {Tone} from '../../../text/line.js';
import {ageSince, utcClock} from '../../../text/units.js';
import {nameColumn, showShortNames, widthForAddresses} from '../../node-names.js';
import type {PanelInput} from '../../panel.js';
import {type AdviceRow, type BlindRow, type FindingRow, nodesOf, rulesOf} from './findings-rows.js';

const severityWords: Readonly<Record<Severity, string>> = {
	critical: '!! critical',
	warning: '!  warning',
	info: 'i  note',
};
const severityTone: Readonly<Record<Severity, Tone>> = {critical: 'critical', warning: 'warning', info: 'plain'};

/** The tone of a row. A finding that has ended is dim. */
function toneOf(row: FindingRow): Tone {
	switch (row.kind) {
		case 'finding':
			return row.entry.finding.clearedAtMs === undefined ? severityTone[row.entry.severity] : 'dim';
		case 'group':
			return row.group.isEnded ? 'dim' : severityTone[row.group.severity];
		case 'advice':
			return 'plain';
		case 'blind':
			return 'dim';
	}
}

function severityText(row: FindingRow): string {
	switch (row.kind) {
		case 'finding':
			return severityWords[row.entry.severity];
		case 'group':
			return severityWords[row.group.severity];
		case 'advice':
			return 'i  advice';
		case 'blind':
			return '?  blind';
	}
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

/** The name of a single node, or the number of nodes if there are several. */
function nodesText(nodes: readonly string[], whenNone: string, show: ShowAddress): string {
	const [first] = nodes;
	return nodes.length > 1 ? `${nodes.length} nodes` : first === undefined ? whenNone : show(first);
}

type ShowAddress = (address: string) => string;

function nodeText(row: FindingRow, show: ShowAddress): string {
	switch (row.kind) {
		case 'finding':
			return row.entry.finding.node === undefined ? 'all' : show(row.entry.finding.node);
		case 'group':
			return nodesText(row.group.nodes, 'all', show);
		case 'advice':
			return nodesText([...new Set(row.groups.flatMap(({nodes}) => nodes))], 'all', show);
		case 'blind':
			return nodesText(nodesOf(row), '', show);
	}
}

const endText = (clearedAtMs: number | undefined): string => `ended ${utcClock(clearedAtMs).slice(0, 5)}`;

/**
For how long a finding's condition has held; for a group, the longest of these times. For a finding that has ended, the
time of its end.
*/
function sinceText(row: FindingRow, nowMs: number): string {
	switch (row.kind) {
		case 'finding': {
			const {sinceMs, clearedAtMs} = row.entry.finding;
			return clearedAtMs === undefined ? ageSince(sinceMs, nowMs) : endText(clearedAtMs);
		}

		case 'group': {
			const {isEnded, first, entries} = row.group;
			return isEnded
				? endText(first.finding.clearedAtMs)
				: ageSince(Math.min(...entries.map(({finding}) => finding.sinceMs)), nowMs);
		}

		default:
			return '';
	}
}

/** The text of the row that stands for all advice: `5 kinds, 28 in all; Enter opens`. */
function adviceText({groups, isOpen}: AdviceRow, key: string): string {
	const all = groups.reduce((sum, {entries}) => sum + entries.length, 0);
	const opens = key === '' ? '' : `; ${key} ${isOpen ? 'folds' : 'opens'}`;
	return `${groups.length} kinds${all === groups.length ? '' : `, ${all} in all`}${opens}`;
}

/** Indents a consequence below its cause, and a finding below its group. */
const indented = (text: string, depth: number, {lastBranch}: Glyphs): string =>
	depth === 0 ? text : `${' '.repeat(3 * (depth - 1))}${lastBranch} ${text}`;

function ruleText(row: FindingRow): string {
	switch (row.kind) {
		case 'finding':
			return row.entry.finding.rule;
		case 'group':
			return row.group.rule;
		case 'advice':
			return '';
		case 'blind': {
			const [rule = '', ...others] = rulesOf(row);
			return others.length === 0 ? rule : '';
		}
	}
}

const ruleColumn: Column<FindingRow> = {
	id: 'rule',
	title: 'RULE',
	minWidth: 12,
	maxWidth: 20,
	priority: 3,
	text: ruleText,
	tone: () => 'dim',
};

/** Columns of the findings. A consequence stands below its cause, indented. */
export const findingColumns = (
	{state, nowMs, glyphs, keyboard}: PanelInput,
	user: string,
	width: number,
): ReadonlyArray<Column<FindingRow>> => {
	const show = width < widthForAddresses ? showShortNames(state) : undefined;
	return [
		{
			id: 'severity',
			title: 'SEVERITY',
			minWidth: 11,
			priority: 1,
			text: severityText,
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
		nameColumn<FindingRow>({nodes: state.nodes, width, text: (row, name) => nodeText(row, name), tone: toneOf}),
		{
			id: 'text',
			title: 'WHAT',
			minWidth: 30,
			isFlexible: true,
			priority: 1,
			text(row) {
				switch (row.kind) {
					case 'finding':
						return indented(findingText(row.entry.finding, 'long', show), row.depth, glyphs);
					case 'group':
						return indented(groupText(row.group, showShortNames(state)), row.depth, glyphs);
					case 'advice':
						return adviceText(row, keyboard.shown('details'));
					case 'blind':
						return blindText(row, user);
				}
			},
			tone: toneOf,
		},
		...(width < widthForAddresses ? [] : [ruleColumn]),
	];
};
