import {spawn} from 'node:child_process';
import {rmSync, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {Replay} from '../../source/app/replay.js';
import {startDemo} from '../../source/demo/start-demo.js';
import {Recording} from '../../source/record/recording.js';
import {startServer} from '../harness/servers.js';
import {usageOf} from './process-usage.js';
import {type Finding, median, type Setting} from './setting.js';

const megabyte = 1e6;
/** Bytes a day, for one quiet node and for six busy ones. */
const quietBudget = 12 * megabyte;
const busyBudget = 120 * megabyte;
const cpuBudgetPercent = 1;
const residentBudgetMb = 10;
const openBudgetMs = 300;

/** The first block has no dictionary yet, and the first polls ask for everything. */
const settlingMs = 75_000;

/** Measures what a recording takes: bytes a day, and processor time and memory beside the same program without it. */
export async function measureRecording(setting: Setting): Promise<Finding[]> {
	const quiet = await startServer({server: setting.serverBinary});
	try {
		const findings = await measureOn(setting, [`127.0.0.1:${quiet.port}`], {what: 'a quiet node', budget: quietBudget});
		return [...findings, ...(await measureBusy(setting))];
	} finally {
		await quiet.stop();
	}
}

async function measureBusy(setting: Setting): Promise<Finding[]> {
	const {serverBinary, keeperFile} = setting;
	const [one, other] = [await startDemo({serverBinary, keeperFile}), await startDemo({serverBinary, keeperFile})];
	try {
		return await measureOn(setting, [one.target, other.target], {what: 'six busy nodes', budget: busyBudget});
	} finally {
		await Promise.all([one.stop(), other.stop()]);
	}
}

type Load = {readonly what: string; readonly budget: number};

/** Runs `watch` with and without a recording beside each other, so that both meet the same machine. */
async function measureOn(setting: Setting, targets: readonly string[], {what, budget}: Load): Promise<Finding[]> {
	const minutes = setting.isQuick ? 1 : 4;
	const file = path.join(setting.home, `${what.replaceAll(' ', '-')}.rtr`);
	setting.say(`recording of ${what}, ${minutes * 60 + settlingMs / 1000} s`);
	const plain = run(setting, targets);
	const recording = run(setting, [...targets, '--record', file]);
	try {
		await delay(settlingMs);
		const before = {bytes: statSync(file).size, plain: usageOf(plain.pid), recording: usageOf(recording.pid)};
		const startedAt = performance.now();
		await delay(minutes * 60_000);
		const seconds = (performance.now() - startedAt) / 1000;
		const after = {bytes: statSync(file).size, plain: usageOf(plain.pid), recording: usageOf(recording.pid)};
		const percent = (name: 'plain' | 'recording') =>
			(100 * (after[name].cpuSeconds - before[name].cpuSeconds)) / seconds;
		const resident = (after.recording.residentBytes - after.plain.residentBytes) / megabyte;
		return [
			{
				what: `recording, MB a day: ${what}`,
				figure: (((after.bytes - before.bytes) / seconds) * 86_400) / megabyte,
				unit: 'MB',
				budget: budget / megabyte,
				note: `extrapolated from ${Math.round(seconds)} s`,
			},
			{
				what: `CPU of recording: ${what}`,
				figure: Math.max(0, percent('recording') - percent('plain')),
				unit: '%',
				budget: cpuBudgetPercent,
				note: `watch -i 1s with it ${percent('recording').toFixed(2)} %, without ${percent('plain').toFixed(2)} %`,
			},
			{
				what: `resident memory of recording: ${what}`,
				figure: Math.max(0, resident),
				unit: 'MB',
				budget: residentBudgetMb,
			},
			{
				what: `a moment opens: ${what}`,
				figure: openingMs(file),
				unit: 'ms',
				budget: openBudgetMs,
				note: 'processor time, median of twenty moments',
			},
		];
	} finally {
		plain.stop();
		recording.stop();
		rmSync(file, {force: true});
	}
}

function run({command, home}: Setting, args: readonly string[]) {
	const child = spawn(command.file, [...command.args, 'watch', '-i', '1s', ...args], {
		env: {...process.env, HOME: home, XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: undefined},
		stdio: 'ignore',
	});
	return {pid: child.pid ?? 0, stop: () => child.kill('SIGKILL')};
}

function openingMs(file: string): number | undefined {
	const recording = Recording.open([file]);
	const replay = new Replay(recording);
	const {beganMs, endedMs} = recording;
	const times = Array.from({length: 20}, (_, index) => {
		const before = process.cpuUsage();
		replay.seek(beganMs + (((index * 7) % 20) / 20) * (endedMs - beganMs));
		const {user, system} = process.cpuUsage(before);
		return (user + system) / 1000;
	});
	recording.close();
	return median(times);
}
