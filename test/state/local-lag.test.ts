import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {measureEventLoopLag} from '../../source/host/event-loop-lag.js';
import {isLocalLag, lagEvent} from '../../source/state/local-lag.js';
import {pingedNode} from '../../source/state/pinged-node.js';
import {eventually} from '../harness/eventually.js';
import {recordFrom} from '../harness/records.js';

test("a round trip with half its time in redis-top's event loop does not count for the server", () => {
	const cases: ReadonlyArray<readonly [roundTripMs: number, ownMs: number, isOurs: boolean]> = [
		[0.4, 0, false],
		[0.4, 15, false],
		[800, 780, true],
		[800, 100, false],
		[60, 30, true],
		[Number.POSITIVE_INFINITY, 500, false],
	];
	for (const [roundTripMs, ownMs, isOurs] of cases) {
		assert.equal(isLocalLag(roundTripMs, ownMs), isOurs, `${roundTripMs} ${ownMs}`);
	}
});

test('a long event-loop lag is an event, at most once a minute', () => {
	assert.equal(lagEvent(499, undefined, 0), undefined);
	assert.match(messageText(lagEvent(812, undefined, 0)?.text ?? ''), /held up for 812 ms/);
	assert.equal(lagEvent(812, 0, 59_999), undefined);
	assert.ok(lagEvent(812, 0, 60_000));
});

test('a blocked event loop shows as event-loop lag', async t => {
	const lag = measureEventLoopLag();
	t.after(() => lag.stop());
	// Measured from one wake-up to the next, and from zero after each look, so that it takes two turns to see one.
	let turn = 0;
	await eventually('a delay', () => {
		turn += 1;
		if (turn % 3 === 0) {
			return lag.readAndReset() > 100 || undefined;
		}

		const until = performance.now() + 300;
		while (performance.now() < until) {
			// Nothing else of this process runs meanwhile.
		}

		return undefined;
	});
});

for (const [reach, kept] of [
	['loading', undefined],
	['up', 281],
] as const) {
	test(`a round trip of a server that is ${reach} ${kept === undefined ? 'is a gap' : 'counts'}`, () => {
		const {ping} = pingedNode(recordFrom({reach}), 281, 0, 0);
		assert.deepEqual(ping.series.latest(1), [kept]);
		assert.equal(ping.lastMs, 281);
	});
}
