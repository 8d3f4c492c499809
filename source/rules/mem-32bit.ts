import {said} from './evidence.js';
import {field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** A 32-bit build ends at 4 GB, whatever the machine has: `arch_bits`. Since 2.4. */
export const mem32bit = nodeRule({
	id: 'mem.32bit',
	needs: {bits: field('server', 'arch_bits')},
	evaluate: ({bits}, facts) =>
		bits === 32
			? fires('warning', 'a 32-bit build: memory ends at 4 GB', {
					evidence: said(
						facts,
						['server', 'arch_bits'],
						['memory', 'used_memory', 'bytes'],
						['memory', 'maxmemory', 'bytes'],
					),
					meaning: 'Without a limit it sets 3 GB with noeviction for itself, and refuses writes there.',
					next: [words('install a 64-bit build')],
					action: null,
				})
			: clear,
});
