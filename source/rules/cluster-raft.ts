import {raftStateOf} from '../cluster/raft-bus.js';
import {joinMessages, message, nodeName} from '../domain/message.js';
import {askNode} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

export const cluRaftLeaderless = rule({
	id: 'clu.raft_leaderless',
	scope: 'cluster',
	docs: {
		looksAt:
			'In a cluster that agrees by Raft (`cluster-protocol raft`), a node knows no leader, or it applies nothing although entries are committed: `cluster_raft_leader`, `cluster_raft_commit_index` and `cluster_raft_last_applied` of CLUSTER INFO.',
		since: '9.2',
		falsePositives: [
			'An election takes a moment. The condition must hold for ten seconds.',
			'The fields are those of merged changes for Valkey 9.2. No release has them yet, and the rule was tried with made-up replies only.',
		],
	},
	raiseAfterMs: 10_000,
	evaluate(_, fleet) {
		const told = [...fleet.nodes.values()].flatMap(({address, record}) => {
			const raft = raftStateOf(record.failure === undefined ? record.clusterInfo?.value : undefined);
			return raft === undefined ? [] : [{address, ...raft}];
		});
		const without = told.filter(({leader}) => leader === undefined);
		const [first] = without;
		const leaderless: FleetEvaluation[] =
			first === undefined
				? []
				: [
						{
							...fires('critical', {
								problem:
									without.length === told.length
										? 'the cluster has no Raft leader'
										: message`${joinMessages(
												without.map(({address}) => nodeName(address)),
												', ',
											)} know no Raft leader`,
								detail: `${without.length} of ${told.length} nodes say so`,
								effect: 'failover-impossible',
								nodes: without.map(({address}) => address),
								evidence: [
									{name: 'cluster_raft_leader', value: 'none'},
									{name: 'cluster_raft_current_term', value: first.term ?? '-'},
								],
								meaning:
									'Without a leader nothing about the cluster can change: no failover, no slot moves, no node joins. Slots with a living owner are still served.',
								next: [
									askNode(fleet, first.address, 'CLUSTER INFO'),
									hint('bring back a majority of the voting nodes, and look at the network between them'),
								],
							}),
							node: undefined,
							subject: 'leader',
						},
					];
		return [
			...leaderless,
			...told
				.filter(({committed = 0, applied = committed}) => committed > applied)
				.map(({address, committed = 0, applied = committed}) => ({
					...fires('warning', {
						problem: 'does not apply what the cluster has agreed on',
						detail: `${committed - applied} changes wait`,
						effect: 'reads-stale',
						evidence: [
							{name: 'cluster_raft_commit_index', value: committed},
							{name: 'cluster_raft_last_applied', value: applied},
						],
						meaning: 'It redirects clients by an old map of the slots.',
						next: [
							askNode(fleet, address, 'CLUSTER INFO'),
							hint('look for what holds its main thread (panel 5), and read its log'),
						],
					}),
					node: address,
					// A condition is timed for each subject. The subject contains the applied entry, so a new entry starts the
					// time again. The finding is raised only if the entry stays the same.
					subject: `applied ${applied}`,
				})),
		];
	},
});

export const clusterRaftRules = [cluRaftLeaderless] as const;
