import {said} from './evidence.js';
import {field} from './needs.js';
import {ask} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** A replica takes writes of its own: `slave_read_only:0`. Since 2.8. They are lost with the next copy from its primary. */
export const repWritable = nodeRule({
	id: 'rep.writable',
	roles: ['replica'],
	needs: {isReadOnly: field('replication', 'slave_read_only')},
	evaluate: ({isReadOnly}, facts) =>
		isReadOnly === 0
			? fires('warning', 'a replica that takes writes', {
					evidence: said(facts, ['replication', 'slave_read_only']),
					meaning: 'What is written here is nowhere else, and goes with the next full copy.',
					next: [ask(facts, 'CONFIG SET replica-read-only yes')],
					action: null,
				})
			: clear,
});
