import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Finding} from '../../../source/domain/finding.js';
import {defaultThresholds} from '../../../source/domain/thresholds.js';
import {usualKeyboard} from '../../../source/keys/keyboard.js';
import type {MonitorState} from '../../../source/state/monitor-state.js';
import {newView} from '../../../source/state/reduce-view.js';
import {lineWidth} from '../../../source/text/fit.js';
import {asciiGlyphs, unicodeGlyphs} from '../../../source/text/glyphs.js';
import {plainText} from '../../../source/text/line.js';
import {screenLines} from '../../../source/views/screen.js';
import {figures} from '../../../source/views/wall/figures.js';
import {sceneAt, sceneMs, wallScenes} from '../../../source/views/wall/rotation.js';
import {sampledAtMs as nowMs, recordFrom, stateOf} from '../../harness/records.js';

const record = recordFrom({
	info: {
		server: {redis_version: '7.0.15'},
		memory: {used_memory: '95', maxmemory: '100', mem_not_counted_for_evict: '0'},
		replication: {role: 'master'},
	},
});

const sick = (rule: Finding['rule'], severity: Finding['severity'] = 'critical'): Finding => ({
	rule,
	severity,
	node: record.address,
	subject: undefined,
	title: `is sick by ${rule}`,
	evidence: [],
	meaning: '',
	next: [],
	action: null,
	sinceMs: nowMs - 754_000,
	clearedAtMs: undefined,
});

const incident: MonitorState = {
	...stateOf([record]),
	findings: [sick('mem.max')],
	incidentSinceMs: nowMs - 754_000,
};

const wall = (state: MonitorState, columns: number, rows: number, glyphs = unicodeGlyphs) =>
	screenLines({
		state,
		view: newView('overview', 1000, true),
		deployment: 'standalone',
		lock: {kind: 'read-only'},
		nowMs,
		liveNowMs: nowMs,
		keyboard: usualKeyboard,
		glyphs,
		columns,
		rows,
	});

const textOf = (...input: Parameters<typeof wall>): string =>
	wall(...input)
		.map(plainText)
		.join('\n');

test('any size is filled exactly, with and without anything known', () => {
	for (const state of [stateOf([]), stateOf([record]), incident]) {
		for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
			for (const [columns, rows] of [
				[1, 1],
				[40, 10],
				[60, 15],
				[80, 24],
				[120, 40],
				[160, 50],
				[200, 60],
				[400, 120],
			] as const) {
				const lines = wall(state, columns, rows, glyphs);
				assert.equal(lines.length, rows);
				for (const line of lines) {
					assert.equal(lineWidth(line), columns, `${columns}×${rows}: ${plainText(line)}`);
				}
			}
		}
	}
});

test('the worst figure is the one that its own target calls worst', () => {
	const half = {...defaultThresholds, 'mem.max.warning': 0.4, 'mem.max.critical': 0.45};
	const memory = (used: number) => ({memory: {used_memory: String(used), maxmemory: '100'}});
	const nodes = [
		recordFrom({address: '10.0.1.11:6379', info: memory(70)}),
		{...recordFrom({address: '10.0.1.12:6379', info: memory(50)}), thresholds: half},
	];
	const [figure] = figures(stateOf(nodes));
	assert.deepEqual(
		[figure?.text, figure?.tone, figure?.threshold, figure?.node?.address],
		['50%', 'critical', 'bad from 40%, critical from 45%', '10.0.1.12:6379'],
	);
});

test('the verdict, the incident clock, the five figures with their thresholds', () => {
	const text = textOf(incident, 200, 60);
	assert.match(text, /is sick by mem\.max/);
	assert.match(text, /since [\d:]+ UTC, the first critical finding/);
	for (const title of [
		'memory of maxmemory',
		'rejected connections',
		'evicted keys',
		'replication delay',
		'slowest p99',
	]) {
		assert.ok(text.includes(title), title);
	}

	assert.match(text, /bad from 80%, critical from 90%/);
	assert.match(text, /2 Memory/);
	assert.match(text, /Who acted/);
	assert.match(text, /the wall only shows/);
	assert.match(textOf(incident, 100, 30), /INCIDENT 12:34/);
	assert.match(textOf(stateOf([record]), 200, 60), /no incident/);
});

test('the scenes are the sick panels in turn', () => {
	const state = {...incident, findings: [sick('mem.max'), sick('rep.lost'), sick('per.none', 'info')]};
	const scenes = wallScenes(state);
	assert.deepEqual(scenes.map(({panel}) => panel).sort(), ['memory', 'replication']);
	assert.notDeepEqual(sceneAt(scenes, 0), sceneAt(scenes, sceneMs));
	assert.deepEqual(sceneAt(scenes, 0), sceneAt(scenes, 2 * sceneMs));
	assert.deepEqual(wallScenes(stateOf([record])), [{panel: 'overview', node: undefined}]);
});
