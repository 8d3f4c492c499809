import type {ActionName, LabelledValue} from '../../domain/action.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {isInCluster, onlyOn} from './build-row.js';
import {nameOf} from './cluster-observation.js';

/** A command that redis-top never sends. It stands in the menu all the same, with its dangers, to be copied. */
export type ShownCommand = {
	readonly id: ActionName;
	readonly letter: string;
	readonly title: string;
	readonly command: readonly string[];
	/** Why it makes no sense for this node; undefined where it does. */
	readonly whyNot: (record: NodeRecord) => string | undefined;
	readonly facts: (record: NodeRecord) => readonly LabelledValue[];
	/** What it does and what it costs, a sentence each. */
	readonly dangers: readonly string[];
};

function primaryText({clusterNodes, sample}: NodeRecord): string {
	const nodes = clusterNodes?.value ?? [];
	const own = nodes.find(({flags}) => flags.has('myself'));
	const primary = nodes.find(({id}) => id === own?.primaryId);
	const link = sample?.info.text('replication', 'master_link_status') ?? '-';
	return primary === undefined
		? `- (link ${link})`
		: `${nameOf(primary)}, ${[...primary.flags].join(',')}, link ${link}`;
}

/** Source: CLUSTER FAILOVER in the Redis documentation, and two owners of a slot seen until a network healed. */
const takeover: ShownCommand = {
	id: 'cluster-takeover',
	letter: 'K',
	title: 'CLUSTER FAILOVER TAKEOVER: become primary without a vote',
	command: ['CLUSTER', 'FAILOVER', 'TAKEOVER'],
	whyNot: record =>
		isInCluster(record)
			? onlyOn('replica', ': it would be sent to one of its replicas')(record)
			: 'it is no cluster node',
	facts: record => [['primary', primaryText(record)]],
	dangers: [
		'It takes its primary’s slots by its own word: no majority is asked, and none is needed.',
		'If that primary lives, or another replica does the same, the slots have TWO OWNERS who both take writes, until the sides meet: then the higher epoch wins, and what was written on the other side is LOST.',
		'Only where the majority of primaries is gone for good. As long as one is reached, CLUSTER FAILOVER FORCE does it with their votes.',
	],
};

export const shownCommands: readonly ShownCommand[] = [takeover];

export const shownCommand = (id: ActionName): ShownCommand | undefined =>
	shownCommands.find(candidate => candidate.id === id);
