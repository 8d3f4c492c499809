import type {NodeRecord} from '../../../state/monitor-state.js';
import {isStale} from '../../../state/new-record.js';
import {cutLine} from '../../../text/fit.js';
import {type Line, span} from '../../../text/line.js';
import {percent} from '../../../text/units.js';
import {figures} from '../../figures.js';
import type {PanelInput, Rect} from '../../panel.js';
import {aged, type Card, drawCard, greyed, withNodeName} from '../card.js';
import {metricText} from '../changes.js';
import {fullness} from '../memory/memory-facts.js';
import {aofFacts, rdbFacts} from '../persistence/persistence-facts.js';
import {aofSummary, rdbSummary} from '../persistence/persistence-lines.js';
import {hitRatio, memoryCard, persistenceCard, throughputCard} from './overview-cards.js';
import {latencyCard} from './overview-latency.js';
import {clientsCard} from './overview-lists.js';
import {nodeRows} from './overview-nodes.js';
import {nodesCard, nodesHeight, replicationTitle} from './overview-nodes-card.js';

/**
The layout of the overview for a small area: one column of cards. A very small area shows lines without cards, most
important first.
*/
export function smallLayout(input: PanelInput, node: NodeRecord, {width, height}: Rect): Line[] {
	const {glyphs, nowMs} = input;
	if (width < 48 || height < 11) {
		return summary(input, node)
			.slice(0, height)
			.map(text => cutLine(isStale(node, nowMs) ? greyed(text) : text, width, glyphs.ellipsis));
	}

	const named = (card: Card) => aged(withNodeName(card, node, input.state), node, nowMs);
	const boxes: ReadonlyArray<{readonly lines: readonly Line[]}> = [
		{lines: drawCard(named(memoryCard(node, glyphs)), {width, height: 7}, glyphs)},
		{lines: drawCard(named(throughputCard(node, glyphs)), {width, height: height < 12 ? 4 : 5}, glyphs)},
		{lines: drawCard(nodesCard(input), {width, height: Math.min(nodesHeight(input), 8)}, glyphs, 0)},
		{lines: drawCard(named(persistenceCard(node, nowMs, glyphs)), {width, height: 6}, glyphs)},
		{lines: drawCard(named(latencyCard(node, glyphs)), {width, height: 7}, glyphs)},
		{lines: drawCard(aged(clientsCard(node, glyphs), node, nowMs), {width, height: 8}, glyphs, 0)},
	];
	const shown: Line[] = [];
	for (const {lines} of boxes) {
		if (shown.length + lines.length <= height) {
			shown.push(...lines);
		}
	}

	return shown;
}

function summary(input: PanelInput, node: NodeRecord): Line[] {
	const {values: now} = node;
	const full = fullness(node);
	const label = (text: string) => span(text.padEnd(6), 'label');
	const [, , , delay, slowest] = figures(input.state);
	const others = nodeRows(input).filter(({record}) => record.reach !== 'up').length;
	return [
		[
			label('mem'),
			span(metricText(node, 'usedMemory')),
			span(` ${full.text}`, full.tone),
			span('  ops ', 'label'),
			span(metricText(node, 'operations')),
		],
		[
			label('hits'),
			span(percent(hitRatio(now.get('hits'), now.get('misses')))),
			span('  clients ', 'label'),
			span(metricText(node, 'connectedClients')),
		],
		[
			label('lag'),
			span(delay?.text ?? '-', delay?.tone),
			span('  p99 ', 'label'),
			span(slowest?.text ?? '-', slowest?.tone),
			span(slowest?.culprit === undefined ? '' : ` ${slowest.culprit}`),
		],
		[label('role'), span(replicationTitle(node) ?? '-')],
		[label('rdb'), ...rdbSummary(rdbFacts(node, input.nowMs))],
		[label('aof'), ...aofSummary(aofFacts(node))],
		[
			label('nodes'),
			span(`${input.state.nodes.size}`),
			others > 0 ? span(`  ! ${others} not up`, 'warning') : span('  all up', 'dim'),
		],
		[label('keys'), span(metricText(node, 'keys')), span('  evicted ', 'label'), span(metricText(node, 'evicted'))],
		[label('rss'), span(metricText(node, 'residentMemory'))],
	];
}
