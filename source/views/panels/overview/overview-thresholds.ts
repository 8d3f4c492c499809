import {cellWidth} from '../../../text/cell-width.js';
import {type Line, span} from '../../../text/line.js';
import {type Figure, figures} from '../../figures.js';
import {shortName} from '../../node-names.js';
import type {PanelInput} from '../../panel.js';

/** Least width of the strip, in cells. The five figures do not fit into a narrower strip. */
const leastWidth = 60;

/**
The five figures of an outage in one line: memory, rejected connections, evictions, replication delay and p99. Each is
the worst figure of all nodes, in the tone of its threshold. Names of nodes with bad figures are among the last parts
that a narrow screen leaves out.
*/
export function thresholdStrip(input: PanelInput, width: number): Line | undefined {
	if (width < leastWidth) {
		return undefined;
	}

	const all = figures(input.state);
	const levels = [0, 1, 2, 3, 4, 5].map(level => all.map(figure => cellText(figure, input, level)));
	const cells = levels.find(texts => total(texts) <= width) ?? levels.at(-1) ?? [];
	const spare = Math.floor(Math.max(0, width - total(cells)) / all.length);
	return all.map((figure, index) => {
		const text = cells[index] ?? '';
		return span(text + ' '.repeat(index === all.length - 1 ? 0 : spare), figure.tone);
	});
}

const total = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + cellWidth(text), 0);

/** Width of a value with its mark, in cells. Shorter values are padded, so that the figures beside them do not move. */
const valueWidth = 8;

/**
The text of a figure. Each level keeps the cuts of the levels before it. Level 0: every figure names its node. Level 1:
only bad figures name their node. Level 2: labels are short, and only bad figures name their command. Level 3: no
padding. Level 4: no node is named. Level 5: no command is named, and labels are as short as they get.
*/
function cellText({labels, text, tone, node, named, culprit}: Figure, {state}: PanelInput, level: number): string {
	const mark = tone === 'critical' ? ' !!' : tone === 'warning' ? ' !' : '';
	const isBad = mark !== '';
	const label = labels[level < 2 ? 0 : level < 5 ? 1 : 2] ?? labels.at(-1) ?? '';
	// No node stands out where the worst value is none at all.
	const isNone = /^0\D*$/.test(text);
	const isNamed = node !== undefined && state.nodes.size > 1 && ((level === 0 && !isNone) || (isBad && level < 4));
	const name = isNamed ? ` ${shortName(named ?? node.address, state)}` : '';
	const who = culprit === undefined || level >= 5 || (level >= 2 && !isBad) ? '' : ` ${culprit}`;
	const value = text.replace(/(?<=\d) (?=\D+$)/, '') + mark;
	return ` ${label} ${level > 2 ? value : value.padEnd(valueWidth)}${who}${name}`;
}
