import type {Effect, Firing, NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {hint} from './next-steps.js';

const retried = 'see in the logs of the clients whether they sent again what failed';

/** What to look at after users felt an effect, now that it is over. */
const checks: Readonly<Record<Effect, string>> = {
	unreachable: 'see whether all clients have connected again, and in its log why it was away',
	'not-responding': 'see whether all clients have connected again, and what held it: slow log, LATENCY LATEST, its log',
	'slots-unserved': retried,
	'writes-refused': retried,
	'reads-refused': retried,
	'writes-paused': 'see whether clients gave up on writes that waited too long',
	'connections-refused': 'see whether all clients have connected again',
	'data-lost': 'compare the data with a backup or with what its clients know',
	'reads-stale': 'see whether a reader acted on old data meanwhile',
	'keys-evicted': 'see whether the hit rate is back, and how the store behind the cache fares',
	slow: 'see in the slow log and LATENCY LATEST what took long',
	'failover-impossible': 'see whether each primary has a replica online again',
	'data-at-risk': 'see whether a save has succeeded since: rdb_last_bgsave_status, aof_last_bgrewrite_status',
};

/**
The steps after a finding has ended: what to look at, and what helps if it comes back. The steps of an active finding
would have operators repair what is no longer broken.
*/
export function stepsAfterFinding({effect, next}: Pick<Firing, 'effect' | 'next'>): readonly NextStep[] {
	const remedy = next.find(({kind}) => kind === 'words');
	return [
		hint(effect === undefined ? 'see whether it stays away' : checks[effect]),
		...(remedy === undefined ? [] : [hint(message`if it comes back: ${remedy.text}`)]),
	];
}
