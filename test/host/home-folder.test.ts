import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import os from 'node:os';
import {test} from 'node:test';
import {homeFolder} from '../../source/host/home-folder.js';

test('the home is the system’s word for it, and it is asked for in one place, which expects that there is none', () => {
	assert.equal(homeFolder(), os.homedir());
	const askers = globSync('source/**/*.{ts,tsx}').filter(file => /\bhomedir\b/.test(readFileSync(file, 'utf8')));
	assert.deepEqual(askers, ['source/host/home-folder.ts']);
});
