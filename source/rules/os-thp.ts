import {bytes} from '../text/units.js';
import {kernelFact} from './needs.js';
import {onHost} from './next-steps.js';
import {advises, clear, fires, nodeRule} from './rule.js';

/**
Transparent huge pages are on for everything. Seen where the server runs on this machine.

- Redis switches them off for itself since 6.2 (`disable-thp yes`): where the kernel says so it is clear. `madvise` is fine.
*/
export const osThp = nodeRule({
	id: 'os.thp',
	needs: {mode: kernelFact(kernel => kernel.transparentHugePages)},
	evaluate({mode}, facts) {
		const evidence = facts.record.host?.value;
		const process = evidence?.kind === 'here' ? evidence.process : undefined;
		if (mode !== 'always' || process?.usesHugePages === false) {
			return clear;
		}

		const rest = {
			evidence: [
				{name: 'transparent_hugepage', value: mode},
				...(process?.hugePageBytes === undefined
					? []
					: [{name: 'AnonHugePages', value: process.hugePageBytes, unit: 'bytes' as const}]),
			],
			meaning:
				'After a fork each change copies two megabytes instead of four kilobytes: latency and memory jump during saves.',
			next: [onHost('echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled')],
			action: null,
		};
		return (process?.hugePageBytes ?? 0) > 0
			? fires('warning', `has ${bytes(process?.hugePageBytes)} in transparent huge pages`, rest)
			: advises(facts, 'transparent huge pages are on', {
					...rest,
					adviceCost: 'other programs that gain by them: madvise leaves them the choice',
				});
	},
});
