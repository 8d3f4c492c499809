import {bytes, percent} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {absent, infoNumber} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const memClients = rule({
	id: 'mem.clients',
	scope: 'node',
	docs: {
		looksAt: 'Buffers of clients take much of the memory: `mem_clients_normal`.',
		since: '5.0',
		falsePositives: ['A small server is mostly clients: not less than 32 MB.'],
	},
	raiseAfter: 3,
	needs: {
		buffers: infoNumber('memory', 'mem_clients_normal'),
		used: infoNumber('memory', 'used_memory'),
		clients: infoNumber('clients', 'connected_clients'),
	},
	evaluate({buffers, used, clients}, facts) {
		const each = buffers / Math.max(1, clients);
		const isMuch =
			buffers > facts.threshold('mem.clients.bytes') &&
			(buffers > facts.threshold('mem.clients.share') * used || each > facts.threshold('mem.clients.each'));
		if (!isMuch) {
			return clear;
		}

		return fires('warning', {
			problem: `clients' buffers take ${bytes(buffers)}, ${percent(buffers / used)} of used memory`,

			evidence: [
				...infoEvidence(
					facts,
					['memory', 'mem_clients_normal', 'bytes'],
					['clients', 'connected_clients', 'count'],
					['clients', 'client_recent_max_output_buffer', 'bytes'],
					['clients', 'client_recent_max_input_buffer', 'bytes'],
				),
				{name: 'bytes a client', value: each, unit: 'bytes'},
			],
			meaning: 'They count against maxmemory: keys are evicted or writes refused for replies that nobody reads.',
			next: [
				hint('panel 4, sorted by memory: who reads too slowly, asks too much at once, or runs MONITOR'),
				redisCli(facts, 'CLIENT LIST TYPE normal'),
				redisCli(facts, 'CONFIG GET client-output-buffer-limit'),
			],
			action: 'client-kill',
		});
	},
});

export const memAofBuf = rule({
	id: 'mem.aof_buf',
	scope: 'node',
	docs: {
		looksAt: 'Data waits to be written to the append-only file: `mem_aof_buffer`. Before 7.0 a rewrite fills it, too.',
		since: '5.0',
		falsePositives: [],
	},
	raiseAfter: 3,
	needs: {buffer: infoNumber('memory', 'mem_aof_buffer')},
	evaluate: ({buffer}, facts) =>
		buffer > facts.threshold('mem.aof_buf.bytes')
			? fires('warning', {
					problem: `${bytes(buffer)} wait to be written to the append-only file`,

					evidence: infoEvidence(
						facts,
						['memory', 'mem_aof_buffer', 'bytes'],
						['persistence', 'aof_rewrite_in_progress'],
					),
					meaning: 'The disk takes less than is written; a crash loses as much.',
					next: [onHost('iostat -x 1 3'), hint('a rewrite before Redis 7.0 fills it by itself: wait for its end')],
				})
			: clear,
});

/** What replicas hold beyond the backlog, which they share from 7.0 on; before, their own buffers. */
function replicaBuffers(facts: NodeFacts): number | undefined {
	const total = facts.number('memory', 'mem_total_replication_buffers');
	const backlog = facts.number('replication', 'repl_backlog_size');
	return total !== undefined && backlog !== undefined
		? Math.max(0, total - backlog)
		: facts.number('memory', 'mem_clients_slaves');
}

export const memReplBuf = rule({
	id: 'mem.repl_buf',
	scope: 'node',
	docs: {
		looksAt: "Data waits for replicas that don't take it as fast as it is written.",
		since: '5.0',
		falsePositives: [],
	},
	raiseAfter: 3,
	needs: {
		buffers: {
			read: replicaBuffers,
			missing: () => absent('INFO memory does not say what replicas hold (Redis 5.0 does)'),
		},
	},
	evaluate: ({buffers}, facts) =>
		buffers > facts.threshold('mem.repl_buf.bytes')
			? fires('warning', {
					problem: `${bytes(buffers)} wait for replicas`,

					evidence: infoEvidence(
						facts,
						['memory', 'mem_total_replication_buffers', 'bytes'],
						['memory', 'mem_clients_slaves', 'bytes'],
						['replication', 'repl_backlog_size', 'bytes'],
						['replication', 'connected_slaves', 'count'],
					),
					meaning:
						'A replica is too slow or its link is. At the limit (256 MB) it is cut off and begins anew with a full copy.',
					next: [redisCli(facts, 'INFO replication'), hint('see which replica is behind: panel 3')],
				})
			: clear,
});

export const memoryBuffersRules = [memClients, memAofBuf, memReplBuf] as const;
