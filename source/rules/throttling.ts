import type {ProcessorQuota} from '../domain/control-group.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {NodeFacts} from './node-facts.js';

/** The processor quota of a server's control group, if the server runs on this machine. */
const quotaIn = (evidence: HostEvidence | undefined): ProcessorQuota | undefined =>
	evidence?.kind === 'here' ? evidence.cgroup?.processorQuota : undefined;

/**
Fewest scheduler periods for which a share is computed. A period usually has 100 ms, so 20 periods are two seconds.
*/
const fewestPeriods = 20;

/** The limit of a control group, in processors, and the share of its periods in which it stood still, 0–1. */
export type Throttling = {readonly cores: number; readonly share: number};

/**
How the processor limit of its control group held the server between the last two readings of the machine. Without a
comparable earlier reading, all periods since the control group was created count. The share is 0 without a limit, and
for too few periods.
*/
export function throttling({record}: NodeFacts): Throttling {
	const [before, after] = [quotaIn(record.hostBefore?.value), quotaIn(record.host?.value)];
	if (after === undefined) {
		return {cores: 0, share: 0};
	}

	const isSame =
		before !== undefined && before.cores === after.cores && after.periods - before.periods >= fewestPeriods;
	const periods = after.periods - (isSame ? before.periods : 0);
	const throttled = after.throttled - (isSame ? before.throttled : 0);
	return {cores: after.cores, share: periods < fewestPeriods ? 0 : Math.min(1, throttled / periods)};
}
