import {countText, rangesText} from '../../cluster/verdict-text.js';
import type {NodeRole} from '../../domain/node.js';
import type {Shard} from '../../domain/topology.js';
import {bytes, seconds} from '../../text/units.js';
import {canElect, type Electors} from '../../topology/electors.js';
import type {ImaginedFailure} from '../../topology/imagined-failures.js';
import type {Loss, LostPrimary, LostReplicas} from '../../topology/shard-outcome.js';
import type {WhatIf} from '../../topology/what-if.js';

/**
Texts about the consequences of a failure: short ones for the list, and sentences for the details and below the list.
*/

/** The failure and the nodes that fail as text: `primary 10.0.1.11:6379`, `host 10.0.1.11, 3 nodes`. */
export function failureText({failure: {kind, name, nodes}}: WhatIf): string {
	return kind === 'node'
		? `${roleText(nodes[0]?.role)} ${name}`
		: `${kind} ${name}, ${countText(nodes.length, 'node')}`;
}

const roleText = (role: NodeRole | undefined): string => (role === undefined || role === 'unknown' ? 'node' : role);

/**
The consequence of a failure, short enough for the list. If no replica takes over, the text says so first, with the
reason.
*/
export function outcomeText(whatIf: WhatIf): string {
	const {primaries, replicas, unwatched} = whatIf;
	const [refusing] = replicas.filter(({refused}) => refused !== undefined);
	if (primaries.length > 0) {
		return takeoverText(primaries, whatIf);
	}

	if (refusing !== undefined) {
		return refusalText(refusing);
	}

	const [{electors} = {electors: undefined}] = unwatched;
	if (electors !== undefined) {
		return `no failover: ${leftText(electors)}`;
	}

	if (isUnknown(whatIf)) {
		return 'not known: it has not told its role';
	}

	return whatIf.sentinels > 0
		? 'goes on, failover too'
		: replicas.length > 0
			? replicasText(replicas)
			: 'goes on, it has no slots';
}

/** Whether no node that fails has told its role, so that nobody knows what it serves. */
const isUnknown = ({failure: {nodes}, primaries, replicas}: WhatIf): boolean =>
	primaries.length === 0 && replicas.length === 0 && nodes.every(({role}) => role === 'unknown');

function takeoverText(primaries: readonly LostPrimary[], {stopsAll}: WhatIf): string {
	const orphaned = primaries.filter(({successor}) => successor === undefined);
	const [first] = orphaned;
	if (first === undefined) {
		return primaries.map(({successor}) => successor).join(', ');
	}

	const who =
		primaries.length === 1
			? first.byHand === undefined
				? 'nobody'
				: `by hand ${first.byHand}`
			: `nobody for ${orphaned.length} of ${countText(primaries.length, 'shard')}`;
	const all = stopsAll === undefined ? '' : ', all stops';
	return `${who}: ${obstacleText(first)}${all}`;
}

/** The decisive reason why no replica takes over. */
export function obstacleText({shard, survivors, electors, unfit}: LostPrimary): string {
	if (survivors === 0) {
		return shard.replicas.length === 0 ? 'it has no replica' : 'no replica survives';
	}

	return canElect(electors) && unfit.length > 0
		? unfit.map(({address, why}) => `${address} ${why.join(', ')}`).join('; ')
		: leftText(electors);
}

const leftText = (electors: Electors): string => {
	if (electors.kind === 'nobody') {
		return 'no sentinel watches it';
	}

	const {kind, total, left, needed} = electors;
	const verb = kind === 'primaries' ? 'vote' : 'agree';
	return `${left} of ${total} ${kind} left, ${needed} must ${verb}`;
};

const refusalText = ({refused}: LostReplicas): string =>
	`writes refused: ${countText(refused?.left ?? 0, 'replica')} left, min-replicas-to-write ${refused?.needed ?? 0}`;

function replicasText(replicas: readonly LostReplicas[]): string {
	const bare = replicas.filter(({fitLeft}) => fitLeft === 0).map(({shard}) => shard.name);
	const least = Math.min(...replicas.map(({fitLeft}) => fitLeft));
	return bare.length > 0 ? `no replica left: ${bare.join(', ')}` : `goes on, ${countText(least, 'replica')} left`;
}

/** The lost writes of a failure in bytes, for the column: `1.20K`, `all`, `none`, or `-` if nobody knows. */
export function lostText(whatIf: WhatIf): string {
	const {primaries, erased, lost} = whatIf;
	return isUnknown(whatIf) ? '-' : erased > 0 ? 'all' : primaries.length === 0 ? 'none' : bytes(lost.bytes);
}

/** All consequences of a failure as label and text pairs, for the details and below the list. */
export function whatIfFacts(whatIf: WhatIf): Array<readonly [label: string, text: string]> {
	const {failure, primaries, replicas, unwatched, stopsAll} = whatIf;
	return [
		['if this dies', failureText(whatIf)],
		...(failure.kind === 'node' ? [] : [['nodes', failure.nodes.map(({address}) => address).join(', ')] as const]),
		...downFact(failure),
		...(stopsAll === undefined ? [] : [['cluster', stopText(whatIf)] as const]),
		...primaries.map(each => [nameOf(each.shard), primaryText(each)] as const),
		...replicas.map(each => [nameOf(each.shard), replicaText(each)] as const),
		...unwatched.map(({shard, electors}) => [nameOf(shard), `no failover: ${leftText(electors)}`] as const),
		...(whatIf.sentinels > 0 && unwatched.length === 0 && primaries.length === 0
			? [['failover', 'enough sentinels are left'] as const]
			: []),
	];
}

/** The nodes of a possible failure that are already down. */
function downFact({kind, nodes}: ImaginedFailure): ReadonlyArray<readonly [string, string]> {
	const down = nodes.filter(({reach}) => reach === 'down').map(({address}) => address);
	return down.length === 0 ? [] : [['down now', kind === 'node' ? 'it does not answer already' : down.join(', ')]];
}

const nameOf = ({name, primary}: Shard): string => (name === primary?.address ? 'primary' : name);

function stopText({stopsAll, primaries}: WhatIf): string {
	const voters = primaries.find(({electors}) => electors.kind === 'primaries')?.electors;
	return stopsAll === 'coverage'
		? 'every node refuses while slots are not served (cluster-require-full-coverage)'
		: `stops as a whole: ${voters === undefined ? 'no majority is left' : leftText(voters)}`;
}

function primaryText(lost: LostPrimary): string {
	const {successor, byHand, loss, shard} = lost;
	const slots =
		shard.slotCount > 0 && successor === undefined ? [`slots ${rangesText(shard.slots)} are not served`] : [];
	const who =
		successor === undefined
			? `nobody takes over: ${obstacleText(lost)}`
			: `${successor} takes over${shard.replicas.length === 1 ? ', then without a replica' : ''}`;
	const hand = byHand === undefined ? [] : [`${byHand} could be promoted by hand`];
	return [who, ...slots, ...hand, lossText(loss)].join('; ');
}

function lossText(loss: Loss): string {
	if (loss.kind === 'everything') {
		const {bytes: used, keys, hasAof, unsavedChanges} = loss;
		const inKeys = keys === undefined ? '' : ` in ${countText(keys, 'key')}`;
		const size = used === undefined ? 'all data' : `all ${bytes(used)}${inKeys}`;
		const disk =
			hasAof === true
				? ' (append-only file)'
				: unsavedChanges === undefined
					? ''
					: ` (${countText(unsavedChanges, 'change')} not saved)`;
		return `no copy survives: ${size} lost unless it comes back with its disk${disk}`;
	}

	if (loss.bytes === undefined) {
		return `writes lost: ${loss.seconds === undefined ? 'not known' : `those of ${seconds(loss.seconds)}`}`;
	}

	const time = loss.seconds === undefined ? '' : ` (${seconds(loss.seconds)} of writes)`;
	return `${bytes(loss.bytes)}${time} lost, by the last poll`;
}

function replicaText(each: LostReplicas): string {
	const {refused, fitLeft} = each;
	const left =
		fitLeft === 0 ? 'without a replica that could take over' : `${countText(fitLeft, 'replica')} could take over`;
	return `${refused === undefined ? 'goes on' : refusalText(each)}, ${left}; no writes are lost`;
}
