import {kernelFact} from './needs.js';
import {onHost} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
`vm.overcommit_memory` is not 1: a fork may be refused although memory is there. The server warns of it when it starts.

- Small data sets never meet it: advice. A save that failed for it has a rule of its own.
*/
export const osOvercommit = nodeRule({
	id: 'os.overcommit',
	needs: {mode: kernelFact(kernel => kernel.overcommitMemory, 'vm.overcommit_memory')},
	evaluate({mode}, facts) {
		return mode === 1
			? clear
			: advises(facts, `vm.overcommit_memory is ${mode}: a save may fail for want of memory that is there`, {
					evidence: [{name: 'vm.overcommit_memory', value: mode}],
					meaning:
						'The kernel may refuse to fork a process that takes more than half of memory, though the copy shares it.',
					next: [onHost('sudo sysctl vm.overcommit_memory=1')],
					action: null,
					adviceCost: 'a machine that runs out of memory kills a process instead of refusing an allocation',
				});
	},
});
