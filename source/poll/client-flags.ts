import type {InfoReply} from '../domain/info-reply.js';

/** Most clients with a flag that are listed: more of them would stall the server as the whole list does. */
export const mostFlagged = 500;

/**
The flags of clients that are worth a look without the whole list, by the counts of INFO: `O` runs MONITOR, `b` is blocked,
`P` is subscribed. INFO does not count the first kind; there are hardly ever many.
*/
export function askedClientFlags(info: InfoReply): readonly string[] {
	const isAFew = (field: string) => {
		const count = info.number('clients', field) ?? 0;
		return count > 0 && count <= mostFlagged;
	};
	return ['O', ...(isAFew('blocked_clients') ? ['b'] : []), ...(isAFew('pubsub_clients') ? ['P'] : [])];
}
