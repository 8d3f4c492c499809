import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import {replicaLinks} from '../../source/derive/replica-links.js';
import type {AccessRefusal} from '../../source/domain/access-log.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {findingText} from '../../source/rules/finding.js';
import {repState} from '../../source/rules/replica-state.js';
import {repIoStale, repLinkDown} from '../../source/rules/replication-link.js';
import {repSync} from '../../source/rules/replication-sync.js';
import {repSameAddress} from '../../source/rules/same-address.js';
import {evidenceOf, firingOf} from '../harness/firing-of.js';
import {type RecordParts, recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const replication = (fields: Sections[string]): Sections => ({replication: fields});
const asReplica = (fields: Sections[string], rest: FactsParts = {}): FactsParts => ({
	...rest,
	info: replication({role: 'slave', master_host: '10.0.1.9', master_port: 6379, ...fields}),
	record: {...rest.record, role: 'replica'},
});
const primary = recordFrom({address: '10.0.1.9:6379'});

const down = (seconds: number, rest: FactsParts = {}) =>
	asReplica({master_link_status: 'down', master_link_down_since_seconds: seconds, master_replid: 'a'.repeat(40)}, rest);
/** A replica that lost its link so many seconds ago, beside a primary that answers. Both have run for long. */
const unlisted = (seconds: number, own: Sections = {}, other: Sections = {}): FactsParts => {
	const facts = down(seconds);
	const since = {server: {uptime_in_seconds: 900}};
	const answering = recordFrom({address: '10.0.1.9:6379', info: {replication: {role: 'master'}, ...since, ...other}});
	return {
		...facts,
		info: {...facts.info, ...since, ...own},
		record: {...facts.record, address: '10.0.1.11:6379'},
		nodes: [{...answering, replicas: answering.sample === undefined ? [] : replicaLinks(undefined, answering.sample)}],
	};
};
const {nowMs} = factsOf({});
const listed = (host: string, state: string): string => `ip=${host},port=6379,state=${state},offset=10,lag=1`;
/** A replica that never had a link, with a line of its log. */
const logged = (id: string, secondsAgo: number): FactsParts =>
	down(-1, {
		host: {
			log: {
				source: '/var/log/redis.log',
				lines: [],
				remarks: [
					{
						id,
						severity: 'critical',
						rules: ['rep.link_down'],
						meaning: '-',
						line: 'a line of its log',
						atMs: factsOf({}).nowMs - secondsAgo * 1000,
						count: 1,
					},
				],
			},
		},
	});
const oneCall = 'calls=1,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0';
/**
A replica that started so many seconds ago and has had no link since, as two samples at the first look show, beside a primary
that answers and does not list it.
*/
const neverLinked = (
	uptime: number,
	calls: Sections[string] = {},
	own: Sections = {},
	list: Sections[string] = {role: 'master'},
): FactsParts => ({
	...unlisted(
		-1,
		{server: {uptime_in_seconds: uptime}, commandstats: {cmdstat_info: oneCall, ...calls}, ...own},
		{replication: list},
	),
	heldSeconds: 1,
	watch: {foundAtMs: nowMs - 2000},
});
const unresolved: FactsParts = {
	...logged('primary-unresolved', 2),
	info: replication({role: 'slave', master_host: 'redis-primary', master_port: 6379, master_link_status: 'down'}),
};

/** A replica of Redis 7.0 that never had a link, with lines of its log of so many seconds ago. */
const loggedLines = (
	remarks: ReadonlyArray<readonly [id: string, secondsAgo: number, line: string]>,
	rest: FactsParts = {},
	lines: readonly string[] = [],
): FactsParts => {
	const facts = down(-1, {
		...rest,
		host: {
			log: {
				source: '/var/log/redis.log',
				lines,
				remarks: remarks.map(([id, secondsAgo, line]) => ({
					id,
					severity: 'critical',
					rules: ['rep.link_down'],
					meaning: '-',
					line,
					atMs: factsOf({}).nowMs - secondsAgo * 1000,
					count: 1,
				})),
			},
		},
	});
	return {...facts, info: {...facts.info, server: {redis_version: '7.0.15'}}};
};

/** A replica whose log tells of a short write, with so many free bytes in its folder; its primary has 13 MB. */
const shortWrite = (freeBytes: number): FactsParts => {
	const facts = loggedLines(
		[['primary-data-unstored', 2, 'short write writing to the DB dump file … synchronization: short write']],
		{nodes: [recordFrom({address: '10.0.1.9:6379', info: {memory: {used_memory: 13_000_000}}})]},
	);
	return {...facts, host: {...facts.host, folder: {path: '/data', freeBytes} as never}};
};

/**
A replica that lost its link 20 s ago, beside a primary that answers and refuses no login. `received` is what it had read
of replication, every ten seconds.
*/
const resyncing = (own: Sections, list: Sections[string], received: readonly number[] = []): FactsParts => {
	const facts = unlisted(20, own, {
		replication: {role: 'master', ...list},
		stats: {total_error_replies: 7},
		errorstats: {},
	});
	return {
		...facts,
		past: received.map(bytes => ({stats: {total_net_repl_input_bytes: bytes}})),
		nodes: (facts.nodes ?? []).map(node => ({...node, accessLog: {atMs: nowMs, value: []}})),
	};
};

/** The primary, with its uptime. */
const startedPrimary = (seconds: number) =>
	recordFrom({
		address: '10.0.1.9:6379',
		info: {replication: {role: 'master'}, server: {uptime_in_seconds: seconds}},
	});

const withServer = (server: Sections[string]) =>
	recordFrom({address: '10.0.1.9:6379', info: {replication: {role: 'master'}, server}});
/** The node, reached with TLS. */
const withTls = (record: NodeRecord, certificateExpiresAtMs = 1): NodeRecord => ({
	...record,
	sample: record.sample && {...record.sample, certificateExpiresAtMs},
});

/** The primary, with what its ACL LOG and its errorstats say. */
const refusing = (log: readonly AccessRefusal[], errorstats: Sections[string] = {}): NodeRecord => ({
	...recordFrom({
		address: '10.0.1.9:6379',
		info: {
			replication: {role: 'master'},
			server: {uptime_in_seconds: 900},
			stats: {total_error_replies: 7},
			errorstats,
		},
	}),
	accessLog: {atMs: factsOf({}).nowMs, value: log},
});
/** The same primary, before ACL LOG was read. */
const unread = (errorstats: Sections[string]): NodeRecord => ({...refusing([], errorstats), accessLog: undefined});
const refusedLogin: AccessRefusal = {
	count: 20,
	lack: 'auth',
	object: 'AUTH',
	user: 'default',
	ageSeconds: 20,
	clientAddress: '10.0.1.11:40000',
	clientName: '',
};
const dead: Partial<RecordParts> = {failure: refusedConnection, reach: 'down'};
const deadPrimary = recordFrom({address: '10.0.1.9:6379', ...dead});
const history = 'a'.repeat(40);
const promotedReplica = recordFrom({
	address: '10.0.1.12:6379',
	info: {replication: {role: 'master', master_replid2: history, second_repl_offset: 100}},
});

/** What a replica logs whose primary has no password. */
const needless =
	'1:S 24 Nov 2026 11:22:33.123 # Unable to AUTH to MASTER: -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';

test('rep.link_down: a replica that has the name of its primary may not resolve it, where the primary answers here', () => {
	const host = 'redis-primary.internal';
	const named = (master: string) => {
		const facts = down(20, {
			nodes: [{...refusing([]), address: `${master}:6379` as NodeAddress}],
			settings: {hasPassword: true},
		});
		const {replication} = facts.info ?? {};
		return firingOf(repLinkDown, {
			...facts,
			info: {...facts.info, replication: {...replication, master_host: master, master_port: 6379}},
		});
	};
	const steps = (master: string) => named(master).next.map(({text}) => messageText(text));
	assert.equal(named(host).reason, 'DNS of its host, a firewall or route between them');
	assert.equal(steps(host)[0], `getent hosts ${host}`);
	assert.equal(named('10.0.1.9').reason, 'a firewall or route between them');
	assert.ok(!steps('10.0.1.9').some(text => /getent/.test(text)));
});

test('rep.link_down: a primary without a password gets its password back, and no replica is linked to an empty one', () => {
	const stepsFor = (keysOfPrimary: Sections[string], line = needless): string => {
		const facts = loggedLines([['primary-auth', 2, line]], {
			nodes: [recordFrom({address: '10.0.1.9:6379', info: {replication: {role: 'master'}, keyspace: keysOfPrimary}})],
		});
		const own = {...facts, info: {...facts.info, keyspace: {db0: 'keys=5,expires=0'}}};
		return firingOf(repLinkDown, own)
			.next.map(({text}) => messageText(text))
			.join('\n');
	};
	const known = stepsFor({db0: 'keys=7,expires=0'});
	assert.match(known, /^was the primary started without its config file\?/);
	assert.match(known, /on the primary: CONFIG SET requirepass/);
	assert.doesNotMatch(known, /CONFIG SET masterauth on this replica, with the password/);
	const empty = stepsFor({});
	assert.match(empty, /^leave the link down: the primary is empty, .* discards its 5 keys/);
	assert.doesNotMatch(empty, /CONFIG SET/);
	assert.match(stepsFor({}, 'Unable to AUTH to MASTER: -WRONGPASS'), /^CONFIG SET masterauth on this replica/);
});

test('rep.link_down: a primary of another version is named where full resyncs fail', () => {
	const stepsWith = (version: string): string => {
		const facts = neverLinked(
			3600,
			{},
			{
				server: {uptime_in_seconds: 3600, redis_version: '7.0.15'},
				stats: {total_net_repl_input_bytes: 900},
			},
		);
		const nodes = [withServer({redis_version: version, uptime_in_seconds: 900})];
		return firingOf(repLinkDown, {...facts, nodes})
			.next.map(({text}) => messageText(text))
			.join('\n');
	};
	assert.match(
		stepsWith('8.0.2'),
		/^it is Redis 7\.0\.15, its primary Redis 8\.0\.2: no server reads the data of a newer/,
	);
	assert.match(stepsWith('7.0.4'), /^its log says why/);
});

test('rep.link_down: a replica without keys serves no data', () => {
	const meaningOf = (keyspace: Sections[string]) => {
		const facts = down(20);
		return messageText(firingOf(repLinkDown, {...facts, info: {...facts.info, keyspace}}).meaning);
	};
	assert.match(meaningOf({}), /^It has no keys/);
	assert.match(meaningOf({db0: 'keys=5,expires=0'}), /^It serves the data of that moment/);
	assert.match(messageText(firingOf(repLinkDown, down(20)).meaning), /^It serves/, 'INFO keyspace was not read');
});

testRule(repLinkDown, [
	['up', asReplica({master_link_status: 'up'}), 'clear'],
	['down for a moment', down(4), 'info'],
	[
		'down for a moment, and the primary does not list it',
		unlisted(4),
		'warning',
		/^lost its primary 10\.0\.1\.9:6379 4s ago/,
	],
	['the same, for two seconds', unlisted(2), 'info'],
	['the same, after a start', unlisted(4, {server: {uptime_in_seconds: 12}}), 'info'],
	['the same, after a start of the primary', unlisted(4, {}, {server: {uptime_in_seconds: 12}}), 'info'],
	['the same, and the role has just changed', {...unlisted(4), watch: {roleChangedAtMs: nowMs - 9000}}, 'info'],
	[
		'down for a moment, and the primary lists it',
		unlisted(4, {}, {replication: {role: 'master', connected_slaves: 1, slave0: listed('10.0.1.11', 'online')}}),
		'info',
	],
	[
		'the same, and the primary gives a replica of another name a full resync',
		unlisted(4, {}, {replication: {role: 'master', connected_slaves: 1, slave0: listed('172.17.0.3', 'wait_bgsave')}}),
		'info',
	],
	['down for long', down(20), 'warning', /^lost its primary 10\.0\.1\.9:6379 20s ago$/],
	['down for very long', down(61), 'critical'],
	['during a full resync', asReplica({master_link_status: 'down', master_sync_in_progress: 1}), 'clear'],
	['never up, just now', down(-1), 'info', /^has no link to its primary 10\.0\.1\.9:6379 yet$/],
	[
		'never up, and the server counts from 1970',
		{...down(1_795_884_798), info: {...down(1_795_884_798).info, server: {uptime_in_seconds: 12}}},
		'info',
		/^has no link to its primary 10\.0\.1\.9:6379 yet$/,
	],
	['never up, for long', down(-1, {heldSeconds: 70}), 'critical'],
	[
		'never up since its start an hour ago, at the first look',
		neverLinked(3600),
		'critical',
		/^never linked to its primary 10\.0\.1\.9:6379, 1h00m since its start: the primary answers here: a firewall between them, or its login$/,
	],
	['the same, in the first sample', {...neverLinked(3600), heldSeconds: 0}, 'info', /yet$/],
	['the same, since its start a moment ago', neverLinked(40), 'warning'],
	['the same, and it has just loaded little data', neverLinked(12), 'info', /yet$/],
	['the same, and REPLICAOF was sent since', neverLinked(3600, {cmdstat_replicaof: oneCall}), 'info', /yet$/],
	['the same, and SLAVEOF was sent since, as Sentinels do', neverLinked(3600, {cmdstat_slaveof: oneCall}), 'info'],
	['the same, and FAILOVER made it a replica', neverLinked(3600, {cmdstat_failover: oneCall}), 'info', /yet$/],
	['the same, and commands were not counted', neverLinked(3600, {}, {commandstats: {}}), 'info', /yet$/],
	['the same, in a cluster', neverLinked(3600, {}, {cluster: {cluster_enabled: 1}}), 'info', /yet$/],
	[
		'the same, and redis-top has watched it for long',
		{...neverLinked(3600), watch: {foundAtMs: nowMs - 60_000}},
		'info',
		/yet$/,
	],
	[
		'the same, and it has received data, although the primary gives it a full resync now',
		neverLinked(
			3600,
			{},
			{stats: {total_net_repl_input_bytes: 900}},
			{role: 'master', connected_slaves: 1, slave0: listed('10.0.1.11', 'wait_bgsave')},
		),
		'critical',
		/^never linked to its primary 10\.0\.1\.9:6379, 1h00m since its start: its full resyncs begin and fail$/,
	],
	[
		'the same, a moment after its start',
		neverLinked(12, {}, {stats: {total_net_repl_input_bytes: 900}}),
		'info',
		/yet$/,
	],
	[
		'the same, and the primary gives it a full resync',
		neverLinked(3600, {}, {}, {role: 'master', connected_slaves: 1, slave0: listed('10.0.1.11', 'wait_bgsave')}),
		'info',
		/yet$/,
	],
	[
		'never up, and its log tells of a wrong password',
		logged('primary-auth', 2),
		'critical',
		/^cannot log in to its primary 10\.0\.1\.9:6379: masterauth or masteruser is wrong$/,
	],
	[
		'never up, and its log tells that the primary has no password',
		loggedLines([['primary-auth', 2, needless]]),
		'critical',
		/^cannot log in to its primary 10\.0\.1\.9:6379: the primary has no password$/,
	],
	[
		'never up, and its log tells that the primary denies it',
		logged('primary-denies', 2),
		'critical',
		/^is turned away by its primary/,
	],
	[
		'never up, and its log tells that it did not log in',
		loggedLines([['primary-denies', 2, 'PRIMARY aborted replication with an error: NOAUTH Authentication required.']]),
		'critical',
		/^is turned away by its primary 10\.0\.1\.9:6379: its masterauth is empty \(NOAUTH\)$/,
	],
	[
		'never up, and its log tells that its user may not replicate',
		loggedLines([
			[
				'primary-denies',
				2,
				"MASTER aborted replication with an error: NOPERM User repl has no permissions to run the 'psync' command",
			],
		]),
		'critical',
		/^is turned away by its primary 10\.0\.1\.9:6379: its masteruser lacks rights there \(NOPERM\)$/,
	],
	[
		'never up, and its log tells of data that it cannot load',
		logged('primary-data-unreadable', 2),
		'critical',
		/^cannot load the data of its primary 10\.0\.1\.9:6379: it is older than the primary/,
	],
	[
		'never up, and its log tells of data that it cannot load, of another product',
		{
			...logged('primary-data-unreadable', 2),
			info: {...logged('primary-data-unreadable', 2).info, server: {server_name: 'valkey', valkey_version: '8.1.1'}},
			nodes: [withServer({redis_version: '8.0.2'})],
		},
		'critical',
		/^cannot load the data of its primary 10\.0\.1\.9:6379: Valkey 8\.1\.1 does not read the data of Redis 8\.0\.2$/,
	],
	[
		'never up, and its log tells of data that it cannot load, of a newer version',
		{
			...logged('primary-data-unreadable', 2),
			info: {...logged('primary-data-unreadable', 2).info, server: {redis_version: '7.0.15'}},
			nodes: [withServer({redis_version: '8.0.2'})],
		},
		'critical',
		/ of its primary 10\.0\.1\.9:6379, a Redis 8\.0\.2: Redis 7\.0\.15 is too old, or lacks a module$/,
	],
	[
		'never up, and its log tells of protected mode',
		logged('primary-protected', 2),
		'critical',
		/^is turned away by its primary 10\.0\.1\.9:6379: the primary is in protected mode \(DENIED\)$/,
	],
	[
		'never up, and its log tells that the handshake ends',
		logged('primary-hangs-up', 2),
		'critical',
		/: the primary wants TLS, or something between them closes the connection$/,
	],
	[
		'never up, its log tells that the handshake ends, and the primary is down',
		{...logged('primary-hangs-up', 2), nodes: [deadPrimary]},
		'warning',
		/^has no link to its primary 10\.0\.1\.9:6379 yet$/,
	],
	[
		'never up, its log tells that the handshake ends, and redis-top speaks TLS with the primary',
		{...logged('primary-hangs-up', 2), nodes: [withTls(startedPrimary(900))]},
		'critical',
		/: the primary speaks TLS on this port, and the replica does not \(tls-replication no\)$/,
	],
	[
		'never up, its log tells that the handshake ends, and both ends speak TLS',
		{
			...logged('primary-hangs-up', 2),
			nodes: [withTls(startedPrimary(900))],
			config: {'tls-replication': 'yes'},
		},
		'critical',
		/^is turned away by its primary 10\.0\.1\.9:6379: its certificate is refused$/,
	],
	[
		'never up, and its log tells of a certificate that it cannot verify',
		logged('certificate-unverified', 2),
		'critical',
		/^refuses the certificate of its primary 10\.0\.1\.9:6379: unknown authority, or it has expired$/,
	],
	[
		'the same, and redis-top gets a certificate there that is valid',
		{...logged('certificate-unverified', 2), nodes: [withTls(startedPrimary(900), nowMs + 86_400_000)]},
		'critical',
		/: unknown authority$/,
	],
	[
		'the same, and redis-top gets a certificate there that has expired',
		{...logged('certificate-unverified', 2), nodes: [withTls(startedPrimary(900))]},
		'critical',
		/^refuses the certificate of its primary 10\.0\.1\.9:6379: it has expired$/,
	],
	[
		'the same, and redis-top refuses it as well',
		{
			...logged('certificate-unverified', 2),
			nodes: [
				recordFrom({
					address: '10.0.1.9:6379',
					failure: {...refusedConnection, code: 'CERT_HAS_EXPIRED', state: 'refusing', layer: 'tls'},
				}),
			],
		},
		'critical',
		/: it has expired$/,
	],
	[
		'never up, and its log tells that the primary refuses its certificate',
		logged('certificate-refused', 2),
		'critical',
		/: its certificate is refused$/,
	],
	[
		'never up, and its log tells that the primary answers without TLS',
		logged('primary-plain', 2),
		'critical',
		/^speaks TLS with its primary 10\.0\.1\.9:6379: the primary does not on this port$/,
	],
	[
		'down for long without TLS, and the primary answers redis-top with TLS',
		down(20, {nodes: [withTls(startedPrimary(900))], config: {'tls-replication': 'no'}}),
		'warning',
		/ago: the primary speaks TLS on this port, and the replica does not \(tls-replication no\)$/,
	],
	[
		'down for long with TLS, and the primary answers redis-top without',
		down(20, {nodes: [refusing([])], config: {'tls-replication': 'yes'}}),
		'warning',
		/ago: the replica speaks TLS \(tls-replication yes\), and the primary does not on this port$/,
	],
	[
		'the same, and redis-top uses TLS',
		down(20, {nodes: [refusing([])], config: {'tls-replication': 'yes'}, settings: {isTls: true}}),
		'warning',
		/: a firewall or route between them$/,
	],
	[
		'down for long with TLS, and the primary answers redis-top with TLS',
		down(20, {nodes: [withTls(startedPrimary(900))], config: {'tls-replication': 'yes'}}),
		'warning',
		/: the primary answers here with TLS: /,
	],
	[
		'down for long, and the primary answers redis-top with TLS',
		down(20, {nodes: [withTls(startedPrimary(900))]}),
		'warning',
		/: the primary answers here with TLS: tls-replication of the replica, a firewall between them, or its login$/,
	],
	[
		'down for long, and the primary refuses nobody',
		down(20, {nodes: [refusing([])], settings: {hasPassword: true}}),
		'warning',
		/: a firewall or route between them$/,
	],
	[
		'down for long, and the primary refuses logins',
		down(20, {nodes: [refusing([refusedLogin])], settings: {hasPassword: true}}),
		'warning',
		/: a firewall between them, or its login$/,
	],
	[
		'down for long, and the primary has refused too few clients without a password for a replica that tries again',
		down(20, {nodes: [refusing([], {errorstat_NOAUTH: 'count=9'})], settings: {hasPassword: true}}),
		'warning',
		/: a firewall or route between them$/,
	],
	[
		'down for long, and ACL LOG is not read yet: the primary has replied hardly an error to a login',
		down(20, {
			nodes: [unread({errorstat_NOAUTH: 'count=1', errorstat_WRONGPASS: 'count=3'})],
			settings: {hasPassword: true},
		}),
		'warning',
		/: a firewall or route between them$/,
	],
	[
		'down for long, ACL LOG is not read yet, and the primary has refused as many passwords as the replica tries',
		down(20, {nodes: [unread({errorstat_WRONGPASS: 'count=19'})], settings: {hasPassword: true}}),
		'warning',
		/: a firewall between them, or its login$/,
	],
	[
		'down for long, ACL LOG is not read yet, and the primary has no password for AUTH',
		down(20, {nodes: [unread({errorstat_ERR: 'count=20'})], settings: {hasPassword: true}}),
		'warning',
		/: a firewall between them, or its login$/,
	],
	[
		'down for long, and the primary refuses clients without a password',
		down(20, {nodes: [refusing([], {errorstat_NOAUTH: 'count=20'})], settings: {hasPassword: true}}),
		'warning',
		/: a firewall between them, or its login$/,
	],
	[
		'down for long, and another replica was promoted in place of its primary',
		down(20, {nodes: [deadPrimary, promotedReplica]}),
		'warning',
		/^still follows 10\.0\.1\.9:6379, which is down: 10\.0\.1\.12:6379 was promoted in its place$/,
	],
	[
		'never up, and its log tells of a full disk',
		logged('primary-data-unstored', 2),
		'critical',
		/^cannot store the data of its primary 10\.0\.1\.9:6379: its disk is full, or its folder cannot be written$/,
	],
	[
		'in a full resync that fails again and again',
		{...logged('primary-data-unstored', 2), ...asReplica({master_link_status: 'down', master_sync_in_progress: 1})},
		'critical',
	],
	[
		'never up, and its log tells of a full disk in the words of the system',
		loggedLines([['primary-data-unstored', 2, '… synchronization: No space left on device']]),
		'critical',
		/^cannot store the data of its primary 10\.0\.1\.9:6379: its disk is full$/,
	],
	[
		'never up, its log tells of a short write, and its disk has less room than the data of its primary take',
		shortWrite(3_000_000),
		'critical',
		/^cannot store the data of its primary 10\.0\.1\.9:6379, 12\.4M, 2\.86M free in \/data: its disk is full$/,
	],
	[
		'never up, its log tells of a short write, and its disk has room',
		shortWrite(300_000_000),
		'critical',
		/: its disk is full, or its folder cannot be written$/,
	],
	[
		'never up, and its log tells of a folder without rights',
		loggedLines([['primary-data-unstored', 2, '… synchronization: Permission denied']]),
		'critical',
		/: its folder cannot be written$/,
	],
	[
		'never up, and its log names the version of the data',
		loggedLines(
			[
				['primary-data-unreadable', 2, 'Failed trying to load the MASTER synchronization DB'],
				['rdb-newer', 2, "Can't handle RDB format version 12"],
			],
			{nodes: [withServer({redis_version: '8.0.2'})]},
		),
		'critical',
		/, a Redis 8\.0\.2: Redis 7\.0\.15 is too old$/,
	],
	[
		'never up, and its log tells that the name of the primary is not known',
		unresolved,
		'critical',
		/^cannot resolve the name of its primary redis-primary:6379: the DNS that its host asks does not know it$/,
	],
	['never up, and its log has the same line for an address', logged('primary-unresolved', 2), 'info'],
	[
		'never up, and its log tells that the primary is full',
		logged('primary-full', 2),
		'critical',
		/^is turned away by its primary 10\.0\.1\.9:6379: the primary has no room for another client \(maxclients\)$/,
	],
	[
		'down for long, and the primary has as many clients as it may have',
		unlisted(
			20,
			{},
			{replication: {role: 'master', connected_slaves: 1}, clients: {connected_clients: 99, maxclients: 100}},
		),
		'warning',
		/ago: the primary has no room for another client \(maxclients\)$/,
	],
	[
		'down for long, and the primary has room for clients',
		unlisted(20, {}, {clients: {connected_clients: 99, maxclients: 100}}),
		'warning',
		/: the primary answers here: a firewall between them, or its login$/,
	],
	[
		'never up, and its log names a module',
		loggedLines([['primary-data-unreadable', 2, 'Failed trying to load the MASTER synchronization DB']], {}, [
			"1:S # The RDB file contains module data I can't load: no matching module type 'ReJSON-RL'",
		]),
		'critical',
		/: it lacks the module ReJSON-RL$/,
	],
	[
		'down for long, and the primary lists it in a full resync',
		resyncing({}, {slave0: listed('10.0.1.11', 'wait_bgsave')}),
		'warning',
		/^lost its primary 10\.0\.1\.9:6379 20s ago$/,
	],
	[
		'down for long, and it has received data since',
		resyncing({stats: {total_net_repl_input_bytes: 900}}, {}, [100, 500, 900]),
		'warning',
		/: its full resyncs begin and fail$/,
	],
	[
		'down for long, and it has received none since',
		resyncing({stats: {total_net_repl_input_bytes: 900}}, {}, [100, 900, 900, 900]),
		'warning',
		/: a firewall or route between them$/,
	],
	['never up, and its primary is dead', down(-1, {nodes: [{...primary, failure: refusedConnection}]}), 'warning'],
	['down for long, and the primary has just started', down(20, {nodes: [startedPrimary(5)]}), 'warning', / 20s ago$/],
	[
		'down for long, and the primary answers redis-top',
		down(20, {nodes: [startedPrimary(900)]}),
		'warning',
		/ 20s ago: the primary answers here: a firewall between them, or its login$/,
	],
	['its log told of a wrong password, long ago', logged('primary-auth', 3600), 'info'],
	['its log tells only that the link broke', logged('link-lost', 2), 'info'],
	['refuses reads for a moment', down(4, {config: {'replica-serve-stale-data': 'no'}}), 'info', /^lost its primary/],
	[
		'refuses reads',
		down(20, {config: {'replica-serve-stale-data': 'no'}}),
		'critical',
		/^refuses reads \(MASTERDOWN\): it lost its primary 10\.0\.1\.9:6379 20s ago$/,
	],
	[
		'refuses reads at once where its primary is dead',
		down(4, {
			config: {'replica-serve-stale-data': 'no'},
			nodes: [recordFrom({address: '10.0.1.9:6379', failure: refusedConnection, reach: 'down'})],
		}),
		'critical',
		/^refuses reads/,
	],
	['a primary has no such link', {info: replication({role: 'master'})}, 'clear'],
	['not in INFO', asReplica({}), 'absent'],
]);

for (const [name, config, effect] of [
	['it serves old data', {}, 'reads-stale'],
	['it refuses reads', {'replica-serve-stale-data': 'no'}, 'reads-refused'],
] as const) {
	test(`rep.link_down: the effect on readers: ${name}`, () => {
		assert.equal(firingOf(repLinkDown, down(20, {config})).effect, effect);
	});
}

test('rep.link_down: the finding concerns the primary as well, where redis-top knows that node', () => {
	assert.deepEqual(firingOf(repLinkDown, down(20, {nodes: [primary]})).nodes, ['10.0.1.11:6379', '10.0.1.9:6379']);
	assert.equal(firingOf(repLinkDown, down(20)).nodes, undefined);
});

const other = (address: string, offset: number, parts: RecordParts = {}) =>
	recordFrom({
		address,
		role: 'replica',
		info: replication({role: 'slave', master_host: '10.0.1.9', master_port: 6379, slave_repl_offset: offset}),
		...parts,
	});
const unlinked = (rest: FactsParts = {}, offset = 500) =>
	asReplica(
		{
			master_link_status: 'down',
			master_link_down_since_seconds: 20,
			slave_repl_offset: offset,
			master_replid: 'a'.repeat(40),
		},
		rest,
	);
const withInfo = (parts: FactsParts, info: Sections): FactsParts => ({...parts, info: {...parts.info, ...info}});
const remedies: ReadonlyArray<readonly [name: string, parts: FactsParts, action: string | undefined, node?: string]> = [
	['its primary answers', unlinked({nodes: [primary]}), 'replicaof'],
	['its primary is dead: it may hold the only copy', unlinked({nodes: [deadPrimary]}), 'promote'],
	[
		'the name of its primary is not known here: it may be alive',
		unlinked({nodes: [{...deadPrimary, failure: {...refusedConnection, layer: 'dns', code: 'ENOTFOUND'}}]}),
		undefined,
	],
	['nobody knows its primary', unlinked(), undefined],
	[
		'its primary wants a password',
		unlinked({nodes: [recordFrom({address: '10.0.1.9:6379', ...dead, reach: 'refusing'})]}),
		undefined,
	],
	[
		'its primary loads its data',
		unlinked({nodes: [recordFrom({address: '10.0.1.9:6379', ...dead, reach: 'loading'})]}),
		undefined,
	],
	[
		'its primary loads its data, and answers INFO',
		unlinked({nodes: [recordFrom({address: '10.0.1.9:6379', info: {persistence: {loading: 1}}})]}),
		undefined,
	],
	['it loads its own data', withInfo(unlinked({nodes: [primary]}), {persistence: {loading: 1}}), undefined],
	[
		'a dead replica as its source',
		unlinked({nodes: [recordFrom({address: '10.0.1.9:6379', ...dead, role: 'replica'})]}),
		undefined,
	],
	[
		'another replica has more',
		unlinked({nodes: [deadPrimary, other('10.0.1.12:6379', 900)]}),
		'promote',
		'10.0.1.12:6379',
	],
	['another replica has less', unlinked({nodes: [deadPrimary, other('10.0.1.12:6379', 400)]}), 'promote'],
	[
		'another replica has more and is dead, too',
		unlinked({nodes: [deadPrimary, other('10.0.1.12:6379', 900, dead)]}),
		'promote',
	],
	[
		'another replica was promoted',
		unlinked({
			nodes: [
				deadPrimary,
				recordFrom({
					address: '10.0.1.12:6379',
					info: replication({role: 'master', master_replid2: 'a'.repeat(40)}),
				}),
			],
		}),
		undefined,
	],
	[
		'Sentinel decides',
		unlinked({nodes: [deadPrimary, recordFrom({address: '10.0.1.20:26379', role: 'sentinel'})]}),
		undefined,
	],
	[
		'a cluster decides',
		unlinked({nodes: [deadPrimary], record: {clusterNodes: {atMs: 0, value: []}, role: 'replica'}}),
		undefined,
	],
];

for (const [name, parts, action, node] of remedies) {
	test(`rep.link_down: the next steps: ${name}`, () => {
		const firing = firingOf(repLinkDown, parts);
		assert.deepEqual([firing.action, firing.remedy?.node], [action, node]);
	});
}

for (const id of ['primary-auth', 'primary-protected', 'primary-denies', 'primary-data-unstored'] as const) {
	test(`rep.link_down: what its log names (${id}) is mended first, and REPLICAOF is not offered`, () => {
		const {action, next} = firingOf(repLinkDown, {...logged(id, 2), nodes: [primary]});
		assert.equal(action, undefined);
		assert.match(messageText(next[0]?.text ?? ''), /masterauth|requirepass|disk space/);
	});
}

test('the primary’s address can be masked in every text that names it', () => {
	const hidden = [
		firingOf(repLinkDown, down(20)),
		firingOf(repLinkDown, down(-1)),
		firingOf(repIoStale, asReplica({master_link_status: 'up', master_last_io_seconds_ago: 15})),
		firingOf(repSync, asReplica({master_sync_in_progress: 1})),
	].flatMap(firing => [
		findingText(firing, 'long', () => '…'),
		...firing.next.filter(({kind}) => kind === 'words').map(({text}) => messageText(text, () => '…')),
	]);
	assert.match(hidden.join('\n'), /primary … 20s ago/);
	assert.doesNotMatch(hidden.join('\n'), /10\.0\.1\.9/);
});

const received = (secondsAgo: number, status = 'up') =>
	asReplica({master_link_status: status, master_last_io_seconds_ago: secondsAgo});
/** A primary whose replica, the node of the rule, acknowledged this many seconds ago. */
const servingPrimary = (secondsAgo: number) =>
	recordFrom({
		address: '10.0.1.9:6379',
		info: replication({role: 'master'}),
		replicas: [
			{
				address: '10.0.1.11:6379' as NodeAddress,
				state: 'online',
				offset: 1,
				ackAgeSeconds: secondsAgo,
				behindBytes: 0,
				behindSeconds: 0,
			},
		],
	});
testRule(repIoStale, [
	['just now', received(1), 'clear'],
	['an idle primary’s ping', received(10), 'clear'],
	['silence', received(15), 'warning', /^has received nothing from its primary 10\.0\.1\.9:6379 for 15s$/],
	['a frozen primary', received(31), 'critical'],
	[
		'its primary answers, and misses it as well',
		{...received(15), nodes: [servingPrimary(14)]},
		'warning',
		/ for 15s: both answer here, so the network between them drops packets$/,
	],
	[
		'its primary was frozen until a moment ago',
		{...received(15), nodes: [servingPrimary(0)]},
		'warning',
		/^has received nothing from its primary 10\.0\.1\.9:6379 for 15s$/,
	],
	[
		'its primary does not answer',
		{...received(15), nodes: [{...servingPrimary(14), pendingSinceMs: 1}]},
		'warning',
		/ for 15s$/,
	],
	[
		'its primary is a replica without a link',
		{
			...received(15),
			nodes: [
				recordFrom({
					address: '10.0.1.9:6379',
					role: 'replica',
					info: replication({role: 'slave', master_host: '10.0.1.8', master_port: 6379, master_link_status: 'down'}),
				}),
			],
		},
		'warning',
		/ for 15s: 10\.0\.1\.9:6379 is a replica and has lost its own primary 10\.0\.1\.8:6379$/,
	],
	[
		'an age of 580 years',
		{...received(18_446_744_073), info: {...received(18_446_744_073).info, server: {uptime_in_seconds: 900}}},
		'absent',
	],
	['a link that is down is another rule’s', received(-1, 'down'), 'clear'],
	['not in INFO', asReplica({master_link_status: 'up'}), 'absent'],
]);

/** A full resync in which the last data came this many seconds ago. */
const silentSync = (secondsAgo: number, rest: FactsParts = {}, sections: Sections = {}) => {
	const parts = asReplica(
		{
			master_link_status: 'down',
			master_sync_in_progress: 1,
			master_sync_read_bytes: 5000,
			master_sync_total_bytes: 0,
			master_sync_last_io_seconds_ago: secondsAgo,
		},
		rest,
	);
	return {...parts, info: {...parts.info, ...sections}};
};
/** A replica that copies everything again, beside its primary, as Redis 7.0 to Valkey 9.1 show it. */
const refused = (own: Sections[string] = {}, stats: Sections[string] = {sync_partial_err: 1}): FactsParts =>
	asReplica(
		{master_sync_in_progress: 1, master_link_down_since_seconds: 5, master_replid: 'a'.repeat(40), ...own},
		{
			nodes: [
				recordFrom({
					address: '10.0.1.9:6379',
					info: {
						replication: {role: 'master', master_replid: 'a'.repeat(40), repl_backlog_size: 1_048_576},
						stats,
					},
				}),
			],
		},
	);

test('rep.sync: a larger backlog is set on the primary', () => {
	const [first] = firingOf(repSync, refused()).next;
	assert.equal(messageText(first?.text ?? ''), 'redis-cli -h 10.0.1.9 -p 6379 CONFIG SET repl-backlog-size 16mb');
});

testRule(repSync, [
	[
		'it missed more than the backlog holds',
		refused(),
		'warning',
		/^copies all data from 10\.0\.1\.9:6379 again: its link broke, and it missed more than the backlog of 1\.00M holds$/,
	],
	['it has restarted', refused({master_link_down_since_seconds: -1}), 'info'],
	['it belongs to another history, as after a failover', refused({master_replid: 'b'.repeat(40)}), 'info'],
	['it asked for everything itself', refused({}, {sync_partial_err: 0}), 'info'],
	['none', asReplica({master_sync_in_progress: 0}), 'clear'],
	[
		'a part has arrived',
		asReplica({master_sync_in_progress: 1, master_sync_read_bytes: 50, master_sync_total_bytes: 200}),
		'info',
		/^has been in a full resync from 10\.0\.1\.9:6379 for 0s, 25% of 200B$/,
	],
	[
		'without disk the total is unknown',
		asReplica({master_sync_in_progress: 1, master_sync_read_bytes: 50, master_sync_total_bytes: 0}),
		'info',
		/, 50B so far$/,
	],
	['before 6.2 the progress is unknown', asReplica({master_sync_in_progress: 1}), 'info', /for 0s$/],
	['for long', asReplica({master_sync_in_progress: 1}, {heldSeconds: 700}), 'warning', /for 11m40s$/],
	['data arrived some seconds ago', silentSync(6), 'info'],
	[
		'no data arrives any more',
		silentSync(15),
		'critical',
		/^gets no data in its full resync from 10\.0\.1\.9:6379, nothing for 15s, 4\.88K so far$/,
	],
	[
		'no data arrives any more, and the primary answers',
		silentSync(15, {nodes: [primary]}),
		'critical',
		/: the primary answers here: the network between them passes small packets only \(MTU\), or stalls$/,
	],
	['all data has arrived, and the replica loads it', silentSync(15, {}, {persistence: {loading: 1}}), 'info'],
	['the primary tells no time', asReplica({master_sync_in_progress: 1}), 'info'],
	['not in INFO', asReplica({}), 'absent'],
]);

/** A primary with replicas in these states. */
const inStates = (...states: readonly string[]): FactsParts => ({
	info: replication({
		role: 'master',
		connected_slaves: states.length,
		master_repl_offset: 5,
		...Object.fromEntries(
			states.map((state, index) => [
				`slave${index}`,
				`ip=10.0.1.${12 + index},port=6379,state=${state},offset=5,lag=0`,
			]),
		),
	}),
});
const withForks = (saves: number, rewrites: number): FactsParts => ({
	info: {
		...inStates('wait_bgsave').info,
		persistence: {rdb_bgsave_in_progress: saves, aof_rewrite_in_progress: rewrites},
	},
});
testRule(repState, [
	['online', inStates('online'), 'clear'],
	[
		'waiting for the save',
		inStates('wait_bgsave'),
		'warning',
		/^replica 10\.0\.1\.12:6379 is not online yet: wait_bgsave$/,
	],
	[
		'waiting while no save runs',
		withForks(0, 0),
		'warning',
		/^replica 10\.0\.1\.12:6379 is not online yet: the primary delays its save \(repl-diskless-sync-delay\)$/,
	],
	['waiting while the save runs', withForks(1, 0), 'warning', /: wait_bgsave$/],
	['waiting for an AOF rewrite', withForks(0, 1), 'warning', /: the primary rewrites its AOF first$/],
	['one of two', inStates('online', 'send_bulk'), 'warning', /^replica 10\.0\.1\.13:6379 /],
	['no replica', {info: replication({role: 'master'})}, 'clear'],
]);

test('rep.state: a failover is impossible while no replica is online', () => {
	const alone = firingOf(repState, inStates('wait_bgsave'));
	assert.equal(alone.effect, 'failover-impossible');
	assert.deepEqual(alone.nodes, ['10.0.1.11:6379', '10.0.1.12:6379']);
	assert.deepEqual(evidenceOf(alone), {replica: '<node 10.0.1.12:6379>', state: 'wait_bgsave'});
	assert.equal(firingOf(repState, inStates('online', 'send_bulk')).effect, undefined);
});

/** Why these rules are always evaluated. */
export const neverUnknown = {
	'rep.state': 'a primary without replica lines in INFO has no replica',
	'rep.same_address': 'a primary without replica lines in INFO has no replica',
} as const;

for (const rule of [repState, repSameAddress]) {
	test(`${rule.id}: never unknown: ${neverUnknown[rule.id]}`, () => {
		assert.equal(rule.evaluate(factsOf({}), 0).kind, 'clear');
	});
}

const listing = (...lines: readonly string[]): FactsParts => ({
	info: replication({
		role: 'master',
		connected_slaves: lines.length,
		master_repl_offset: 109_195,
		...Object.fromEntries(lines.map((line, index) => [`slave${index}`, line])),
	}),
});
const online = (host: string, port = 6379) => `ip=${host},port=${port},state=online,offset=109195,lag=0`;

testRule(repSameAddress, [
	['two addresses', listing(online('10.0.1.12'), online('10.0.1.13')), 'clear'],
	[
		'one address twice',
		listing(online('172.27.0.1'), online('172.27.0.1')),
		'warning',
		/^2 of its replicas announce one address, 172\.27\.0\.1:6379$/,
	],
	[
		'one address twice at the first look',
		{...listing(online('172.27.0.1'), online('172.27.0.1')), watch: {foundAtMs: nowMs - 2000}},
		'warning',
	],
	[
		'one address twice at the first look, and one link is left over',
		{
			...listing(online('172.27.0.1'), online('172.27.0.1').replace('lag=0', 'lag=2')),
			watch: {foundAtMs: nowMs - 2000},
		},
		'clear',
	],
	['one host, two ports', listing(online('10.0.1.12'), online('10.0.1.12', 6380)), 'clear'],
	['two stream readers of one host', listing(online('10.0.0.7', 0), online('10.0.0.7', 0)), 'clear'],
]);

testRule(repState, [
	['a stream reader waits for its save', listing('ip=10.0.0.7,port=0,state=wait_bgsave,offset=0,lag=0'), 'clear'],
]);

test('a replica that was left behind gets the way to the promoted node, unless it has writes that the node lacks', () => {
	const nextWith = (offset: number) => {
		const facts = down(20, {nodes: [deadPrimary, promotedReplica]});
		const {replication: fields} = facts.info ?? {};
		const found = firingOf(repLinkDown, {...facts, info: {replication: {...fields, slave_repl_offset: offset}}});
		return {next: found.next.map(({text}) => messageText(text)).join('\n'), action: found.action, remedy: found.remedy};
	};
	const behind = nextWith(99);
	assert.match(behind.next, /REPLICAOF 10\.0\.1\.12 6379/);
	assert.deepEqual([behind.action, behind.remedy?.value], ['replicaof', '10.0.1.12:6379']);
	const ahead = nextWith(100);
	assert.doesNotMatch(ahead.next, /REPLICAOF 10/);
	assert.match(ahead.next, /may have writes that the promoted node lacks/);
	assert.equal(ahead.action, undefined);
});

for (const id of [
	'primary-auth',
	'primary-protected',
	'primary-denies',
	'primary-data-unstored',
	'primary-data-unreadable',
]) {
	test(`rep.link_down: REPLICAOF with the same primary is no remedy for an obstacle of the log: ${id}`, () => {
		const lost = unlinked({nodes: [primary]});
		assert.equal(firingOf(repLinkDown, lost).action, 'replicaof');
		const found = firingOf(repLinkDown, {...lost, host: logged(id, 2).host ?? {}});
		assert.equal(found.action, undefined);
		const [first] = found.next;
		assert.equal(first?.kind, 'words', 'the step about the obstacle comes first');
		assert.doesNotMatch(messageText(first?.text ?? ''), /Unable to AUTH/);
	});
}

test('a replica without a way to its primary is told to look at the way, and never to discard its data', () => {
	const found = firingOf(repLinkDown, down(20, {nodes: [refusing([])], settings: {hasPassword: true}}));
	const steps = found.next.map(({text}) => messageText(text));
	assert.deepEqual(steps.slice(0, 2), [
		'nc -vz 10.0.1.9 6379',
		'check firewalls and routes between them, in both directions',
	]);
	assert.equal(found.action, undefined);
	const hedged = firingOf(repLinkDown, down(20, {nodes: [refusing([refusedLogin])], settings: {hasPassword: true}}));
	assert.equal(hedged.action, undefined);
});

test('rep.link_down: a name that cannot be resolved is looked up first, on the host of the replica', () => {
	const [step] = firingOf(repLinkDown, unresolved).next;
	assert.equal(step && messageText(step.text), 'getent hosts redis-primary   # or in the container of the replica');
	assert.equal(step?.kind, 'shell');
});

test('rep.link_down: a refused login needs no PING to the primary, which answered', () => {
	const stepsOf = (id: string) => firingOf(repLinkDown, logged(id, 2)).next.map(({text}) => messageText(text));
	for (const id of ['primary-auth', 'primary-denies']) {
		assert.ok(
			stepsOf(id).every(text => !/PING$|answers, from this/.test(text)),
			id,
		);
	}

	assert.ok(stepsOf('primary-unresolved').some(text => /PING$|answers, from this/.test(text)));
});
