import assert from 'node:assert/strict';
import {test} from 'node:test';
import {helpText} from '../../source/arguments/help.js';
import {printedHelp} from '../../source/arguments/printed-help.js';

test('meow prints the help with its lines unchanged', () => {
	assert.equal(printedHelp, helpText());
});
