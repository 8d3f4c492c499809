import assert from 'node:assert/strict';
import {test} from 'node:test';
import {helpText, printedHelp} from '../../source/arguments/help.js';

test('meow prints the help line by line as it was made', async () => {
	assert.equal(await printedHelp(), helpText());
});
