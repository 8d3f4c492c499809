import {isClusterEnabled} from '../derive/deployment.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {percent} from '../text/units.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Share of the commands of a cluster from which one primary does nearly all of its work. */
const nearlyAll = 0.8;
/** Fewest primaries of a cluster, and fewest commands a second, that are compared. */
const [fewestPrimaries, fewestCommands] = [3, 1000];

const commandsOf = ({sample}: NodeRecord): number | undefined =>
	sample?.info.number('stats', 'instantaneous_ops_per_sec');

/**
What one busy primary of a cluster has that the others have not, and the step; undefined if the commands are spread over the
primaries. Slots are spread evenly by their names, so a few keys or one hash tag get the commands. Read only of a node that
is busy, because all nodes are compared.
*/
export function busiestShard({nodes, record}: NodeFacts): {readonly text: string; readonly step: NextStep} | undefined {
	if (record.role !== 'primary' || record.sample === undefined || !isClusterEnabled(record.sample.info)) {
		return undefined;
	}

	const primaries = [...nodes.values()].filter(({role, failure}) => role === 'primary' && failure === undefined);
	const counts = primaries.map(commandsOf);
	const own = commandsOf(record);
	if (own === undefined || counts.length < fewestPrimaries || counts.includes(undefined)) {
		return undefined;
	}

	const all = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
	return all < fewestCommands || own < nearlyAll * all
		? undefined
		: {
				text: `it gets ${percent(own / all)} of the commands of the cluster`,
				step: hint(
					'look for the key or hash tag that gets them (panel K): it is in one slot, so more primaries do not help; split it, or keep its value in the clients',
				),
			};
}
