import {percent} from '../text/units.js';
import {said} from './evidence.js';
import {machineMemory} from './memory-limit.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {advises, clear, fires, nodeRule} from './rule.js';

/**
No maxmemory: the kernel ends the process instead of the server refusing writes. Since 3.2.

- Advice as long as there is room: many a server is sized by its machine. A 32-bit build has a limit of its own.
*/
export const memUnset = nodeRule({
	id: 'mem.unset',
	appliesTo: facts => facts.number('server', 'arch_bits') !== 32,
	needs: {limit: field('memory', 'maxmemory'), resident: field('memory', 'used_memory_rss')},
	evaluate({limit, resident}, facts) {
		if (limit !== 0) {
			return clear;
		}

		const machine = machineMemory(facts);
		const share = machine === undefined ? 0 : resident / machine.bytes;
		const rest = {
			evidence: said(
				facts,
				['memory', 'maxmemory', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
				['memory', 'total_system_memory', 'bytes'],
			),
			meaning:
				'When memory runs out the kernel kills a process, most likely this one, instead of writes being refused.',
			next: [
				ask(facts, `CONFIG SET maxmemory ${Math.floor(((machine?.bytes ?? resident * 2) * 0.6) / 1024 ** 2)}mb`),
				words('choose maxmemory-policy first: noeviction refuses writes at the limit, allkeys-lru drops keys'),
			],
			action: 'set-maxmemory',
		} as const;
		return machine !== undefined && share > facts.threshold('mem.unset.warning')
			? fires('warning', `no maxmemory, and ${percent(share)} of ${machine.name} in use`, rest)
			: advises(facts, 'no maxmemory', {
					...rest,
					adviceCost: 'With a limit, writes are refused or keys evicted once it is reached: it has to be watched.',
				});
	},
});
