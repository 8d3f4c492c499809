import assert from 'node:assert/strict';
import test from 'node:test';
import type {TopologyNode} from '../../source/domain/topology.js';
import {promotionBars} from '../../source/topology/promotion-bars.js';
import {recordFrom, refusedConnection} from '../harness/records.js';

const replica = recordFrom({
	address: '10.0.1.11:6379',
	role: 'replica',
	info: {
		replication: {
			role: 'slave',
			master_host: '10.0.1.9',
			master_port: 6379,
			master_link_status: 'down',
			master_link_down_since_seconds: 5,
			slave_repl_offset: 4711,
		},
	},
});
const node = {address: replica.address, flags: [], link: 'down', depth: 1} as unknown as TopologyNode;
const barsBeside = (primary: ReturnType<typeof recordFrom>) =>
	promotionBars(node, new Map([primary, replica].map(record => [record.address, record])), true);

test('a link that is lost because the primary is down is nothing against a promotion', () => {
	const dead = recordFrom({address: '10.0.1.9:6379', failure: refusedConnection, reach: 'down'});
	assert.deepEqual(barsBeside(dead), []);
});

test('a replica without a link is not fit while its primary answers', () => {
	assert.deepEqual(barsBeside(recordFrom({address: '10.0.1.9:6379', role: 'primary'})), [
		'has no link to its primary for 5s',
	]);
});
