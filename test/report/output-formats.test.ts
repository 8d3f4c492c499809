import assert from 'node:assert/strict';
import test from 'node:test';
import {commandRows} from '../../source/arguments/commands.js';
import {formatValue, ownFormatsText} from '../../source/arguments/format-help.js';
import {formatNames} from '../../source/arguments/format-names.js';
import {outputFormats} from '../../source/report/output-formats.js';

test('a format of one command is offered to --format, and the help says whose it is', () => {
	const names = {monitor: ['text', 'json'], check: ['text', 'json', 'csv'], snapshot: ['json', 'text']};
	assert.equal(formatValue(names), 'text|json|csv');
	assert.equal(ownFormatsText(names), 'csv: check');
	assert.equal(ownFormatsText({monitor: ['text'], check: ['text']}), '');
});

test('the names in help and completion are those of the formats', () => {
	const names = Object.entries(outputFormats).map(([command, formats]) => [command, Object.keys(formats)]);
	assert.deepEqual(Object.entries(formatNames), names, 'npm run generate');
});

test('every command with formats is a command; only record, fleet and acl print no report', () => {
	assert.deepEqual(
		commandRows.flatMap(({command}) => (Object.hasOwn(formatNames, command) ? [] : [command])),
		['record', 'fleet', 'acl'],
	);
	assert.equal(commandRows.length, Object.keys(formatNames).length + 3);
});
