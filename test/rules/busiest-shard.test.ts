import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {cpuMain} from '../../source/rules/cpu-network.js';
import {latCommandHog} from '../../source/rules/main-thread.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const node = (commands: number, enabled = 1): Sections => ({
	cluster: {cluster_enabled: enabled},
	stats: {instantaneous_ops_per_sec: commands},
});

const peer = (host: number, commands: number) =>
	recordFrom({address: `10.0.1.${host}:6379`, role: 'primary', info: node(commands)});

/** A primary that is busy with LPOS, beside two others of its cluster. */
const busy = (own: Sections, nodes: FactsParts['nodes'] = [peer(12, 20), peer(13, 30)]): FactsParts => ({
	info: {
		...own,
		cpu: {used_cpu_user: 0.95, used_cpu_sys: 0, used_cpu_user_main_thread: 0.95, used_cpu_sys_main_thread: 0},
	},
	earlier: {cpu: {used_cpu_user: 0, used_cpu_sys: 0, used_cpu_user_main_thread: 0, used_cpu_sys_main_thread: 0}},
	record: {
		commands: [
			{
				command: 'lpos',
				calls: 9500,
				callsOfInterval: 9500,
				callsPerSecond: 9500,
				meanMicroseconds: 100,
				timeShare: 0.95,
				failuresPerSecond: 0,
			},
		],
	},
	nodes,
});

testRule(latCommandHog, [
	[
		'one shard gets nearly all commands of its cluster',
		busy(node(25_000)),
		'warning',
		/^spends 95% of its time in LPOS, it gets 99\.8% of the commands of the cluster$/,
	],
	['the others are as busy', busy(node(25_000), [peer(12, 20_000), peer(13, 9000)]), 'warning', /in LPOS$/],
	['hardly any commands in the whole cluster', busy(node(900)), 'warning', /in LPOS$/],
	['two primaries', busy(node(25_000), [peer(12, 20)]), 'warning', /in LPOS$/],
	['no cluster', busy(node(25_000, 0)), 'warning', /in LPOS$/],
	[
		'another primary does not answer: its commands are not known',
		busy(node(25_000), [
			peer(12, 20),
			recordFrom({address: '10.0.1.13:6379', role: 'primary', failure: refusedConnection, info: node(30)}),
		]),
		'warning',
		/in LPOS$/,
	],
]);

test('more primaries are no step where one slot has the work', () => {
	const steps = (own: Sections) => firingOf(cpuMain, busy(own)).next.map(({text}) => messageText(text));
	assert.ok(steps(node(25_000)).every(text => !text.includes('spread the keys')));
	assert.ok(steps(node(25_000)).some(text => text.includes('more primaries do not help')));
	assert.ok(steps(node(25_000, 0)).some(text => text.includes('spread the keys over more primaries')));
	assert.match(messageText(firingOf(cpuMain, busy(node(25_000))).detail ?? ''), /of the commands of the cluster$/);
});
