import {hostFact} from './needs.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The kernel killed a Redis or Valkey process within the last day, for want of memory. Seen on this machine, where the kernel's
log may be read.

- It may have been another server of this machine: the finding says which process.
*/
export const osOomscore = nodeRule({
	id: 'os.oomscore',
	raiseAfter: 1,
	needs: {kills: hostFact(({oomKills}) => oomKills, "the kernel's OOM kills")},
	evaluate({kills}, facts) {
		const since = facts.nowMs - facts.threshold('os.oomscore.age') * 1000;
		const recent = kills.filter(({name, atMs}) => /redis|valkey/.test(name) && atMs !== undefined && atMs >= since);
		const [last] = recent;
		return last === undefined
			? clear
			: fires('critical', `the kernel killed ${last.name} (process ${last.processId ?? '-'}) for want of memory`, {
					evidence: recent.map(({line}, index) => ({name: `kernel log ${index + 1}`, value: line})),
					meaning: 'The machine ran out of memory, and will again unless something changes.',
					next: [
						onHost('journalctl -k -g "Out of memory|oom-kill" -n 20'),
						words('lower maxmemory, or move what else runs there'),
					],
					action: null,
				});
	},
});
