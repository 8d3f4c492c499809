import assert from 'node:assert/strict';
import {globSync, mkdirSync, readFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {homeFolder} from '../../source/host/home-folder.js';

test("the home folder is the system's; without one it is a path in which nothing can be created", t => {
	assert.equal(homeFolder(), os.homedir());
	t.mock.method(os, 'homedir', () => {
		throw new Error('ENOENT: no such user');
	});
	const home = homeFolder();
	assert.throws(() => mkdirSync(path.join(home, '.local')), {code: 'ENOTDIR'});
});

test('one file alone asks for the home folder', () => {
	const askers = globSync('source/**/*.{ts,tsx}').filter(file => /\bhomedir\b/.test(readFileSync(file, 'utf8')));
	assert.deepEqual(askers, ['source/host/home-folder.ts']);
});
