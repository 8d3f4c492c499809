import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {endWithoutSave, giveItsPassword, lostWithTheFile, seeItsStart} from './lost-config-file.js';
import {hint} from './next-steps.js';
import {quotedName} from './node-facts.js';

export type LostSettings = {
	readonly problem: string;
	readonly reason: string;
	readonly meaning: string;
	readonly next: readonly NextStep[];
};

/**
What is known of a server that let redis-top in, and now refuses other hosts because of protected mode. Protected mode
looks at a connection only when it begins, so a change of settings ends no connection: the server was restarted with
other settings. Its config file may be missing from its command line, or have changed: a reply shows neither. Undefined
for any other server.
*/
export function lostSettings({failure, sample, lastReplyAtMs, config}: NodeRecord): LostSettings | undefined {
	if (failure?.code !== 'DENIED' || sample === undefined || lastReplyAtMs === undefined) {
		return undefined;
	}

	const file = sample.info.text('server', 'config_file') ?? '';
	// A server with `protected-mode no` may have had no password before either.
	const wasOpen = config?.value.get('protected-mode') === 'no';
	return {
		problem: 'was restarted with other settings',
		reason: wasOpen
			? 'protected mode is on now, and without a password it turns other hosts away (DENIED)'
			: 'it has no password now, and protected mode turns other hosts away (DENIED)',
		meaning: `The server let redis-top in before, and now refuses other hosts as a server without settings does. ${lostWithTheFile}`,
		next: [
			hint(seeItsStart),
			...(file === ''
				? [
						hint(`if it lacks the options it had, ${endWithoutSave}`),
						hint('then start it with them again: it had no config file before'),
					]
				: [
						hint(
							message`if it has ${nameOf('path', file)}, that file has lost its ${wasOpen ? openAgain : `requirepass or aclfile: ${giveItsPassword}`}`,
						),
						hint(`if it lacks its config file, ${endWithoutSave}`),
						startCommand(sample.info, file),
					]),
		],
	};
}

/** The line that is missing, and how clients get in at once again, where the server had no password before. */
const openAgain =
	'protected-mode no: there CONFIG SET protected-mode no lets clients in at once; then put the line back';

/** The step for a server whose command line lacks its config file, with the command as it was typed. */
function startCommand(info: NonNullable<NodeRecord['sample']>['info'], file: string): NextStep {
	const program = info.text('server', 'executable') ?? '';
	const command: Message =
		program === ''
			? message`${quotedName('path', file)}`
			: message`${quotedName('path', program)} ${quotedName('path', file)}`;
	return hint(message`then start it with its config file again: ${command}`);
}
