import assert from 'node:assert/strict';
import test from 'node:test';
import {Recorder} from '../../source/app/recorder.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {FakeClock} from '../harness/fake-clock.js';
import {unmasked} from '../harness/recorded-cluster.js';

const address = '127.0.0.1:6379' as NodeAddress;

test('a bug in the recorder ends the recording and nothing else', () => {
	const fails = () => {
		throw new Error('cannot be masked');
	};

	const recorder = new Recorder(new FakeClock(), {...unmasked, entry: fails});
	let frames = 0;
	recorder.start({write: () => frames++});
	const before = frames;
	recorder.journal({kind: 'node-gone', address, isGone: true});
	assert.equal(recorder.problem, 'cannot be masked');
	recorder.journal({kind: 'node-gone', address, isGone: false});
	recorder.flush();
	assert.equal(frames, before);
});

test('nothing is recorded before something takes the frames', () => {
	const recorder = new Recorder(new FakeClock(), unmasked);
	recorder.journal({kind: 'node-gone', address, isGone: true});
	const frames: boolean[] = [];
	recorder.start({write: ({beginsBlock}) => frames.push(beginsBlock)});
	assert.deepEqual(frames, [true]);
});
