import assert from 'node:assert/strict';
import test from 'node:test';
import {MeanTracks} from '../../source/derive/mean-tracks.js';
import {sampleOf} from '../harness/samples.js';

test('means start again with another process, after CONFIG RESETSTAT and after a gap', () => {
	const tracks = new MeanTracks();
	const note = (runId: string, seconds: number, calls: number, usec: number) =>
		tracks.note(
			sampleOf({server: {run_id: runId}, commandstats: {cmdstat_get: `calls=${calls},usec=${usec}`}}, seconds * 1000),
		);
	const steps = () => tracks.means.get('get')?.map(({meanMicroseconds}) => meanMicroseconds);
	note('a', 0, 0, 0);
	note('a', 5, 10, 10);
	note('a', 10, 100, 200);
	assert.deepEqual(steps(), [2]);
	note('a', 20, 10, 10);
	assert.deepEqual(steps(), [2]);
	note('a', 60, 900, 90_000);
	assert.deepEqual(steps(), [2]);
	note('a', 70, 1000, 90_300);
	assert.deepEqual(steps(), [2, 3]);
	note('b', 80, 5, 5);
	assert.equal(steps(), undefined);
});
