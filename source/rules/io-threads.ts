import {keyValues} from '../parse/info-fields.js';
import {count} from '../text/units.js';
import {field, setting} from './needs.js';
import {words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, nodeRule} from './rule.js';

type Thread = {readonly name: string; readonly clients: number};

/** `io_thread_1:clients=5,reads=…`; the main thread, 0, has none of its own while there are others. Redis ≥ 8.0. */
const threadsOf = ({sample}: NodeFacts): Thread[] =>
	(sample?.info.numbered('threads', 'io_thread_') ?? []).flatMap(([name, text]) => {
		const clients = Number(keyValues(text).get('clients') ?? Number.NaN);
		return name === 'io_thread_0' || !Number.isFinite(clients) ? [] : [{name, clients}];
	});

/**
I/O threads that are of no use: configured (`io-threads` above 1) and never needed in a day, since 6.0; or with clients
that are spread unevenly, where the server says who has how many (Redis 8.0).

- They start under load alone before Redis 8: what counts is what they did in all the server's life, not now.
*/
export const ioThreads = nodeRule({
	id: 'io.threads',
	raiseAfter: 5,
	appliesTo: facts => !(Number(facts.setting('io-threads') ?? Number.NaN) <= 1),
	needs: {
		configured: setting('io-threads'),
		uptime: field('server', 'uptime_in_seconds'),
		reads: field('stats', 'io_threaded_reads_processed'),
		writes: field('stats', 'io_threaded_writes_processed'),
	},
	evaluate({configured, uptime, reads, writes}, facts) {
		if (uptime >= facts.threshold('io.threads.idle') && reads + writes === 0) {
			return advises(facts, `has ${configured} I/O threads and never needed them`, {
				evidence: [
					{name: 'io-threads', value: configured},
					{name: 'io_threaded_writes_processed', value: writes, unit: 'count'},
				],
				meaning: 'One thread was enough for all it had to read and write so far.',
				next: [words('io-threads 1 in the config file, or leave them for a load that is to come')],
				action: null,
				adviceCost: 'a restart: io-threads is read at the start',
			});
		}

		const threads = threadsOf(facts).toSorted((one, other) => other.clients - one.clients);
		const [most, least] = [threads[0], threads.at(-1)];
		const total = threads.reduce((sum, {clients}) => sum + clients, 0);
		const isSkewed =
			most !== undefined &&
			least !== undefined &&
			total >= facts.threshold('io.threads.clients') * threads.length &&
			most.clients > facts.threshold('io.threads.skew') * Math.max(1, least.clients);
		return isSkewed
			? fires(
					'info',
					`its I/O threads have from ${count(least.clients)} to ${count(most.clients)} clients: one works, others wait`,
					{
						evidence: threads.map(({name, clients}) => ({name, value: clients, unit: 'count'})),
						meaning: 'A client stays with the thread it was given; those on the full one wait for each other.',
						next: [words('reconnect the clients that have most to say, or let them come by smaller pools')],
						action: null,
					},
				)
			: clear;
	},
});
