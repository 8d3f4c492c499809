import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {repSyncLink} from '../../source/rules/resync-traffic.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const mega = 1_000_000;
const line = (host: string, state: string) => `ip=${host},port=6379,state=${state},offset=5,lag=0`;
/** A node with the round trip of its last poll. */
const polledIn = (address: string, roundTripMs: number, role: 'replica' | 'sentinel' = 'replica') => {
	const record = recordFrom({address, role});
	return {...record, sample: record.sample && {...record.sample, roundTripMs}};
};
const others = [polledIn('10.0.1.12:6379', 1), polledIn('10.0.1.13:6379', 30), polledIn('10.0.1.14:6379', 30)];
type Given = {
	readonly states?: readonly string[];
	readonly toReplicas?: number;
	readonly output?: number;
	readonly rest?: FactsParts;
};
/** A primary with a replica and two that copy all data from it, with what it sends in a second. */
const copying = ({
	states = ['online', 'wait_bgsave', 'send_bulk'],
	toReplicas = 5 * mega,
	output = 6 * mega,
	rest = {},
}: Given = {}): FactsParts => ({
	roundTripMs: 24,
	earlierRoundTripMs: 35,
	nodes: others,
	...rest,
	info: {
		stats: {total_net_output_bytes: 2 * output, total_net_repl_output_bytes: 2 * toReplicas},
		replication: {
			role: 'master',
			master_repl_offset: 5,
			connected_slaves: states.length,
			...Object.fromEntries(states.map((state, at) => [`slave${at}`, line(`10.0.1.${12 + at}`, state)])),
		},
	},
	earlier: {stats: {total_net_output_bytes: output, total_net_repl_output_bytes: toReplicas}},
});
const said =
	/^answers in 24\.0 ms while full resyncs fill its link, 10\.0\.1\.13:6379 and 10\.0\.1\.14:6379 take 4\.77M\/s$/;

testRule(repSyncLink, [
	['late replies', copying(), 'warning', said],
	['very late replies', copying({rest: {roundTripMs: 240, earlierRoundTripMs: 350}}), 'critical'],
	['no full resync', copying({states: ['online', 'online', 'online']}), 'clear'],
	['a link with room', copying({rest: {roundTripMs: 1, earlierRoundTripMs: 2}}), 'clear'],
	['one late reply of two, as on a busy machine', copying({rest: {earlierRoundTripMs: 2}}), 'clear'],
	['a quick PING since', copying({rest: {record: {pings: [0.5]}}}), 'clear'],
	['a long way: all replies take as long', copying({rest: {earlierRoundTripMs: 25}}), 'clear'],
	['other nodes as late', copying({rest: {nodes: others.slice(1)}}), 'clear'],
	['the data is not sent yet', copying({toReplicas: 100}), 'clear'],
	['replies of clients take more', copying({output: 60 * mega}), 'clear'],
	['a tunnel', copying({rest: {record: {address: '127.0.0.1:6379'}}}), 'clear'],
	['no other data node', copying({rest: {nodes: [polledIn('10.0.1.20:26379', 1, 'sentinel')]}}), 'pending'],
]);

test('rep.sync_link: one full resync at a time, or from another replica, unless others choose the primary', () => {
	const steps = (given: Given) =>
		firingOf(repSyncLink, copying(given))
			.next.map(({text}) => messageText(text))
			.join('\n');
	const alone = steps({});
	assert.match(alone, /^one full resync at a time: stop 10\.0\.1\.14:6379, start it again after the other/);
	assert.match(alone, /-h 10\.0\.1\.14 -p 6379 REPLICAOF 10\.0\.1\.12 6379/);
	assert.match(
		steps({states: ['online', 'wait_bgsave']}),
		/^wait for the end of the full resync, or stop 10\.0\.1\.13:6379/,
	);
	const watched = [...others, recordFrom({address: '10.0.1.20:26379', role: 'sentinel'})];
	assert.doesNotMatch(steps({rest: {nodes: watched}}), /REPLICAOF/);
	assert.doesNotMatch(steps({states: ['wait_bgsave', 'wait_bgsave', 'wait_bgsave']}), /REPLICAOF/);
});
