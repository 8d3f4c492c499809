import assert from 'node:assert/strict';
import test from 'node:test';
import {RecordingMask} from '../../source/app/recording-mask.js';
import {message, nameOf, nodeName} from '../../source/domain/message.js';
import type {Endpoint, NodeAddress} from '../../source/domain/node.js';
import type {RawReply} from '../../source/domain/reply.js';
import type {Exchange} from '../../source/domain/sample.js';
import {parseAccessLog} from '../../source/parse/access-log.js';
import {parseClientList} from '../../source/parse/client-list.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {parseInfo} from '../../source/parse/info.js';
import {parseSlowlog} from '../../source/parse/slowlog.js';
import type {Entry} from '../../source/record/entry.js';
import {fixture, fixtureReply, fixtureServers} from '../harness/fixtures.js';

const salt = Buffer.alloc(32, 7);
const address = '10.7.8.9:6379' as NodeAddress;
const usual = new RecordingMask({keepsArguments: false, masksAddresses: false, salt});
const keeping = new RecordingMask({keepsArguments: true, masksAddresses: false, salt});
const masking = new RecordingMask({
	keepsArguments: false,
	masksAddresses: true,
	salt,
	known: [['host', 'db-7.secret.example']],
});

const pollWith = (...exchange: readonly Exchange[]): Entry => ({
	kind: 'poll',
	atMs: 1,
	intervalMs: 1000,
	poll: {
		address,
		atMs: 1,
		elapsedMs: 1,
		roundTripMs: 0.1,
		exchanges: [exchange],
		blind: [],
		cost: {commands: 1, bytesOut: 1, bytesIn: 1},
		skipped: undefined,
		every: undefined,
	},
});

/** The reply to one command as a recording holds it. */
function masked(mask: RecordingMask, kind: string, reply: RawReply, command: readonly string[] = [kind]): RawReply {
	const entry = mask.entry(pollWith({kind, command, reply}));
	assert.ok(entry.kind === 'poll');
	return entry.poll.exchanges[0]?.[0]?.reply ?? null;
}

const slowlog: RawReply = [
	[3, 1700, 20_000, ['GET', 'customer:4711'], '10.7.8.9:5000', 'billing-worker'],
	[2, 1700, 20_000, ['AUTH', 'bob', 'hunter2'], '10.7.8.9:5000', 'redis-top'],
	[1, 1700, 20_000, ['CONFIG', 'SET', 'requirepass', 'hunter2'], '10.7.8.9:5000', ''],
];

test('arguments, keys and client names have pseudonyms, and the replies still read as before', () => {
	const reply = masked(usual, 'slowlog', slowlog);
	const text = JSON.stringify(reply);
	assert.doesNotMatch(text, /4711|hunter2|bob|billing/);
	const entries = parseSlowlog(reply);
	assert.deepEqual(
		entries.map(({id, arguments: [command], clientName, clientAddress}) => [id, command, clientName, clientAddress]),
		[
			[3, 'GET', entries[0]?.clientName, '10.7.8.9:5000'],
			[2, 'AUTH', 'redis-top', '10.7.8.9:5000'],
			[1, 'CONFIG', '', '10.7.8.9:5000'],
		],
	);
	const clients = masked(usual, 'clients', 'id=1 addr=10.7.8.9:5000 name=billing-worker age=1 cmd=get user=bob\n');
	assert.ok(typeof clients === 'string');
	assert.equal(parseClientList(clients)[0]?.name, entries[0]?.clientName);
	assert.match(clients, /addr=10\.7\.8\.9:5000/);
});

test('arguments are kept on request, but for those of commands that may hold a password', () => {
	const text = JSON.stringify(masked(keeping, 'slowlog', slowlog));
	assert.match(text, /customer:4711/);
	assert.match(text, /billing-worker/);
	assert.doesNotMatch(text, /hunter2|bob/);
});

test('keys and client names of ACL LOG and hot keys are masked', () => {
	for (const server of fixtureServers) {
		const reply = masked(usual, 'access-log', fixtureReply<RawReply>(server, 'rare/acl-log.json'));
		const read = parseAccessLog(reply);
		assert.ok(read.length > 0);
		assert.doesNotMatch(JSON.stringify(reply), /worker-1|"news"|with \\u001b/);
		assert.ok(read.every(({lack, object}) => lack === 'command' || lack === 'auth' || /^(key|channel)-/.test(object)));
	}

	const info = '# Server\r\nredis_version:8.6.0\r\n# Hotkeys\r\ncustomer:4711:9\r\n\r\n# Memory\r\nused_memory:1\r\n';
	const kept = masked(usual, 'info', info);
	assert.ok(typeof kept === 'string');
	assert.doesNotMatch(kept, /4711/);
	assert.equal(parseInfo(kept).number('memory', 'used_memory'), 1);
});

test('keys of a full shard are masked', () => {
	assert.match(String(masked(usual, 'random-keys', '{tenant-7}:order:1')), /^key-/);
	assert.equal(masked(usual, 'random-keys', null), null);
	assert.doesNotMatch(JSON.stringify(masked(usual, 'hot-slot-keys', ['{tenant-7}:order:1'])), /tenant/);
	assert.equal(masked(keeping, 'random-keys', '{tenant-7}:order:1'), '{tenant-7}:order:1');
});

test('patterns of keys and channels in ACL LIST are masked, and the rights still read as before', () => {
	const reply = [
		'user billing on #0123456789ab ~invoice:* %R~customer:* &news:* ~* &* -@all +get (~draft:* +set)',
		'user default on nopass ~* &* +@all',
	];
	const line = String((masked(usual, 'acl-users', reply) as readonly unknown[])[0]);
	assert.doesNotMatch(line, /invoice|customer|news|draft/);
	assert.match(line, /^user billing on #0123456789ab ~\S+ %R~\S+ &\S+ ~\* &\* -@all \+get \(~\S+ \+set\)$/);
	assert.deepEqual(masked(keeping, 'acl-users', reply), reply);
	const [own, usualUser] = masked(masking, 'acl-users', reply) as readonly string[];
	assert.doesNotMatch(String(own), /billing|invoice/);
	assert.equal(usualUser, reply[1]);
});

test('with --mask no host, address, user, path or name is left in replies of real servers', () => {
	for (const server of fixtureServers) {
		const nodes = fixture(server, 'cluster/nodes.txt').replaceAll(/(@\d+)/g, '$1,db-7.secret.example');
		const all: ReadonlyArray<readonly [kind: string, reply: RawReply]> = [
			['info', fixture(server, 'primary/info-everything.txt')],
			['info', fixture(server, 'replica/info.txt')],
			['info', fixture(server, 'sentinel/info.txt')],
			['clients', fixture(server, 'primary/client-list.txt')],
			['cluster-nodes', nodes],
			['sentinel-primaries', fixtureReply<RawReply>(server, 'sentinel/masters.json')],
			['sentinel-replicas', fixtureReply<RawReply>(server, 'sentinel/replicas.json')],
			['access-log', fixtureReply<RawReply>(server, 'rare/acl-log.json')],
			['config', fixtureReply<RawReply>(server, 'primary/config.json')],
		];
		for (const [kind, reply] of all) {
			const text = JSON.stringify(masked(masking, kind, reply));
			assert.doesNotMatch(text, /127\.0\.0\.1|secret\.example|limited|worker-1|\/tmp\//, `${server} ${kind}`);
		}

		const read = parseClusterNodes(String(masked(masking, 'cluster-nodes', nodes)));
		assert.equal(read.length, parseClusterNodes(nodes).length);
		assert.ok(read.every(({hostname}) => hostname?.startsWith('host-')));
	}
});

test('a name has one pseudonym wherever it stands, and with the same key in every recording', () => {
	const found = (mask: RecordingMask): string => {
		const endpoint: Endpoint = {kind: 'tcp', host: '10.7.8.9', port: 6379};
		const entry = mask.entry({kind: 'node-found', atMs: 1, address, endpoint, origin: 'target'});
		assert.ok(entry.kind === 'node-found' && entry.endpoint.kind === 'tcp');
		assert.equal(entry.address, `${entry.endpoint.host}:6379`);
		return entry.address;
	};

	const own = found(masking);
	assert.notEqual(own, address);
	const poll = masking.entry(
		pollWith({kind: 'info', command: ['INFO'], reply: '# Replication\r\nmaster_host:10.7.8.9\r\n'}),
	);
	assert.ok(poll.kind === 'poll');
	assert.equal(poll.poll.address, own);
	assert.match(String(poll.poll.exchanges[0]?.[0]?.reply), new RegExp(`master_host:${own.replace(':6379', '')}`));
	assert.equal(found(new RecordingMask({keepsArguments: false, masksAddresses: true, salt})), own);
	const other = new RecordingMask({keepsArguments: false, masksAddresses: true, salt: Buffer.alloc(32, 8)});
	assert.notEqual(found(other), own);
});

test('names in what is noted are masked by their kind', () => {
	const change = {
		what: 'event',
		atMs: 1,
		severity: 'info',
		node: address,
		id: 'action',
		text: message`${nodeName(address)} lost ${nameOf('client', 'billing-worker')} and ${nameOf('key', 'customer:4711')}`,
	} as const;
	assert.doesNotMatch(JSON.stringify(usual.change(change)), /billing|4711/);
	assert.match(JSON.stringify(usual.change(change)), /10\.7\.8\.9/);
	assert.doesNotMatch(JSON.stringify(masking.change(change)), /billing|4711|10\.7\.8\.9/);
	assert.equal(masking.change(change).what, 'event');
	assert.deepEqual(keeping.change(change), change);
});
