import type {InfoReply} from '../domain/info-reply.js';

/**
Most clients with one flag that are listed. Listing more would stall the server as much as the whole CLIENT LIST does.
*/
export const mostFlagged = 500;

/**
The flags by which CLIENT LIST is filtered where the whole list is too expensive: `O` runs MONITOR, `b` is blocked, `P`
is subscribed. By the counts of INFO, a flag without clients or with too many is left out. INFO does not count clients
that run MONITOR. There are hardly ever many, so `O` is always asked for.
*/
export function askedClientFlags(info: InfoReply): readonly string[] {
	const isAFew = (field: string) => {
		const count = info.number('clients', field) ?? 0;
		return count > 0 && count <= mostFlagged;
	};
	return ['O', ...(isAFew('blocked_clients') ? ['b'] : []), ...(isAFew('pubsub_clients') ? ['P'] : [])];
}
