import type {AccessRefusal} from '../domain/access-log.js';
import type {Evidence} from '../domain/finding.js';
import type {NodeFacts} from './node-facts.js';

/** ACL LOG groups the refusals of a minute, seconds. Source: Redis acl.c, ACLLOG_GROUPING_MAX_TIME_DELTA. */
const groupedSeconds = 60;

/** Who was refused lately, redis-top's own requests left out; undefined where ACL LOG may not be read. */
export function refusalsLately(
	{record, nowMs}: NodeFacts,
	isWanted: (refusal: AccessRefusal) => boolean,
): readonly AccessRefusal[] | undefined {
	const log = record.accessLog;
	const sinceSeconds = log === undefined ? 0 : (nowMs - log.atMs) / 1000;
	return log?.value.filter(
		refusal =>
			isWanted(refusal) && refusal.clientName !== 'redis-top' && refusal.ageSeconds + sinceSeconds <= groupedSeconds,
	);
}

/** `user app: command set, from 10.0.1.7:51234`. Which key or channel it was stays in ACL LOG: it may be nobody's business. */
export const refusalEvidence = (refusals: readonly AccessRefusal[] = []): Evidence[] =>
	refusals.slice(0, 5).map(({user, lack, object, clientAddress}) => ({
		name: `user ${user}`,
		value: `${lack}${lack === 'command' ? ` ${object}` : ''}, from ${clientAddress ?? '-'}`,
	}));
