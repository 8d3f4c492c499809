import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {programOnPath} from '../../scripts/fetch-servers.mjs';
import {openPty, type PtyScreen} from '../harness/pty.js';
import {usageOf} from './process-usage.js';
import {bytesBySecond} from './refresh-bytes.js';
import {type Finding, median, openMonitor, quit, type Setting, sizes} from './setting.js';

type Size = {readonly cols: number; readonly rows: number};

/**
The programs to compare with. Each refreshes once a second, as redis-top does. btop gets its interval from a file,
because not every version has an argument for it.
*/
const neighbours: ReadonlyArray<{readonly name: string; readonly args: readonly string[]}> = [
	{name: 'htop', args: ['-d', '10']},
	{name: 'btop', args: []},
	{name: 'top', args: ['-d', '1']},
];

const settleMs = 8000;

/** Number of rows with text from which the screen of a program counts as painted. */
const paintedRows = 6;

type Neighbour = {readonly name: string; readonly file: string; readonly args: readonly string[]};

type Running = {readonly name: string; readonly pty: PtyScreen; readonly firstPaintMs: number};

type Figures = {
	readonly name: string;
	readonly bytes: number;
	readonly cpuPercent: number;
	readonly residentMb: number;
	readonly firstPaintMs: number;
};

/**
Measures redis-top on the demo's load beside htop, btop and top. All run at the same time, each in a terminal of the
same size.
*/
export async function measureNeighbours(setting: Setting, target: string): Promise<Finding[]> {
	const fileOf = (name: string) => (name === 'htop' ? setting.htop : programOnPath(name));
	const present = neighbours.flatMap(({name, args}) => {
		const file = fileOf(name);
		return file === undefined ? [] : [{name, file, args}];
	});
	const missing = neighbours.filter(({name}) => fileOf(name) === undefined).map(({name}) => name);
	const btopFolder = path.join(setting.home, '.config', 'btop');
	mkdirSync(btopFolder, {recursive: true});
	writeFileSync(path.join(btopFolder, 'btop.conf'), 'update_ms = 1000\n');
	const findings: Finding[] = [];
	for (const size of sizes) {
		setting.say(`neighbours at ${size.cols}×${size.rows}`);
		const figures = await measureAt(setting, target, size, present);
		findings.push(...findingsOf(figures, size, missing));
	}

	return findings;
}

async function measureAt(
	setting: Setting,
	target: string,
	size: Size,
	present: readonly Neighbour[],
): Promise<Figures[]> {
	const running: Running[] = [];
	try {
		// Each program is started when the one before is painted, so that none slows the start of another.
		running.push(await started('redis-top', () => openMonitor(setting, target, size)));
		for (const {name, file, args} of present) {
			const env = {HOME: setting.home, XDG_CONFIG_HOME: undefined};
			running.push(await started(name, () => openPty({file, args, ...size, env})));
		}

		await delay(settleMs);
		return await Promise.all(running.map(program => measure(program, setting.isQuick ? 8 : 30)));
	} finally {
		await Promise.all(running.map(({pty}) => quit(pty)));
	}
}

async function started(name: string, open: () => Promise<PtyScreen>): Promise<Running> {
	const startedAt = performance.now();
	const pty = await open();
	try {
		const isPainted = (lines: readonly string[]) => lines.filter(line => line.trim() !== '').length >= paintedRows;
		await pty.waitFor(isPainted, {what: `a painted screen of ${name}`});
		return {name, pty, firstPaintMs: performance.now() - startedAt};
	} catch (error) {
		await pty.dispose();
		throw error;
	}
}

async function measure({name, pty, firstPaintMs}: Running, seconds: number): Promise<Figures> {
	const [before, startedAt] = [usageOf(pty.pid), performance.now()];
	const bytes = median(await bytesBySecond(() => pty.byteCount, seconds)) ?? 0;
	const [after, tookSeconds] = [usageOf(pty.pid), (performance.now() - startedAt) / 1000];
	return {
		name,
		bytes,
		cpuPercent: (100 * (after.cpuSeconds - before.cpuSeconds)) / tookSeconds,
		residentMb: after.residentBytes / 1e6,
		firstPaintMs,
	};
}

/**
The results of one size. redis-top's budget of bytes is the least of the other programs. All other figures are printed
side by side.
*/
function findingsOf([own, ...others]: readonly Figures[], {cols, rows}: Size, missing: readonly string[]): Finding[] {
	if (own === undefined) {
		return [];
	}

	const beside = (of: (figures: Figures) => number, digits: number) =>
		[
			...others.map(other => `${other.name} ${of(other).toFixed(digits)} (${ratio(of(own), of(other))})`),
			...missing.map(name => `${name} is not installed`),
		].join(', ');
	const at = `${cols}×${rows}`;
	return [
		{
			what: `bytes a refresh beside its neighbours, ${at}`,
			figure: own.bytes,
			unit: 'B',
			...(others.length > 0 && {budget: Math.min(...others.map(({bytes}) => bytes))}),
			note: beside(({bytes}) => bytes, 0),
		},
		{
			what: `CPU beside its neighbours, ${at}`,
			figure: own.cpuPercent,
			unit: '%',
			note: beside(({cpuPercent}) => cpuPercent, 2),
		},
		{
			what: `resident memory beside its neighbours, ${at}`,
			figure: own.residentMb,
			unit: 'MB',
			note: beside(({residentMb}) => residentMb, 1),
		},
		{
			what: `first paint beside its neighbours, ${at}`,
			figure: own.firstPaintMs,
			unit: 'ms',
			note: beside(({firstPaintMs}) => firstPaintMs, 0),
		},
	];
}

/** One figure divided by another, as text; `-` when the other one is 0. */
const ratio = (own: number, other: number): string => (other === 0 ? '-' : `${(own / other).toFixed(2)} ×`);
