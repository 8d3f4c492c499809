import type {HostEvidence, ProcessorTime} from '../domain/host-evidence.js';
import {keyValues} from '../parse/info-fields.js';
import {bytesPerSecond, count, percent} from '../text/units.js';
import {infoNumber, kernelFact, pending, rate, setting} from './needs.js';
import {hint, onHost} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

export const cpuMain = rule({
	id: 'cpu.main',
	scope: 'node',
	docs: {
		looksAt:
			'The main thread is busy: `used_cpu_*_main_thread`, a second a second is one core. Since 6.2; before, of the whole process.',
		since: 'any',
		falsePositives: [
			'With I/O threads a main thread may wait busily: Valkey 9.1 tells its active time, which is taken then.',
		],
	},
	needs: {user: rate('cpu', 'used_cpu_user'), system: rate('cpu', 'used_cpu_sys')},
	raiseAfter: 3,
	evaluate({user, system}, facts) {
		const main =
			(facts.perSecond('cpu', 'used_cpu_user_main_thread') ?? Number.NaN) +
			(facts.perSecond('cpu', 'used_cpu_sys_main_thread') ?? 0);
		const active = facts.perSecond('cpu', 'used_active_time_main_thread');
		const share = active ?? (Number.isNaN(main) ? user + system : main);
		if (share < facts.threshold('cpu.main.warning')) {
			return clear;
		}

		return fires(share >= facts.threshold('cpu.main.critical') ? 'critical' : 'warning', {
			problem: `the main thread is ${percent(Math.min(1, share))} busy`,

			evidence: [{name: 'main thread', value: share, unit: 'share'}],
			meaning: 'Commands run on one thread: it is the ceiling, and everything queues behind it.',
			next: [
				hint('see which commands take the time: panel 5'),
				hint('read from replicas, or spread the keys over more primaries'),
			],
		});
	},
});

const timeIn = (evidence: HostEvidence | undefined): ProcessorTime | undefined =>
	evidence?.kind === 'here' ? evidence.kernel.processorTime : undefined;

const now = kernelFact(({processorTime}) => processorTime);

/** Of the time between two looks at the machine, what its host gave to others; undefined while there are no two. */
function stolenShare({record}: NodeFacts): number | undefined {
	const [before, after] = [timeIn(record.hostBefore?.value), timeIn(record.host?.value)];
	const passed = before === undefined || after === undefined ? 0 : after.total - before.total;
	const stolen = before === undefined || after === undefined ? 0 : after.stolen - before.stolen;
	return passed <= 0 || stolen < 0 ? undefined : stolen / passed;
}

export const cpuSteal = rule({
	id: 'cpu.steal',
	scope: 'node',
	docs: {
		looksAt:
			'The machine that this virtual one runs on gives its processor to others: steal in /proc/stat, more than 5 % for two looks or more. Seen on this machine, where the server runs on it.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfterMs: 20_000,
	needs: {
		share: {
			read: stolenShare,
			missing: (facts: NodeFacts) =>
				now.read(facts) === undefined ? now.missing(facts) : pending('needs two looks at the machine'),
		},
	},
	evaluate({share}, facts) {
		return share <= facts.threshold('cpu.steal.share')
			? clear
			: fires('warning', {
					problem: `the host takes ${percent(share)} of this machine's processor time`,

					evidence: [{name: 'steal', value: share, unit: 'share'}],
					meaning: 'Commands take longer by what the server waits for its turn; nothing in Redis can help that.',
					next: [
						onHost('vmstat 1 5   # column st'),
						onHost('redis-cli --intrinsic-latency 10   # what the machine itself adds'),
						hint('move it to a host with less neighbours, or a plan with a processor of its own'),
					],
				});
	},
});

type Thread = {readonly name: string; readonly clients: number};

/** `io_thread_1:clients=5,reads=…`; the main thread, 0, has none of its own while there are others. Redis ≥ 8.0. */
const threadsOf = ({sample}: NodeFacts): Thread[] =>
	(sample?.info.numbered('threads', 'io_thread_') ?? []).flatMap(([name, text]) => {
		const clients = Number(keyValues(text).get('clients') ?? Number.NaN);
		return name === 'io_thread_0' || !Number.isFinite(clients) ? [] : [{name, clients}];
	});

export const ioThreads = rule({
	id: 'io.threads',
	scope: 'node',
	docs: {
		looksAt:
			'I/O threads that are of no use: configured (`io-threads` above 1) and never needed in a day, since 6.0; or with clients that are spread unevenly, where the server says who has how many (Redis 8.0).',
		since: 'any',
		falsePositives: [
			"They start under load alone before Redis 8: what counts is what they did in all the server's life, not now.",
		],
	},
	raiseAfter: 5,
	appliesTo: facts => !(Number(facts.setting('io-threads') ?? Number.NaN) <= 1),
	needs: {
		configured: setting('io-threads'),
		uptime: infoNumber('server', 'uptime_in_seconds'),
		reads: infoNumber('stats', 'io_threaded_reads_processed'),
		writes: infoNumber('stats', 'io_threaded_writes_processed'),
	},
	evaluate({configured, uptime, reads, writes}, facts) {
		if (uptime >= facts.threshold('io.threads.idle') && reads + writes === 0) {
			return advises(facts, {
				problem: `has ${configured} I/O threads and never needed them`,

				evidence: [
					{name: 'io-threads', value: configured},
					{name: 'io_threaded_writes_processed', value: writes, unit: 'count'},
				],
				meaning: 'One thread was enough for all it had to read and write so far.',
				next: [hint('io-threads 1 in the config file, or leave them for a load that is to come')],
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
			? fires('info', {
					problem: `its I/O threads have from ${count(least.clients)} to ${count(most.clients)} clients: one works, others wait`,

					evidence: threads.map(({name, clients}) => ({name, value: clients, unit: 'count'})),
					meaning: 'A client stays with the thread it was given; those on the full one wait for each other.',
					next: [hint('reconnect the clients that have most to say, or let them come by smaller pools')],
				})
			: clear;
	},
});

export const netBw = rule({
	id: 'net.bw',
	scope: 'node',
	docs: {
		looksAt:
			'The node sends or receives nearly as much as its line or plan allows. Nobody but its owner knows how much that is: off until `net.bw.limit` is set, for one direction.',
		since: 'any',
		falsePositives: [],
	},
	raiseAfter: 3,
	appliesTo: facts => facts.threshold('net.bw.limit') > 0,
	needs: {sent: rate('stats', 'total_net_output_bytes'), received: rate('stats', 'total_net_input_bytes')},
	evaluate({sent, received}, facts) {
		const limit = facts.threshold('net.bw.limit');
		const [most, direction] = sent >= received ? [sent, 'sends'] : [received, 'receives'];
		return most / limit < facts.threshold('net.bw.share')
			? clear
			: fires('warning', {
					problem: `${direction} ${bytesPerSecond(most)}, ${percent(most / limit)} of what its line carries`,

					evidence: [
						{name: 'sent', value: sent, unit: 'bytesPerSecond'},
						{name: 'received', value: received, unit: 'bytesPerSecond'},
						{name: 'net.bw.limit', value: limit, unit: 'bytes'},
					],
					meaning: 'Past it replies wait in output buffers, replicas fall behind and round trips grow.',
					next: [
						hint('find large replies and values: panels 5 and 6'),
						hint('read from replicas, shard, or take a larger line'),
					],
				});
	},
});

export const cpuNetworkRules = [cpuMain, cpuSteal, ioThreads, netBw] as const;
