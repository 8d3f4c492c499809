import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field, kernelFact} from './needs.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A save may not find the memory it needs. Since 4.0; only where the server runs on this machine.

- With `vm.overcommit_memory` 0 the kernel may refuse a fork of a process larger than what is free; with 1 it never does.
- What a fork copies is taken from the last one, at least a fifth.
*/
export const memForkRoom = nodeRule({
	id: 'mem.fork_room',
	needs: {
		resident: field('memory', 'used_memory_rss'),
		available: kernelFact(kernel => kernel.availableMemoryBytes, 'memory of the machine'),
		overcommit: kernelFact(kernel => kernel.overcommitMemory, 'vm.overcommit_memory'),
	},
	evaluate({resident, available, overcommit}, facts) {
		const lastCopy = Math.max(
			facts.number('persistence', 'rdb_last_cow_size') ?? 0,
			facts.number('persistence', 'aof_last_cow_size') ?? 0,
		);
		const copies = Math.max(lastCopy, resident * facts.threshold('mem.fork_room.cow'));
		const isRefused = overcommit !== 1 && resident > available;
		if (!isRefused && copies <= available) {
			return clear;
		}

		return fires(
			'warning',
			isRefused
				? `a fork may be refused: ${bytes(resident)} resident, ${bytes(available)} free`
				: `a save needs about ${bytes(copies)} for its copies, ${bytes(available)} are free`,
			{
				evidence: [
					...said(facts, ['memory', 'used_memory_rss', 'bytes'], ['persistence', 'rdb_last_cow_size', 'bytes']),
					{name: 'available memory', value: available, unit: 'bytes'},
					{name: 'vm.overcommit_memory', value: overcommit},
				],
				meaning:
					'The next BGSAVE or AOF rewrite fails ("fork: Cannot allocate memory"), or the kernel kills a process.',
				next: [onHost('sysctl vm.overcommit_memory=1'), words('free memory, or save at a time of few writes')],
				action: null,
			},
		);
	},
});
