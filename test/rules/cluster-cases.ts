import assert from 'node:assert/strict';
import test from 'node:test';
import {actionRow} from '../../source/actions/catalogue/catalogue.js';
import {type ClusterState, updateClusterState} from '../../source/cluster/cluster-state.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import type {NodeRecord} from '../../source/derive/node-record.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {Failure} from '../../source/domain/sample.js';
import {findingText} from '../../source/rules/finding.js';
import {defaultRuleSettings, NodeFacts, newRuleMemory} from '../../source/rules/node-facts.js';
import type {FleetFacts, FleetRule} from '../../source/rules/rule.js';
import {six, sixViews, viewFrom} from '../cluster/views.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {type RecordParts, recordFrom, type Sections, sampledAtMs} from '../harness/records.js';

export type ClusterCase = {
	readonly views?: readonly NodeView[];
	/** How much earlier the cluster was first seen like this, milliseconds. */
	readonly forMs?: number;
	/** What a node says beside its view, by its port. */
	readonly info?: Readonly<Record<string, Sections>>;
	/** Further nodes, which have no view of the cluster. */
	readonly beside?: readonly NodeRecord[];
	/** What a node said in the sample before, by its port. Absent: there is no such sample. */
	readonly earlier?: Readonly<Record<string, Sections>>;
	readonly parts?: Readonly<Record<string, RecordParts>>;
	readonly config?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly change?: (cluster: ClusterState) => ClusterState;
	readonly heldSeconds?: number;
	readonly nowMs?: number;
};

/** Six nodes that agree. */
export const well: ClusterCase = {views: sixViews()};

/** The views of all nodes but one. */
export const others = (port: number, parts: Parameters<typeof viewFrom>[1] = {}): NodeView[] =>
	[17050, 17051, 17052, 17053, 17054, 17055].filter(each => each !== port).map(each => viewFrom(each, parts));

/** 17050 is marked FAIL, and no replica has its slots. */
export const dead = {changed: ['17050 master,fail 1 0-5460'], state: 'fail'};

const cutOff = six.filter(line => !/^1705[04]/.test(line)).map(line => line.replace(/(master|slave)/, '$1,fail?'));

/** 17050 and 17054 are cut off. The majority has promoted 17053 in place of 17050. */
export const split: readonly NodeView[] = [
	...[17050, 17054].map(port => viewFrom(port, {changed: cutOff, state: 'fail', epoch: 5})),
	...[17051, 17052, 17053, 17055].map(port =>
		viewFrom(port, {changed: ['17050 master,fail 1', '17053 master 6 0-5460', '17054 slave,fail:17051 3']}),
	),
];

const unreached = six.filter(line => !line.startsWith('17050')).map(line => line.replace(/(master|slave)/, '$1,fail?'));

/** No node reaches 17050, and it reaches none. The others have promoted 17053 in its place, or not yet. */
export const oneCutOff = (isReplaced: boolean): readonly NodeView[] => [
	viewFrom(17050, {changed: unreached, state: 'fail', epoch: 5}),
	...others(17050, {
		changed: isReplaced ? ['17050 master,fail 1', '17053 master 6 0-5460'] : ['17050 master,fail? 1 0-5460'],
	}),
];

export const silent: Failure = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'};

const recordsAt = ({views = [], info = {}, parts = {}, config = {}}: ClusterCase, atMs: number) =>
	new Map(
		views.map(({address, nodes, info: clusterInfo}) => {
			const port = address.split(':').at(-1) ?? '';
			const self = nodes.find(({flags}) => flags.has('myself'));
			const settings = {'cluster-node-timeout': '2000', ...config[port]};
			const record = recordFrom({
				address,
				atMs,
				role: self?.flags.has('slave') ? 'replica' : 'primary',
				info: {cluster: {cluster_enabled: 1}, ...info[port]},
				config: {atMs, value: new Map(Object.entries(settings))},
				clusterNodes: {atMs, value: nodes},
				clusterInfo: clusterInfo && {atMs, value: clusterInfo},
				...parts[port],
			});
			return [record.address, record] as const;
		}),
	);

function earlierOf({earlier = {}}: ClusterCase, address: NodeAddress) {
	const sections = earlier[address.split(':').at(-1) ?? ''];
	return sections && recordFrom({address, info: sections}).sample;
}

/** The fleet after two comparisons of its views. */
export function fleetOf(given: ClusterCase): FleetFacts {
	const {forMs = 1000, change = cluster => cluster, nowMs = sampledAtMs} = given;
	const before = updateClusterState(undefined, recordsAt(given, sampledAtMs - forMs), sampledAtMs - forMs)?.state;
	const records = recordsAt(given, sampledAtMs);
	const cluster = updateClusterState(before, records, sampledAtMs)?.state;
	const nodes = new Map(
		[...records, ...(given.beside ?? []).map(record => [record.address, record] as const)].map(([address, record]) => [
			address,
			new NodeFacts({
				record,
				earlier: earlierOf(given, address),
				memory: newRuleMemory(0),
				settings: defaultRuleSettings,
				nowMs,
				nodes: records,
			}),
		]),
	);
	return {
		nodes,
		deployment: 'cluster',
		cluster: cluster && change(cluster),
		nowMs,
	};
}

/** What a rule says: `severity node: text` for each finding, or why it was not evaluated. */
export function said(rule: FleetRule, given: ClusterCase): string[] {
	const fleet = fleetOf(given);
	return rule
		.evaluate(fleet, () => (given.heldSeconds ?? 0) * 1000)
		.map(finding => {
			if (finding.kind !== 'fires') {
				return finding.kind === 'clear' ? 'clear' : `${finding.reason}: ${finding.why}`;
			}

			assert.notEqual(finding.meaning, '');
			assertPrintedCommands(finding);
			assert.ok(finding.next.length > 0, 'a finding says what to do next');
			if (finding.action !== undefined) {
				const record = fleet.nodes.get(finding.remedy?.node ?? finding.node ?? ('nowhere' as NodeAddress))?.record;
				assert.ok(record !== undefined, `${rule.id} names ${finding.action} and no node that it is for`);
				assert.equal(
					actionRow(finding.action).whyNot(record),
					undefined,
					`${finding.action ?? 'nothing'} on ${record.address}`,
				);
			}

			return `${finding.severity} ${finding.node ?? '-'}: ${findingText(finding)}`.replaceAll('127.0.0.1:', '');
		});
}

/**
One test for each case, with all that the rule says as one text. Another test holds that without a view, and with old views,
the rule is not evaluated.
*/
export function testClusterRule(
	rule: FleetRule,
	cases: ReadonlyArray<readonly [name: string, given: ClusterCase, expected: RegExp | undefined]>,
): void {
	for (const [name, given, expected] of cases) {
		test(`${rule.id}: ${name}`, () => {
			const text = said(rule, given).join('\n');
			if (expected === undefined) {
				assert.equal(text, '');
			} else {
				assert.match(text, expected);
			}
		});
	}

	test(`${rule.id}: the rule is not evaluated without a view or with old views`, () => {
		assert.match(said(rule, {})[0] ?? '', /^pending: no node has told its view/);
		assert.match(
			said(rule, {...cases[0]?.[1], nowMs: sampledAtMs + 60_000})[0] ?? '',
			/^pending: no node of the cluster tells/,
		);
	});
}
