import path from 'node:path';
import type {Check} from '../../domain/action.js';
import {keyCount} from '../../domain/metric.js';
import type {ConfigFile} from '../../host/config-file.js';
import {counted} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';

/**
Checks whether the next start will load the dump that SHUTDOWN SAVE is about to write.

A server with `appendonly yes` loads the AOF and ignores the dump. After `CONFIG SET appendonly no` the config file may
still say yes. A restart then loads the old AOF, which ends where the AOF was switched off. If there is no old AOF, the
server starts empty (observed on 7.0.15). If the config file names another dump, a restart does not load the new dump
either.
*/
export function nextStartChecks(facts: ServerFacts): Check[] {
	return [...(isAppendOnly(facts) ? appendOnlyChecks(facts) : dumpChecks(facts)), ...dumpPathChecks(facts)];
}

const isAppendOnly = ({config, info}: ServerFacts): boolean =>
	config.get('appendonly') === 'yes' || info.number('persistence', 'aof_enabled') === 1;

const warning = (text: string): Check => ({state: 'warning', text});
const fine = (text: string): Check => ({state: 'ok', text});

function settingOf(file: ConfigFile | undefined, name: string): string | undefined {
	return file?.kind === 'read' ? file.settings.get(name) : undefined;
}

/**
Checks for a server whose AOF is on. The AOF and the new dump then both hold all data, so a start may load either of
them. The only warning is that a restart switches the AOF off.
*/
function appendOnlyChecks({machine}: ServerFacts): Check[] {
	const isSwitchedOff =
		machine.kind === 'here' &&
		machine.configFile?.kind === 'read' &&
		settingOf(machine.configFile, 'appendonly')?.toLowerCase() !== 'yes';
	return isSwitchedOff ? [warning('the AOF is on now and off in the config file: after a restart it is off')] : [];
}

function dumpChecks(facts: ServerFacts): Check[] {
	const {machine, info} = facts;
	const atMost = counted(keyCount(info), 'key');
	if (machine.kind === 'elsewhere') {
		return [
			warning(
				`config file not seen (${machine.why}): if it says appendonly yes, a restart ignores the dump ` +
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
		// The time is rounded down to the minute, which keeps the phrase short that the operator types. All lost changes
		// are later than this time.
		const lastWritten = `${new Date(machine.appendOnly.lastWrittenAtMs).toISOString().slice(0, 16)}Z`;
		return {
			state: 'veto',
			text: `the config file says appendonly yes, the server says no: a restart loads the AOF of ${lastWritten} and ignores the dump. ${remedy}`,
			lossPhrase: `lose changes since ${lastWritten}`,
		};
	}

	const isAbsent = machine.kind === 'here' && machine.appendOnly.kind === 'absent';
	return {
		state: 'veto',
		text: `the config file says appendonly yes, the server says no: a restart ignores the dump${isAbsent ? ' and, without an AOF, starts empty' : ''}. ${remedy}`,
		lossPhrase: isAbsent ? `lose ${keys}` : `lose up to ${keys}`,
	};
}

/** Checks whether the config file names another dump than the dump that SHUTDOWN SAVE will write. */
function dumpPathChecks({machine, config, info}: ServerFacts): Check[] {
	if (machine.kind === 'elsewhere' || machine.configFile?.kind !== 'read') {
		return [];
	}

	const folder = config.get('dir');
	const file = config.get('dbfilename');
	// `dump.rdb` is the server's default, as in redis.conf.
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
