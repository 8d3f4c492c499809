import assert from 'node:assert/strict';
import {test} from 'node:test';
import {usualKeyboard} from '../../source/keys/keyboard.js';
import {panelIds, panelRow} from '../../source/state/panel-table.js';
import {newView} from '../../source/state/reduce-view.js';
import {plainTable} from '../../source/state/view-state.js';
import {unicodeGlyphs} from '../../source/text/glyphs.js';
import {helpLabelWidth, helpLayout} from '../../source/views/boxes/help-rows.js';
import {panelFigures} from '../../source/views/panel-figures.js';
import {panelById} from '../../source/views/panels.js';
import {panelInput} from '../../source/views/screen-input.js';
import {findingOf} from '../harness/findings.js';
import {clientOf, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const labelsOf = (panel: (typeof panelIds)[number]): readonly string[] =>
	panelFigures[panel].flatMap(([labels]) => labels.split(', '));

const node = recordFrom({
	info: {
		server: {run_id: 'aa', redis_version: '7.2.5'},
		clients: {connected_clients: 2, maxclients: 10_000},
		memory: {used_memory: 100, maxmemory: 200},
		replication: {role: 'master', connected_slaves: 0},
		cluster: {cluster_enabled: 0},
		keyspace: {db0: 'keys=1204,expires=3,avg_ttl=9'},
	},
	clients: {atMs: sampledAtMs, value: [clientOf({id: 77, name: 'worker'})]},
	slowlog: {
		atMs: sampledAtMs,
		value: {
			entries: [
				{
					id: 1,
					atMs: sampledAtMs,
					durationMicroseconds: 20_000,
					arguments: ['GET'],
					clientAddress: '-',
					clientName: '-',
				},
			],
			lost: 0,
			perMinute: 1,
		},
	},
});
const state = {
	...stateOf([node, recordFrom({address: '10.0.1.12:6379'})]),
	findings: [findingOf('cli.max', 'warning', node.address)],
};

test('every panel explains its figures, each label once, in whole sentences', () => {
	for (const panel of panelIds) {
		const labels = labelsOf(panel);
		assert.ok(labels.length >= 4, panel);
		assert.equal(new Set(labels).size, labels.length, panel);
		for (const [label, meaning] of panelFigures[panel]) {
			assert.match(meaning, /^[^a-z].*\.$|^[a-z_]+.*\.$/, `${panel} ${label}`);
		}
	}
});

test('every head of a list that a panel draws is explained', () => {
	for (const panel of panelIds) {
		const heads = new Set<string>();
		for (const groupBy of [undefined, 'name', 'nodes', 'user']) {
			const view = {...newView(panel, 1000), tables: {[panel]: {...plainTable, groupBy}}};
			const input = panelInput({state, view, nowMs: sampledAtMs, glyphs: unicodeGlyphs, keyboard: usualKeyboard});
			for (const line of panelById[panel].draw(input, {width: 260, height: 57})) {
				for (const {text, target} of line) {
					if (target?.column !== undefined && target.panel === panel) {
						heads.add(text.replace(/[↓↑]/g, '').trim());
					}
				}
			}
		}

		heads.delete('');
		const unexplained = [...heads].filter(head => !labelsOf(panel).includes(head));
		assert.deepEqual(unexplained, [], panel);
	}
});

test('the help begins with the figures of the panel', () => {
	for (const panel of panelIds) {
		// A label that is wider than its column is wrapped: a cut one names nothing.
		for (const [label] of helpLayout(usualKeyboard, panel, 80).columns.flat()) {
			assert.ok(label.length <= helpLabelWidth, label);
		}

		const narrow = helpLayout(usualKeyboard, panel, 80);
		assert.equal(narrow.columns.length, 1);
		assert.deepEqual(narrow.columns[0]?.[0]?.[0], 'FIGURES');
		assert.match(narrow.columns[0]?.[0]?.[1] ?? '', new RegExp(panelRow(panel).title));
		const wide = helpLayout(usualKeyboard, panel, 200);
		assert.deepEqual(
			wide.columns.map(rows => rows[0]?.[0]),
			['FIGURES', 'LOOK'],
		);
	}
});
