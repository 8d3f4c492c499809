import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {parseRestartRun} from '../../source/parse/restart-run.js';

const run = {
	address: '10.0.1.11:6379',
	startedAtMs: 1,
	osUser: 'alice',
	ownerPid: 42,
	before: {runId: 'a'.repeat(40), role: 'primary', keys: 800, expiring: 0, replicas: 2},
	start: {
		who: 'docker (cache)',
		text: 'docker start abcdef012345',
		command: ['docker', 'start', 'abcdef012345'],
		isAutomatic: true,
	},
	isSaveOptional: true,
	steps: [{id: 'save', state: 'done', note: 'saved', atMs: 2}],
};

const parsed = (change: object) => parseRestartRun(JSON.stringify({...run, ...change}));

test('a stored restart is read back unchanged', () => {
	assert.deepEqual(parseRestartRun(JSON.stringify(run)), run);
	const unknown = parsed({
		before: {...run.before, keys: undefined},
		start: {...run.start, command: undefined, isAutomatic: undefined},
	});
	assert.equal(unknown?.before.keys, undefined);
	assert.equal(unknown?.start.command, undefined);
	const silence = {target: run.address, parts: [{place: 'am:9093', id: 'a-1'}], endsAtMs: 5};
	assert.deepEqual(parsed({silence})?.silence, silence);
	for (const other of [7, {parts: [], endsAtMs: 5}, {...silence, endsAtMs: '5'}, {...silence, parts: [{id: 7}]}]) {
		assert.deepEqual(parsed({silence: other}), run);
	}
});

test('a text that is not a whole restart is refused', () => {
	const steps = (step: object) => ({steps: [{...run.steps[0], ...step}]});
	for (const change of [
		{address: 1},
		{before: {}},
		{start: null},
		{steps: 'all'},
		steps({id: 'dance'}),
		steps({state: 'maybe'}),
	]) {
		assert.equal(parsed(change), undefined, JSON.stringify(change));
	}

	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.json()), text => {
			assert.equal(parseRestartRun(text), undefined);
		}),
	);
});

test('a restart file can only name programs that start a server, and its texts are made printable', () => {
	const command = (...words: readonly string[]) => parsed({start: {...run.start, command: words}})?.start.command;
	assert.deepEqual(command('systemctl', '--no-ask-password', 'start', 'redis@6379.service'), [
		'systemctl',
		'--no-ask-password',
		'start',
		'redis@6379.service',
	]);
	for (const words of [
		['rm', '-rf', '/'],
		['systemctl', 'start', 'x'],
		['docker', 'start', '-a'],
		['docker', 'run', 'abcdef012345'],
	]) {
		assert.equal(command(...words), undefined, words.join(' '));
	}

	assert.equal(parsed({osUser: '\u{1B}[2J'})?.osUser, '\\x1b[2J');
});
