import type {ProcessorQuota} from '../domain/control-group.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {NodeFacts} from './node-facts.js';

/** The processor quota of a server's control group, if the server runs on this machine. */
const quotaIn = (evidence: HostEvidence | undefined): ProcessorQuota | undefined =>
	evidence?.kind === 'here' ? evidence.cgroup?.processorQuota : undefined;

/**
Fewest scheduler periods since the control group was created for which a share is computed. A period usually has 100 ms,
so 20 periods are two seconds.
*/
const fewestPeriods = 20;
/** Fewest scheduler periods between two readings for which a share is computed: most of a second. */
const fewestBetween = 8;

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

	// After a comparable reading, the time before it does not count. It would make the present share smaller or larger.
	const start =
		before !== undefined && before.cores === after.cores && after.periods >= before.periods ? before : undefined;
	const periods = after.periods - (start?.periods ?? 0);
	const throttled = after.throttled - (start?.throttled ?? 0);
	const fewest = start === undefined ? fewestPeriods : fewestBetween;
	return {cores: after.cores, share: periods < fewest ? 0 : Math.min(1, throttled / periods)};
}
