import type {InfoReply} from '../domain/info-reply.js';
import type {NodeSample} from '../domain/sample.js';
import {sampleRate} from './node-values.js';

/** Rates of counters that only newer servers have. A rate is undefined when the server lacks the counter. */
export type NewerRates = {
	/** Commands a second that took longer than `slowlog-log-slower-than` (Redis 8.8). */
	readonly slowCommands: number | undefined;
	/** The share of time spent in these slow commands; 1 is all of the time. */
	readonly slowShare: number | undefined;
	/** Hash fields that expired, per second (Redis 7.4, Valkey 9.0). */
	readonly expiredFields: number | undefined;
	/** Mean number of commands in one read from a client: 1 means no pipelining (Redis 8.8). */
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
The rates between two samples. To save memory, the result is undefined when the server has none of these counters. The
names of the Redis 8.8 fields come from its documentation (redis#14896). They were not tested with a release, because
there was none yet.
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
