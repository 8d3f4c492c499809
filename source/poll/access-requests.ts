import {randomBytes} from 'node:crypto';
import {parseAccessLog} from '../parse/access-log.js';
import {parseAclList, withoutPasswordHashes} from '../parse/acl-list.js';
import {commandAvailability} from '../parse/reply-error.js';
import {isAccessLogOld, isAdministrator} from './poll-state.js';
import {byFocus, into, lengthOf, type RequestRow} from './request-row.js';

/**
redis-top replaces the password hashes in a reply to ACL LIST by digests. The digests are made with this random key,
which redis-top never writes anywhere.
*/
const digestKey = randomBytes(32);

/**
Requests about ACL users and their rights. Only rules need the replies. ACL LOG and ACL LIST are sent only if
redis-top's user may read the server settings. For other users, the server would refuse both commands and add each
refusal to its ACL log. Both are read sooner after new refusals: ACL LOG names the user and what the user lacks, and ACL
LIST shows whether somebody removed or changed the user just before.
*/
export const accessRequests = [
	{
		kind: 'access-log',
		command: 'acl|log',
		arguments: () => [['10']],
		when: isAdministrator,
		everyMs: (state, demand) =>
			(isAccessLogOld(state) ? byFocus(5000, 10_000) : byFocus(60_000, 300_000))(state, demand),
		read: into('accessLog', parseAccessLog),
	},
	{
		kind: 'acl-users',
		command: 'acl|list',
		when: isAdministrator,
		everyMs: (state, demand) =>
			(isAccessLogOld(state) ? byFocus(5000, 30_000) : byFocus(60_000, 300_000))(state, demand),
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
		// ACL DRYRUN replies `OK`, or a text that names the missing right. That text is not an error reply.
		read: into('defaultUserCanShutdown', reply => reply === 'OK'),
		// A default user who is denied ACL DRYRUN has few rights, so redis-top assumes that this user cannot run
		// SHUTDOWN.
		readFailure: ({message}, {extras}) => {
			const isDenied = commandAvailability(message) === 'denied';
			if (isDenied) {
				extras.defaultUserCanShutdown = false;
			}

			return isDenied;
		},
	},
] as const satisfies readonly RequestRow[];
