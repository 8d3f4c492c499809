import assert from 'node:assert/strict';
import test from 'node:test';
import type {HeavyCommand} from '../../source/derive/heavy-command.js';
import {messageText} from '../../source/domain/message.js';
import {latSlowlogNew} from '../../source/rules/observability.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** A command that was seen to hold the main thread, so many seconds ago, on a server with these settings. */
const held = (
	heavy: Partial<HeavyCommand>,
	config: Readonly<Record<string, string>> = {'slowlog-log-slower-than': '-1'},
	agoSeconds = 4,
): FactsParts => ({
	info: {},
	config: {'slowlog-max-len': '128', ...config},
	record: {
		slowlog: {atMs: nowMs, value: {entries: [], arrived: []} as never},
		clients: {atMs: nowMs, value: [clientOf({id: 7, name: 'report-job', command: 'eval', idleSeconds: 3})]},
	},
	watch: {
		longCommand: {command: 'eval', ownMs: 1700, ranMs: 1800, calls: 1, atMs: nowMs - 1000 * agoSeconds, ...heavy},
	},
});

testRule(latSlowlogNew, [
	[
		'a long script with the slow log off',
		held({}),
		'warning',
		/^ran EVAL for 1\.8 s from report-job, 4s ago: the slow log is off$/,
	],
	[
		'a slow log that begins above it',
		held({}, {'slowlog-log-slower-than': '10000000'}),
		'warning',
		/: the slow log begins at 10\.0 s$/,
	],
	[
		'a slow log without room',
		held({}, {'slowlog-max-len': '0', 'slowlog-log-slower-than': '10000'}),
		'warning',
		/keeps nothing$/,
	],
	[
		'several that add up to a second',
		held({ownMs: 290, ranMs: 300, calls: 4}),
		'warning',
		/^ran EVAL for 300 ms .*, 4 times, 4s ago/,
	],
	['a slow log that would hold it', held({}, {'slowlog-log-slower-than': '10000'}), 'clear'],
	['settings that are not known', held({}, {}), 'clear'],
	['one of a third of a second', held({ownMs: 290, ranMs: 300}), 'clear'],
	['many short ones', held({ownMs: 40, ranMs: 50, calls: 30}), 'clear'],
	['a command that waited for a processor most of the time', held({ownMs: 700, ranMs: 1800}), 'clear'],
	['two minutes ago', held({}, {'slowlog-log-slower-than': '-1'}, 120), 'clear'],
	['a flush, which has a finding of its own', held({command: 'flushall'}), 'clear'],
	['a move of a key in a reshard', held({command: 'migrate'}), 'clear'],
]);

test('lat.slowlog_new: the steps for a command that is not logged switch the slow log on', () => {
	const stepsOf = (config?: Readonly<Record<string, string>>): string =>
		firingOf(latSlowlogNew, held({}, config))
			.next.map(({text}) => messageText(text))
			.join('\n');
	assert.match(stepsOf(), /^let report-job do less in one EVAL.*\n.* CONFIG SET slowlog-log-slower-than 10000\n/);
	assert.match(stepsOf({'slowlog-max-len': '0', 'slowlog-log-slower-than': '10000'}), /CONFIG SET slowlog-max-len 128/);
});
