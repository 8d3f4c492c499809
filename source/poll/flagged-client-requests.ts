import {parseClientList} from '../parse/client-list.js';
import {isRefusedForm} from '../parse/reply-error.js';
import {mostFlagged} from './client-flags.js';
import {clientListPeriod} from './client-list-schedule.js';
import {type RequestRow, textIn} from './request-row.js';

/**
Requests for the clients with certain flags, on a server with too many clients for the whole list. CLIENT LIST with a
filter takes the server 0.4 ms at 10,000 clients, the whole list 39 ms (Valkey 9.1, measured under load). Valkey has the
filter since 9.0. A server without the filter refuses it once, and is not asked again.
*/
export const flaggedClientRequests = [
	{
		kind: 'flagged-clients',
		command: 'client|list',
		arguments: ({clientFlags}) => clientFlags.map(flag => ['FLAGS', flag]),
		when: ({connectedClients, hasClientFilters}, {isFocused, interests}) =>
			hasClientFilters &&
			isFocused &&
			(interests.has('clients') || interests.has('client-rules')) &&
			clientListPeriod(connectedClients, true) === undefined,
		everyMs: (_, {interests}) => (interests.has('clients') ? 5000 : 30_000),
		read: (reply, {extras}) => {
			const known = extras.flaggedClients ?? [];
			const listed = parseClientList(textIn(reply)).filter(({id}) => !known.some(client => client.id === id));
			extras.flaggedClients = [...known, ...listed].slice(0, 2 * mostFlagged);
			return true;
		},
		readFailure: ({message}, {extras}) => {
			const isRefused = isRefusedForm(message);
			if (isRefused) {
				extras.hasClientFilters = false;
			}

			return isRefused;
		},
	},
] as const satisfies readonly RequestRow[];
