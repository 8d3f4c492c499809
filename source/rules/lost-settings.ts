import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import {lostWithTheFile, startWithItsFile, stepsBeforeThatStart} from './connection-explanations.js';
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
looks at a connection only when it begins, so a change of settings ends no connection: the server was restarted without
what had switched protected mode off. Undefined for any other server.
*/
export function lostSettings({failure, sample, lastReplyAtMs}: NodeRecord): LostSettings | undefined {
	if (failure?.code !== 'DENIED' || sample === undefined || lastReplyAtMs === undefined) {
		return undefined;
	}

	const file = sample.info.text('server', 'config_file') ?? '';
	return {
		problem: `was restarted without its ${file === '' ? 'options' : 'config file'}`,
		reason: 'it has no password now, and protected mode turns other hosts away (DENIED)',
		meaning: `The server let redis-top in before, and now refuses other hosts as a server without settings does. ${lostWithTheFile}`,
		next: [
			hint(file === '' ? 'start it with the options it had: it had no config file' : startCommand(sample.info, file)),
			...stepsBeforeThatStart.map(text => hint(text)),
		],
	};
}

/** The first step, with the command as it was typed. */
function startCommand(info: NonNullable<NodeRecord['sample']>['info'], file: string): Message {
	const program = info.text('server', 'executable') ?? '';
	return program === ''
		? message`${startWithItsFile}: ${quotedName('path', file)}`
		: message`${startWithItsFile}: ${quotedName('path', program)} ${quotedName('path', file)}`;
}
