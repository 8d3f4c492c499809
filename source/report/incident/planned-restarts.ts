import type {NodeAddress} from '../../domain/node.js';
import {type DoneAction, stepsOf, wasSent} from './done-actions.js';
import {afterEndMs, isDisruptive} from './endings.js';
import {type Episode, nodesIn} from './episodes.js';
import type {Family} from './families.js';

/**
Time after the last line of a restart in the audit log, in milliseconds. A condition that the restart brought about ends
within this time, because links of replicas and the views of other nodes follow a moment later.
*/
const afterRestartMs = 60_000;

/** Matches the rules about conditions that a restart itself brings about, such as refused connections. */
const ownRules = /^(?:conn|rep|clu|srv|sen)\./;

/** For each family that a restart through redis-top brought about: the restart. A `Family` is a cause and what followed. */
export function plannedRestarts(
	families: readonly Family[],
	actions: readonly DoneAction[],
): ReadonlyMap<Family, DoneAction> {
	const restarts = actions
		.filter(({isRestart, state}) => isRestart && state === 'verified')
		.map(restart => ({restart, steps: stepsOf(restart, actions).filter(wasSent)}));
	return new Map(
		families.flatMap(family => {
			const found = restarts.find(({restart, steps}) => isEffectOf(family, restart, steps));
			return found === undefined ? [] : [[family, found.restart] as const];
		}),
	);
}

/**
Whether a restart brought a family about: it began after the restart took the node from its users, is about a node of the
restart, and ended with it.
*/
function isEffectOf({cause, preceded, followed}: Family, restart: DoneAction, steps: readonly DoneAction[]): boolean {
	const first = steps.find(isDisruptive);
	const nodes = new Set<NodeAddress>([restart.target, ...steps.map(({target}) => target)]);
	const isOwn = ({beganMs, endedMs, finding}: Episode) =>
		first !== undefined &&
		beganMs >= first.atMs - afterEndMs &&
		beganMs <= restart.lastMs + afterEndMs &&
		ownRules.test(finding.rule) &&
		// A finding that tells of a moment stays listed for long after the moment.
		(finding.tells === 'moment' || (endedMs !== undefined && endedMs <= restart.lastMs + afterRestartMs));
	return nodesIn([cause]).some(node => nodes.has(node)) && [cause, ...preceded, ...followed].every(isOwn);
}
