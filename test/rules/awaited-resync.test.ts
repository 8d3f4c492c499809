import assert from 'node:assert/strict';
import test from 'node:test';
import {replicaLinks} from '../../source/derive/replica-links.js';
import {messageText} from '../../source/domain/message.js';
import {repState} from '../../source/rules/replica-state.js';
import {repLinkDown} from '../../source/rules/replication-link.js';
import {evidenceOf, firingOf} from '../harness/firing-of.js';
import {recordFrom} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

type Parts = {
	readonly delay?: string;
	readonly diskless?: string;
	readonly rewrite?: number;
	readonly save?: number;
	readonly state?: string;
	readonly primaryKeys?: number;
	readonly keys?: number;
	/** Reads between the two samples; undefined with one sample. */
	readonly reads?: number | undefined;
	readonly heldSeconds?: number;
	readonly staleReads?: string;
};

/** A replica that asked its primary for a full resync, and its primary. */
function waiting(parts: Parts = {}): FactsParts {
	const {delay = '60', diskless = 'yes', rewrite = 0, save = 0, state = 'wait_bgsave', primaryKeys = 9} = parts;
	const {keys = 0, heldSeconds = 0, staleReads = 'yes'} = parts;
	const reads = 'reads' in parts ? parts.reads : 0;
	const keyspace = (count: number) => ({keyspace: count === 0 ? {} : {db0: `keys=${count},expires=0,avg_ttl=0`}});
	const primary = recordFrom({
		address: '10.0.1.9:6379',
		info: {
			replication: {
				role: 'master',
				slave0: `ip=10.0.1.11,port=6379,state=${state},offset=0,lag=0`,
				connected_slaves: 1,
				master_repl_offset: 5,
			},
			persistence: {aof_rewrite_in_progress: rewrite, aof_current_rewrite_time_sec: 40, rdb_bgsave_in_progress: save},
			...keyspace(primaryKeys),
		},
		config: {
			atMs: 0,
			value: new Map(Object.entries({'repl-diskless-sync': diskless, 'repl-diskless-sync-delay': delay})),
		},
	});
	return {
		info: {
			replication: {
				role: 'slave',
				master_host: '10.0.1.9',
				master_port: 6379,
				master_link_status: 'down',
				master_link_down_since_seconds: -1,
				master_sync_in_progress: 0,
			},
			stats: {keyspace_hits: 0, keyspace_misses: 5 + (reads ?? 0)},
			...keyspace(keys),
		},
		...(reads === undefined ? {} : {earlier: {stats: {keyspace_hits: 0, keyspace_misses: 5}}}),
		config: {'replica-serve-stale-data': staleReads},
		record: {address: '10.0.1.11:6379', role: 'replica'},
		nodes: [{...primary, replicas: primary.sample === undefined ? [] : replicaLinks(undefined, primary.sample)}],
		heldSeconds,
	};
}

testRule(repLinkDown, [
	[
		'the primary delays the full resync, and nobody reads from the replica',
		waiting(),
		'info',
		/^waits for a full resync from 10\.0\.1\.9:6379: 10\.0\.1\.9:6379 waits 1m00s for more replicas \(repl-diskless-sync-delay\)$/,
	],
	[
		'the primary delays the full resync, and clients read from a replica without data',
		waiting({reads: 3}),
		'warning',
		/^has no data yet, and clients read there: 10\.0\.1\.9:6379 waits 1m00s for more replicas/,
	],
	[
		'the primary delays the full resync, and clients read old data',
		waiting({reads: 3, keys: 4}),
		'warning',
		/^waits for a full resync from /,
	],
	['a primary without keys has nothing that readers lack', waiting({reads: 3, primaryKeys: 0}), 'info'],
	['the delay is the default', waiting({reads: 3, delay: '5'}), 'info'],
	['the default delay is long over', waiting({reads: 3, delay: '5', heldSeconds: 40}), 'warning'],
	['two minutes', waiting({heldSeconds: 121}), 'warning'],
	['an AOF rewrite', waiting({rewrite: 1}), 'info', /: 10\.0\.1\.9:6379 rewrites its AOF first, for 40s so far$/],
	['another save', waiting({save: 1, diskless: 'no'}), 'info', /: 10\.0\.1\.9:6379 ends another save first$/],
	['one sample', waiting({reads: undefined}), 'pending'],
	[
		'the primary sends the data',
		waiting({state: 'send_bulk'}),
		'info',
		/^has no link to its primary 10\.0\.1\.9:6379 yet$/,
	],
	[
		'the replica refuses reads meanwhile',
		waiting({staleReads: 'no', heldSeconds: 20}),
		'critical',
		/^refuses reads \(MASTERDOWN\): 10\.0\.1\.9:6379 waits 1m00s for more replicas/,
	],
]);

const stepsOf = (parts: Parts): string[] =>
	firingOf(repLinkDown, waiting(parts)).next.map(({text}) => messageText(text));

test('a replica that waits for a full resync is not told to replicate again', () => {
	const firing = firingOf(repLinkDown, waiting({heldSeconds: 60}));
	assert.equal(firing.action, undefined);
	assert.equal(firingOf(repLinkDown, waiting({staleReads: 'no', heldSeconds: 60})).action, undefined);
	assert.deepEqual(evidenceOf(firing)['its state at the primary'], 'wait_bgsave');
});

test('a delay is shortened only at a primary with keys: the replica of another may hold the only copy', () => {
	const command = /CONFIG SET repl-diskless-sync-delay 5$/;
	assert.match(stepsOf({})[1] ?? '', command);
	assert.ok(stepsOf({primaryKeys: 0, keys: 9}).every(step => !command.test(step)));
	assert.ok(stepsOf({delay: '5'}).every(step => !command.test(step)));
	const stepsAtPrimary = (primaryKeys: number) => {
		const [primary] = waiting({primaryKeys}).nodes ?? [];
		assert.ok(primary?.sample !== undefined);
		const info = Object.fromEntries(
			[...primary.sample.info.sections].map(([name, of]) => [name, Object.fromEntries(of)]),
		);
		return firingOf(repState, {info, record: {address: primary.address}}).next.map(({text}) => messageText(text));
	};
	assert.ok(stepsAtPrimary(9).some(step => command.test(step)));
	assert.ok(stepsAtPrimary(0).every(step => !command.test(step)));
});

test('the primary leaves the wait to its replica for two minutes, if the replica answers', () => {
	const severityAfter = (heldSeconds: number) => {
		const replica = factsOf(waiting()).record;
		const info = {
			replication: {
				role: 'master',
				connected_slaves: 1,
				slave0: 'ip=10.0.1.11,port=6379,state=wait_bgsave,offset=0,lag=0',
			},
		};
		return firingOf(repState, {info, record: {address: '10.0.1.9:6379'}, nodes: [replica], heldSeconds}).severity;
	};
	assert.equal(severityAfter(1), 'info');
	assert.equal(severityAfter(120), 'warning');
});
