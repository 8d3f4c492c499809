import {primaryAddress} from '../../derive/replication-peers.js';
import type {Check} from '../../domain/action.js';
import type {ClusterNode} from '../../domain/cluster.js';
import {addressOf} from '../../domain/node.js';
import {numberOf} from '../../parse/reply-values.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {PeerReport, ProofInput} from './action-row.js';
import {buildRow, fine, isInCluster, onlyOn, veto, warning, when} from './build-row.js';
import {asksNodes, isSelf, nameOf, nodesIn, peerReports} from './cluster-observation.js';
import {counted, roleText} from './saved-data.js';
import type {Reading} from './server-facts.js';
import {wholeValue} from './typed-values.js';
import {replyOf, verifyWith} from './verify-with.js';

const outsideText = (record: NodeRecord): string | undefined =>
	isInCluster(record) ? undefined : 'it is no cluster node';

const hasFailed = ({flags}: ClusterNode): boolean => flags.has('fail') || flags.has('noaddr');
const slotCount = ({slots}: ClusterNode): number => slots.reduce((sum, {first, last}) => sum + last - first + 1, 0);

/** Checks whether a majority of the primaries with slots is reachable, because a failover needs their votes. */
function majorityChecks(nodes: readonly ClusterNode[]): Check[] {
	const voters = nodes.filter(node => node.flags.has('master') && node.slots.length > 0);
	const alive = voters.filter(node => isSelf(node) || (!hasFailed(node) && node.linkState === 'connected'));
	return [
		alive.length > voters.length / 2
			? fine(`${alive.length} of ${counted(voters.length, 'voting primary').replace(/ys$/, 'ies')} can be reached`)
			: veto(`only ${alive.length} of ${voters.length} voting primaries are reached: a failover would fail`),
	];
}

/** The number of other nodes whose CLUSTER NODES shows this node as a primary with slots. */
const agreeing = (reports: readonly PeerReport[], id: string): number =>
	reports.filter(({nodes}) => nodes?.some(node => node.id === id && node.flags.has('master') && node.slots.length > 0))
		.length;

const failoverRow = (isForced: boolean) =>
	buildRow({
		id: isForced ? 'cluster-failover-force' : 'cluster-failover',
		letter: isForced ? 'i' : 'h',
		title: isForced
			? 'CLUSTER FAILOVER FORCE: take over from a dead primary'
			: 'CLUSTER FAILOVER: take over from its primary',
		class: 'outage',
		command: ['CLUSTER', 'FAILOVER', ...(isForced ? ['FORCE'] : [])],
		whyNot: record => outsideText(record) ?? onlyOn('replica', ': send it to one of its replicas')(record),
		asks: asksNodes,
		peers: 'ask-nodes',
		alerts: {nodes: ({info}) => [primaryAddress(info)]},
		preflight(facts) {
			const nodes = nodesIn(facts);
			const own = nodes.find(isSelf);
			const primary = nodes.find(({id}) => id === own?.primaryId);
			const isDead = primary === undefined || hasFailed(primary) || primary.flags.has('fail?');
			const isLinked = facts.info.text('replication', 'master_link_status') === 'up';
			return {
				effects: [
					isForced
						? 'It asks the other primaries for their votes; writes that it has not received from its primary are lost.'
						: 'Its primary holds writes for some 100 ms, then the two change roles. Nothing is lost.',
				],
				facts: [
					['role', roleText(facts.info)],
					[
						'primary',
						primary === undefined
							? '-'
							: `${nameOf(primary)}, ${counted(slotCount(primary), 'slot')}, ${[...primary.flags].join(',')}`,
					],
				],
				checks: [
					...majorityChecks(nodes),
					...when(!isForced && isDead, veto('its primary is down: only FORCE can work')),
					...when(!isForced && !isLinked, veto('its link to the primary is down')),
					...when(
						isForced && !isDead,
						veto('its primary is UP: writes that it has not sent yet are lost', 'lose unsent writes'),
					),
				],
			};
		},
		verify: verifyWith({
			proved(now, input) {
				const own = nodesIn(now).find(isSelf);
				const reports = peerReports(input);
				const agree = own === undefined ? 0 : agreeing(reports, own.id) + 1;
				const isPrimary =
					now.info.text('replication', 'role') === 'master' && own !== undefined && own.slots.length > 0;
				return isPrimary && agree > (reports.length + 1) / 2
					? `it is a primary with ${counted(slotCount(own), 'slot')}, epoch ${own.configEpoch}; ${agree} of ${reports.length + 1} nodes see it`
					: undefined;
			},
			unseen: 'it did not become a primary: no votes, or the primary did not answer',
			graceMs: 15_000,
		}),
	});

/**
Milliseconds for which a node ignores gossip about a forgotten node. Every other node must forget that node within this
time, or gossip brings it back. Source: CLUSTER_BLACKLIST_TTL in cluster_legacy.c.
*/
const forgottenForMs = 60_000;

/**
The number of nodes that still list the forgotten node. A node that did not reply counts too, because it may still list
that node.
*/
function namedBy(now: Reading, input: ProofInput): number {
	const id = input.facts.words?.[0];
	const views = [nodesIn(now), ...peerReports(input).map(({nodes}) => nodes ?? [])];
	return views.filter(nodes => nodes.length === 0 || nodes.some(node => node.id === id)).length;
}

const forget = buildRow({
	id: 'cluster-forget',
	letter: 'z',
	title: 'CLUSTER FORGET: remove a dead node, on all nodes',
	class: 'outage',
	command: ['CLUSTER', 'FORGET'],
	parameter: {
		label: 'node id',
		hint: 'the 40 digits of CLUSTER NODES; on panel 8 that of the selected row',
		example: 'a'.repeat(40),
		initial: (_, {nodeId}) => nodeId,
		read: text =>
			/^[\da-f]{40}$/i.test(text.trim())
				? {words: [text.trim().toLowerCase()], shown: `node ${text.trim().slice(0, 8).toLowerCase()}…`}
				: '40 hexadecimal digits',
	},
	whyNot: outsideText,
	asks: asksNodes,
	peers: 'send-to-nodes',
	recheck({words}, before) {
		const node = nodesIn(before).find(({id}) => id === words?.[0]);
		return node === undefined
			? 'the node is forgotten already'
			: hasFailed(node)
				? undefined
				: 'the node is no longer flagged FAIL';
	},
	preflight(facts) {
		const nodes = nodesIn(facts);
		const id = facts.words?.[0];
		const node = nodes.find(candidate => candidate.id === id);
		const others = nodes.filter(candidate => candidate.id !== id && !isSelf(candidate) && !hasFailed(candidate));
		const missed = others.length - (facts.peers?.length ?? 0);
		return {
			effects: ['Every node forgets it; a node that is missed brings it back by gossip within a minute.'],
			facts: [
				[
					'node',
					node === undefined
						? '-'
						: `${nameOf(node)}, ${[...node.flags].join(',')}, ${counted(slotCount(node), 'slot')}`,
				],
				['nodes', `${(facts.peers?.length ?? 0) + 1} of ${others.length + 1} are reached`],
			],
			checks: [
				...when(node === undefined, veto('no node has this id')),
				...when(node !== undefined && isSelf(node), veto('a node cannot forget itself')),
				...when(node !== undefined && !hasFailed(node), veto('it is not flagged FAIL: it would come back by gossip')),
				...when(node !== undefined && node.slots.length > 0, veto('it owns slots: no node would serve them')),
				...when(
					nodes.some(candidate => candidate.primaryId === id && id !== undefined),
					veto('it is the primary of another node'),
				),
				...when(missed > 0, veto(`${counted(missed, 'node')} not reached from here: it would come back`)),
			],
		};
	},
	verify: verifyWith({
		running: (now, input) =>
			namedBy(now, input) === 0 && input.sinceOutcomeMs < forgottenForMs + 5000
				? 'no node names it; observing for a minute, in case gossip brings it back'
				: undefined,
		proved: (now, input) =>
			namedBy(now, input) === 0 ? `none of ${peerReports(input).length + 1} nodes names it after a minute` : undefined,
		unseen: 'some node still names it, or no longer answers',
	}),
	verifyTimeoutMs: () => 2 * forgottenForMs,
});

const stable = buildRow({
	id: 'cluster-setslot-stable',
	letter: 's',
	title: 'CLUSTER SETSLOT … STABLE: end a slot’s migration here',
	class: 'outage',
	command: ['CLUSTER', 'SETSLOT'],
	parameter: {
		label: 'slot',
		hint: '0 to 16383; the other end of the migration needs it too',
		example: '0',
		initial: ({clusterNodes}, {slot}) => (slot ?? clusterNodes?.value.find(isSelf)?.openSlots[0]?.slot)?.toString(),
		read(text) {
			const value = wholeValue('count', 0, 16_383)(text);
			return typeof value === 'string' ? value : {words: [...value.words, 'STABLE'], shown: `slot ${value.words[0]}`};
		},
	},
	whyNot: record =>
		outsideText(record) ??
		onlyOn('primary')(record) ??
		(record.clusterNodes?.value.find(isSelf)?.openSlots.length === 0
			? 'no slot of it is migrating or importing'
			: undefined),
	asks: ([slot = '0']) => [
		['CLUSTER', 'NODES'],
		['CLUSTER', 'COUNTKEYSINSLOT', slot],
	],
	preflight(facts) {
		const nodes = nodesIn(facts);
		const slot = Number(facts.words?.[0]);
		const open = nodes.find(isSelf)?.openSlots.find(candidate => candidate.slot === slot);
		const peer = nodes.find(({id}) => id === open?.peer);
		return {
			effects: ['The slot stays with its owner. Keys that have moved already stay there, unreachable.'],
			facts: [
				[
					'slot',
					open === undefined
						? '-'
						: `${slot} ${open.direction}, other end ${peer === undefined ? open.peer : nameOf(peer)}`,
				],
				['keys here', counted(numberOf(facts.extra?.[1]), 'key')],
			],
			checks: [
				...when(open === undefined, veto('the slot is not migrating or importing here')),
				...when(
					open?.direction === 'importing' && (numberOf(facts.extra?.[1]) ?? 0) > 0,
					veto(
						'keys that were imported here become unreachable',
						`strand ${counted(numberOf(facts.extra?.[1]), 'key')}`,
					),
				),
				...when(open !== undefined, warning('a tool that still moves it (redis-cli --cluster) will fail')),
			],
			follow: open &&
				peer && {
					action: 'cluster-setslot-stable',
					node: addressOf({kind: 'tcp', host: peer.host, port: peer.port}),
					nodeId: peer.id,
					value: String(slot),
					text: 'does the same at the other end',
				},
		};
	},
	verify: verifyWith({
		proved(now, input) {
			const own = nodesIn(now).find(isSelf);
			const isOpen = own?.openSlots.some(({slot}) => String(slot) === input.facts.words?.[0]);
			return isOpen === false && replyOf(input) !== undefined ? 'the slot is no longer marked here' : undefined;
		},
		unseen: 'the slot is still marked',
	}),
});

export const clusterActions = [failoverRow(false), failoverRow(true), forget, stable] as const;
