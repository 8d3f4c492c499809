import type {ConfigFileEvidence} from '../domain/host-evidence.js';
import {count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {absent, hostFact, setting} from './needs.js';
import {hint, logSteps, onHost, redisCli, saveFolder} from './next-steps.js';
import {type NodeFacts, quoted} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

type Refusal = {readonly cause: 'rdb' | 'aof' | 'unknown' | undefined; readonly refused: number};

/** Undefined where neither the state nor the replies tell. */
function refusalOf(facts: NodeFacts): Refusal | undefined {
	const refused = facts.errorIncrease('MISCONF');
	const aofFails =
		facts.number('persistence', 'aof_enabled') === 1 && facts.text('persistence', 'aof_last_write_status') === 'err';
	if (aofFails) {
		return {cause: 'aof', refused: refused ?? 0};
	}

	const rdbFailed = facts.text('persistence', 'rdb_last_bgsave_status') === 'err';
	const saves = facts.setting('save');
	const stops = facts.setting('stop-writes-on-bgsave-error');
	if (rdbFailed && saves !== undefined && saves !== '' && stops === 'yes' && facts.record.role !== 'replica') {
		return {cause: 'rdb', refused: refused ?? 0};
	}

	if (facts.record.failure?.code === 'MISCONF' || (refused ?? 0) > 0) {
		return {cause: rdbFailed ? 'rdb' : 'unknown', refused: refused ?? 0};
	}

	// Nothing failed, or nobody was refused: it takes both to be unknown.
	const isKnown = refused !== undefined || facts.text('persistence', 'rdb_last_bgsave_status') === 'ok';
	return isKnown ? {cause: undefined, refused: 0} : undefined;
}

export const perMisconf = rule({
	id: 'per.misconf',
	scope: 'node',
	docs: {
		looksAt:
			'Writes are refused with MISCONF: the replies that say so (`errorstat_MISCONF`, since 6.2), or the state in which the server gives them, whether anybody writes or not.',
		since: 'any',
		falsePositives: [
			'The text differs for the dump and for the append-only file; the way out does, too.',
			'After `save ""` or `stop-writes-on-bgsave-error no` writes are taken again, though the last save still counts as failed.',
		],
	},
	raiseAfter: 1,
	needs: {
		refusal: {
			read: refusalOf,
			missing: () => absent('this server neither says how its last save ended nor counts MISCONF'),
		},
	},
	evaluate({refusal: {cause, refused}}, facts) {
		if (cause === undefined) {
			return clear;
		}

		const isAof = cause === 'aof';
		return fires('critical', {
			problem: isAof
				? 'refuses writes (MISCONF): its append-only file cannot be written'
				: 'refuses writes (MISCONF): its last RDB save failed',

			evidence: [
				...(refused > 0
					? [{name: 'MISCONF replies since the sample before', value: refused, unit: 'count' as const}]
					: []),
				...infoEvidence(
					facts,
					['persistence', 'rdb_last_bgsave_status'],
					['persistence', 'aof_last_write_status'],
					['persistence', 'rdb_changes_since_last_save', 'count'],
				),
				...['save', 'stop-writes-on-bgsave-error', 'dir'].flatMap(name => {
					const value = facts.setting(name);
					return value === undefined ? [] : [{name, value}];
				}),
			],
			meaning:
				refused > 0
					? `Writes are refused, ${count(refused)} since the last sample, and PING, too. Reads go on.`
					: 'Every write is refused, and PING, too. Reads go on.',
			next: isAof
				? [
						onHost('df -h; df -i'),
						hint('free space: writes are taken again with the next one that succeeds'),
						...logSteps(facts),
						redisCli(facts, 'CONFIG SET appendonly no'),
						hint("the last one buys time and loses the file's protection: undo it before a restart"),
					]
				: [
						...logSteps(facts),
						onHost(`df -h ${saveFolder(facts)}; ls -ld ${saveFolder(facts)}`),
						hint('repair what the log names, then save: one success ends it'),
						redisCli(facts, 'BGSAVE'),
						redisCli(facts, 'CONFIG SET stop-writes-on-bgsave-error no'),
						hint('the last one takes writes without saving them: undo it once a save succeeds'),
					],
			action: isAof ? 'set-appendonly' : 'bgsave',
		});
	},
});

const unitBytes: ReadonlyMap<string, number> = new Map([
	['', 1],
	['b', 1],
	['k', 1000],
	['kb', 1024],
	['m', 1e6],
	['mb', 2 ** 20],
	['g', 1e9],
	['gb', 2 ** 30],
]);

/** As the server reads memory sizes in its file: `256mb`, `1g`. What it isn't stays as it is. */
function memory(text: string): string {
	const [, amount, unit = ''] = /^(\d+)([a-z]*)$/i.exec(text.trim()) ?? [];
	const factor = unitBytes.get(unit.toLowerCase());
	return amount === undefined || factor === undefined ? text : String(Number(amount) * factor);
}

const same = (text: string): string => text.trim().toLowerCase();

type Compared = {
	readonly name: string;
	/** What holds where the file has no line of it; undefined: it differs by version. */
	readonly otherwise: string | undefined;
	readonly read: (text: string) => string;
};

/** Settings whose change a restart takes back, with what that means for the data. */
const compared: readonly Compared[] = [
	{name: 'appendonly', otherwise: 'no', read: same},
	{name: 'save', otherwise: undefined, read: same},
	{name: 'maxmemory', otherwise: '0', read: memory},
	{name: 'maxmemory-policy', otherwise: 'noeviction', read: same},
];

type Difference = {readonly name: string; readonly now: string; readonly file: string};

function differences(file: ReadonlyMap<string, string>, facts: NodeFacts): Difference[] {
	return compared.flatMap(({name, otherwise, read}) => {
		const [now, written] = [facts.setting(name), file.get(name) ?? otherwise];
		// Every version saves unless it is told not to.
		const isUnwrittenOff = name === 'save' && written === undefined && now === '';
		const isOther = now !== undefined && written !== undefined && read(now) !== read(written);
		return isOther || isUnwrittenOff
			? [{name, now: now === '' ? '""' : (now ?? ''), file: written === undefined ? 'the default' : written || '""'}]
			: [];
	});
}

const file = hostFact(({configFile}) => configFile, 'config file');

export const perDrift = rule({
	id: 'per.drift',
	scope: 'node',
	docs: {
		looksAt:
			'The server runs with other settings than its config file has: CONFIG SET without CONFIG REWRITE, or an edited file. Seen on this machine, where the file can be read.',
		since: 'any',
		falsePositives: [
			"Compared are the four that decide over data and memory; what the file doesn't say is held against the default.",
			"A start command with settings of its own goes before the file and can't be seen: the finding says so.",
			"Without a file, or with includes that can't be followed, nothing can be said.",
		],
	},
	needs: {
		appendonly: setting('appendonly'),
		file: {
			read: (facts: NodeFacts): ConfigFileEvidence | undefined =>
				facts.text('server', 'config_file') === '' ? undefined : file.read(facts),
			missing: (facts: NodeFacts) =>
				facts.text('server', 'config_file') === ''
					? absent('it was started without a config file: a restart takes the defaults and what its start command says')
					: file.missing(facts),
		},
	},
	evaluate({file: {path, settings}}, facts) {
		const found = differences(settings, facts);
		const isAboutData = found.some(({name}) => name === 'appendonly' || name === 'save');
		return found.length === 0
			? clear
			: fires('warning', {
					problem: `runs with other settings than its config file has: ${found.map(({name, now, file: written}) => `${name} ${now}, not ${written}`).join('; ')}`,

					evidence: [
						...found.map(({name, now, file: written}) => ({name, value: `${now} (file: ${written})`})),
						{name: 'config file', value: path},
					],
					meaning: isAboutData
						? 'The next start goes by the file: with appendonly it loads the append-only file, which may be old or empty, and ignores the RDB file.'
						: 'The next start takes the change back, unless the start command says the same.',
					next: [
						hint('was it changed for the moment? then change it back'),
						redisCli(facts, 'CONFIG REWRITE   # keeps what runs now'),
						hint('settings of the start command count too, and cannot be seen from here'),
					],
					action: 'config-rewrite',
				});
	},
});

export const perDir = rule({
	id: 'per.dir',
	scope: 'node',
	docs: {
		looksAt: "The server's user may not write into the folder it saves to. Only where the server runs on this machine.",
		since: 'any',
		falsePositives: ['Root passes by every permission, and is judged so.'],
	},
	needs: {folder: hostFact(({folder}) => folder, 'dir')},
	evaluate({folder}, facts) {
		if (folder.isWritable !== false && folder.isReadOnlyMount !== true) {
			return clear;
		}

		// Who never saves needs no folder.
		const savesNothing = facts.setting('save') === '' && facts.number('persistence', 'aof_enabled') !== 1;
		return fires(savesNothing ? 'info' : 'warning', {
			problem: `may not write into ${folder.path}, where it saves`,

			evidence: [
				{name: 'dir', value: folder.path},
				...(folder.rights === undefined ? [] : [{name: 'owner and mode', value: folder.rights}]),
				...(folder.isReadOnlyMount === true ? [{name: 'mount', value: 'read-only'}] : []),
			],
			meaning: 'The next save fails, and then writes are refused.',
			next: [
				onHost(`ls -ld ${quoted(folder.path)}`),
				onHost(`findmnt -T ${quoted(folder.path)}`),
				redisCli(facts, 'CONFIG GET dir'),
			],
		});
	},
});

export const writeRefusalRules = [perMisconf, perDrift, perDir] as const;
