import type {ActionName, LabelledValue} from '../../domain/action.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {isInCluster, onlyOn} from './build-row.js';
import {nameOf} from './cluster-observation.js';

/** A command that redis-top never sends. The menu shows it with its dangers, so that an operator can copy it. */
export type ShownCommand = {
	readonly id: ActionName;
	readonly letter: string;
	readonly title: string;
	readonly command: readonly string[];
	/** Why the command makes no sense on this node; undefined where the command makes sense. */
	readonly whyNot: (record: NodeRecord) => string | undefined;
	readonly facts: (record: NodeRecord) => readonly LabelledValue[];
	/** Effects and risks of the command, one sentence each. */
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

/**
CLUSTER FAILOVER TAKEOVER. Sources of the texts in `dangers`: https://redis.io/docs/latest/commands/cluster-failover/,
and an experiment in which a slot had two owners until the partition healed.
*/
const takeover: ShownCommand = {
	id: 'cluster-takeover',
	letter: 't',
	title: 'CLUSTER FAILOVER TAKEOVER: become primary without a vote',
	command: ['CLUSTER', 'FAILOVER', 'TAKEOVER'],
	whyNot: record =>
		isInCluster(record) ? onlyOn('replica', ': send it to one of its replicas')(record) : 'it is no cluster node',
	facts: record => [['primary', primaryText(record)]],
	dangers: [
		'It takes its primary’s slots without a vote: it asks no majority, and needs none.',
		'If that primary is up, or another replica does the same, the slots have TWO OWNERS that both take writes until the partition heals. Then the higher epoch wins, and writes to the other owner are LOST.',
		'Only where a majority of primaries is lost for good. While a majority answers, CLUSTER FAILOVER FORCE does it with their votes.',
	],
};

export const shownCommands: readonly ShownCommand[] = [takeover];

export const shownCommand = (id: ActionName): ShownCommand | undefined =>
	shownCommands.find(candidate => candidate.id === id);
