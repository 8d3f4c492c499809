import type {NextStep} from '../domain/finding.js';
import type {DataFilesEvidence, EarlierFolderEvidence} from '../domain/host-evidence.js';
import {message, nameOf} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {kibibyte} from '../domain/threshold.js';
import {bytes, count, utcDateTime} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {hostFact, infoNumber} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/**
Inaccuracy of a process' start time, in milliseconds. The kernel counts this time in ticks since boot. A later change of
the machine's clock shifts it.
*/
const slackMs = 5000;
/** Milliseconds after the start of a process within which a new append-only file counts as made by the start itself. */
const madeByStartMs = 60_000;
/**
Milliseconds after the start of a process for which the finding may hold. After a day, the data in the server's memory
matter more than the file.
*/
const dayMs = 86_400_000;
/** Milliseconds by which the append-only file must be newer than the RDB file for a finding. */
const newerMs = 60_000;

type Unread = {
	readonly file: NonNullable<DataFilesEvidence['rdb']>;
	readonly reason: string;
	readonly kind: 'rdb' | 'aof' | 'folder';
	/** The earlier config file, without which the server was started; undefined if none is found. */
	readonly configFile?: EarlierFolderEvidence['configFile'];
};

/**
Whether the process has saved since its start, so that the RDB file is its own. A script that fills a new server often
saves within seconds of the start. The counter exists since 7.0; a server that never saved gives the time of its start.
*/
function hasSaved(facts: NodeFacts, startedAtMs: number): boolean {
	const saves = facts.number('persistence', 'rdb_saves');
	const savedSeconds = facts.number('persistence', 'rdb_last_save_time') ?? 0;
	return saves === undefined ? savedSeconds * 1000 > startedAtMs + slackMs : saves > 0;
}

/**
The data file that the process did not load at its start: the RDB file beside a new append-only file, or the newer
append-only file of a server without AOF. Undefined without such a file.
*/
function unreadFile({rdb, appendOnly}: DataFilesEvidence, startedAtMs: number, facts: NodeFacts): Unread | undefined {
	const isFromBefore = (file: {readonly modifiedAtMs: number}) => file.modifiedAtMs <= startedAtMs + slackMs;
	if (facts.number('persistence', 'aof_enabled') === 1) {
		const bornAfterMs = (appendOnly?.bornAtMs ?? Number.NaN) - startedAtMs;
		const isNew = bornAfterMs >= -slackMs && bornAfterMs <= madeByStartMs;
		const loaded = facts.number('persistence', 'rdb_last_load_keys_loaded') ?? 0;
		return rdb !== undefined && isNew && isFromBefore(rdb) && loaded === 0 && !hasSaved(facts, startedAtMs)
			? {file: rdb, reason: 'AOF is new, RDB not read', kind: 'rdb'}
			: undefined;
	}

	const isNewer = appendOnly !== undefined && appendOnly.modifiedAtMs > (rdb?.modifiedAtMs ?? 0) + newerMs;
	return isNewer && isFromBefore(appendOnly) && startedAtMs - appendOnly.modifiedAtMs < dayMs
		? {file: appendOnly, reason: 'AOF is off, its file not read', kind: 'aof'}
		: undefined;
}

/**
The data file in the folder of the earlier process, if the present process started in another folder and found no data
in its own. Undefined otherwise.
*/
function leftInFolder(facts: NodeFacts, {rdb, appendOnly}: DataFilesEvidence, startedAtMs: number): Unread | undefined {
	const host = facts.record.host?.value;
	const earlier = host?.kind === 'here' ? host.earlierFolder : undefined;
	const isFromBefore = (file: {readonly modifiedAtMs: number} | undefined) =>
		file !== undefined && file.modifiedAtMs <= startedAtMs + slackMs;
	const isAppending = facts.number('persistence', 'aof_enabled') === 1;
	const hadData = isAppending ? (appendOnly?.bornAtMs ?? startedAtMs) < startedAtMs - slackMs : isFromBefore(rdb);
	const left = [earlier?.files.rdb, earlier?.files.appendOnly].filter(file => file !== undefined).filter(isFromBefore);
	const [newest] = left.toSorted((one, other) => other.modifiedAtMs - one.modifiedAtMs);
	const loaded = facts.number('persistence', 'rdb_last_load_keys_loaded') ?? 0;
	return newest === undefined || hadData || loaded > 0 || startedAtMs - newest.modifiedAtMs > dayMs
		? undefined
		: {
				file: newest,
				reason:
					earlier?.configFile === undefined
						? 'it was started in another folder'
						: isOtherFile(facts)
							? 'it was started with another config file than before'
							: `it was started without its config file${earlier.configFile.setsPassword ? ', so without password' : ''}`,
				kind: 'folder',
				configFile: earlier?.configFile,
			};
}

const meanings: Readonly<Record<Unread['kind'], string>> = {
	rdb: 'With appendonly yes a start reads the append-only file alone. The keys are in the RDB file still, until the next save replaces it.',
	aof: 'With appendonly no a start reads the RDB file alone. What was written since that file is in the append-only file.',
	folder:
		'A start reads the files in its own folder alone: `dir`, or the folder in which it was started. The keys are still in the file of the folder before.',
};

/**
How to restart the server with the data file that its start did not load, after the server was stopped without a save.
*/
const restarts: Readonly<Record<Exclude<Unread['kind'], 'folder'>, string>> = {
	rdb: 'then stop the server without a save, put the copy back, start with appendonly no, and switch AOF on at run time: CONFIG SET appendonly yes',
	aof: 'then stop the server without a save, and start it with appendonly yes, as it was',
};

/** Whether the server has a config file. The earlier one, if it is known, is then another. */
const isOtherFile = (facts: NodeFacts): boolean => (facts.text('server', 'config_file') ?? '') !== '';

const otherFile =
	'The present file has settings of its own, and another folder. The keys are still in the file of the folder before.';

/** What it means that a server was started without its config file. */
const withoutFile = ({setsPassword}: NonNullable<Unread['configFile']>): string =>
	`Without the file it has the default settings, and another folder. The keys are still in the file of the folder before.${setsPassword ? ' Clients that log in get an error, because no password is set.' : ''}`;

/** How to start a server with its config file. */
function startWithFile(facts: NodeFacts, file: string): readonly NextStep[] {
	const executable = facts.text('server', 'executable') || 'redis-server';
	return [
		hint(
			message`start it with its ${isOtherFile(facts) ? 'earlier ' : ''}config file: ${nameOf('path', file)}, by its service or by hand`,
		),
		redisCli(facts, 'SHUTDOWN NOSAVE'),
		onHost(message`${quotedName('path', executable)} ${quotedName('path', file)}`),
	];
}

export const perNotLoaded = rule({
	id: 'per.not_loaded',
	scope: 'node',
	docs: {
		looksAt:
			'The server left a file with data aside when it started. With `appendonly yes` a start reads the append-only file alone: where that is new, the RDB file is left aside. With `appendonly no` a newer append-only file is. A server that was started in another folder than before leaves all files of the earlier one, also where it was started without its config file, or with another one. The files are known where the server runs on this machine.',
		since: '2.4',
		falsePositives: [
			'AOF that is switched on at run time (CONFIG SET appendonly yes) begins with all data. Only an append-only file that the start itself made counts.',
			'A script that fills a new server may save within seconds of its start. A save since the start (`rdb_saves`, `rdb_last_save_time`) makes the RDB file its own.',
			'A small file holds hardly any data. The rule ignores files below a minimum size.',
			'A day after the start, or once a save has replaced the RDB file, the data of the server count. The rule is clear then.',
		],
	},
	thresholds: {
		bytes: {value: 64 * kibibyte, unit: 'bytes', source: 'an RDB file of some hundred keys'},
	},
	raiseAfter: 1,
	needs: {
		files: hostFact(({dataFiles}) => dataFiles, 'dir'),
		startedAtMs: hostFact(({process}) => process?.startedAtMs, 'process'),
		// Without this field, nothing tells whether the server reads its append-only file.
		appending: infoNumber('persistence', 'aof_enabled'),
	},
	evaluate({files, startedAtMs}, facts, limits) {
		const isRecent = facts.nowMs - startedAtMs < dayMs;
		const unread =
			isRecent && facts.record.role !== 'replica'
				? (unreadFile(files, startedAtMs, facts) ?? leftInFolder(facts, files, startedAtMs))
				: undefined;
		if (unread === undefined || unread.file.sizeBytes < limits.bytes) {
			return clear;
		}

		const {file, reason, kind, configFile} = unread;
		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const path = quotedName('path', file.path);
		return fires('critical', {
			problem: 'started without its data',
			detail: message`${count(keys)} keys now, ${bytes(file.sizeBytes)} in ${nameOf('path', file.path)}`,
			reason,
			effect: 'data-lost',
			evidence: [
				{name: 'file', value: message`${nameOf('path', file.path)}`},
				...(configFile === undefined
					? []
					: [{name: 'its config file', value: message`${nameOf('path', configFile.path)}`}]),
				...(configFile !== undefined && isOtherFile(facts)
					? [{name: 'config_file now', value: message`${nameOf('path', facts.text('server', 'config_file') ?? '')}`}]
					: []),
				{name: 'size', value: file.sizeBytes, unit: 'bytes'},
				{name: 'last written', value: utcDateTime(file.modifiedAtMs)},
				{name: 'process started', value: utcDateTime(startedAtMs)},
				...infoEvidence(facts, ['persistence', 'aof_enabled'], ['persistence', 'rdb_last_load_keys_loaded', 'count']),
			],
			meaning: configFile === undefined ? meanings[kind] : isOtherFile(facts) ? otherFile : withoutFile(configFile),
			next: [
				...(configFile === undefined ? [] : startWithFile(facts, configFile.path)),
				...(kind === 'folder'
					? configFile !== undefined
						? []
						: [
								onHost(message`ls -l ${path}`),
								hint('write `dir` with the folder of that file into its config file'),
								hint('stop it without a save (SHUTDOWN NOSAVE), and start it again: it then loads the file'),
							]
					: [
							onHost(message`cp -a ${path} ${path}.keep`),
							hint(
								message`copy ${nameOf('path', file.path.slice(file.path.lastIndexOf('/') + 1))} now: the next save or rewrite replaces it`,
							),
							redisCli(facts, 'CONFIG SET save ""'),
							hint(restarts[kind]),
						]),
				hint('what was written since the start is lost thereby: export it first if it counts'),
			],
		});
	},
});

export const unloadedDataRules = [perNotLoaded] as const;
