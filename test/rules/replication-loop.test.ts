import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {findingText} from '../../source/rules/finding.js';
import {repLoop} from '../../source/rules/replication-loop.js';
import {type RecordParts, refusedConnection} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';

/** A replica of the given port on the same machine; without a port a primary. */
const node = (port: number, of: number | undefined, offset = 0, record: Omit<RecordParts, 'info'> = {}) =>
	factsOf({
		record: {
			address: `10.0.1.1:${port}`,
			role: of === undefined ? 'primary' : 'replica',
			...record,
		},
		info: {
			replication:
				of === undefined
					? {role: 'master'}
					: {role: 'slave', master_host: '10.0.1.1', master_port: of, slave_repl_offset: offset},
		},
	});
const found = (...nodes: ReadonlyArray<ReturnType<typeof node>>) =>
	repLoop
		.evaluate({nodes: new Map(nodes.map(facts => [facts.address, facts])), deployment: 'replicated', nowMs: 0}, () => 0)
		.map(evaluation => ({
			...evaluation,
			text: evaluation.kind === 'fires' ? findingText(evaluation) : evaluation.kind,
		}));

test('rep.loop: of equal offsets none is said to be the highest', () => {
	const stepOf = (one: number, other: number) => {
		const [loop] = found(node(1, 2, one), node(2, 1, other));
		return loop?.kind === 'fires' && loop.next[0] !== undefined ? messageText(loop.next[0].text) : '-';
	};
	assert.match(stepOf(5549, 5549), /offsets are equal/);
	assert.match(stepOf(5549, 5550), /10\.0\.1\.1:2 has the highest offset/);
});

test('rep.loop: two replicas of each other are one finding, which advises to promote the one with more data', () => {
	const [loop, ...others] = found(node(1, 2, 100), node(2, 1, 200));
	assert.deepEqual(others, []);
	assert.equal(loop?.text, 'and 10.0.1.1:2 replicate from each other: no primary');
	assert.equal(loop?.node, '10.0.1.1:1');
	assert.ok(loop?.kind === 'fires');
	assert.equal(loop.severity, 'critical');
	assert.equal(loop.remedy?.node, '10.0.1.1:2');
	assert.match(
		loop.next.map(({text}) => messageText(text)).join('\n'),
		/redis-cli -h 10\.0\.1\.1 -p 2 REPLICAOF NO ONE/,
	);
});

test('rep.loop: in a failover, a reading from before the exchange of roles does not count', () => {
	const readAtMs = node(1, 2).sample?.atMs ?? 0;
	const changed = (port: number, of: number, roleChangedAtMs: number) =>
		factsOf({
			record: {address: `10.0.1.1:${port}`, role: 'replica'},
			info: {replication: {role: 'slave', master_host: '10.0.1.1', master_port: of, slave_repl_offset: 0}},
			watch: {roleChangedAtMs},
		});
	assert.deepEqual(found(node(1, 2), changed(2, 1, readAtMs + 300)), []);
	assert.equal(found(node(1, 2), changed(2, 1, readAtMs - 1000)).length, 1);
	assert.equal(found(changed(1, 2, readAtMs - 900), changed(2, 1, readAtMs - 1000)).length, 1);
});

test('rep.loop: a circle of three replicas and a replica of itself are found', () => {
	assert.deepEqual(
		found(node(1, 2), node(2, 3), node(3, 1), node(4, 1)).map(({text}) => text.split(':')[0]),
		['and 10.0.1.1'],
	);
	assert.match(found(node(1, 1))[0]?.text ?? '', /^replicates from itself/);
});

test('rep.loop: a chain that ends at a primary, at an unknown node or at a dead one is not a loop', () => {
	assert.deepEqual(found(node(1, undefined), node(2, 1), node(3, 2)), []);
	assert.deepEqual(found(node(1, 9), node(2, 1)), []);
	assert.deepEqual(found(node(1, 2, 0, {failure: refusedConnection, reach: 'down'}), node(2, 1)), []);
});
