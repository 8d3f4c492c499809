import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {absent} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** What replicas hold beyond the backlog, which they share from 7.0 on; before, their own buffers. */
function replicaBuffers(facts: NodeFacts): number | undefined {
	const total = facts.number('memory', 'mem_total_replication_buffers');
	const backlog = facts.number('replication', 'repl_backlog_size');
	return total !== undefined && backlog !== undefined
		? Math.max(0, total - backlog)
		: facts.number('memory', 'mem_clients_slaves');
}

/** Data waits for replicas that don't take it as fast as it is written. Since 5.0. */
export const memReplBuf = nodeRule({
	id: 'mem.repl_buf',
	raiseAfter: 3,
	needs: {
		buffers: {
			read: replicaBuffers,
			missing: () => absent('INFO memory does not say what replicas hold (Redis 5.0 does)'),
		},
	},
	evaluate: ({buffers}, facts) =>
		buffers > facts.threshold('mem.repl_buf.bytes')
			? fires('warning', `${bytes(buffers)} wait for replicas`, {
					evidence: said(
						facts,
						['memory', 'mem_total_replication_buffers', 'bytes'],
						['memory', 'mem_clients_slaves', 'bytes'],
						['replication', 'repl_backlog_size', 'bytes'],
						['replication', 'connected_slaves', 'count'],
					),
					meaning:
						'A replica is too slow or its link is. At the limit (256 MB) it is cut off and begins anew with a full copy.',
					next: [ask(facts, 'INFO replication'), words('see which replica is behind: panel 3')],
					action: null,
				})
			: clear,
});
