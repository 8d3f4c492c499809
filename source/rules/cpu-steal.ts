import type {HostEvidence, ProcessorTime} from '../domain/host-evidence.js';
import {percent} from '../text/units.js';
import {kernelFact, pending} from './needs.js';
import {onHost, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

const timeIn = (evidence: HostEvidence | undefined): ProcessorTime | undefined =>
	evidence?.kind === 'here' ? evidence.kernel.processorTime : undefined;

const now = kernelFact(({processorTime}) => processorTime);

/** Of the time between two looks at the machine, what its host gave to others; undefined while there are no two. */
function stolenShare({record}: NodeFacts): number | undefined {
	const [before, after] = [timeIn(record.hostBefore?.value), timeIn(record.host?.value)];
	const passed = before === undefined || after === undefined ? 0 : after.total - before.total;
	const stolen = before === undefined || after === undefined ? 0 : after.stolen - before.stolen;
	return passed <= 0 || stolen < 0 ? undefined : stolen / passed;
}

/**
The machine that this virtual one runs on gives its processor to others: steal in /proc/stat, more than 5 % for two looks
or more. Seen on this machine, where the server runs on it.
*/
export const cpuSteal = nodeRule({
	id: 'cpu.steal',
	raiseAfterMs: 20_000,
	needs: {
		share: {
			read: stolenShare,
			missing: (facts: NodeFacts) =>
				now.read(facts) === undefined ? now.missing(facts) : pending('needs two looks at the machine'),
		},
	},
	evaluate({share}, facts) {
		return share <= facts.threshold('cpu.steal.share')
			? clear
			: fires('warning', `the host takes ${percent(share)} of this machine's processor time`, {
					evidence: [{name: 'steal', value: share, unit: 'share'}],
					meaning: 'Commands take longer by what the server waits for its turn; nothing in Redis can help that.',
					next: [
						onHost('vmstat 1 5   # column st'),
						onHost('redis-cli --intrinsic-latency 10   # what the machine itself adds'),
						words('move it to a host with less neighbours, or a plan with a processor of its own'),
					],
					action: null,
				});
	},
});
