import assert from 'node:assert/strict';
import test from 'node:test';
import {type CommandWindow, nextCommandWindow, orderHeldMs, windowMs} from '../../source/derive/command-window.js';
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

/** The windows after a sample each second, whose counters are `countersAt` that second. */
function windowsOver(
	seconds: number,
	countersAt: (second: number) => Counters,
): ReadonlyArray<CommandWindow | undefined> {
	const windows: Array<CommandWindow | undefined> = [];
	for (let second = 0; second <= seconds; second++) {
		windows.push(nextCommandWindow(windows.at(-1), sampleOf(stats(countersAt(second)), second * 1000)));
	}

	return windows;
}

const commandsIn = (window: CommandWindow | undefined) =>
	[...(window?.order ?? [])].sort((a, b) => a[1] - b[1]).map(([command]) => command);

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

test('the order changes at most every five seconds, whatever the shares do', () => {
	// Which of the two takes most time changes every three seconds.
	const windows = windowsOver(60, second => {
		const turns = Math.floor(second / 3);
		return {get: [second, 1000 * turns + (turns % 2) * 5000], set: [second, 1000 * turns + ((turns + 1) % 2) * 5000]};
	});
	let changedAt = Number.NEGATIVE_INFINITY;
	for (const [second, window] of windows.entries()) {
		if (second > 1 && commandsIn(window).join() !== commandsIn(windows[second - 1]).join()) {
			assert.ok((second - changedAt) * 1000 >= orderHeldMs, `changed at ${changedAt} and ${second}`);
			changedAt = second;
		}
	}

	assert.ok(changedAt > 0, 'the order follows the shares at all');
});

test('the rates of the moment of the order are kept with it, so that figures keep their units', () => {
	const windows = windowsOver(30, second => ({get: [second * second * 10, second * 1000]}));
	for (const [second, window] of windows.entries()) {
		const before = windows[second - 1];
		const isSameOrder = before !== undefined && window?.orderedAtMs === before.orderedAtMs;
		assert.equal(window?.ordered === before?.ordered, isSameOrder, `second ${second}`);
	}

	assert.equal(windows.at(-1)?.ordered.get('get')?.command, 'get');
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
