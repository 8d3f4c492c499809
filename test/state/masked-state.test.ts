import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {updateClusterState} from '../../source/cluster/cluster-state.js';
import type {AuditEntry} from '../../source/domain/audit.js';
import type {ClusterNode} from '../../source/domain/cluster.js';
import type {Ladder} from '../../source/domain/ladder.js';
import {type Message, message, messageText, nameOf, nodeName} from '../../source/domain/message.js';
import type {NodeAddress, NodeId} from '../../source/domain/node.js';
import {usualKeyboard} from '../../source/keys/keyboard.js';
import {parseInfo} from '../../source/parse/info.js';
import {snapshotJson} from '../../source/report/snapshot/snapshot.js';
import {snapshotText} from '../../source/report/snapshot/snapshot-text.js';
import {sampleText} from '../../source/report/text/sample-text.js';
import {Mask} from '../../source/state/masked-state.js';
import type {MonitorState, NodeRecord} from '../../source/state/monitor-state.js';
import {newView} from '../../source/state/reduce-view.js';
import {unicodeGlyphs} from '../../source/text/glyphs.js';
import {plainText} from '../../source/text/line.js';
import {panels} from '../../source/views/panels.js';
import {screenLines} from '../../source/views/screen.js';
import {panelInput} from '../../source/views/screen-input.js';
import {findingOf} from '../harness/findings.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';
import {clientOf, emptyRecord, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 500;

/** Nine letters that no text of redis-top has. */
const word = fc.array(fc.constantFrom(...'qxzjvkw'), {minLength: 9, maxLength: 9}).map(letters => letters.join(''));
const octet = fc.integer({min: 100, max: 254});
const hostOf = fc.oneof(
	fc.tuple(octet, octet, octet, octet).map(parts => parts.join('.')),
	fc.tuple(octet, octet).map(([a, b]) => `fd00:${a}::${b}`),
	word.map(name => `${name}.internal`),
);

const secretsOf = fc.record({
	hosts: fc.uniqueArray(hostOf, {minLength: 4, maxLength: 4}),
	words: fc.uniqueArray(word, {minLength: 8, maxLength: 8}),
});
type Secrets = typeof secretsOf extends fc.Arbitrary<infer T> ? T : never;

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** A primary with a replica and a sentinel, and everywhere where a name can stand, one. */
function stateWith({hosts, words}: Secrets): MonitorState {
	const [one = '', two = '', three = '', elsewhere = ''] = hosts;
	const [client = '', user = '', key = '', folder = '', group = '', osUser = '', value = '', file = ''] = words;
	const [primary, replica, sentinel] = [one, two, three].map(host => `${bracketed(host)}:6379`) as [
		string,
		string,
		string,
	];
	const at = (host: string) => ({kind: 'tcp', host, port: 6379}) as const;
	const line = (id: string, host: string, flags: string): ClusterNode => ({
		id: id.repeat(40) as NodeId,
		host,
		port: 6379,
		busPort: 16379,
		hostname: elsewhere,
		flags: new Set(flags.split(',')),
		primaryId: flags.includes('slave') ? ('a'.repeat(40) as NodeId) : undefined,
		pingSentMs: 0,
		pongReceivedMs: nowMs,
		configEpoch: 1,
		linkState: 'connected',
		slots: [],
		openSlots: [],
	});
	const records = [
		{
			...recordFrom({
				address: primary,
				info: {
					server: {
						redis_version: '8.0.2',
						run_id: 'f'.repeat(40),
						executable: `/opt/${folder}/redis-server`,
						config_file: `/etc/${file}.conf`,
						listener0: `name=tcp,bind=${one},port=6379`,
					},
					replication: {
						role: 'master',
						connected_slaves: 1,
						master_repl_offset: 100,
						slave0: `ip=${two},port=6379,state=online,offset=90,lag=0`,
					},
					hotkeys: {[key]: value},
					clients: {connected_clients: 2},
				},
				replicas: [
					{
						address: replica as NodeAddress,
						state: 'online',
						behindBytes: 10,
						behindSeconds: 1,
						ackAgeSeconds: 0,
						offset: 90,
					},
				],
				clients: {
					atMs: sampledAtMs,
					value: [
						clientOf({id: 1, name: client, user, address: `${bracketed(elsewhere)}:5000`, localAddress: primary}),
						clientOf({id: 2, name: 'redis-top'}),
					],
				},
				slowlog: {
					atMs: sampledAtMs,
					value: {
						entries: [
							{
								id: 1,
								atMs: sampledAtMs,
								durationMicroseconds: 20_000,
								arguments: ['set', key, value],
								clientAddress: `${bracketed(elsewhere)}:5000`,
								clientName: client,
							},
						],
						lost: 0,
						perMinute: 1,
					},
				},
				largeReplies: {
					atMs: sampledAtMs,
					value: {
						entries: [
							{
								id: 1,
								atMs: sampledAtMs,
								log: 'large-reply',
								bytes: 2_000_000,
								arguments: ['get', key],
								clientAddress: `${bracketed(elsewhere)}:5000`,
								clientName: client,
							},
						],
						lost: 0,
						perMinute: 1,
					},
				},
				accessLog: {
					atMs: sampledAtMs,
					value: [
						{
							count: 1,
							lack: 'key',
							object: key,
							user,
							ageSeconds: 1,
							clientAddress: `${bracketed(elsewhere)}:5000`,
							clientName: client,
						},
					],
				},
				clusterNodes: {atMs: sampledAtMs, value: [line('a', one, 'myself,master'), line('b', two, 'slave')]},
				config: {
					atMs: sampledAtMs,
					value: new Map([
						['dir', `/var/lib/my ${folder}`],
						['logfile', `/var/log/${file}`],
					]),
				},
				blind: [{command: 'ACL LOG', kind: 'denied', why: `User ${user} has no permissions`, grant: '+acl|log'}],
			}),
			endpoint: at(one),
		},
		{
			...recordFrom({
				address: replica,
				role: 'replica',
				info: {replication: {role: 'slave', master_host: one, master_port: 6379, master_link_status: 'up'}},
			}),
			endpoint: at(two),
		},
		{
			...emptyRecord(sentinel),
			reach: 'down' as const,
			failure: {
				layer: 'auth',
				code: 'WRONGPASS',
				problem: 'rejects the user or password',
				reason: message`${nameOf('quote', `no user ${user} from ${elsewhere}`)}`,
				state: 'refusing',
			} as const,
			failingSinceMs: sampledAtMs,
			endpoint: at(three),
			ladder: {
				target: sentinel as NodeAddress,
				atMs: sampledAtMs,
				hosting: {kind: 'self-managed'} as never,
				rungs: [
					{
						step: 'auth',
						status: 'critical',
						address: three,
						tookMs: 1,
						code: 'WRONGPASS',
						result: `refuses ${user}`,
						meaning: `${client} too`,
						confirm: [{kind: 'command', text: `redis-cli -h ${three} --user ${user}`}],
						next: [{kind: 'shell', text: `cat /etc/${folder}/users.acl`}],
					},
				],
				certificate: {
					subject: `CN=${elsewhere}`,
					issuer: `CN=${value}`,
					names: [elsewhere, `*.${file}.internal`],
					validFromMs: sampledAtMs,
					validToMs: sampledAtMs,
				},
				host: undefined,
				remarks: [{severity: 'warning', id: 'x', text: `/srv/${folder} is full`, next: []}],
				verdict: {status: 'critical', step: 'auth', code: 'WRONGPASS', text: `refuses ${user}`, next: []},
			} satisfies Ladder,
			sentinel: {
				atMs: sampledAtMs,
				value: {
					primaries: [
						{
							name: group,
							address: primary as NodeAddress,
							host: one,
							port: 6379,
							flags: new Set(['master']),
							configEpoch: 1,
							quorum: 2,
							replicaCount: 1,
							otherSentinels: 0,
							downAfterMs: 5000,
							failoverTimeoutMs: 60_000,
							replicas: undefined,
							sentinels: undefined,
							quorumCheck: {isReached: false, text: `NOQUORUM for ${group}`, failures: 2},
						},
					],
				},
			},
		},
	];
	const entry: AuditEntry = {
		at: new Date(sampledAtMs).toISOString(),
		session: 's',
		osUser,
		sshConnection: `${elsewhere} 5000 ${one} 22`,
		pid: 1,
		phase: 'outcome',
		target: primary as NodeAddress,
		runId: undefined,
		action: 'bgsave',
		command: `CONFIG SET dir /var/lib/${folder}`,
		detail: `as ${user}`,
	};
	const nodes = new Map(records.map(record => [record.address, record]));
	return {
		...stateOf(records, [
			{
				atMs: sampledAtMs,
				severity: 'warning',
				node: replica as NodeAddress,
				kind: 'x',
				text: message`${nameOf('client', client)} (${nameOf('user', user)}) of ${nameOf('primary', group)}`,
			},
			{
				atMs: sampledAtMs,
				severity: 'info',
				node: undefined,
				kind: 'x',
				text: message`${nameOf('client', `${bracketed(elsewhere)}:5000`)} wrote ${nameOf('path', `/srv/${file}.rdb`)}`,
			},
		]),
		target: `${primary}, ${group}`,
		cluster: updateClusterState(undefined, nodes, nowMs)?.state,
		user,
		findings: [
			{
				rule: 'mem.max',
				node: primary as NodeAddress,
				subject: replica,
				severity: 'warning',
				problem: message`holds ${nameOf('client', client)} from ${nameOf('host', elsewhere)}`,
				detail: message`keys like ${nameOf('key', key)}, channel ${nameOf('channel', value)}`,
				reason: message`it said: ${nameOf('quote', `user ${user} of ${one}`)}`,
				culprit: {
					client: nameOf('client', `${bracketed(elsewhere)}:5000`),
					command: 'GET',
					key: nameOf('key', key),
					node: replica as NodeAddress,
				},
				nodes: [primary as NodeAddress, replica as NodeAddress],
				evidence: [{name: 'client', value: message`${nameOf('client', client)}@${nameOf('host', elsewhere)}`}],
				meaning: message`${nameOf('primary', group)} waits for ${nodeName(replica as NodeAddress)}`,
				next: [
					{
						kind: 'shell',
						text: message`ls ${nameOf('path', `/var/lib/${folder}`)} && ssh ${nameOf('host', one)}`,
					},
				],
				sinceMs: sampledAtMs,
				clearedAtMs: undefined,
			},
		],
		blindRules: [
			{rule: 'sec.noauth', node: primary as NodeAddress, reason: 'denied', why: `${user} may not`, grant: undefined},
		],
		audit: {entries: [entry], broken: 0, fixes: [], problem: `/home/${osUser}/state is unreadable`},
	};
}

/** Everything that is said of a state at one size: the screen of each panel and of the wall, every row's details, reports. */
function everythingSaid(state: MonitorState, columns: number, rows: number): string {
	const screens = [...panels.map(({id}) => newView(id, 1000)), newView('overview', 1000, true)].map(view => {
		const groups = ['name', 'address', 'user', 'nodes', undefined] as const;
		return groups.map(groupBy => {
			const grouped = {
				...view,
				tables: {[view.panel]: {sort: undefined, isInverted: false, filter: '', selectedKey: undefined, groupBy}},
			};
			const input = {
				state,
				view: grouped,
				deployment: 'replicated',
				lock: {kind: 'read-only'},
				nowMs,
				liveNowMs: nowMs,
				keyboard: usualKeyboard,
				glyphs: unicodeGlyphs,
				columns,
				rows,
			} as const;
			const panel = panels.find(({id}) => id === view.panel);
			const each = [...state.nodes.keys()].flatMap(node => {
				const shown = panelInput({
					state,
					view: {...grouped, node},
					nowMs,
					glyphs: unicodeGlyphs,
					keyboard: usualKeyboard,
				});
				return (panel?.rowKeys(shown) ?? []).flatMap(key => panel?.details?.(shown, key) ?? []).flat();
			});
			return [...screenLines(input).map(plainText), ...each].join('\n');
		});
	});
	return [screens.flat(), snapshotJson(state, nowMs), snapshotText(state, nowMs), sampleText(state, nowMs)]
		.flat()
		.join('\n');
}

test('nothing drawn, copied or written from a masked state has a real name', () => {
	const size = fc.record({columns: fc.integer({min: 40, max: 220}), rows: fc.integer({min: 10, max: 60})});
	fc.assert(
		fc.property(secretsOf, size, (secrets, {columns, rows}) => {
			const state = stateWith(secrets);
			// Proves that the test can fail: without the mask, most of the names are there.
			assert.ok(everythingSaid(state, 200, 50).includes(secrets.words[0] ?? ''));
			const said = everythingSaid(new Mask().state(state), columns, rows);
			for (const secret of [...secrets.hosts, ...secrets.words]) {
				const at = said.indexOf(secret);
				assert.equal(at, -1, `${secret}: …${said.slice(Math.max(0, at - 60), at + 40)}…`);
			}

			assert.match(said, /host-\d/);
		}),
		{numRuns: 30, includeErrorInReport: true},
	);
});

test('a text in a field that the mask does not know is hidden, at any depth', () => {
	const secret = 'zvqx-kvxz';
	const planted = {plantedText: secret, plantedList: [secret], plantedMap: new Map([['a', {planted: secret}]])};
	const [record = emptyRecord('10.0.1.11:6379')] = [...stateOf([recordFrom({})]).nodes.values()];
	const state = {
		...stateOf([{...record, ...planted}]),
		...planted,
		findings: [findingOf('mem.max', 'warning', record.address, planted as object)],
	};
	const masked = new Mask().state(state);
	const said = JSON.stringify(masked, (_, value: unknown) =>
		value instanceof Map || value instanceof Set ? [...value] : value,
	);
	assert.doesNotMatch(said, new RegExp(secret));
	assert.equal(said.match(/"planted\w*":\s*\[?"hidden"/g)?.length, 9);
	// All that is known is not.
	assert.equal(masked.findings[0]?.rule, 'mem.max');
	assert.equal(masked.findings[0]?.severity, 'warning');
});

test('a field of INFO that the mask does not know is hidden, unless it is a number', () => {
	const info = {
		server: {redis_version: '7.2.5', os: 'Linux 6.1.0 x86_64', planted_name: 'zvqx', planted_list: 'zvqx=1,kv=2'},
		stats: {planted_count: '17', planted_size: '1.12M', planted_id: '9108e8f1788612b'},
		commandstats: {cmdstat_get: 'calls=248,usec=7931'},
		modules: {module: 'name=search,ver=20811,api=1'},
	};
	const [masked] = [...new Mask().state(stateOf([recordFrom({info})])).nodes.values()];
	const told = Object.fromEntries(
		Object.entries(info).map(([section]) => [section, Object.fromEntries(masked?.sample?.info.fields(section) ?? [])]),
	);
	assert.deepEqual(told, {...info, server: {...info.server, planted_name: 'hidden', planted_list: 'hidden'}});
});

for (const server of fixtureServers) {
	test(`the mask knows every field of ${server}'s INFO, and the masked text still parses`, () => {
		for (const file of [
			'primary/info',
			'primary/info-everything',
			'replica/info',
			'cluster/server-info',
			'sentinel/info',
		]) {
			const info = parseInfo(fixture(server, `${file}.txt`));
			const record = {...recordFrom({}), sample: {...recordFrom({}).sample, info}} as NodeRecord;
			const [masked] = [...new Mask().state(stateOf([record])).nodes.values()];
			for (const [section, fields] of masked?.sample?.info.sections ?? []) {
				for (const [field, value] of fields) {
					assert.notEqual(value, 'hidden', `${section} ${field}`);
				}
			}
		}
	});
}

test('names in a message are masked by their kinds, and its other words are not', () => {
	const text: Message = message`memory of ${nodeName('10.0.1.11:6379' as NodeAddress)}: client ${nameOf('client', 'memory')} and ${nameOf('client', '10.0.4.20:50001')}, key ${nameOf('key', 'user:1')}, channel ${nameOf('channel', 'news')}, user ${nameOf('user', 'default')}, ${nameOf('quote', 'memory of /srv/a')}`;
	const state = {...stateOf([recordFrom({})]), findings: [findingOf('mem.max', 'info', undefined, {problem: text})]};
	const [finding] = new Mask().state(state).findings;
	assert.equal(
		messageText(finding?.problem ?? ''),
		'memory of host-1:6379: client client-1 and host-2:50001, key key-1, channel channel-1, user default, client-1 of path-1',
	);
});

test('masked nodes keep their relations, and lead back to the real nodes', () => {
	fc.assert(
		fc.property(secretsOf, secrets => {
			const state = stateWith(secrets);
			const mask = new Mask();
			const masked = mask.state(state);
			assert.deepEqual(
				[...masked.nodes.keys()].map(node => mask.real(node)),
				[...state.nodes.keys()],
			);
			const [first, second] = [...masked.nodes.values()];
			assert.equal(first?.replicas[0]?.address, second?.address);
			const {sample} = second ?? {};
			const source = `${sample?.info.text('replication', 'master_host')}:${sample?.info.text('replication', 'master_port')}`;
			assert.equal(source, first?.address);
			assert.equal(mask.state(state), masked);
			assert.deepEqual([...mask.state({...state}).nodes.keys()], [...masked.nodes.keys()]);
			assert.equal(sample?.info.number('replication', 'master_port'), 6379);
		}),
		{numRuns: 30, includeErrorInReport: true},
	);
});

const texts: ReadonlyArray<readonly [text: string, masked: string]> = [
	['at 14:02:31, version 7.2.5, 91% of 6.00G', 'at 14:02:31, version 7.2.5, 91% of 6.00G'],
	['10.0.0.1:6379 and 10.0.0.1', 'host-1:6379 and host-1'],
	['[fe80::1%eth0]:7000 and ::1', 'host-1:7000 and host-2'],
	['::ffff:10.0.0.1', 'host-1'],
	['df -h /var/lib/redis', 'df -h path-1'],
	['read /proc/sys/vm/overcommit_memory, ops/s', 'read /proc/sys/vm/overcommit_memory, ops/s'],
	['"/a b"', '"path-1 b"'],
];

for (const [text, masked] of texts) {
	test(`${text} → ${masked}`, () => {
		assert.equal(new Mask().text(text), masked);
	});
}

test('known names are masked in any text, the longest first and as whole words only', () => {
	const mask = new Mask([
		['client', 'web'],
		['client', 'web-1'],
		['user', 'default'],
		['host', '10.0.0.1'],
		['client', '7'],
	]);
	assert.equal(
		mask.text('web-1 and web, not webs; default 7 10.0.0.1'),
		'client-2 and client-1, not webs; default 7 host-1',
	);
});
