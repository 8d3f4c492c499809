import type {ConfigMistake} from '../domain/config-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
import type {NodeRecord} from './node-record.js';

/**
The mistake in the config file for which a server that has ended does not start again. The file must have changed since
the last start: the server itself was content with what it read then. Or a start since then has refused the line, as that
of an older version. A folder may be gone since, as a volume that is not
mounted. Undefined if no mistake is certain.
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
	if (configMistake?.refusedAtMs !== undefined) {
		// The log has no line of a start that refused its config. A start in it is an earlier one.
		return isOfThisFailure && configMistake.refusedAtMs > Math.max(0, ...starts) ? configMistake : undefined;
	}

	const isNew = configMistake?.isMissingFolder === true || (configMistake?.changedAtMs ?? 0) > Math.max(...starts);
	return starts.length > 0 && isOfThisFailure && isNew ? configMistake : undefined;
}

/** The mistake as a reason where there is no room for the text of the line. */
export const briefMistakeReason = ({line, isMissingFolder, refusedBy, refusedAtMs}: ConfigMistake): string =>
	isMissingFolder === true
		? 'a folder of its config is gone'
		: refusedAtMs === undefined
			? `config line ${line} is not valid`
			: `${refusedBy ?? 'it'} does not accept config line ${line}`;

/** The mistake as a reason: `config line 9 is not valid (maxmemory 4 gb)`, `a folder of its config is gone (dir /data)`. */
export const mistakeReason = (mistake: ConfigMistake): Message =>
	message`${briefMistakeReason(mistake)} (${nameOf('quote', mistake.text)})`;
