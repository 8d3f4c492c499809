import {cluOrphanReplica, cluRoleLie, cluTwoPrimaries} from '../../source/rules/cluster-roles.js';
import {sixViews} from '../cluster/views.js';
import {sampledAtMs} from '../harness/records.js';
import {type ClusterCase, others, split, testClusterRule, well} from './cluster-cases.js';

const takenForPrimary = {changed: ['17053 master 0']};
const withLie = sixViews({17051: takenForPrimary, 17052: takenForPrimary});
const faulty = {server: {server_name: 'valkey', valkey_version: '8.1.9', redis_version: '7.2.4'}};

testClusterRule(cluRoleLie, [
	['all agree', well, undefined],
	[
		'two nodes list a replica as a primary',
		{views: withLie},
		/^warning 17053: is a replica that others take for a primary, so say 17051, 17052$/,
	],
	[
		'a release with the fault',
		{views: withLie, info: {17053: faulty}},
		/^critical 17053: .* version 8\.1\.9 has a fault/,
	],
	['the view is out of date', {views: sixViews({17051: {changed: ['17053 master,fail 0']}})}, undefined],
	['the node agrees that it is a primary', {views: sixViews({}, {changed: ['17053 master 0']})}, undefined],
	[
		'others list it with slots: the views differ on more',
		{views: sixViews({17051: {changed: ['17053 master 9 0-5460', '17050 master 1']}})},
		undefined,
	],
]);

/** 17050 is dead, 17053 has its slots, and 17054 follows 17050. */
const followsTheDead = {changed: ['17050 master,fail 1', '17053 master 9 0-5460', '17054 slave:17050 1']};

testClusterRule(cluOrphanReplica, [
	['all follow a living primary', well, undefined],
	[
		'a replica of a node whose slots another one has',
		{views: others(17050, followsTheDead)},
		/^warning 17054: follows 17050, which is gone: another node has its slots now$/,
	],
	[
		'a replica of a node that is not listed',
		{
			views: others(17050, {
				lines: [
					'17051 master 3 5461-10922',
					'17052 master 5 10923-16383',
					'17053 master 9 0-5460',
					'17054 slave:17059 3',
					'17055 slave:17052 5',
				],
			}),
		},
		/^warning 17054: follows a node that it does not list any more/,
	],
	[
		'the dead primary still has its slots',
		{views: others(17050, {changed: ['17050 master,fail 1 0-5460']})},
		undefined,
	],
	['its primary answers', {views: sixViews({17054: {changed: ['17051 master,fail? 3']}})}, undefined],
]);

/** The shard that each node names, by its port. */
const shards = (given: Readonly<Record<string, string>>, atMs = sampledAtMs): NonNullable<ClusterCase['parts']> =>
	Object.fromEntries(
		Object.entries(given).map(([port, digit]) => [port, {shardId: {atMs, value: digit.repeat(40)}}] as const),
	);

const each = {17050: 'a', 17051: 'b', 17052: 'c', 17053: 'a', 17054: 'b', 17055: 'c'};
/** 17053 was a replica of 17050, was reset and met the cluster again. */
const metAgain = sixViews({}, {changed: ['17053 master 0']});

testClusterRule(cluTwoPrimaries, [
	['one primary a shard', {...well, parts: shards(each)}, undefined],
	[
		'a replica that was reset is a second primary without slots',
		{views: metAgain, parts: shards(each)},
		/^warning 17053: is a second primary without slots in its shard, beside 17050$/,
	],
	['it has a shard of its own', {views: metAgain, parts: shards({...each, 17053: 'd'})}, undefined],
	[
		'both have slots',
		{views: sixViews(), parts: shards({...each, 17051: 'a'})},
		/^warning 1705[01]: is a second primary with slots in its shard, beside 1705[01]$/,
	],
	['two owners of the same slots: clu.split tells', {views: split, parts: shards({...each, 17053: 'a'})}, undefined],
	[
		'no node tells its shard',
		{views: metAgain, info: {17050: {server: {redis_version: '7.0.15'}}}},
		/^absent: this version has no CLUSTER MYSHARDID \(Redis 7\.2 has it\)$/,
	],
	['not asked yet', {views: metAgain, info: {17050: {server: {redis_version: '7.2.5'}}}}, /^pending: /],
]);
