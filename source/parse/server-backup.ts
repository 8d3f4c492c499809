import type {RawReply} from '../domain/reply.js';
import type {ServerBackup} from '../domain/server-backup.js';
import {numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of BACKUP STATUS, a map of `state`, `error`, `start_time` and `end_time`. The format is that of the
documentation of Redis 8.10. No release was available for a test. Undefined for a reply without a state. Never throws.
*/
export function parseBackup(reply: RawReply | undefined): ServerBackup | undefined {
	const fields = new Map(pairsOf(reply));
	const state = textOf(fields.get('state'));
	const moment = (name: string) => {
		const seconds = numberOf(fields.get(name));
		return seconds === undefined || seconds <= 0 ? undefined : seconds * 1000;
	};
	return state === undefined || state === ''
		? undefined
		: {
				state,
				problem: textOf(fields.get('error')) ?? '',
				startedMs: moment('start_time'),
				sealedMs: moment('end_time'),
			};
}
