import type {Check} from '../../domain/action.js';
import {keyCount} from '../../domain/metric.js';
import {bytes, percent} from '../../text/units.js';
import {veto, warning, when} from './build-row.js';
import {counted, diskChecks} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';
import type {EffectChecks} from './verify-with.js';

/**
The value of `appendonly` in the server's config file; `no` if the file does not set it. Undefined if this machine
cannot read the file.
*/
function fileSetting({machine}: ServerFacts): string | undefined {
	if (machine.kind === 'elsewhere' || machine.configFile?.kind !== 'read') {
		return undefined;
	}

	return machine.configFile.settings.get('appendonly')?.toLowerCase() ?? 'no';
}

/**
Checks of a new value of `appendonly`. A restart follows the server's config file and ignores CONFIG SET. A value that
differs from the file may therefore lose data at the next restart.
*/
export function appendOnlyChecks(value: string, facts: ServerFacts): Check[] {
	const keys = counted(keyCount(facts.info), 'key');
	const inFile = fileSetting(facts);
	if (value === 'yes') {
		const isChild =
			facts.info.number('persistence', 'rdb_bgsave_in_progress') === 1 ||
			facts.info.number('persistence', 'aof_rewrite_in_progress') === 1;
		return [
			...when(isChild, warning('a child process runs: the AOF begins when it has ended')),
			...when(
				inFile !== 'yes',
				warning(`a restart before CONFIG REWRITE ignores the AOF: ${keys} come from the last dump, if any`),
			),
			...diskChecks(facts),
		];
	}

	const change = 'a restart loads the stale AOF and ignores every later dump';
	if (inFile === 'yes') {
		return [veto(`the config file says appendonly yes: ${change}. CONFIG REWRITE after it`, `risk ${keys}`)];
	}

	return inFile === undefined
		? [warning(`config file not seen: if it says appendonly yes, ${change}, up to ${keys} lost`)]
		: [];
}

/** The proof of a change of `appendonly`: a complete first AOF for `yes`, `aof_enabled:0` for `no`. */
export const appendOnlyEffectChecks: Partial<EffectChecks> = {
	running({info}, {facts}) {
		const isWriting =
			info.number('persistence', 'aof_rewrite_in_progress') === 1 ||
			info.number('persistence', 'aof_rewrite_scheduled') === 1;
		const part = info.number('persistence', 'current_fork_perc');
		return facts.words?.[0] === 'yes' && isWriting
			? `the first AOF is being written${part === undefined ? '' : `, ${percent(part / 100)}`}`
			: undefined;
	},
	proved({info}, {facts}) {
		const isOn = info.number('persistence', 'aof_enabled') === 1;
		if (facts.words?.[0] === 'no') {
			return isOn ? undefined : 'aof_enabled is 0';
		}

		const size = info.number('persistence', 'aof_current_size') ?? 0;
		const isGood = info.text('persistence', 'aof_last_bgrewrite_status') === 'ok';
		return isOn && isGood && size > 0 ? `aof_enabled is 1, its first file is complete, ${bytes(size)}` : undefined;
	},
};
