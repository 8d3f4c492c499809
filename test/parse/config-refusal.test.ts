import assert from 'node:assert/strict';
import {test} from 'node:test';
import {configRefusal} from '../../source/parse/config-refusal.js';

const printed = (version: string, text = 'commandlog-slow 1') => `
*** FATAL CONFIG FILE ERROR${version} ***
Reading the configuration file, at line 10
>>> '${text}'
Bad directive or wrong number of arguments
`;

const why = 'Bad directive or wrong number of arguments';

test('the line that a start refused is read, in the words of each version', () => {
	const line = {line: 10, text: 'commandlog-slow 1', why, atMs: undefined};
	for (const version of ['Redis 7.0.15', 'Version 9.1.2']) {
		assert.deepEqual(configRefusal(printed(` (${version})`)), {...line, version});
	}

	assert.deepEqual(configRefusal(printed('')), {...line, version: undefined});
	assert.equal(configRefusal(printed('') + printed('', "save '' x"))?.text, "save '' x", 'the last one counts');
});

test('the journal gives the time of a refusal', () => {
	const journal = printed(' (Redis 7.0.15)')
		.split('\n')
		.map(line => `1764000000.500000 host redis-server[42]: ${line}`)
		.join('\n');
	assert.deepEqual(configRefusal(`${journal}\n1764000001.0 host systemd[1]: redis.service: Failed\n`), {
		line: 10,
		text: 'commandlog-slow 1',
		why,
		atMs: 1_764_000_000_500,
		version: 'Redis 7.0.15',
	});
});

test('a start after the refusal, and an output that is cut, tell of none', () => {
	const start = '42:C 24 Nov 2026 11:22:33.123 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n';
	assert.equal(configRefusal(printed('') + start), undefined);
	assert.notEqual(configRefusal(start + printed('')), undefined);
	assert.equal(configRefusal(printed('').slice(0, 40)), undefined);
	assert.equal(configRefusal(''), undefined);
});
