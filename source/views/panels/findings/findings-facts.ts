import {actionRow} from '../../../actions/catalogue/catalogue.js';
import type {NextStep} from '../../../domain/finding.js';
import {messageText} from '../../../domain/message.js';
import {findingText} from '../../../rules/finding.js';
import {evidenceText} from '../../../text/evidence-text.js';
import {seconds, utcDateTime} from '../../../text/units.js';
import type {PanelInput} from '../../panel.js';
import {type BlindRow, type FindingRow, nodesOf, rulesOf} from './findings-rows.js';

export type FindingFact = readonly [label: string, value: string];

/**
A next step as text, such as `on its host: df -h`. A shell command is for the server's machine, which may not be the one
that redis-top runs on.
*/
const stepText = ({kind, text}: NextStep): string =>
	kind === 'shell' ? `on its host: ${messageText(text)}` : messageText(text);

/** All facts of a list row, for the details box and for the explanation below the list. */
export function rowFacts(row: FindingRow, input: PanelInput, user: string): readonly FindingFact[] {
	return row.kind === 'blind' ? blindFacts(row, user) : findingFacts(row, input);
}

function findingFacts(
	{entry}: Extract<FindingRow, {kind: 'finding'}>,
	{nowMs, keyboard}: PanelInput,
): readonly FindingFact[] {
	// The severity is the row's: a cause is as severe as its worst consequence.
	const {finding, causeKey, severity} = entry;
	const {rule, node, sinceMs, clearedAtMs, evidence, meaning, next, action, adviceCost} = finding;
	const where = finding.remedy?.node;
	const ended = clearedAtMs === undefined ? '' : `, ended ${utcDateTime(clearedAtMs)}`;
	const help = action === undefined ? undefined : actionRow(action);
	return [
		['what', `${node === undefined ? '' : `${node} `}${findingText(finding)}`],
		[
			'since',
			`${utcDateTime(sinceMs)} UTC, ${seconds(((clearedAtMs ?? nowMs) - sinceMs) / 1000)}${ended}; ${rule}, ${severity}`,
		],
		...(causeKey === undefined ? [] : [['follows from', causeKey.trim()] as const]),
		['evidence', evidence.map(evidenceText).join(', ')],
		['means', messageText(meaning)],
		...next.map((step, index) => [index === 0 ? 'next' : '', `${index + 1}. ${stepText(step)}`] as const),
		...(help === undefined
			? []
			: [
					[
						'action',
						`${keyboard.shown('actions') || 'actions,'} then ${help.letter}${where === undefined || where === node ? '' : ` on ${where}`}: ${help.title}`,
					] as const,
				]),
		...(adviceCost === undefined ? [] : [['costs', adviceCost] as const]),
	];
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
