import assert from 'node:assert/strict';
import test from 'node:test';
import {stateFolder} from '../../source/host/state-folder.js';

test('where the state stands', () => {
	assert.equal(stateFolder({}, '/home/a'), '/home/a/.local/state/redis-top');
	assert.equal(stateFolder({XDG_STATE_HOME: '/var/state'}, '/home/a'), '/var/state/redis-top');
	assert.equal(stateFolder({XDG_STATE_HOME: ''}, '/home/a'), '/home/a/.local/state/redis-top');
	assert.equal(stateFolder({XDG_STATE_HOME: 'relative'}, '/home/a'), '/home/a/.local/state/redis-top');
});
