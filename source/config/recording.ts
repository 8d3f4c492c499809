import type {Given} from '../arguments/argv.js';
import {isRecordedMoment} from '../record/recording-time.js';
import type {Keep} from '../record/rolling-folder.js';
import type {Problems} from './problems.js';
import {durationMs} from './values.js';

/** The requested recording: its file or folder, and whether arguments are masked. */
export type RecordRequest = {
	/** The new file of `--record`. Undefined: nothing is recorded at the start. */
	readonly file: string | undefined;
	/** The folder of `redis-top record`; undefined for any other command. */
	readonly folder: string | undefined;
	readonly keep: Keep;
	/** True if arguments of commands, key names and client names are recorded unmasked. */
	readonly keepsArguments: boolean;
};

/** How `redis-top replay` shows recordings. */
export type ReplayRequest = {
	readonly paths: readonly string[];
	/**
	The moment of `--at` as it was typed. It is not parsed here, because only the recording tells on which day a time
	such as `14:02` is.
	*/
	readonly at: string | undefined;
	/** What the replay shows. `check`: the findings at a moment. `watch`: a line for each change of the findings. */
	readonly output: 'screen' | 'check' | 'watch';
	/**
	The speed: seconds of the recording per second. A cast has this speed throughout. On the screen, the user can change
	it.
	*/
	readonly speed: number;
	/** The asciicast to write, and the size of its screen in cells. Undefined: no cast is written. */
	readonly cast: {readonly file: string; readonly columns: number; readonly rows: number} | undefined;
};

/** The subject of `redis-top report`: recordings, or servers if there are no recordings. */
export type ReportRequest = {
	readonly recordings: readonly string[];
	/**
	The moments of `--from` and `--to` as they were typed. Only the recording tells which moments times of day mean.
	*/
	readonly from: string | undefined;
	readonly to: string | undefined;
};

const usualKeepMs = 48 * 3_600_000;
const leastKeepMs = 3_600_000;
const leastKeepBytes = 10 * 1024 * 1024;

const byteUnits: ReadonlyMap<string, number> = new Map([
	['MB', 1024 ** 2],
	['GB', 1024 ** 3],
	['TB', 1024 ** 4],
]);

export function recordRequestOf({command, flags}: Given, problems: Problems): RecordRequest {
	const {record: file, keep, recordArguments} = flags;
	const folder = command === 'record' ? flags.to : undefined;
	if (command === 'record' && folder === undefined) {
		problems.add('redis-top record needs a folder: add --to DIR');
	}

	return {
		file,
		folder,
		keep: (keep === undefined ? undefined : keepOf(keep, problems)) ?? {kind: 'time', ms: usualKeepMs},
		keepsArguments: recordArguments ?? false,
	};
}

function keepOf(text: string, problems: Problems): Keep | undefined {
	const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([kMGT]?B|d)$/i.exec(text) ?? [];
	const factor = byteUnits.get(unit.toUpperCase());
	if (amount !== undefined && factor !== undefined) {
		const bytes = Number(amount) * factor;
		return bytes < leastKeepBytes ? problems.add(`--keep ${text}: must be at least 10MB`) : {kind: 'size', bytes};
	}

	const ms = unit === 'd' ? Number(amount) * 24 * 3_600_000 : /[smh]$/.test(text) ? durationMs(text) : undefined;
	if (ms === undefined) {
		return problems.add(`--keep ${text}: is neither a time nor a size; write 48h, 7d or 2GB`);
	}

	return ms < leastKeepMs ? problems.add(`--keep ${text}: must be at least 1h`) : {kind: 'time', ms};
}

export function replayRequestOf({command, targets, flags}: Given, problems: Problems): ReplayRequest | undefined {
	if (command !== 'replay') {
		return undefined;
	}

	const {at, check = false, watch = false, speed, cast: file, size} = flags;
	if (targets.length === 0) {
		problems.add('redis-top replay needs a recording: name a file or a folder');
	}

	const outputs = [check && '--check', watch && '--watch', file !== undefined && '--cast'].filter(
		name => name !== false,
	);
	if (outputs.length > 1) {
		problems.add(`${outputs.join(' and ')} contradict each other: keep one`);
	}

	if (size !== undefined && file === undefined) {
		problems.add('--size goes with --cast');
	}

	if (at !== undefined && !isRecordedMoment(at)) {
		problems.add(`--at ${at}: is not a moment; write 03:12, -5m or 2026-11-23T03:12Z`);
	}

	const {columns, rows} = (size === undefined ? undefined : sizeOf(size, problems)) ?? usualSize;
	return {
		paths: targets,
		at,
		output: check ? 'check' : watch ? 'watch' : 'screen',
		speed: (speed === undefined ? undefined : speedOf(speed, problems)) ?? 1,
		cast: file === undefined ? undefined : {file, columns, rows},
	};
}

/** The size of a cast without `--size`, in cells. */
const usualSize = {columns: 120, rows: 40};
const mostCells = {columns: 400, rows: 120};
const fastest = 600;

function speedOf(text: string, problems: Problems): number | undefined {
	const speed = /^\d+(?:\.\d+)?x?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
	return speed >= 1 && speed <= fastest ? speed : problems.add(`--speed ${text}: must be from 1 to ${fastest}`);
}

function sizeOf(text: string, problems: Problems): {readonly columns: number; readonly rows: number} | undefined {
	const [, columns = 0, rows = 0] = (/^(\d{1,3})x(\d{1,3})$/.exec(text) ?? []).map(Number);
	const isPossible = columns > 0 && rows > 0 && columns <= mostCells.columns && rows <= mostCells.rows;
	return isPossible
		? {columns, rows}
		: problems.add(`--size ${text}: write columns and rows, 120x40, up to ${mostCells.columns}x${mostCells.rows}`);
}

const looksLikePath = (word: string): boolean =>
	word.endsWith('.rtr') || /^(?:\.{0,2}\/|\.{1,2}$|~\/)/.test(word) || (word.includes('/') && !word.includes('://'));

/**
Separates the recordings of `redis-top report` from its targets. A word is a recording if such a file or folder exists,
or if the word looks like a path.

@param isThere Returns whether a file or folder exists.
*/
export function withRecordings(given: Given, isThere: (path: string) => boolean): Given {
	if (given.command !== 'report') {
		return given;
	}

	const recordings = given.targets.filter(word => looksLikePath(word) || isThere(word));
	return recordings.length === 0
		? given
		: {...given, recordings, targets: given.targets.filter(word => !recordings.includes(word))};
}

export function reportRequestOf(
	{command, targets, recordings = [], flags}: Given,
	problems: Problems,
): ReportRequest | undefined {
	if (command !== 'report') {
		return undefined;
	}

	const {from, to} = flags;
	const [target] = targets;
	if (recordings.length > 0 && target !== undefined) {
		problems.add(`redis-top report takes recordings or servers, not both: ${target} is no file`);
	}

	if (recordings.length === 0 && (from ?? to) !== undefined) {
		problems.add(`--${from === undefined ? 'to' : 'from'} goes with a recording: name a file or a folder`);
	}

	for (const [name, moment] of [
		['from', from],
		['to', to],
	] as const) {
		if (recordings.length > 0 && moment !== undefined && !isRecordedMoment(moment)) {
			problems.add(`--${name} ${moment}: is not a moment; write 03:12, -5m or 2026-11-23T03:12Z`);
		}
	}

	return {recordings, from, to};
}
