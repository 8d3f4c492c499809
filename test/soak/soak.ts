import {type EventEmitter, getEventListeners} from 'node:events';
import process from 'node:process';
import {wholeCollection} from '../../source/app/heap.js';
import {ownWords, stop, usageProblem} from '../harness/script-words.js';
import {openAcceleratedMonitor} from './accelerated-monitor.js';
import {growthPerHour, isFlat, type Quantity, type Reading, warmUpHours} from './figures.js';
import {soakUsage} from './usage.js';

const {values: flags} = ownWords(soakUsage, {
	options: {hours: {type: 'string', default: '24'}, minutes: {type: 'string', default: '10'}},
});
const [mostHours, mostMinutes] = [Number(flags.hours), Number(flags.minutes)];
if (!(mostHours > 0) || !(mostMinutes > 0)) {
	stop(usageProblem(soakUsage, '--hours and --minutes take a number above 0'));
}

/**
The keys of a round, one for each accelerated minute: every panel, the help, a pause, a step into the past, a baseline.
A reading is taken at the end of each round. It is always of the same screen, so that a larger screen is not taken for
growth.
*/
const keys = [
	'1',
	'2',
	'3',
	'4',
	'5',
	'6',
	'7',
	'8',
	'9',
	'b',
	'?',
	'\u001B',
	' ',
	' ',
	'<',
	'<',
	'>',
	'\u001B',
	'w',
	'w',
	'b',
];
const quantities: readonly Quantity[] = ['heapMb', 'residentMb', 'handles', 'listeners'];

// The heap is collected as in the monitor itself (heap.ts). A collection by gc() keeps the pages that it has freed: 560
// MB stay resident for a heap of 95 MB. They are garbage of accelerated hours, a hundred times as much in a second as
// in real time.
const collect = wholeCollection();
const monitor = openAcceleratedMonitor();
const startedAt = performance.now();
const minutes = () => (performance.now() - startedAt) / 60_000;
const readings: Reading[] = [];

console.log('accelerated h   wall min   heap MB   resident MB   handles   listeners    frames   bytes a frame');
let rounds = 0;
const hours = () => (rounds * keys.length) / 60;
await take();
while (hours() < mostHours && minutes() < mostMinutes) {
	await pressAll();
	rounds += 1;
	await take();
}

monitor.close();
console.log(`\n${'growth a accelerated hour'.padEnd(28)}after ${warmUpHours} h`);
for (const quantity of quantities) {
	const growth = growthPerHour(readings, quantity);
	const verdict = {true: 'flat', false: 'GROWS', undefined: 'too short to say'}[`${isFlat(readings, quantity)}`];
	console.log(`${quantity.padEnd(28)}${(growth === undefined ? '-' : growth.toFixed(3)).padStart(7)}   ${verdict}`);
}

process.exit(quantities.some(quantity => isFlat(readings, quantity) === false) ? 1 : 0);

async function pressAll(): Promise<void> {
	for (const key of keys) {
		for (let second = 0; second < 60; second++) {
			await monitor.second();
			if (second === 30) {
				monitor.stdin.write(key);
			}
		}
	}
}

async function take(): Promise<void> {
	const {terminal, stdin, output, signal} = monitor;
	// The second collection returns the pages that the first one freed.
	collect();
	await new Promise(resolve => setImmediate(resolve));
	collect();
	const {heapUsed, rss} = process.memoryUsage();
	const reading: Reading = {
		hours: hours(),
		heapMb: heapUsed / 1e6,
		residentMb: rss / 1e6,
		handles: process.getActiveResourcesInfo().length,
		listeners:
			[process, stdin, output, terminal].reduce((sum, emitter) => sum + listenersOf(emitter), 0) +
			getEventListeners(signal, 'abort').length,
	};
	readings.push(reading);
	console.log(
		[
			reading.hours.toFixed(2).padStart(10),
			minutes().toFixed(1).padStart(11),
			reading.heapMb.toFixed(2).padStart(10),
			reading.residentMb.toFixed(1).padStart(14),
			String(reading.handles).padStart(10),
			String(reading.listeners).padStart(12),
			String(terminal.writeCount).padStart(10),
			(terminal.byteCount / Math.max(1, terminal.writeCount)).toFixed(0).padStart(16),
		].join(''),
	);
}

function listenersOf(emitter: EventEmitter): number {
	return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}
