import type {InfoReply} from '../domain/info-reply.js';
import type {NodeSample} from '../domain/sample.js';
import {sampleRate} from './node-values.js';

/** Rates of counters that only newer servers have. Each is undefined where the server does not count. */
export type NewerRates = {
	/** Commands a second that took longer than `slowlog-log-slower-than` (Redis 8.8). */
	readonly slowCommands: number | undefined;
	/** Their share of the time, 1 is all of it. */
	readonly slowShare: number | undefined;
	/** Fields of hashes a second that expired (Redis 7.4, Valkey 9.0). */
	readonly expiredFields: number | undefined;
	/** Commands of one read of a client, on average: 1 is no pipelining (Redis 8.8). */
	readonly commandsPerRead: number | undefined;
};

const slowCount = (info: InfoReply) => info.number('stats', 'slowlog_commands_count');
const slowMs = (info: InfoReply) => info.number('stats', 'slowlog_commands_time_ms_sum');
/** The number of hash fields that expired; Redis and Valkey name it differently. */
export const expiredFieldCount = (info: InfoReply): number | undefined =>
	info.number('stats', 'expired_subkeys') ?? info.number('stats', 'expired_fields');
const parsedCommands = (info: InfoReply) => info.number('stats', 'commands_per_parse_batch_sum');
const parses = (info: InfoReply) => info.number('stats', 'commands_per_parse_batch_cnt');

/**
The rates between two samples; undefined where the server counts none of them, so that most nodes keep nothing. The names
of 8.8 are those of its documentation (redis#14896), of which no release was there to try.
*/
export function newerRates(earlier: NodeSample | undefined, later: NodeSample): NewerRates | undefined {
	if ([slowCount, expiredFieldCount, parses].every(read => read(later.info) === undefined)) {
		return undefined;
	}

	const rate = (read: (info: InfoReply) => number | undefined) => sampleRate(earlier, later, read);
	const [slow, batches, commands] = [rate(slowMs), rate(parses), rate(parsedCommands)];
	return {
		slowCommands: rate(slowCount),
		slowShare: slow === undefined ? undefined : slow / 1000,
		expiredFields: rate(expiredFieldCount),
		commandsPerRead: batches === undefined || commands === undefined || batches === 0 ? undefined : commands / batches,
	};
}
