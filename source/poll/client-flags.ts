import type {InfoReply} from '../domain/info-reply.js';

/**
Highest number of clients with one flag for which redis-top lists these clients. A list of more clients would stall the
server as much as the whole CLIENT LIST does.
*/
export const mostFlagged = 500;

/**
The flags by which CLIENT LIST is filtered where the whole list is too expensive. A client with `O` runs MONITOR, with
`b` it is blocked, and with `P` it is subscribed. `b` and `P` are left out if INFO counts no such clients, or more than
`mostFlagged`. INFO does not count clients that run MONITOR. These clients are few, so `O` is always asked for.
*/
export function askedClientFlags(info: InfoReply): readonly string[] {
	const isAFew = (field: string) => {
		const count = info.number('clients', field) ?? 0;
		return count > 0 && count <= mostFlagged;
	};
	return ['O', ...(isAFew('blocked_clients') ? ['b'] : []), ...(isAFew('pubsub_clients') ? ['P'] : [])];
}
