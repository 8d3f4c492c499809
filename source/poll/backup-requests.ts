import {parseBackup} from '../parse/server-backup.js';
import {isAdministrator} from './poll-state.js';
import type {RequestRow} from './request-row.js';

/** The request for the state of backups. It is sent to servers whose INFO has fields about backups (Redis 8.10). */
export const backupRequests = [
	{
		kind: 'backup',
		command: 'backup|status',
		when: state => state.tellsBackup && isAdministrator(state),
		everyMs: (_, {isFocused}) => (isFocused ? 60_000 : 300_000),
		read: (reply, {extras}) => {
			const backup = parseBackup(reply);
			if (backup !== undefined) {
				extras.backup = backup;
			}

			return backup !== undefined;
		},
	},
] as const satisfies readonly RequestRow[];
