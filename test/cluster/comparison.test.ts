import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {type ClusterComparison, compareViews} from '../../source/cluster/comparison.js';
import {noConditionStarts, updateConditionStarts} from '../../source/cluster/condition-since.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import {clusterVerdicts} from '../../source/cluster/verdicts.js';
import {type ClusterNode, slotTotal} from '../../source/domain/cluster.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {statementText} from '../../source/domain/statement.js';
import {idOf, nameOf, sixViews} from './views.js';

const ports = [1, 2, 3, 4, 5];
const flag = fc.constantFrom('fail', 'fail?', 'noaddr', 'handshake', 'nofailover');

const lineOf = (port: number, self: number): fc.Arbitrary<ClusterNode> =>
	fc
		.record({
			isPrimary: fc.boolean(),
			extra: fc.uniqueArray(flag, {maxLength: 2}),
			host: fc.constantFrom('10.0.0.1', '', '::1'),
			configEpoch: fc.constantFrom(0, 1, 2, Number.MAX_SAFE_INTEGER),
			primary: fc.option(fc.constantFrom(...ports), {nil: undefined}),
			slots: fc.array(fc.tuple(fc.nat(slotTotal - 1), fc.nat(slotTotal - 1)), {maxLength: 3}),
		})
		.map(({isPrimary, extra, host, configEpoch, primary, slots}) => ({
			id: idOf(port),
			host,
			port,
			busPort: undefined,
			hostname: undefined,
			flags: new Set([...(port === self ? ['myself'] : []), isPrimary ? 'master' : 'slave', ...extra]),
			primaryId: primary === undefined ? undefined : idOf(primary),
			pingSentMs: 0,
			pongReceivedMs: 0,
			configEpoch,
			linkState: 'connected',
			slots: slots.map(([a, b]) => ({first: Math.min(a, b), last: Math.max(a, b)})),
			openSlots: [],
		}));

const anyView: fc.Arbitrary<NodeView> = fc
	.tuple(fc.constantFrom(...ports), fc.subarray(ports))
	.chain(([self, others]) =>
		fc.record({
			address: fc.constant(`10.0.0.1:${self}` as NodeAddress),
			atMs: fc.nat(10_000),
			nodes: fc.tuple(...[...new Set([self, ...others])].map(port => lineOf(port, self))),
			info: fc.option(
				fc.record({state: fc.constantFrom('ok', 'fail', ''), epoch: fc.constantFrom('0', '7', 'x')}).map(
					({state, epoch}) =>
						new Map([
							['cluster_state', state],
							['cluster_current_epoch', epoch],
						]),
				),
				{nil: undefined},
			),
			keys: fc.option(fc.nat(), {nil: undefined}),
			replica: fc.option(fc.record({isLinkUp: fc.boolean(), linkDownSeconds: fc.integer()}), {nil: undefined}),
		}),
	);
const anyViews = fc.array(anyView, {maxLength: 6});

const compared = (views: readonly NodeView[]): ClusterComparison => compareViews({views, unreached: []});

test('every view is in exactly one partition and one group', () => {
	fc.assert(
		fc.property(anyViews, views => {
			const {partitions, groups, views: read} = compared(views);
			const ids = read.map(({self}) => self.id).toSorted();
			assert.equal(new Set(ids).size, ids.length);
			assert.deepEqual(partitions.flatMap(({members}) => members).toSorted(), ids);
			assert.deepEqual(groups.flatMap(({members}) => members).toSorted(), ids);
		}),
	);
});

test('the ranges cover all slots, each with the nodes that claim it in their own views', () => {
	fc.assert(
		fc.property(anyViews, views => {
			const {claims, viewOf} = compared(views);
			let next = 0;
			for (const {first, last, claimants} of claims.stretches) {
				assert.equal(first, next);
				next = last + 1;
				for (const id of claimants) {
					const self = viewOf.get(id)?.self;
					assert.ok(
						self?.flags.has('master') &&
							self.slots.some(
								range => (range.first <= first && last <= range.last) || (range.first <= last && first <= range.last),
							),
					);
				}
			}

			assert.equal(next, slotTotal);
			for (const {claimants, winner} of claims.contested) {
				assert.ok(claimants.length > 1);
				const epochs = claimants.map(id => viewOf.get(id)?.self.configEpoch ?? 0);
				assert.equal(winner === undefined, epochs[0] === epochs[1]);
				assert.equal(epochs[0], Math.max(...epochs));
			}
		}),
	);
});

test('the order of the views changes nothing', () => {
	fc.assert(
		fc.property(fc.uniqueArray(anyView, {maxLength: 5, selector: ({address}) => address}), views => {
			const facts = ({partitions, claims, groups, oneSidedReports}: ClusterComparison) => ({
				partitions: partitions
					.map(({members, ...rest}) => ({...rest, members: members.toSorted()}))
					.map(part => JSON.stringify(part))
					.toSorted(),
				contested: claims.contested.map(contest => JSON.stringify(contest.claimants.toSorted())).toSorted(),
				groups: groups.map(({signature, members}) => `${signature} ${members.length}`).toSorted(),
				reported: oneSidedReports.map(({reported, by}) => `${reported} ${by.length}`).toSorted(),
			});
			assert.deepEqual(facts(compared(views)), facts(compared(views.toReversed())));
		}),
	);
});

test('a node that never answered has the address to which --nat-map maps its announced one', () => {
	const reached = nameOf(27_053);
	const gone = {address: reached, id: undefined, otherNames: [nameOf(17_053)]};
	const views = sixViews().filter(({address}) => address !== nameOf(17_053));
	const comparison = compareViews({views, unreached: [gone]});
	assert.equal(comparison.nameOf(idOf(17_053)), reached);
	assert.equal(comparison.isUnreached(idOf(17_053)), true);
	assert.equal(comparison.nameOf(idOf(17_054)), nameOf(17_054));
});

test('any views give a verdict of one line', () => {
	fc.assert(
		fc.property(anyViews, fc.nat(100_000), fc.nat(20_000), (views, nowMs, nodeTimeoutMs) => {
			const comparison = compared(views);
			const conditionStarts = updateConditionStarts(updateConditionStarts(noConditionStarts, comparison), comparison);
			const verdicts = clusterVerdicts({comparison, conditionStarts, nodeTimeoutMs, nowMs});
			assert.equal(verdicts.length === 0, comparison.views.length === 0);
			for (const verdict of verdicts) {
				for (const sentence of [statementText(verdict), ...verdict.meaning.map(each => messageText(each))]) {
					assert.match(sentence, /^\S.*\S$/);
					assert.doesNotMatch(sentence, /undefined|NaN|\bprimarys\b/);
				}
			}
		}),
	);
});
