import {replicaBufferExcess} from '../derive/replica-buffers.js';
import type {Evaluation} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, percent} from '../text/units.js';
import {bufferLimitStep} from './client-memory.js';
import {clientName, clientText, otherClients, slowestReader} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {absent, infoNumber} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {defaultReplicaLimit, hasNoReplicaBufferLimit} from './replica-buffer-limit.js';
import {clear, fires, rule} from './rule.js';

export const memClients = rule({
	id: 'mem.clients',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the memory of client buffers (`mem_clients_normal`), as a share of `used_memory` and per connection (`connected_clients`).',
		since: '5.0',
		falsePositives: [
			"Client buffers are the larger part of a small server's memory. The rule needs 32 MB of client buffers to fire.",
		],
	},
	thresholds: {
		share: {value: 0.1, unit: 'share', source: 'of used memory; client buffers usually need a few percent'},
		each: {value: 200 * 1024, unit: 'bytes', source: 'MEMORY DOCTOR, per client'},
		bytes: {value: 32 * mebibyte, unit: 'bytes', source: 'less harms no server'},
	},
	raiseAfter: 3,
	needs: {
		buffers: infoNumber('memory', 'mem_clients_normal'),
		used: infoNumber('memory', 'used_memory'),
		clients: infoNumber('clients', 'connected_clients'),
	},
	evaluate({buffers, used, clients}, facts, limits) {
		const each = buffers / Math.max(1, clients);
		const isMuch = buffers > limits.bytes && (buffers > limits.share * used || each > limits.each);
		if (!isMuch) {
			return clear;
		}

		if (areQueries(facts)) {
			return queryBuffers(facts, buffers, buffers / used);
		}

		const reader = slowestReader(facts);
		const largest = reader?.outputBufferBytes ?? 0;
		return fires('warning', {
			problem:
				reader !== undefined && largest > buffers / 2
					? message`holds ${bytes(buffers)} in client buffers, most of it for ${clientName(reader)}`
					: `holds ${bytes(buffers)} in client buffers`,
			detail: `${percent(buffers / used)} of used memory`,
			briefProblems: [
				reader !== undefined && largest > buffers / 2
					? message`holds ${bytes(buffers)} in buffers for ${clientName(reader)}`
					: `holds ${bytes(buffers)} in buffers`,
			],
			effect: displacesKeys(facts, buffers) ? 'keys-evicted' : undefined,
			culprit: reader === undefined ? undefined : {client: clientName(reader)},
			evidence: [
				...(reader === undefined
					? []
					: [
							{name: 'largest output buffer', value: largest, unit: 'bytes' as const},
							{name: 'client', value: clientText(reader)},
						]),
				...infoEvidence(
					facts,
					['memory', 'mem_clients_normal', 'bytes'],
					['clients', 'connected_clients', 'count'],
					['clients', 'client_recent_max_output_buffer', 'bytes'],
					['clients', 'client_recent_max_input_buffer', 'bytes'],
				),
				{name: 'bytes a client', value: each, unit: 'bytes'},
			],
			meaning:
				'Client buffers count towards maxmemory. Keys are evicted or writes are refused for replies that nobody reads.',
			next: [
				...(reader !== undefined && largest > buffers / 2 ? [redisCli(facts, `CLIENT KILL ID ${reader.id}`)] : []),
				hint('panel 4, sorted by memory: which client reads too slowly, asks for too much at once, or runs MONITOR'),
				redisCli(facts, `CLIENT LIST TYPE ${reader?.flags.includes('P') === true ? 'pubsub' : 'normal'}`),
				redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
				bufferLimitStep(largest > buffers / 2 ? reader : undefined),
			],
			action: 'client-kill',
		});
	},
});

/**
Whether keys were evicted for client buffers: the buffers hold more than half of maxmemory, and the server evicted keys.
*/
const displacesKeys = (facts: NodeFacts, buffers: number): boolean =>
	buffers > (facts.number('memory', 'maxmemory') ?? 0) / 2 &&
	(facts.number('memory', 'maxmemory') ?? 0) > 0 &&
	(facts.number('stats', 'evicted_keys') ?? 0) > 0;

/**
Whether query buffers take more memory than output buffers. CLIENT LIST shows both sums. Without CLIENT LIST, the
largest buffers in INFO are compared.
*/
function areQueries(facts: NodeFacts): boolean {
	const clients = otherClients(facts);
	const total = (of: 'queryBufferBytes' | 'outputBufferBytes', field: string): number =>
		clients.length === 0
			? (facts.number('clients', field) ?? 0)
			: clients.reduce((sum, client) => sum + (client[of] ?? 0), 0);
	return (
		total('queryBufferBytes', 'client_recent_max_input_buffer') >
		total('outputBufferBytes', 'client_recent_max_output_buffer')
	);
}

function queryBuffers(facts: NodeFacts, buffers: number, share: number): Evaluation {
	const [largest] = otherClients(facts).toSorted(
		(one, other) => (other.queryBufferBytes ?? 0) - (one.queryBufferBytes ?? 0),
	);
	return fires('warning', {
		problem: `holds ${bytes(buffers)} in client buffers, most of it requests`,
		detail: `${percent(share)} of used memory`,
		culprit: largest === undefined ? undefined : {client: clientName(largest)},
		evidence: [
			...(largest === undefined
				? []
				: [
						{name: 'largest query buffer', value: largest.queryBufferBytes ?? 0, unit: 'bytes' as const},
						{name: 'client', value: clientText(largest)},
					]),
			...infoEvidence(
				facts,
				['memory', 'mem_clients_normal', 'bytes'],
				['clients', 'connected_clients', 'count'],
				['clients', 'client_recent_max_input_buffer', 'bytes'],
				['clients', 'client_recent_max_output_buffer', 'bytes'],
			),
		],
		meaning:
			'Query buffers count towards maxmemory. Clients send large values, long pipelines, or requests that they do not end.',
		next: [
			hint('panel 4, sorted by memory: which client sends so much'),
			redisCli(facts, 'CLIENT LIST TYPE normal'),
			redisCli(facts, 'CONFIG GET client-query-buffer-limit'),
			redisCli(facts, 'CONFIG GET maxmemory-clients'),
		],
		action: 'client-kill',
	});
}

export const memAofBuf = rule({
	id: 'mem.aof_buf',
	scope: 'node',
	docs: {
		looksAt: 'The rule reads how many bytes wait to be written to the append-only file: `mem_aof_buffer`.',
		since: '5.0',
		falsePositives: ['Before Redis 7.0 an AOF rewrite fills the buffer too. The next steps say so.'],
	},
	thresholds: {
		bytes: {
			value: 64 * mebibyte,
			unit: 'bytes',
			source: 'a healthy disk empties the buffer in every cycle of the event loop',
		},
	},
	raiseAfter: 3,
	needs: {buffer: infoNumber('memory', 'mem_aof_buffer')},
	evaluate: ({buffer}, facts, limits) =>
		buffer > limits.bytes
			? fires('warning', {
					problem: `has ${bytes(buffer)} not yet written to the append-only file`,
					effect: 'data-at-risk',
					evidence: infoEvidence(
						facts,
						['memory', 'mem_aof_buffer', 'bytes'],
						['persistence', 'aof_rewrite_in_progress'],
					),
					meaning: 'The disk is slower than the writes. A crash loses the data that waits.',
					next: [
						onHost('iostat -x 1 3'),
						hint('before Redis 7.0 a running AOF rewrite fills the buffer by itself: wait for its end'),
					],
				})
			: clear,
});

export const memReplBuf = rule({
	id: 'mem.repl_buf',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads how many bytes wait for replicas: `mem_total_replication_buffers` without `repl_backlog_size`; before 7.0, `mem_clients_slaves`.',
		since: '5.0',
		falsePositives: ['Since 7.0 the field includes the replication backlog. The rule subtracts the backlog.'],
	},
	thresholds: {
		bytes: {value: 10 * mebibyte, unit: 'bytes', source: 'MEMORY DOCTOR'},
	},
	raiseAfter: 3,
	needs: {
		buffers: {
			read: ({sample}) => sample && replicaBufferExcess(sample.info),
			missing: () => absent('INFO memory does not report replica output buffers (Redis 5.0 does)'),
		},
	},
	evaluate({buffers}, facts, limits) {
		if (buffers <= limits.bytes) {
			return clear;
		}

		const isEndless = hasNoReplicaBufferLimit(facts.setting('client-output-buffer-limit'));
		return fires('warning', {
			problem: `holds ${bytes(buffers)} in replica output buffers`,
			reason: isEndless ? 'client-output-buffer-limit replica is 0: no limit' : undefined,
			effect: 'reads-stale',
			evidence: infoEvidence(
				facts,
				['memory', 'mem_total_replication_buffers', 'bytes'],
				['memory', 'mem_clients_slaves', 'bytes'],
				['replication', 'repl_backlog_size', 'bytes'],
				['replication', 'connected_slaves', 'count'],
			),
			meaning: isEndless
				? 'A replica or its link is too slow. The buffer grows until it reads again, or until its link is closed (repl-timeout): the memory of the machine can run out.'
				: 'A replica or its link is too slow. At client-output-buffer-limit (256 MB by default) the server disconnects it, and a full resync follows.',
			next: [
				redisCli(facts, 'INFO replication'),
				hint('see which replica is behind: panel 3'),
				...(isEndless ? [redisCli(facts, defaultReplicaLimit)] : []),
			],
		});
	},
});

export const memoryBuffersRules = [memClients, memAofBuf, memReplBuf] as const;
