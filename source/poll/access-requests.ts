import {randomBytes} from 'node:crypto';
import {parseAccessLog} from '../parse/access-log.js';
import {parseAclList, withoutPasswordHashes} from '../parse/acl-list.js';
import {commandAvailability} from '../parse/reply-error.js';
import {isAdministrator} from './poll-state.js';
import {byFocus, into, lengthOf, type RequestRow} from './request-row.js';

/** The key of the digests that stand in place of hashes of passwords. It is never written anywhere. */
const digestKey = randomBytes(32);

/**
Requests about users and their rights, for rules alone. ACL LOG and ACL LIST are asked for only by a user who may read
the settings, because the server logs a refusal.
*/
export const accessRequests = [
	{
		kind: 'access-log',
		command: 'acl|log',
		arguments: () => [['10']],
		when: isAdministrator,
		everyMs: byFocus(60_000, 300_000),
		read: into('accessLog', parseAccessLog),
	},
	{
		kind: 'acl-users',
		command: 'acl|list',
		when: isAdministrator,
		everyMs: byFocus(60_000, 300_000),
		redact: reply => withoutPasswordHashes(reply, digestKey),
		read: (reply, {extras}) => {
			const users = parseAclList(reply);
			if (users.length > 0) {
				extras.aclUsers = users;
			}

			return users.length > 0 || lengthOf(reply) === 0;
		},
	},
	{
		kind: 'default-rights',
		command: 'acl|dryrun',
		arguments: () => [['default', 'SHUTDOWN']],
		when: (_, {isAnonymous = false}) => isAnonymous,
		everyMs: () => 300_000,
		// The server reports a missing right as a text, not as an error.
		read: into('defaultUserCanShutdown', reply => reply === 'OK'),
		// A user who may not run this command lacks a right, so the answer is no.
		readFailure: ({message}, {extras}) => {
			const isDenied = commandAvailability(message) === 'denied';
			if (isDenied) {
				extras.defaultUserCanShutdown = false;
			}

			return isDenied;
		},
	},
] as const satisfies readonly RequestRow[];
