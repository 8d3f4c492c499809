import {bytes, percent} from '../text/units.js';
import {said} from './evidence.js';
import {absent} from './needs.js';
import {words} from './next-steps.js';
import {replicaBufferLimit} from './rep-obuf.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A replica that copies over two channels holds back much of what is written meanwhile: `replicas_repl_buffer_size` (Valkey
≥ 8.0), `replica_full_sync_buffer_size` (Redis ≥ 8.0), against the limit for replicas.
*/
export const repDualchannel = nodeRule({
	id: 'rep.dualchannel',
	roles: ['replica'],
	needs: {
		held: {
			read: facts =>
				facts.number('replication', 'replicas_repl_buffer_size') ??
				facts.number('replication', 'replica_full_sync_buffer_size'),
			missing: () => absent('INFO replication does not say replicas_repl_buffer_size (Valkey 8.0, Redis 8.0)'),
		},
	},
	evaluate({held}, facts) {
		const limit = replicaBufferLimit(facts.setting('client-output-buffer-limit'));
		if (limit === 0 || held <= facts.threshold('rep.obuf.share') * limit) {
			return clear;
		}

		return fires('warning', `holds ${bytes(held)} of writes while it copies, ${percent(held / limit)} of the limit`, {
			evidence: [
				...said(
					facts,
					['replication', 'replicas_repl_buffer_size', 'bytes'],
					['replication', 'replica_full_sync_buffer_size', 'bytes'],
				),
				{name: 'client-output-buffer-limit replica', value: limit, unit: 'bytes'},
			],
			meaning: 'At the limit the rest waits at the primary, and then the copy begins anew.',
			next: [words('slow the writer down until the copy is done, or raise the limit for replicas')],
			action: null,
		});
	},
});
