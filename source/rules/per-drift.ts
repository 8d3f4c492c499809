import type {ConfigFileEvidence} from '../domain/host-evidence.js';
import {absent, hostFact, setting} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

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

/**
The server runs with other settings than its config file has: CONFIG SET without CONFIG REWRITE, or an edited file. Seen on
this machine, where the file can be read. Any version.

- Compared are the four that decide over data and memory; what the file doesn't say is held against the default.
- A start command with settings of its own goes before the file and can't be seen: the finding says so.
- Without a file, or with includes that can't be followed, nothing can be said.
*/
export const perDrift = nodeRule({
	id: 'per.drift',
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
			: fires(
					'warning',
					`runs with other settings than its config file has: ${found.map(({name, now, file: written}) => `${name} ${now}, not ${written}`).join('; ')}`,
					{
						evidence: [
							...found.map(({name, now, file: written}) => ({name, value: `${now} (file: ${written})`})),
							{name: 'config file', value: path},
						],
						meaning: isAboutData
							? 'The next start goes by the file: with appendonly it loads the append-only file, which may be old or empty, and ignores the RDB file.'
							: 'The next start takes the change back, unless the start command says the same.',
						next: [
							words('was it changed for the moment? then change it back'),
							ask(facts, 'CONFIG REWRITE   # keeps what runs now'),
							words('settings of the start command count too, and cannot be seen from here'),
						],
						action: 'config-rewrite',
					},
				);
	},
});
