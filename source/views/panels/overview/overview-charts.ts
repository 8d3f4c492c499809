import type {NodeRecord} from '../../../state/monitor-state.js';
import {count, milliseconds} from '../../../text/units.js';
import type {PanelInput} from '../../panel.js';
import type {Card} from '../card.js';
import {historyChart} from '../history-chart.js';
import {usedChart} from '../memory/memory.js';

/** A chart of operations per second. */
export const operationsChart = (input: PanelInput, node: NodeRecord): Card =>
	historyChart({title: 'ops/s', series: node.series.get('operations'), format: count}, input, node);

/** A chart of used memory, up to maxmemory where it is set. */
export const memoryChart = (input: PanelInput, node: NodeRecord): Card => usedChart(input, node, 'used memory');

/** A chart of the round-trip times of PING. */
export const roundTripChart = (input: PanelInput, node: NodeRecord): Card =>
	historyChart({title: 'round trip of PING', series: node.ping.series, format: milliseconds}, input, node);
