import type {Explanation} from './explanation.js';
import {concernsNodeOf, isBehindSilenced, isMostlyStopped} from './explanation-conditions.js';
import {behindSymptoms} from './symptoms.js';

/** Finds on the primary, for a cause on the replica that is behind. */
const behind = {where: 'primary', symptoms: behindSymptoms} as const;

/**
The rows of the table of causes and symptoms about what holds a replica back. A replica applies writes on its main thread. It
falls behind while one command fills that thread, and while its limit or its disk stops the thread.
*/
export const behindExplanations: readonly Explanation[] = [
	{...behind, cause: 'lat.command_hog', isSymptom: concernsNodeOf},
	{...behind, cause: 'lat.slowlog_new', isSymptom: isBehindSilenced},
	{
		...behind,
		cause: 'cpu.throttle',
		isCause: isMostlyStopped('nr_throttled / nr_periods'),
		isSymptom: concernsNodeOf,
	},
	{...behind, cause: 'os.disk', isSymptom: concernsNodeOf},
];
