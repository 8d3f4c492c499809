import {bytes, percent} from '../text/units.js';
import {said} from './evidence.js';
import {hostFact} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The container or unit is near its memory limit: at it, the kernel kills the server. Seen where it runs on this machine.

- A group without a limit can't be near it.
- The page cache counts in part and gives way: only from 90 % on.
*/
export const osCgroup = nodeRule({
	id: 'os.cgroup',
	needs: {
		group: hostFact(
			({cgroup}) => (cgroup?.usedBytes === undefined ? undefined : {...cgroup, usedBytes: cgroup.usedBytes}),
			"the process' control group",
		),
	},
	evaluate({group: {limitBytes: limit, usedBytes: used}}, facts) {
		return limit === undefined || used / limit < facts.threshold('os.cgroup.critical')
			? clear
			: fires('critical', `its control group uses ${percent(used / limit)} of its memory limit (${bytes(limit)})`, {
					evidence: [
						{name: 'memory.current', value: used, unit: 'bytes'},
						{name: 'memory.max', value: limit, unit: 'bytes'},
						...said(facts, ['memory', 'used_memory_rss', 'bytes'], ['memory', 'maxmemory', 'bytes']),
					],
					meaning: 'At the limit the kernel kills the server; what was not saved is lost.',
					next: [words('raise the limit, or set maxmemory to leave room for buffers and the copy of a save')],
					action: null,
				});
	},
});
