import assert from 'node:assert/strict';
import {globSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {recordedText} from '../harness/recorded-text.js';
import {expectationFile, foundIn, recordingFile} from './found.js';

// A fault that is reported comes as a recording, and stays as one.
for (const name of globSync('test/recordings/*.rtr').map(file => path.basename(file, '.rtr'))) {
	test(`${name}: what is found in its recording, second by second`, () => {
		assert.ok(statSync(recordingFile(name)).size <= 300 * 1024);
		const expected = readFileSync(expectationFile(name), 'utf8').trimEnd().split('\n');
		assert.ok(expected.length > 1);
		assert.doesNotMatch(recordedText(recordingFile(name)), /\b127\.0\.0\.1\b|\/(?:tmp|home|root|work)\//);
		assert.deepEqual(foundIn(recordingFile(name)), expected);
	});
}
