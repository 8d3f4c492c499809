import assert from 'node:assert/strict';
import test from 'node:test';
import {type ComparedFields, comparedRecord, notCompared} from '../../source/derive/compared-record.js';
import {metrics} from '../../source/domain/metric.js';
import type {NodeSample, PollOutcome} from '../../source/domain/sample.js';
import {baselineOf, sinceBaseline} from '../../source/state/baseline.js';
import {History} from '../../source/state/history.js';
import {toHistoryEntry} from '../../source/state/history-entry.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {newRecord} from '../../source/state/new-record.js';
import {reduceNode} from '../../source/state/reduce-node.js';
import {at} from '../harness/fake-port.js';
import {type Sections, stateOf} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const address = at('10.0.1.11:6379');

const sections = (count: number): Sections => ({
	server: {run_id: 'run-1', redis_version: '7.2.5'},
	memory: {used_memory: 1000 + count},
	stats: {total_commands_processed: count, expired_subkeys: 2 * count},
	replication: {
		role: 'master',
		connected_slaves: 1,
		master_repl_offset: 1000 + 10 * count,
		slave0: `ip=10.0.1.12,port=6379,state=online,offset=${900 + 9 * count},lag=0`,
	},
	commandstats: {cmdstat_get: `calls=${count},usec=${count * 2},usec_per_call=2.00`},
});

const sampleAt = (second: number, count: number): NodeSample => sampleOf(sections(count), second * 1000);
const outcomeOf = (sample: NodeSample): PollOutcome => ({
	kind: 'sampled',
	address,
	sample,
	extras: {},
	blind: [],
	cost: {commands: 1, bytesOut: 1, bytesIn: 1},
});
const fresh = () => newRecord(address, {kind: 'tcp', host: '10.0.1.11', port: 6379}, 'target', 1000, 10);
const after = (...samples: readonly NodeSample[]): NodeRecord =>
	samples.reduce((record, sample) => reduceNode(record, outcomeOf(sample), 1000), fresh());

/** Every field, with the metrics as plain numbers: `values` computes them when asked. */
const plain = <Fields extends Partial<ComparedFields>>(fields: Fields) => ({
	...fields,
	values: metrics.map(({id}) => fields.values?.get(id)),
});
const onlyCompared = (record: NodeRecord) =>
	plain(Object.fromEntries(fieldNames.map(name => [name, record[name]])) as Partial<ComparedFields>);

/** Links without what was kept of them over time: the age of the data by more than two samples, and its ages so far. */
const withoutAges = (links: ComparedFields['replicas'] = []) =>
	links.map(({delays: _, behindSeconds: _seconds, grewAtMs: _grew, stillSeconds: _still, ...link}) => link);

const [first, second, third] = [sampleAt(0, 10), sampleAt(1, 25), sampleAt(2, 100)];
const compared = comparedRecord(second, third);
const fieldNames = Object.keys(compared) as ReadonlyArray<keyof ComparedFields>;

test('two samples give every field a value that is not the empty one', () => {
	for (const name of fieldNames) {
		assert.notDeepEqual(plain(compared)[name], plain(notCompared)[name], name);
	}
});

test('the live record has all of it, and nothing else in it depends on the sample before', () => {
	// The ages belong to the links over time, not to two samples.
	const live = onlyCompared(after(first, second, third));
	assert.deepEqual(
		{...live, replicas: withoutAges(live.replicas)},
		{...plain(compared), replicas: withoutAges(compared.replicas)},
	);
	const afterOther = (before: NodeSample) => {
		const {series: _, ping: _ping, ...rest} = reduceNode({...fresh(), sample: before}, outcomeOf(third), 1000);
		return plain(rest) as Readonly<Record<string, unknown>>;
	};
	const [one, other] = [afterOther(first), afterOther(second)];
	const dependent = Object.keys(one).filter(name => {
		try {
			assert.deepEqual(one[name], other[name]);
			return false;
		} catch {
			return true;
		}
	});
	assert.deepEqual(dependent.sort(), [...fieldNames].sort());
});

test('a history entry leaves it out, and a moment of the history has it again', () => {
	const live = after(first, second, third);
	assert.deepEqual(onlyCompared(toHistoryEntry(live, undefined).entry.record), plain(notCompared));
	const history = new History();
	history.add(after(first), 0);
	history.add(after(first, second), 1000);
	history.add(live, 2000);
	const past = history.at(stateOf([live]), 2000).nodes.get(address);
	assert.ok(past !== undefined);
	assert.deepEqual(onlyCompared(past), plain(compared));
});

test('since a baseline all of it is compared with the sample of the baseline', () => {
	const baseline = baselineOf(stateOf([after(first)]), 0);
	const shown = sinceBaseline(after(first, second, third), baseline);
	assert.deepEqual(onlyCompared(shown), plain(comparedRecord(first, third)));
});
