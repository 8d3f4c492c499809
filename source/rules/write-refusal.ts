import {folderObstacle} from '../derive/save-folder.js';
import type {ConfigFileEvidence} from '../domain/config-evidence.js';
import {message, nameOf} from '../domain/message.js';
import {sizeInBytes} from '../parse/memory-size.js';
import {count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {saveWithoutFork} from './fork-limits.js';
import {aofOnFullDisk, isDiskFull} from './full-disk.js';
import {absent, hostFact, setting} from './needs.js';
import {hint, logSteps, onHost, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {barredFolder, folderChecks, folderRemedy, saveObstacle} from './save-obstacles.js';

type Refusal = {
	/**
	The file whose failed write makes the server refuse writes. `unknown`: only error replies show the refusal. Undefined:
	the server accepts writes.
	*/
	readonly cause: 'rdb' | 'aof' | 'unknown' | undefined;
	readonly refusedCommands: number;
};

/** The refusal of writes. Undefined if both the status of the last save and the count of error replies are unknown. */
function refusalOf(facts: NodeFacts): Refusal | undefined {
	const counted = facts.errorIncrease('MISCONF');
	const refusedCommands = counted ?? 0;
	const aofFails =
		facts.number('persistence', 'aof_enabled') === 1 && facts.text('persistence', 'aof_last_write_status') === 'err';
	if (aofFails) {
		return {cause: 'aof', refusedCommands};
	}

	const rdbFailed = facts.text('persistence', 'rdb_last_bgsave_status') === 'err';
	const saves = facts.setting('save');
	const stops = facts.setting('stop-writes-on-bgsave-error');
	if (rdbFailed && saves !== undefined && saves !== '' && stops === 'yes' && facts.record.role !== 'replica') {
		return {cause: 'rdb', refusedCommands};
	}

	if (facts.record.failure?.code === 'MISCONF' || refusedCommands > 0) {
		return {cause: rdbFailed ? 'rdb' : 'unknown', refusedCommands};
	}

	// If error replies are not counted, a failed save does not show whether writes are refused.
	const isKnown = counted !== undefined || facts.text('persistence', 'rdb_last_bgsave_status') === 'ok';
	return isKnown ? {cause: undefined, refusedCommands: 0} : undefined;
}

const refusalReasons = {
	rdb: 'its last RDB save failed',
	aof: 'its append-only file cannot be written',
	unknown: undefined,
} as const;

export const perMisconf = rule({
	id: 'per.misconf',
	scope: 'node',
	docs: {
		looksAt:
			'The server refuses writes with MISCONF. The rule fires where `errorstat_MISCONF` (since 6.2) rises, or in the states that cause MISCONF. These are `aof_last_write_status:err`, and `rdb_last_bgsave_status:err` with `save` set and `stop-writes-on-bgsave-error yes`.',
		since: '2.6',
		falsePositives: [
			'After `save ""` or `stop-writes-on-bgsave-error no` the server accepts writes again, although `rdb_last_bgsave_status` stays `err`. The rule reads both settings.',
			"A replica never answers its primary's writes with MISCONF. After a failed RDB save of a replica, the rule fires only if clients get MISCONF.",
		],
	},
	raiseAfter: 1,
	needs: {
		refusal: {
			read: refusalOf,
			missing: () => absent('this server neither says how its last save ended nor counts MISCONF'),
		},
	},
	evaluate({refusal: {cause, refusedCommands}}, facts) {
		if (cause === undefined) {
			return clear;
		}

		const isAof = cause === 'aof';
		const barred = barredFolder(facts);
		const dir = facts.setting('dir');
		const obstacle = cause === 'rdb' ? saveObstacle(facts, 'per.rdb_fail') : undefined;
		const fork = obstacle?.fork;
		return fires('critical', {
			problem: 'refuses writes (MISCONF)',
			reason: refusalReasons[cause],
			effect: 'writes-refused',
			evidence: [
				...(refusedCommands > 0
					? [{name: 'MISCONF replies since the sample before', value: refusedCommands, unit: 'count' as const}]
					: []),
				...infoEvidence(
					facts,
					['persistence', 'rdb_last_bgsave_status'],
					['persistence', 'aof_last_write_status'],
					['persistence', 'rdb_changes_since_last_save', 'count'],
				),
				...['save', 'stop-writes-on-bgsave-error'].flatMap(name => {
					const value = facts.setting(name);
					return value === undefined ? [] : [{name, value}];
				}),
				...(dir === undefined ? [] : [{name: 'dir', value: message`${nameOf('path', dir)}`}]),
			],
			meaning:
				refusedCommands > 0
					? `Writes get an error, ${count(refusedCommands)} since the last sample, and so does PING. Reads still work.`
					: 'Every write gets an error, and so does PING. Reads still work.',
			next: isAof
				? isDiskFull(facts)
					? [...aofOnFullDisk(facts), ...logSteps(facts)]
					: [
							onHost('df -h; df -i'),
							hint('free disk space: the server accepts writes again after the next one that reaches the file'),
							...logSteps(facts),
							redisCli(facts, 'CONFIG SET appendonly no'),
							hint('CONFIG SET appendonly no buys time, but the file protects nothing then: undo it before a restart'),
						]
				: [
						...(barred === undefined ? [] : folderRemedy(facts, barred)),
						...(fork === undefined ? [] : [...fork.next, ...saveWithoutFork(facts)]),
						...(fork === undefined ? folderChecks(facts, obstacle) : []),
						...logSteps(facts),
						hint('repair what the log names, then save: one successful save ends the refusal'),
						redisCli(facts, 'BGSAVE'),
						redisCli(facts, 'CONFIG SET stop-writes-on-bgsave-error no'),
						hint('the last command accepts writes that no save protects: undo it once a save succeeds'),
					],
			// A save into such a folder, onto a full disk, or without a fork, fails again.
			action: isAof
				? 'set-appendonly'
				: barred === undefined && fork === undefined && !isDiskFull(facts)
					? 'bgsave'
					: undefined,
		});
	},
});

const lowerCase = (text: string): string => text.trim().toLowerCase();

type ComparedSetting = {
	readonly name: string;
	/**
	The value of a setting that the server's config file does not contain; undefined if the default differs by version.
	*/
	readonly defaultValue: string | undefined;
	/** Converts a value to one spelling, so that the running and the written value can be compared. */
	readonly normalize: (text: string) => string;
};

/** Settings that decide about data and memory, compared between the server and its config file. */
const comparedSettings: readonly ComparedSetting[] = [
	{name: 'appendonly', defaultValue: 'no', normalize: lowerCase},
	{name: 'save', defaultValue: undefined, normalize: lowerCase},
	{name: 'maxmemory', defaultValue: '0', normalize: sizeInBytes},
	{name: 'maxmemory-policy', defaultValue: 'noeviction', normalize: lowerCase},
];

type Difference = {readonly name: string; readonly running: string; readonly written: string};

/** An empty value as an operator types it: `""`. */
const shown = (value: string): string => (value === '' ? '""' : value);

function differences(file: ReadonlyMap<string, string>, facts: NodeFacts): Difference[] {
	return comparedSettings.flatMap(({name, defaultValue, normalize}) => {
		const [running, written] = [facts.setting(name), file.get(name) ?? defaultValue];
		if (running === undefined) {
			return [];
		}

		if (written === undefined) {
			// Every version has save points by default, so a server without any got `CONFIG SET save ""` at run time.
			return name === 'save' && running === '' ? [{name, running: shown(running), written: 'the default'}] : [];
		}

		return normalize(running) === normalize(written) ? [] : [{name, running: shown(running), written: shown(written)}];
	});
}

const configFile = hostFact(evidence => evidence.configFile, 'config file');

/** Time after the discovery of a node in which redis-top reads its settings and its config file, in milliseconds. */
const firstLooksMs = 60_000;

export const perDrift = rule({
	id: 'per.drift',
	scope: 'node',
	docs: {
		looksAt:
			'The running `appendonly`, `save`, `maxmemory` and `maxmemory-policy` differ from the server config file. redis-top can read the file where the server runs on this machine.',
		since: '2.8',
		falsePositives: [
			'The server uses the default of a setting that the file does not mention. The rule compares with the default then.',
			'Arguments of the start command override the file, and redis-top cannot see them. The finding says so.',
			'A file that includes an unreadable file is incomplete. The rule does not compare such a file.',
			'Somebody may set a limit for a while. A change of `maxmemory` or its policy that redis-top saw is info for ten minutes.',
		],
	},
	thresholds: {
		meant: {value: 600, unit: 'seconds', source: 'how long a limit is changed for a piece of work'},
	},
	needs: {
		appendonly: setting('appendonly'),
		file: {
			read: (facts: NodeFacts): ConfigFileEvidence | undefined =>
				facts.text('server', 'config_file') === '' ? undefined : configFile.read(facts),
			missing: (facts: NodeFacts) =>
				facts.text('server', 'config_file') === ''
					? absent('it was started without a config file: a restart takes the defaults and what its start command says')
					: configFile.missing(facts),
		},
	},
	evaluate({file: {path, settings}}, facts, limits, heldMs) {
		// A server that has ended runs with no settings at all.
		const hasEnded = ['ECONNREFUSED', 'ENOENT'].includes(facts.record.failure?.code ?? '');
		const found = hasEnded ? [] : differences(settings, facts);
		if (found.length === 0) {
			return clear;
		}

		const isAboutData = found.some(({name}) => name === 'appendonly' || name === 'save');
		// A difference that existed when redis-top found the node may be days old. Only a change that redis-top saw is new
		// enough to be a temporary change on purpose.
		const wasSeen = facts.nowMs - heldMs - facts.memory.foundAtMs > firstLooksMs;
		const isMeant = !isAboutData && wasSeen && heldMs < limits.meant * 1000;
		return fires(isMeant ? 'info' : 'warning', {
			problem: 'runs with other settings than its config file has',
			reason: found.map(({name, running, written}) => `${name} ${running}, not ${written}`).join('; '),
			effect: isAboutData ? 'data-at-risk' : undefined,
			evidence: [
				...found.map(({name, running, written}) => ({name, value: `${running} (file: ${written})`})),
				{name: 'config file', value: message`${nameOf('path', path)}`},
			],
			meaning: isAboutData
				? 'The next start goes by the file: with appendonly it loads the append-only file, which may be old or empty, and ignores the RDB file.'
				: 'The next start undoes the change, unless the start command says the same.',
			next: [
				hint('if the change was meant for a while only, change it back'),
				redisCli(facts, 'CONFIG REWRITE   # keeps what runs now'),
				hint('settings of the start command count too, and cannot be seen from here'),
			],
			action: 'config-rewrite',
		});
	},
});

/** What a folder without the right to write means for the saves of the server, before and after the first that failed. */
function barredMeaning(facts: NodeFacts): string {
	const save = facts.setting('save');
	const hasAof = facts.number('persistence', 'aof_enabled') === 1;
	if (save === '') {
		return hasAof
			? 'The next rewrite of the append-only file fails, and so does a BGSAVE. The file grows on.'
			: 'Nothing is saved now. A BGSAVE would fail.';
	}

	const hasFailed = facts.text('persistence', 'rdb_last_bgsave_status') === 'err';
	const {cause} = refusalOf(facts) ?? {};
	if (hasFailed && cause === 'rdb') {
		return 'Saves fail for it, and the server refuses writes until one succeeds.';
	}

	if (facts.record.role === 'replica' || facts.setting('stop-writes-on-bgsave-error') === 'no') {
		return hasFailed
			? 'Saves fail for it. The server accepts writes that no save protects.'
			: 'The next save fails. The server then accepts writes that no save protects.';
	}

	return hasFailed ? 'Saves fail for it.' : 'The next save fails, and then the server refuses writes.';
}

export const perDir = rule({
	id: 'per.dir',
	scope: 'node',
	docs: {
		looksAt:
			"The folder `dir` is gone, or its mount is read-only, or its owner, group and mode bar the server's user from writing. The folder is known where the server runs on this machine.",
		since: 'any',
		falsePositives: [
			'Root may write in spite of owner and mode. The rule ignores both for a server that runs as root.',
		],
	},
	needs: {folder: hostFact(({folder}) => folder, 'dir')},
	evaluate({folder}, facts) {
		const reason = folderObstacle(folder);
		if (reason === undefined) {
			return clear;
		}

		const savesNothing = facts.setting('save') === '' && facts.number('persistence', 'aof_enabled') !== 1;
		const path = quotedName('path', folder.path);
		return fires(savesNothing ? 'info' : 'warning', {
			problem: message`cannot write to ${nameOf('path', folder.path)}`,
			detail: 'where it saves',
			reason,
			effect: savesNothing ? undefined : 'data-at-risk',
			evidence: [
				{name: 'dir', value: message`${nameOf('path', folder.path)}`},
				...(folder.rights === undefined ? [] : [{name: 'owner and mode', value: folder.rights}]),
				...(folder.isReadOnlyMount === true ? [{name: 'mount', value: 'read-only'}] : []),
				...(folder.isMissing === true ? [{name: 'folder', value: 'gone'}] : []),
			],
			meaning: barredMeaning(facts),
			next: [
				...folderRemedy(facts, folder),
				...(folder.isReadOnlyMount === true ? [] : [onHost(message`findmnt -T ${path}`)]),
				redisCli(facts, 'CONFIG GET dir'),
			],
		});
	},
});

export const writeRefusalRules = [perMisconf, perDrift, perDir] as const;
