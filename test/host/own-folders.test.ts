import assert from 'node:assert/strict';
import test from 'node:test';
import {cacheFolder, stateFolder} from '../../source/host/own-folders.js';

test('the state folder follows XDG_STATE_HOME if that is absolute', () => {
	assert.equal(stateFolder({}, '/home/a'), '/home/a/.local/state/redis-top');
	assert.equal(stateFolder({XDG_STATE_HOME: '/var/state'}, '/home/a'), '/var/state/redis-top');
	assert.equal(stateFolder({XDG_STATE_HOME: ''}, '/home/a'), '/home/a/.local/state/redis-top');
	assert.equal(stateFolder({XDG_STATE_HOME: 'relative'}, '/home/a'), '/home/a/.local/state/redis-top');
});

test('the cache folder follows XDG_CACHE_HOME if that is absolute', () => {
	assert.equal(cacheFolder({}, '/home/a'), '/home/a/.cache/redis-top');
	assert.equal(cacheFolder({XDG_CACHE_HOME: '/var/cache'}, '/home/a'), '/var/cache/redis-top');
	assert.equal(
		cacheFolder({XDG_CACHE_HOME: 'relative', XDG_STATE_HOME: '/var/state'}, '/home/a'),
		'/home/a/.cache/redis-top',
	);
});
