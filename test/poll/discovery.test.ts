import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {knownMembers, reachablePeers, type Sampled} from '../../source/poll/discovery.js';
import type {NatMap} from '../../source/poll/nat-map.js';
import {at, settingsOf} from '../harness/fake-port.js';
import type {Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

/** What the first of three nodes on this host says, and of whom it says so with which flags. */
function outcomeOf(host: string, {flags = 'slave', sections = {} as Sections} = {}): Sampled {
	const lines = [
		`${'1'.repeat(40)} ${host}:7001@17001 myself,master - 0 0 1 connected 0-16383`,
		`${'2'.repeat(40)} ${host}:7002@17002 ${flags} ${'1'.repeat(40)} 0 0 1 connected`,
		`${'3'.repeat(40)} ${host}:7003@17003 slave ${'1'.repeat(40)} 0 0 1 connected`,
	];
	return {
		kind: 'sampled',
		address: at(`${host}:7001`),
		sample: sampleOf(sections),
		extras: {clusterNodes: parseClusterNodes(lines.join('\n'))},
		blind: [],
		cost: {commands: 1, bytesOut: 1, bytesIn: 1},
	};
}

const addresses = (host: string, ...ports: readonly number[]) => ports.map(port => at(`${host}:${port}`));

type Case = {
	readonly what: string;
	readonly outcome?: Sampled;
	readonly teller?: string;
	readonly known?: readonly NodeAddress[];
	readonly natMap?: NatMap;
	readonly names: readonly NodeAddress[] | undefined;
};

const host = '10.0.0.1';
const local = '127.0.0.1';
const three = addresses(host, 7001, 7002, 7003);
const withReplica = (port: number): Sections => ({
	replication: {role: 'master', slave0: `ip=${host},port=${port},state=online,offset=1,lag=0`},
});

const cases: readonly Case[] = [
	{what: 'all are known, the teller too', names: three},
	{what: 'one is new', known: three.slice(1), names: undefined},
	{
		what: 'one without an address is not named',
		outcome: outcomeOf(host, {flags: 'slave,noaddr'}),
		names: [three[0], three[2]] as NodeAddress[],
	},
	{
		what: 'one that just shakes hands is not named',
		outcome: outcomeOf(host, {flags: 'handshake'}),
		names: [three[0], three[2]] as NodeAddress[],
	},
	{what: 'INFO names them too', outcome: outcomeOf(host, {sections: withReplica(7003)}), names: three},
	{what: 'INFO names another', outcome: outcomeOf(host, {sections: withReplica(7009)}), names: undefined},
	{what: 'addresses are mapped', natMap: new Map([[host, {host: 'gate'}]]), names: undefined},
	{
		what: 'this machine’s own, told by it',
		outcome: outcomeOf(local),
		teller: `${local}:7001`,
		known: addresses(local, 7001, 7002, 7003),
		names: addresses(local, 7001, 7002, 7003),
	},
	{
		what: 'the teller’s own machine, which is another one, though ours has such nodes',
		outcome: outcomeOf(local),
		teller: '10.0.0.9:7001',
		known: addresses(local, 7001, 7002, 7003),
		names: undefined,
	},
];

for (const {what, outcome = outcomeOf(host), teller = `${host}:7001`, known = three, natMap, names} of cases) {
	test(`known nodes that a list of peers names again: ${what}`, () => {
		const settings = settingsOf(teller);
		const found = knownMembers(outcome, settings, {natMap}, new Set(known));
		assert.deepEqual(found && [...found], names);
		if (found !== undefined) {
			// The long way, which leaves out the teller, finds nobody else.
			const others = reachablePeers(outcome, settings, {targets: [settings], natMap}).map(({address}) => address);
			assert.deepEqual(new Set([...others, outcome.address]), new Set(found));
		}
	});
}

test('an INFO without peers names no known node again', () => {
	assert.equal(
		knownMembers({...outcomeOf(host), extras: {}}, settingsOf(`${host}:7001`), {}, new Set(three)),
		undefined,
	);
});

/** The addresses of the peers that a primary of a cluster names, whose replicas are in its INFO and CLUSTER NODES. */
function peersOf(infoPort: number, {nodes = [] as readonly string[], blind = [] as Sampled['blind']} = {}) {
	const sections: Sections = {
		replication: {role: 'master', slave0: `ip=127.0.0.1,port=${infoPort},state=online,offset=1,lag=0`},
		cluster: {cluster_enabled: 1},
	};
	const extras = nodes.length === 0 ? {} : {clusterNodes: parseClusterNodes(nodes.join('\n'))};
	const settings = settingsOf('127.0.0.11:7001');
	const outcome: Sampled = {...outcomeOf('127.0.0.11', {sections}), extras, blind};
	return reachablePeers(outcome, settings, {targets: [settings]}).map(({address}) => address);
}

const [one = '', two = ''] = [1, 2].map(digit => String(digit).repeat(40));
const primaryLine = `${one} 127.0.0.11:7001@17001 myself,master - 0 0 1 connected 0-16383`;

test('the address from which a replica connects is no node, where CLUSTER NODES has its port on another host', () => {
	const nodes = [primaryLine, `${two} 127.0.0.13:7002@17002 slave ${one} 0 0 1 connected`];
	assert.deepEqual(peersOf(7002, {nodes}), [at('127.0.0.13:7002')]);
});

test('a replica that CLUSTER NODES does not have is a node', () => {
	const nodes = [primaryLine, `${two} 127.0.0.13:7002@17002 slave ${one} 0 0 1 connected`];
	assert.deepEqual(peersOf(7009, {nodes}), [at('127.0.0.1:7009'), at('127.0.0.13:7002')]);
	const another = [primaryLine, `${two} 127.0.0.13:7002@17002 master - 0 0 1 connected`];
	assert.deepEqual(peersOf(7002, {nodes: another}), [at('127.0.0.1:7002'), at('127.0.0.13:7002')]);
});

test('a replica in the INFO of a cluster waits for CLUSTER NODES, unless it is refused', () => {
	assert.deepEqual(peersOf(7002), []);
	const blind: Sampled['blind'] = [{command: 'CLUSTER NODES', kind: 'denied', why: 'NOPERM', grant: '+cluster|nodes'}];
	assert.deepEqual(peersOf(7002, {blind}), [at('127.0.0.1:7002')]);
});

test('with TLS each node is verified by its announced host name, before and after INFO names it', () => {
	const tls = {ca: undefined, cert: undefined, key: undefined, serverName: 'one', isVerified: true};
	const settings = {...settingsOf(`${host}:7001`), tls};
	const sections: Sections = {...withReplica(7002), cluster: {cluster_enabled: 1}};
	const [first = '', second = '', third = ''] = [1, 2, 3].map(digit => String(digit).repeat(40));
	const nodes = [
		`${first} ${host}:7001@17001,name-1 myself,master - 0 0 1 connected 0-16383`,
		`${second} ${host}:7002@17002,name-2 slave ${first} 0 0 1 connected`,
		`${third} ${host}:7003@17003 slave ${first} 0 0 1 connected`,
	];
	const outcome = {...outcomeOf(host, {sections}), extras: {clusterNodes: parseClusterNodes(nodes.join('\n'))}};
	const names = reachablePeers(outcome, settings, {targets: [settings]}).map(
		({address, access}) => [address, access.tls?.announcedName ?? access.tls?.serverName] as const,
	);
	assert.deepEqual(
		[...new Map(names)],
		[
			[at(`${host}:7002`), 'name-2'],
			[at(`${host}:7003`), 'one'],
		],
	);
	assert.deepEqual(new Set(names.map(String)).size, 2, 'an address has one name');
	assert.deepEqual(reachablePeers({...outcome, extras: {}}, settings, {targets: [settings]}), []);
});

test("with TLS a node without an announced name is verified by the target's name, where both are on one host", () => {
	const tls = {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: true};
	const [first = '', second = '', third = ''] = [1, 2, 3].map(digit => String(digit).repeat(40));
	const nodes = [
		`${first} 10.0.0.5:7001@17001 myself,master - 0 0 1 connected 0-16383`,
		`${second} 10.0.0.5:7002@17002 slave ${first} 0 0 1 connected`,
		`${third} 10.0.0.6:7003@17003 slave ${first} 0 0 1 connected`,
	];
	const outcome = {
		...outcomeOf(host, {sections: {cluster: {cluster_enabled: 1}}}),
		extras: {clusterNodes: parseClusterNodes(nodes.join('\n'))},
	};
	const namesBy = (target: string, serverName?: string) => {
		const settings = {...settingsOf(target), tls: {...tls, serverName}};
		return reachablePeers(outcome, settings, {targets: [settings]}).map(({access}) => access.tls?.announcedName);
	};
	assert.deepEqual(namesBy('redis.internal:7001'), ['redis.internal', undefined]);
	assert.deepEqual(namesBy('10.0.0.5:7001'), [undefined, undefined]);
	assert.deepEqual(namesBy('redis.internal:7001', 'one'), [undefined, undefined]);
});
