import type {NodeAddress} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {commandText} from '../../text/command-words.js';
import {isInCluster} from '../catalogue/build-row.js';
import {actionRow, menuRows} from '../catalogue/catalogue.js';
import {type Choice, settledCommand} from '../catalogue/choice.js';

type Records = ReadonlyMap<NodeAddress, NodeRecord>;

/** The failover of a primary before it stops: the action and its node, or why redis-top can't offer a failover. */
export type Handover =
	| {readonly kind: 'offered'; readonly record: NodeRecord; readonly choice: Choice; readonly text: string}
	| {readonly kind: 'none'; readonly why: string};

const none = (why: string): Handover => ({kind: 'none', why});

/**
Chooses the failover by the kind of deployment, because a cluster or Sentinels must take part in it:

- cluster: CLUSTER FAILOVER on the replica with the highest replication offset
- Sentinel: SENTINEL FAILOVER on a Sentinel that monitors the primary
- otherwise: FAILOVER on the primary itself, to the replica with the least lag
*/
export function handoverOf(address: NodeAddress, records: Records): Handover {
	const own = records.get(address);
	if (own === undefined) {
		return none(`${address} is not polled by redis-top`);
	}

	if (isInCluster(own)) {
		const candidate = failoverCandidateOf(own, records);
		return candidate === undefined
			? none('none of its replicas answers redis-top')
			: offered(candidate, {action: 'cluster-failover'});
	}

	const sentinels = [...records.values()].filter(({role}) => role === 'sentinel');
	if (sentinels.length > 0) {
		return handoverBySentinel(own, sentinels);
	}

	const value = actionRow('failover').parameter?.initial?.(own, {});
	return value === undefined
		? none('none of its replicas is online')
		: offered(own, {action: 'failover', value, isSettled: true});
}

function handoverBySentinel(own: NodeRecord, sentinels: readonly NodeRecord[]): Handover {
	const names = [own.address, ...(own.otherNames ?? [])];
	for (const record of sentinels) {
		const monitored = record.failure === undefined ? (record.sentinel?.value.primaries ?? []) : [];
		const value = monitored.find(primary => names.includes(primary.address))?.name;
		if (value !== undefined) {
			return offered(record, {action: 'sentinel-failover', value, isSettled: true});
		}
	}

	return none('no Sentinel that answers redis-top monitors it');
}

function failoverCandidateOf(own: NodeRecord, records: Records): NodeRecord | undefined {
	const selfOf = ({clusterNodes}: NodeRecord) => clusterNodes?.value.find(({flags}) => flags.has('myself'));
	const id = selfOf(own)?.id;
	const offset = ({sample}: NodeRecord) => sample?.info.number('replication', 'slave_repl_offset') ?? -1;
	const candidates = [...records.values()].filter(
		record =>
			id !== undefined && record.role === 'replica' && record.reach === 'up' && selfOf(record)?.primaryId === id,
	);
	return candidates.toSorted((a, b) => offset(b) - offset(a))[0];
}

function offered(record: NodeRecord, choice: Choice): Handover {
	const whyNot = menuRows(record).find(({id}) => id === choice.action)?.whyNot;
	const command = commandText(settledCommand(choice) ?? actionRow(choice.action).command);
	return whyNot === undefined
		? {kind: 'offered', record, choice, text: `${command} on ${record.address}`}
		: none(`${command} on ${record.address}: ${whyNot}`);
}
