import assert from 'node:assert/strict';
import test from 'node:test';
import {actionRow} from '../../source/actions/catalogue/catalogue.js';
import {type ClusterState, watchCluster} from '../../source/cluster/cluster-state.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {Failure} from '../../source/domain/sample.js';
import {findingText} from '../../source/rules/finding.js';
import {defaultRuleSettings, NodeFacts, newRuleMemory} from '../../source/rules/node-facts.js';
import type {FleetFacts, FleetRule} from '../../source/rules/rule.js';
import {type RecordParts, recordFrom, type Sections, sampledAtMs} from '../harness/records.js';

export type ClusterCase = {
	readonly views?: readonly NodeView[];
	/** How much earlier the cluster was first seen like this, milliseconds. */
	readonly forMs?: number;
	/** What a node says beside its view, by its port. */
	readonly info?: Readonly<Record<string, Sections>>;
	readonly parts?: Readonly<Record<string, RecordParts>>;
	readonly config?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly change?: (watch: ClusterState) => ClusterState;
	readonly heldSeconds?: number;
	readonly nowMs?: number;
};

export const silent: Failure = {layer: 'tcp', code: 'ECONNREFUSED', text: 'refuses connections', state: 'down'};

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

/** The fleet after two looks at it. */
export function fleetOf(given: ClusterCase): FleetFacts {
	const {forMs = 1000, change = watch => watch, nowMs = sampledAtMs} = given;
	const before = watchCluster(undefined, recordsAt(given, sampledAtMs - forMs), sampledAtMs - forMs)?.watch;
	const records = recordsAt(given, sampledAtMs);
	const watch = watchCluster(before, records, sampledAtMs)?.watch;
	const nodes = new Map(
		[...records].map(([address, record]) => [
			address,
			new NodeFacts({
				record,
				earlier: undefined,
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
		cluster: watch && change(watch),
		nowMs,
	};
}

/** What a rule says: `severity node: title`, one each; or why it says nothing. */
export function said(rule: FleetRule, given: ClusterCase): string[] {
	const fleet = fleetOf(given);
	return rule
		.evaluate(fleet, () => (given.heldSeconds ?? 0) * 1000)
		.map(finding => {
			if (finding.kind !== 'fires') {
				return finding.kind === 'clear' ? 'clear' : `${finding.reason}: ${finding.why}`;
			}

			assert.notEqual(finding.meaning, '');
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

/** One test a case: what it says in all, as one text. */
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

	test(`${rule.id}: without a view it is not evaluated, and with old ones neither`, () => {
		assert.match(said(rule, {})[0] ?? '', /^pending: no node has told its view/);
		assert.match(
			said(rule, {...cases[0]?.[1], nowMs: sampledAtMs + 60_000})[0] ?? '',
			/^pending: no node of the cluster tells/,
		);
	});
}
