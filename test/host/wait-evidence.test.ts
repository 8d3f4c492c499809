import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import {readWaits} from '../../source/host/wait-evidence.js';

const skip = process.platform === 'linux' ? false : 'needs /proc';

test('the waits of a living process are counted', {skip}, async () => {
	const {processorWaitNs, listenDrops, segmentsSent, segmentsResent} = await readWaits(process.pid, process.cwd());
	for (const [name, value] of Object.entries({processorWaitNs, listenDrops, segmentsSent, segmentsResent})) {
		assert.ok(Number.isSafeInteger(value), `${name} is ${value}`);
	}
});

test('a process that is gone has unknown waits, and a folder that is gone has no disk', {skip}, async () => {
	const gone = 2 ** 22 + 1;
	assert.deepEqual(await readWaits(gone, undefined, {now: () => 5}), {
		readAtMs: 5,
		processorWaitNs: undefined,
		listenDrops: undefined,
		segmentsSent: undefined,
		segmentsResent: undefined,
		disk: undefined,
	});
	assert.equal((await readWaits(process.pid, '/no/such/folder')).disk, undefined);
});
