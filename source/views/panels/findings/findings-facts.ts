import type {NextStep} from '../../../domain/finding.js';
import {messageText} from '../../../domain/message.js';
import type {Keyboard} from '../../../keys/keyboard.js';
import type {AlertState} from '../../../parse/alertmanager-alerts.js';
import {stepsAfterFinding} from '../../../rules/after-steps.js';
import {type Finding, findingKey, findingText} from '../../../rules/finding.js';
import type {JoinedFinding} from '../../../rules/join-findings.js';
import {type FindingGroup, groupText} from '../../../state/finding-groups.js';
import type {MonitorState} from '../../../state/monitor-state.js';
import {evidenceText} from '../../../text/evidence-text.js';
import {seconds, utcDateTime} from '../../../text/units.js';
import {remedyOf, remedyText} from '../../control/remedy.js';
import {shortName, showShortNames} from '../../node-names.js';
import type {PanelInput} from '../../panel.js';
import {type BlindRow, type FindingRow, nodesOf, rulesOf} from './findings-rows.js';

export type FindingFact = readonly [label: string, value: string];

/**
A next step as text, such as `on its host: df -h`. A shell command is meant for the server's machine, and redis-top may
run on another machine.
*/
export const stepText = ({kind, text}: NextStep): string =>
	kind === 'shell' ? `on its host: ${messageText(text)}` : messageText(text);

/** All facts of a list row as label and value pairs, for the details box and for the explanation below the list. */
export function rowFacts(row: FindingRow, input: PanelInput, user: string): readonly FindingFact[] {
	switch (row.kind) {
		case 'finding':
			return findingFacts(row.entry, input);
		case 'group':
			return groupFacts(row.group, input);
		case 'advice':
			return adviceFacts(row.groups, input);
		case 'blind':
			return blindFacts(row, user);
	}
}

/** The facts of a finding. The remedy stands before the evidence, so that even a low screen shows the remedy. */
function findingFacts(entry: JoinedFinding, input: PanelInput): readonly FindingFact[] {
	const {finding} = entry;
	return [
		['what', `${finding.node === undefined ? '' : `${finding.node} `}${findingText(finding)}`],
		...restOf(entry, input),
	];
}

/** Largest number of nodes that the facts of a group name. */
const namedNodes = 40;

/** The facts of a group: those of its first finding, with the nodes of all its findings. */
function groupFacts(group: FindingGroup, input: PanelInput): readonly FindingFact[] {
	const {entries, first, nodes} = group;
	const show = showShortNames(input.state);
	const what = `${nodes.length > 1 ? `${nodes.length} nodes: ` : ''}${groupText(group, show)}`;
	const sinceMs = Math.min(...entries.map(({finding}) => finding.sinceMs));
	const [since, ...rest] = restOf({...first, finding: {...first.finding, sinceMs}}, input);
	const named = nodes.slice(0, namedNodes).map(node => shortName(node, input.state));
	const left = nodes.length - named.length;
	const names = `${named.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
	return [
		['what', what],
		...(nodes.length > 1 ? [['nodes', names] as const] : [['findings', String(entries.length)] as const]),
		...(since === undefined ? [] : [since]),
		...rest,
	];
}

/** A line for each kind of advice: the number of its nodes, and its text. */
const adviceFacts = (groups: readonly FindingGroup[], {state}: PanelInput): readonly FindingFact[] =>
	groups.map(group => {
		const {nodes, entries} = group;
		const [node] = nodes;
		const text = groupText(group, showShortNames(state));
		return nodes.length > 1 || node === undefined
			? [nodes.length === 0 ? 'all' : `${nodes.length} nodes`, text]
			: ['1 node', entries.length > 1 || state.nodes.size < 2 ? text : `${shortName(node, state)} ${text}`];
	});

/** The facts of a finding that are listed below its text. */
function restOf(entry: JoinedFinding, {nowMs, keyboard, state}: PanelInput): readonly FindingFact[] {
	// `severity` is that of the row: a cause is as severe as its worst consequence.
	const {finding, causeKey, severity} = entry;
	const {rule, sinceMs, clearedAtMs, evidence, meaning, next, adviceCost} = finding;
	const ended = clearedAtMs === undefined ? '' : `, ended ${utcDateTime(clearedAtMs)}`;
	const isOver = clearedAtMs !== undefined;
	const [label, steps] = isOver ? ['look at', stepsAfterFinding(finding)] : ['next', next];
	return [
		[
			'since',
			`${utcDateTime(sinceMs)} UTC, ${seconds(((clearedAtMs ?? nowMs) - sinceMs) / 1000)}${ended}; ${rule}, ${severity}`,
		],
		...(causeKey === undefined ? [] : [['follows from', causeKey.trim()] as const]),
		...alertFact(finding, state),
		...steps.map((step, index) => [index === 0 ? label : '', `${index + 1}. ${stepText(step)}`] as const),
		...(isOver ? [] : actionFact(finding, state, keyboard)),
		[isOver ? 'meant' : 'means', messageText(meaning)],
		['evidence', evidence.map(evidenceText).join(', ')],
		...(adviceCost === undefined ? [] : [['costs', adviceCost] as const]),
	];
}

/** The remedy of the finding, which its key opens: the same as that of line 2 on Overview. */
function actionFact(finding: Finding, state: MonitorState, keyboard: Keyboard): readonly FindingFact[] {
	const remedy = remedyOf(finding, state);
	if (remedy === undefined) {
		return [];
	}

	const where = remedy.node.address === finding.node ? '' : ` on ${remedy.node.address}`;
	return [['action', `${keyboard.shown('row-action') || 'a key'} opens its dialog${where}: ${remedyText(remedy)}`]];
}

const alertTexts: Readonly<Record<AlertState, string>> = {
	fires: 'fires in Alertmanager',
	silenced: 'silenced in Alertmanager',
	inhibited: 'held back in Alertmanager by another alert',
};

/** The state of an active finding in Alertmanager. Empty for a finding with severity info, which is never an alert. */
function alertFact(finding: Finding, {alerting}: MonitorState): readonly FindingFact[] {
	if (alerting === undefined || finding.severity === 'info' || finding.clearedAtMs !== undefined) {
		return [];
	}

	const state = alerting.states.get(findingKey(finding));
	return [['alert', alerting.problem ?? (state === undefined ? 'not in Alertmanager' : alertTexts[state])]];
}

function blindFacts(row: BlindRow, user: string): readonly FindingFact[] {
	return [
		['what', row.why ?? 'rules that could not be evaluated, which does not mean "ok"'],
		...(row.grant === undefined ? [] : [['grant', `ACL SETUSER ${user} ${row.grant}`] as const]),
		['nodes', nodesOf(row).join(', ')],
		...(row.why === undefined
			? [...new Map(row.spots.map(({rule, why}) => [rule, why]))].map(([rule, why]) => [rule, why] as const)
			: [['rules', rulesOf(row).join(', ')] as const]),
	];
}
