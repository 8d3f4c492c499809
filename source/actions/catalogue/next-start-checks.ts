import path from 'node:path';
import type {Check} from '../../domain/action.js';
import {keyCount} from '../../domain/metric.js';
import type {ConfigFile} from '../../host/config-file.js';
import {counted} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';

/**
Would the next start load the dump that SHUTDOWN SAVE is about to write?

A server with `appendonly yes` loads the append-only file and ignores the dump. So after `CONFIG SET appendonly no`, with
the config file still saying yes, a restart brings back the data as it was when the AOF was switched off, or nothing
where no AOF lies there (seen on 7.0.15; signals.md 0.10). The same goes for a file that names another dump.
*/
export function nextStartChecks(facts: ServerFacts): Check[] {
	return [...(isAppendOnly(facts) ? switchedOnTraps(facts) : switchedOffTraps(facts)), ...placeTraps(facts)];
}

const isAppendOnly = ({config, info}: ServerFacts): boolean =>
	config.get('appendonly') === 'yes' || info.number('persistence', 'aof_enabled') === 1;

const warning = (text: string): Check => ({state: 'warning', text});
const fine = (text: string): Check => ({state: 'ok', text});

function settingOf(file: ConfigFile | undefined, name: string): string | undefined {
	return file?.kind === 'read' ? file.settings.get(name) : undefined;
}

/** With the AOF on, both files hold all data, so either may be loaded. */
function switchedOnTraps({machine}: ServerFacts): Check[] {
	const isSwitchedOff =
		machine.kind === 'here' &&
		machine.configFile?.kind === 'read' &&
		settingOf(machine.configFile, 'appendonly')?.toLowerCase() !== 'yes';
	return isSwitchedOff ? [warning('the AOF is on here and off in the config file: after a restart it is off')] : [];
}

function switchedOffTraps(facts: ServerFacts): Check[] {
	const {machine, info} = facts;
	const atMost = counted(keyCount(info), 'key');
	if (machine.kind === 'elsewhere') {
		return [
			warning(
				`config file not seen from here (${machine.why}): if it says appendonly yes, a restart ignores the dump ` +
					`and may lose up to ${atMost}`,
			),
		];
	}

	const {configFile, appendOnly} = machine;
	if (configFile === undefined) {
		return appendOnly.kind === 'absent'
			? []
			: [warning(`no config file, and an old AOF on disk: started with appendonly yes, it loses up to ${atMost}`)];
	}

	if (configFile.kind === 'unreadable') {
		return [
			warning(
				`config file not readable (${configFile.why}): if it says appendonly yes, a restart ignores the dump and may ` +
					`lose up to ${atMost}`,
			),
		];
	}

	if (settingOf(configFile, 'appendonly')?.toLowerCase() === 'yes') {
		return [staleAppendOnly(facts)];
	}

	return configFile.unread.length === 0
		? [fine('the config file, too, says appendonly no: a restart loads the dump')]
		: [warning(`the config file includes ${configFile.unread.join(', ')}, which may say appendonly yes`)];
}

function staleAppendOnly({machine, info}: ServerFacts): Check {
	const keys = counted(keyCount(info), 'key');
	const remedy = 'CONFIG SET appendonly yes, or CONFIG REWRITE, first';
	if (machine.kind === 'here' && machine.appendOnly.kind === 'present') {
		// Rounded down to the minute: what is typed must not be long, and nothing before it is lost.
		const since = `${new Date(machine.appendOnly.lastWrittenAtMs).toISOString().slice(0, 16)}Z`;
		return {
			state: 'veto',
			text: `the config file says appendonly yes, the server says no: a restart loads the AOF of ${since} and ignores the dump. ${remedy}`,
			lossPhrase: `lose changes since ${since}`,
		};
	}

	const isAbsent = machine.kind === 'here' && machine.appendOnly.kind === 'absent';
	return {
		state: 'veto',
		text: `the config file says appendonly yes, the server says no: a restart ignores the dump${isAbsent ? ' and, without an AOF, starts empty' : ''}. ${remedy}`,
		lossPhrase: isAbsent ? `lose ${keys}` : `lose up to ${keys}`,
	};
}

/** A config file that names another dump than the one that is about to be written. */
function placeTraps({machine, config, info}: ServerFacts): Check[] {
	if (machine.kind === 'elsewhere' || machine.configFile?.kind !== 'read') {
		return [];
	}

	const folder = config.get('dir');
	const file = config.get('dbfilename');
	// The server's own default, redis.conf.
	const nextFile = settingOf(machine.configFile, 'dbfilename') ?? 'dump.rdb';
	const nextFolder = machine.configFolder ?? folder;
	if (folder === undefined || file === undefined || nextFolder === undefined) {
		return [];
	}

	const next = path.join(nextFolder, nextFile);
	if (next === path.join(folder, file)) {
		return [];
	}

	return [
		{
			state: 'veto',
			text: `a restart loads ${next}, as the config file says, not what is written now`,
			lossPhrase: `lose up to ${counted(keyCount(info), 'key')}`,
		},
	];
}
