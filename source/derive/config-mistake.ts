import type {ConfigMistake} from '../domain/config-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
import type {NodeRecord} from './node-record.js';

/**
The mistake in the config file for which a server that has ended does not start again. The file must have changed since
the last start: the server itself was content with what it read then. Undefined if no mistake is certain.
*/
export function configMistakeOf({failure, failingSinceMs, host, sample}: NodeRecord): ConfigMistake | undefined {
	const isRefused = failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT';
	const evidence = host?.value;
	if (!isRefused || evidence?.kind !== 'here' || evidence.process !== undefined || host === undefined) {
		return undefined;
	}

	const {configMistake, log} = evidence;
	const uptime = sample?.info.number('server', 'uptime_in_seconds');
	const starts = [
		...(log?.starts ?? []).map(({atMs}) => atMs).slice(-1),
		...(sample === undefined || uptime === undefined ? [] : [sample.atMs - uptime * 1000]),
	];
	const isOfThisFailure = host.atMs >= (failingSinceMs ?? 0);
	return starts.length > 0 && isOfThisFailure && (configMistake?.changedAtMs ?? 0) > Math.max(...starts)
		? configMistake
		: undefined;
}

/** The mistake as a reason where there is no room for the text of the line. */
export const briefMistakeReason = ({line}: ConfigMistake): string => `config line ${line} is not valid`;

/** The mistake as a reason: `config line 9 is not valid (maxmemory 4 gb)`. */
export const mistakeReason = ({line, text}: ConfigMistake): Message =>
	message`config line ${line} is not valid (${nameOf('quote', text)})`;
