import assert from 'node:assert/strict';
import test from 'node:test';
import {chosenFormat} from '../../source/commands/output-formats.js';
import {UsageError} from '../../source/commands/usage-error.js';

const formats = {text: () => 'text', json: () => 'json'};

test('the format that was asked for, else the first', () => {
	assert.equal(chosenFormat(formats, {command: 'check', format: undefined})(), 'text');
	assert.equal(chosenFormat(formats, {command: 'check', format: 'json'})(), 'json');
});

test('a format that the command has not is named with those it has', () => {
	for (const format of ['csv', '', 'toString']) {
		assert.throws(
			() => chosenFormat(formats, {command: 'monitor', format}),
			error => error instanceof UsageError && error.message === `--format ${format}: the monitor prints text or json`,
		);
	}
});
