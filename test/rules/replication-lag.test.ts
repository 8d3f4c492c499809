import assert from 'node:assert/strict';
import test from 'node:test';
import {repBacklog, repLagAck, repLagBytes, repObuf} from '../../source/rules/replication-lag.js';
import {evidenceOf, firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const nowMs = factsOf({}).nowMs;
const mega = 1024 * 1024;
const replication = (fields: Sections[string]): Sections => ({replication: fields});
const settling: FactsParts['watch'] = {roleChangedAtMs: nowMs - 5000};

/** A primary at offset `written` whose one replica has acknowledged `offset`. */
const behind = (written: number, offset: number, state = 'online', lag = 0): Sections =>
	replication({
		role: 'master',
		connected_slaves: 1,
		master_repl_offset: written,
		repl_backlog_size: 10 * mega,
		slave0: `ip=10.0.1.12,port=6379,state=${state},offset=${offset},lag=${lag}`,
	});
const tenSeconds: FactsParts = {info: behind(6 * mega, mega), earlier: behind(5.5 * mega, 0.5 * mega)};
testRule(repLagBytes, [
	['nothing', {info: behind(5000, 5000), earlier: behind(4000, 4000)}, 'clear'],
	['a few bytes under way', {info: behind(60_000, 0), earlier: behind(60_000, 0)}, 'clear'],
	['half a second', {info: behind(5 * mega, 4 * mega), earlier: behind(3 * mega, 2 * mega)}, 'clear'],
	['ten seconds', tenSeconds, 'warning', /^replica 10\.0\.1\.12:6379 is 5\.00M behind, its data is about 10s old$/],
	['a minute', {info: behind(61 * mega, 52 * mega), earlier: behind(60.85 * mega, 51 * mega)}, 'critical'],
	[
		'the primary writes nothing meanwhile: the age is unknown',
		{info: behind(6 * mega, mega), earlier: behind(6 * mega, 0.5 * mega)},
		'warning',
		/is 5\.00M behind$/,
	],
	[
		'while the replica loads',
		{
			info: behind(6 * mega, mega),
			earlier: behind(5.5 * mega, mega),
			nodes: [recordFrom({address: '10.0.1.12:6379', role: 'replica', info: {persistence: {loading: 1}}})],
		},
		'warning',
		/is 5\.00M behind, its data is about 10s old: it is loading its data set$/,
	],
	[
		'no more than was written since the last acknowledgement, on two samples between two of them',
		{info: behind(1.2 * mega, mega), earlier: behind(mega, mega)},
		'clear',
	],
	[
		'the same, and the last acknowledgement is a second old',
		{info: behind(1.35 * mega, mega, 'online', 1), earlier: behind(1.15 * mega, mega)},
		'clear',
	],
	['more than the backlog', {info: behind(60 * mega, mega), earlier: behind(50 * mega, 0.9 * mega)}, 'critical'],
	[
		'more than the backlog, and quick',
		{info: behind(60 * mega, 40 * mega), earlier: behind(40 * mega, 20 * mega)},
		'clear',
	],
	[
		'during a full resync',
		{info: behind(60 * mega, 0, 'send_bulk'), earlier: behind(50 * mega, 0, 'send_bulk')},
		'clear',
	],
	[
		'just after a failover',
		{info: behind(60 * mega, mega), earlier: behind(50 * mega, 0.9 * mega), watch: settling},
		'pending',
	],
	['the first sample', {info: behind(60 * mega, mega)}, 'pending'],
]);

test('rep.lag_bytes: the effect is stale reads, and the finding concerns both nodes', () => {
	const firing = firingOf(repLagBytes, tenSeconds);
	assert.equal(firing.effect, 'reads-stale');
	assert.deepEqual(firing.nodes, ['10.0.1.11:6379', '10.0.1.12:6379']);
	// Line 3 has room for the first clause.
	assert.match(String(firing.next[0]?.text), /^look at the network between them; /);
	assert.equal(evidenceOf(firing).replica, '<node 10.0.1.12:6379>');
});

/** The replica, which has received the last data this many seconds ago. */
const hearing = (secondsAgo: number, history?: string) =>
	recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		info: replication({
			role: 'slave',
			master_link_status: 'up',
			master_last_io_seconds_ago: secondsAgo,
			...(history === undefined ? {} : {master_replid: history}),
		}),
	});
/** A replica that answers redis-top and has its link, with the replication id of its primary or without. */
const linked = (id: string) =>
	recordFrom({
		address: '10.0.1.12:6379',
		role: 'replica',
		info: {
			replication: {
				role: 'slave',
				master_link_status: 'up',
				master_last_io_seconds_ago: 1,
				...(id === '' ? {} : {master_replid: id}),
			},
		},
	});

const ofHistory = (history: string, {replication: fields}: Sections): Sections =>
	replication({...fields, master_replid: history});
testRule(repLagAck, [
	[
		'a replica by SYNC never acknowledges',
		{info: behind(5, 0, 'online', 11), nodes: [linked('')]},
		'warning',
		/^replica 10\.0\.1\.12:6379 acknowledges nothing: it replicates by SYNC, as its user may not send PSYNC$/,
	],
	[
		'a replica by PSYNC that has not acknowledged',
		{info: behind(5, 0, 'online', 11), nodes: [linked('a')]},
		'critical',
	],
	['a replica by SYNC that came a moment ago', {info: behind(5, 0, 'online', 2), nodes: [linked('')]}, 'clear'],
	[
		'no server, and the primary keeps its link',
		{info: behind(5, 0, 'online', 300)},
		'info',
		/^replica 10\.0\.1\.12:6379 acknowledges nothing: it replicates by SYNC, as a tool does, or a user that may not send PSYNC$/,
	],
	[
		'another replica stopped beside one by SYNC',
		{
			info: replication({
				...behind(5, 0, 'online', 300).replication,
				connected_slaves: 2,
				slave1: 'ip=10.0.1.13,port=6379,state=online,offset=5,lag=12',
			}),
			nodes: [linked('')],
		},
		'critical',
		/^replica 10\.0\.1\.13:6379 no longer acknowledges$/,
	],
	['a second', {info: behind(5, 5, 'online', 1)}, 'clear'],
	['six seconds', {info: behind(5, 5, 'online', 6)}, 'warning'],
	[
		'eleven seconds',
		{info: behind(5, 5, 'online', 11)},
		'critical',
		/^replica 10\.0\.1\.12:6379 no longer acknowledges$/,
	],
	[
		'the replica answers redis-top and hears nothing either',
		{info: behind(5, 5, 'online', 11), nodes: [hearing(11)]},
		'critical',
		/ for 11s: both answer here, so the network between them drops packets$/,
	],
	[
		'the replica follows another primary, and this one lists it until repl-timeout',
		{info: ofHistory('a', behind(5, 5, 'online', 11)), nodes: [hearing(0, 'b')]},
		'clear',
	],
	[
		'the replica has the same history',
		{info: ofHistory('a', behind(5, 5, 'online', 11)), nodes: [hearing(0, 'a')]},
		'critical',
	],
	[
		'the replica was frozen until a moment ago',
		{info: behind(6 * mega, 5 * mega, 'online', 11), nodes: [hearing(0)]},
		'critical',
		/^replica 10\.0\.1\.12:6379 no longer acknowledges, 1\.00M behind$/,
	],
	[
		'the primary keeps what the replica lacks, and no limit is set',
		{info: behind(100 * mega, 5 * mega, 'online', 11), config: {'client-output-buffer-limit': 'slave 0 0 0'}},
		'critical',
		/ no longer acknowledges, 95\.0M behind: the primary keeps that in memory, without limit$/,
	],
	[
		'a soft limit alone ends it',
		{info: behind(100 * mega, 5 * mega, 'online', 11), config: {'client-output-buffer-limit': 'slave 0 64000000 60'}},
		'critical',
		/ no longer acknowledges, 95\.0M behind$/,
	],
	[
		'little is kept, without a limit',
		{info: behind(6 * mega, 5 * mega, 'online', 11), config: {'client-output-buffer-limit': 'slave 0 0 0'}},
		'critical',
		/ no longer acknowledges, 1\.00M behind$/,
	],
	[
		'the replica does not answer',
		{info: behind(5, 5, 'online', 11), nodes: [{...hearing(11), pendingSinceMs: 1}]},
		'critical',
		/ no longer acknowledges$/,
	],
	['during a full resync', {info: behind(5, 5, 'wait_bgsave', 60)}, 'clear'],
	[
		'a tool that reads the replication stream',
		{info: replication({role: 'master', slave0: 'ip=10.0.0.7,port=0,state=online,offset=0,lag=31'})},
		'clear',
	],
	['just after a failover', {info: behind(5, 5, 'online', 11), watch: settling}, 'pending'],
	[
		'a server that tells no lag',
		{info: replication({role: 'master', slave0: 'ip=10.0.1.12,port=6379,state=online,offset=5'})},
		'pending',
	],
]);

test('rep.lag_ack: the finding concerns both nodes', () => {
	const firing = firingOf(repLagAck, {info: behind(5, 5, 'online', 11)});
	assert.deepEqual(firing.nodes, ['10.0.1.11:6379', '10.0.1.12:6379']);
	assert.deepEqual(evidenceOf(firing), {replica: '<node 10.0.1.12:6379>', lag: '11'});
});

const written = (offset: number, size: number, replicas = 1): Sections =>
	replication({role: 'master', connected_slaves: replicas, master_repl_offset: offset, repl_backlog_size: size});
const busy: FactsParts = {info: written(11 * mega, mega), earlier: written(mega, mega)};
testRule(repBacklog, [
	['enough', {info: written(2000, 100 * mega), earlier: written(1000, 100 * mega)}, 'clear'],
	['the default of a busy primary', busy, 'info', /^has a backlog that covers 0s of writes, repl-backlog-size 1\.00M$/],
	['advice is a warning with --strict', {...busy, settings: {isStrict: true}}, 'warning'],
	['no replica', {info: written(11 * mega, mega, 0), earlier: written(mega, mega, 0)}, 'clear'],
	['no writes', {info: written(mega, mega), earlier: written(mega, mega)}, 'clear'],
	['the first sample', {info: written(mega, mega)}, 'pending'],
]);

const serving = (count: number): Sections => replication({role: 'master', connected_slaves: count});
const buffered = (bytes: number): FactsParts => ({
	info: serving(1),
	record: {clients: {atMs: nowMs, value: [clientOf({id: 4, flags: 'S', outputBufferBytes: bytes * mega})]}},
});
testRule(repObuf, [
	['little', buffered(1), 'clear'],
	[
		'half of the limit',
		buffered(140),
		'warning',
		/^holds 140M of output for replica 10\.0\.4\.20:50004, 55% of the limit$/,
	],
	['no limit', {...buffered(140), config: {'client-output-buffer-limit': 'slave 0 0 0'}}, 'clear'],
	[
		'CLIENT LIST is denied',
		{
			info: serving(1),
			record: {blind: [{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM', grant: '+client|list'}]},
		},
		'denied',
	],
	['CLIENT LIST was not answered yet', {info: serving(1)}, 'pending'],
	['no replica', {info: serving(0)}, 'clear'],
]);

test('rep.obuf: the culprit is the replica’s connection', () => {
	assert.deepEqual(firingOf(repObuf, buffered(140)).culprit, {client: {kind: 'client', name: '10.0.4.20:50004'}});
});
