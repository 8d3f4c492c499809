import type {Explanation} from './explanation.js';
import {isForRoom, isOfPrimary} from './explanation-conditions.js';
import {linkSymptoms} from './symptoms.js';

/** Finds on the replicas, for a cause on their primary. */
const unlinked = {where: 'replicas', symptoms: linkSymptoms} as const;

/**
The rows of the table of causes and symptoms about what keeps a replica from its primary. A replica that connects again is a
client, too. It refuses a certificate of the primary that has expired.
*/
export const linkExplanations: readonly Explanation[] = [
	{...unlinked, cause: 'cli.max', isSymptom: isForRoom},
	{...unlinked, cause: 'cli.rejected', isSymptom: isForRoom},
	{...unlinked, cause: 'tls.expiry', isCause: ({effect}) => effect !== undefined, isSymptom: isOfPrimary},
];
