import {bytes, percent} from '../text/units.js';
import {said} from './evidence.js';
import {machineMemory} from './memory-limit.js';
import {field} from './needs.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The server holds most of its machine's memory. Since 3.2.

- In a container `total_system_memory` is the machine's: the container's limit counts where it can be seen.
*/
export const memSystem = nodeRule({
	id: 'mem.system',
	needs: {resident: field('memory', 'used_memory_rss'), total: field('memory', 'total_system_memory')},
	evaluate({resident}, facts) {
		const machine = machineMemory(facts);
		const share = machine === undefined ? 0 : resident / machine.bytes;
		if (machine === undefined || share < facts.threshold('mem.system.warning')) {
			return clear;
		}

		return fires(
			share >= facts.threshold('mem.system.critical') ? 'critical' : 'warning',
			`holds ${percent(share)} of ${machine.name} (${bytes(machine.bytes)})`,
			{
				evidence: [
					...said(facts, ['memory', 'used_memory_rss', 'bytes'], ['memory', 'total_system_memory', 'bytes']),
					{name: 'limit', value: machine.bytes, unit: 'bytes'},
				],
				meaning: 'The kernel is about to kill a process for want of memory, and a save has no room for its copies.',
				next: [
					onHost('free -m; ps aux --sort=-rss | head'),
					words('lower maxmemory, move data, or give the machine more'),
				],
				action: 'set-maxmemory',
			},
		);
	},
});
