import {messageText} from '../../domain/message.js';
import type {NodeAddress} from '../../domain/node.js';
import {failureText} from '../../domain/sample.js';
import {type Finding, findingKey, findingText} from '../../rules/finding.js';
import {isFindingEvent} from '../../state/finding-events.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {utcClock} from '../../text/units.js';

/** What was printed last for a screen reader. Later lines are only about the changes since then. */
export type Said = {
	readonly nodes: ReadonlyMap<NodeAddress, string>;
	/** The findings that held when lines were last printed, by `findingKey`. */
	readonly findings: ReadonlyMap<string, Finding>;
	/** The newest event that was printed; undefined before the first event. */
	readonly event: MonitorState['events'][number] | undefined;
};

export const nothingSaid: Said = {nodes: new Map(), findings: new Map(), event: undefined};

/** A node in one sentence. The sentence has no age and no rate, so it changes only when the node's state changes. */
function nodeWords({address, role, reach, failure, sample}: NodeRecord): string {
	if (reach === 'connecting') {
		return `${address}: connecting`;
	}

	if (failure !== undefined) {
		return `${address}: ${failureText(failure)}`;
	}

	const version = sample?.info.text('server', 'valkey_version') ?? sample?.info.text('server', 'redis_version');
	return `${address}: ${role}, ${reach}${version === undefined ? '' : `, version ${version}`}`;
}

/**
The changes since `said`, one line each. A line is a node, an event, or a finding that opens, changes its severity or
closes. Nothing is repeated, and no line is printed only because time has passed.
*/
export function screenReaderLines(
	said: Said,
	state: MonitorState,
): {readonly lines: readonly string[]; readonly said: Said} {
	const nodes = new Map([...state.nodes.values()].map(record => [record.address, nodeWords(record)]));
	const findings = new Map(
		state.findings.filter(({clearedAtMs}) => clearedAtMs === undefined).map(finding => [findingKey(finding), finding]),
	);
	const known = said.event === undefined ? -1 : state.events.indexOf(said.event);
	const news = known === -1 ? (said.event === undefined ? state.events : []) : state.events.slice(0, known);
	const lines = [
		...[...nodes].flatMap(([address, words]) => (said.nodes.get(address) === words ? [] : [words])),
		...[...findings].flatMap(([key, finding]) =>
			said.findings.get(key)?.severity === finding.severity ? [] : [`${finding.severity}: ${findingWords(finding)}`],
		),
		...[...said.findings].flatMap(([key, finding]) => (findings.has(key) ? [] : [`over: ${findingWords(finding)}`])),
		...news
			.filter(event => !isFindingEvent(event))
			.toReversed()
			.map(({atMs, node, text}) => `event, ${utcClock(atMs)}: ${node ?? 'redis-top'} ${messageText(text)}`),
	];
	return {lines, said: {nodes, findings, event: state.events[0] ?? said.event}};
}

const findingWords = (finding: Finding): string =>
	`${finding.node ?? 'the deployment'} ${findingText(finding)} (${finding.rule})`;

/**
Matches the characters that the borders of panels, charts and meters are drawn with, and the mark of the selected row.
*/
const drawing = /[│┌┐└┘─├┤╭╮╯╰┈█░▁▂▃▄▅▆▇]+>?/g;

/**
Matches a row of a chart. Such a row has an axis at its left only, while other rows of a panel have a border at both
ends.
*/
const chartRow = /^[^├]*┤/;

/** A panel as lines for a screen reader: its titles and rows, without borders, charts and blank lines. */
export function withoutDrawing(text: string): string[] {
	return text
		.split('\n')
		.filter(line => !chartRow.test(line))
		.map(line => line.replace(drawing, ' ').replace(/\s+/g, ' ').trim())
		.filter(line => /[\p{L}\p{N}]/u.test(line));
}
