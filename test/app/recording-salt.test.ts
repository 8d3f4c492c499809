import assert from 'node:assert/strict';
import {mkdtempSync, statSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import {recordingSalt} from '../../source/app/recording-salt.js';

test('the key of pseudonyms is written once, for its owner alone, in a folder that is made for it', () => {
	const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'redis-top-salt-')), 'state', 'redis-top');
	const salt = recordingSalt(folder);
	assert.deepEqual(recordingSalt(folder), salt);
	assert.equal(statSync(path.join(folder, 'recording-salt')).mode & 0o777, 0o600);
	assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('a state folder that can never be made costs the key its permanence, not the start', {
	skip: process.platform !== 'linux',
}, () => {
	assert.equal(recordingSalt('/proc/below/redis-top').length, 32);
});
