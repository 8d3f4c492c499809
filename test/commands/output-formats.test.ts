import assert from 'node:assert/strict';
import test from 'node:test';
import {chosenFormat} from '../../source/commands/output-formats.js';
import {UsageError} from '../../source/commands/usage-error.js';

const formats = {text: () => 'text', json: () => 'json'};

test('the named format is chosen, else the first one', () => {
	assert.equal(chosenFormat(formats, {command: 'check', format: undefined})(), 'text');
	assert.equal(chosenFormat(formats, {command: 'check', format: 'json'})(), 'json');
});

test('an unknown format is refused with the list of the command’s formats', () => {
	for (const format of ['csv', '', 'toString']) {
		assert.throws(
			() => chosenFormat(formats, {command: 'monitor', format}),
			error => error instanceof UsageError && error.message === `--format ${format}: the monitor prints text or json`,
		);
	}
});
