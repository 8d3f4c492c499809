import type {SeenServer} from '../../source/domain/closer-look.js';
import {replyFailure} from '../../source/parse/reply-error.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {connNewClients} from '../../source/rules/new-clients.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** Rules that are clear or fire, and are always evaluated; with the reason. */
export const neverUnknown: Readonly<Record<string, string>> = {
	'conn.new_clients': 'applies only to a node to which a new connection was made',
};

const missed = (count: number, failure = socketFailure('ECONNREFUSED', ''), parts: FactsParts = {}): FactsParts => ({
	...parts,
	record: {newConnections: {atMs: nowMs - 500, value: {missed: count, failure}}, ...parts.record},
});

const serverInfo = (port: number) => ({server: {tcp_port: port}});

const other: SeenServer = {
	runId: `1${'c'.repeat(39)}`,
	role: 'primary',
	uptimeSeconds: 60,
	replicationId: 'e'.repeat(40),
};
const elsewhere = (count: number, replicationId: string, host = 'redis.example'): FactsParts => ({
	info: {replication: {master_replid: replicationId}},
	record: {
		address: `${host}:6379`,
		newConnections: {atMs: nowMs - 500, value: {missed: count, other}},
	},
});

testRule(connNewClients, [
	['none failed', {record: {newConnections: {atMs: nowMs - 500, value: {missed: 0}}}}, 'clear'],
	['one failed', missed(1), 'clear'],
	['two failed', missed(2), 'critical', /^lets no new client in: refused: bind, port or a firewall changed$/],
	[
		'the open connection was not answered since',
		missed(2, socketFailure('ECONNREFUSED', ''), {
			record: {newConnections: {atMs: nowMs + 500, value: {missed: 2, failure: socketFailure('ECONNREFUSED', '')}}},
		}),
		'clear',
	],
	[
		'the polls fail as well',
		missed(2, socketFailure('ECONNREFUSED', ''), {record: {failure: socketFailure('ECONNREFUSED', '')}}),
		'clear',
	],
	[
		'bind lacks the address',
		missed(2, undefined, {config: {bind: '127.0.0.1 -::1'}, info: serverInfo(6379)}),
		'critical',
		/refused: bind lacks this address/,
	],
	[
		'bind has the address',
		missed(2, undefined, {config: {bind: '127.0.0.1 10.0.1.11'}, info: serverInfo(6379)}),
		'critical',
		/refused: bind, port or a firewall changed/,
	],
	[
		'the port changed',
		missed(2, undefined, {config: {bind: '*'}, info: serverInfo(6390)}),
		'critical',
		/refused: the server says port 6390/,
	],
	['TLS on the port', missed(2, socketFailure('PLAIN_TO_TLS', '')), 'critical', /the port now wants TLS$/],
	['no TLS on the port', missed(2, socketFailure('TLS_TO_PLAIN', '')), 'critical', /the port no longer has TLS$/],
	['dropped', missed(2, socketFailure('ETIMEDOUT', '')), 'critical', /no answer: firewall or full queue$/],
	['a balancer without a server', missed(2, socketFailure('CLOSED', '')), 'critical', /they are closed at once$/],
	['no reply', missed(2, socketFailure('TIMEOUT', '')), 'critical', /they get no reply$/],
	['the name is gone', missed(2, socketFailure('ENOTFOUND', '')), 'critical', /no such host name any more$/],
	['the name server is away', missed(2, socketFailure('EAI_AGAIN', '')), 'warning', /no DNS answer for its name$/],
	[
		'another password',
		missed(2, replyFailure('WRONGPASS invalid username-password pair')),
		'warning',
		/^no longer takes the login of redis-top: .*wrong password/,
	],
	['a password', missed(2, replyFailure('NOAUTH Authentication required.')), 'warning', /it now wants a password/],
	['maxclients', missed(2, replyFailure('ERR max number of clients reached')), 'clear'],
	['this machine has no local port left', missed(2, socketFailure('EADDRNOTAVAIL', '')), 'clear'],
	[
		'the name leads to a server of other data',
		elsewhere(3, 'd'.repeat(40)),
		'warning',
		/^gets no new clients: its name leads elsewhere now$/,
	],
	[
		'an address leads elsewhere',
		elsewhere(3, 'd'.repeat(40), '10.0.1.11'),
		'warning',
		/its address leads elsewhere now/,
	],
	['a failover behind the name', elsewhere(3, 'e'.repeat(40)), 'info'],
	['twice another server', elsewhere(2, 'd'.repeat(40)), 'clear'],
]);
