import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {repMadeReplica} from '../../source/rules/made-replica.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection} from '../harness/records.js';
import {emptyHost, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const line = (client: string): string =>
	`7:S 29 Nov 2026 16:21:13.972 * REPLICAOF 10.0.9.9:25069 enabled (user request from '${client}')`;

type Parts = {
	readonly line?: string;
	readonly lineAgo?: number;
	readonly downSince?: number;
	readonly answers?: boolean;
};

/** A replica without a link, whose primary has never answered. */
function replica({line: said, lineAgo = 8, downSince = -1, answers = false}: Parts = {}): FactsParts {
	return {
		info: {
			server: {uptime_in_seconds: 600},
			replication: {
				role: 'slave',
				master_host: '10.0.9.9',
				master_port: 25_069,
				master_link_status: 'down',
				master_link_down_since_seconds: downSince,
			},
		},
		record: {role: 'replica'},
		nodes: [
			answers
				? recordFrom({address: '10.0.9.9:25069'})
				: {...recordFrom({address: '10.0.9.9:25069', failure: refusedConnection, reach: 'down'}), sample: undefined},
		],
		...(said === undefined
			? {}
			: {
					host: {
						log: {
							...emptyHost.log,
							source: '/var/log/redis.log',
							lines: [],
							remarks: [
								{
									id: 'replicates',
									severity: 'warning',
									rules: [],
									meaning: 'somebody made this node a replica of another (REPLICAOF)',
									line: said,
									atMs: nowMs - lineAgo * 1000,
									count: 1,
								},
							],
						},
					},
				}),
	};
}

const asked = line('id=7 addr=10.0.0.9:33062 laddr=10.0.1.11:6379 fd=13 name=deploy user=default');

testRule(repMadeReplica, [
	[
		'a client did it, by the log',
		replica({line: asked}),
		'critical',
		/^refuses writes \(READONLY\): made a replica of 10\.0\.9\.9:25069, at .* by deploy: no server answers there$/,
	],
	[
		'a log that hides names',
		replica({line: line('id=7 addr=10.0.0.9:33062 fd=13 name=*redacted* user=*redacted* lib-name=')}),
		'critical',
		/ by 10\.0\.0\.9:33062: no server answers there$/,
	],
	[
		'redis-top saw it',
		{...replica(), watch: {roleChangedAtMs: nowMs - 9000}},
		'critical',
		/, at \d\d:\d\d:\d\d: no server/,
	],
	['nothing tells that it was a primary', replica(), 'clear'],
	['it was a replica at its start', replica({line: asked, lineAgo: 700}), 'clear'],
	['it had a link before', replica({line: asked, downSince: 9}), 'clear'],
	['the primary answers', replica({line: asked, answers: true}), 'clear'],
	[
		'the primary turns new clients away',
		{
			...replica({line: asked}),
			nodes: [
				{
					...recordFrom({
						address: '10.0.9.9:25069',
						failure: {...refusedConnection, code: 'ERR', kind: 'MAXCLIENTS', state: 'refusing'},
						reach: 'refusing',
					}),
					sample: undefined,
				},
			],
		},
		'clear',
	],
	[
		'a Sentinel did it',
		replica({line: line('id=7 addr=10.0.0.9:33062 name=sentinel-2f1c8a0b-cmd user=default')}),
		'clear',
	],
	['not in INFO', {record: {role: 'replica'}, info: {replication: {role: 'slave'}}}, 'absent'],
]);

test('rep.made_replica: the first step makes it a primary again', () => {
	const {next, action, culprit} = firingOf(repMadeReplica, replica({line: asked}));
	assert.match(messageText(next[0]?.text ?? ''), /REPLICAOF NO ONE$/);
	assert.equal(action, 'promote');
	assert.equal(culprit?.client?.name, 'deploy');
});
