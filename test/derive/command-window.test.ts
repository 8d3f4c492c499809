import assert from 'node:assert/strict';
import test from 'node:test';
import {type CommandWindow, nextCommandWindow, shownForMs, windowMs} from '../../source/derive/command-window.js';
import {sampleOf} from '../harness/samples.js';

type Counters = Readonly<Record<string, readonly [calls: number, usec: number]>>;

const stats = (commands: Counters) => ({
	commandstats: Object.fromEntries(
		Object.entries(commands).map(([name, [calls, usec]]) => [
			`cmdstat_${name}`,
			`calls=${calls},usec=${usec},usec_per_call=0.00,rejected_calls=0,failed_calls=0`,
		]),
	),
});

/**
The windows after a sample each second, whose counters are `countersAt` that second.

@param readsAt The seconds at which LATENCY HISTOGRAM is read.
*/
function windowsOver(
	seconds: number,
	countersAt: (second: number) => Counters,
	readsAt: readonly number[] = [],
): ReadonlyArray<CommandWindow | undefined> {
	const windows: Array<CommandWindow | undefined> = [];
	for (let second = 0; second <= seconds; second++) {
		const sample = sampleOf(stats(countersAt(second)), second * 1000);
		windows.push(nextCommandWindow(windows.at(-1), sample, readsAt.includes(second)));
	}

	return windows;
}

const commandsIn = (window: CommandWindow | undefined) => window?.shown?.rates.map(({command}) => command) ?? [];

test('all figures of a row are of one window of ten seconds, and few samples are kept for it', () => {
	const windows = windowsOver(60, second => ({get: [second * 100, second * 200]}));
	assert.equal(windows[0]?.overMs, undefined);
	assert.equal(windows[1]?.overMs, 1000);
	for (const window of windows.slice(15)) {
		const [rate] = window?.rates ?? [];
		assert.ok((window?.overMs ?? 0) >= windowMs && (window?.overMs ?? 0) <= windowMs + 3000, String(window?.overMs));
		assert.equal(rate?.callsPerSecond, 100);
		assert.equal(rate?.meanMicroseconds, 2);
		assert.ok((window?.starts.length ?? 0) <= 6);
	}
});

test('rates and order are shown together, and change at most every five seconds, whatever the shares do', () => {
	// Which of the two takes most time changes every three seconds.
	const windows = windowsOver(60, second => {
		const turns = Math.floor(second / 3);
		return {get: [second, 1000 * turns + (turns % 2) * 5000], set: [second, 1000 * turns + ((turns + 1) % 2) * 5000]};
	});
	let [changedAt, orders] = [Number.NEGATIVE_INFINITY, 0];
	for (const [second, window] of windows.entries()) {
		const before = windows[second - 1];
		const shares = window?.shown?.rates.map(({timeShare}) => timeShare ?? 0) ?? [];
		assert.deepEqual(
			shares,
			shares.toSorted((a, b) => b - a),
			`the shown shares are in order at ${second}`,
		);
		if (second > 1 && window?.shown !== before?.shown) {
			assert.ok((second - changedAt) * 1000 >= shownForMs, `changed at ${changedAt} and ${second}`);
			orders += commandsIn(window).join() === commandsIn(before).join() ? 0 : 1;
			changedAt = second;
		}
	}

	assert.ok(orders > 0, 'the order follows the shares at all');
});

test('where histograms are read, the shown rates are of the time between two readings', () => {
	// 10 calls a second, from second 20 on 100.
	const windows = windowsOver(40, second => ({get: [second * 10 + Math.max(0, second - 20) * 90, 1]}), [2, 12, 22]);
	const shownAt = (second: number) => {
		const shown = windows[second]?.shown;
		return shown && [shown.elapsedMs / 1000, shown.overMs / 1000, shown.rates[0]?.callsPerSecond, shown.isOfHistograms];
	};
	assert.deepEqual(shownAt(12), [12, 10, 10, true]);
	assert.deepEqual(shownAt(21), [12, 10, 10, true]);
	// Two of the ten seconds had 100 calls.
	assert.deepEqual(shownAt(22), [22, 10, 28, true]);
	assert.deepEqual(shownAt(36), [22, 10, 28, true]);
	// No histogram came any more, as on a panel without percentiles.
	assert.equal(windows[37]?.shown?.isOfHistograms, false);
	assert.equal(windows[40]?.shown?.rates[0]?.callsPerSecond, 100);
});

test('another process begins another window, and a sample without commandstats keeps it', () => {
	const counters = stats({get: [100, 100]});
	const first = nextCommandWindow(undefined, sampleOf(counters, 0));
	const kept = nextCommandWindow(first, sampleOf({}, 1000));
	assert.deepEqual(kept?.rates, first?.rates);
	const restarted = nextCommandWindow(first, {...sampleOf(counters, 2000), runId: 'b'.repeat(40)});
	assert.equal(restarted?.overMs, undefined);
	assert.equal(nextCommandWindow(undefined, sampleOf({}, 0)), undefined);
});
