import {hostingOf} from '../derive/hosting.js';
import {isAddress} from '../derive/port-holder.js';
import {isInTurn, type SeenServer} from '../domain/closer-look.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf} from '../domain/message.js';
import type {Failure} from '../domain/sample.js';
import {seconds} from '../text/units.js';
import {certificateSteps} from './certificate.js';
import {explanationOf} from './connection-explanations.js';
import {pending} from './needs.js';
import {diagnose, hint, onHost, redisCliAsAdministrator} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Codes of connections that this machine cannot start: they say nothing of the server. Source: connect(2), socket(2). */
const outOfHere: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'INTERNAL']);

/** Bind patterns of every address. Source: redis.conf, `bind`. */
const everyAddress: ReadonlySet<string> = new Set(['*', '-*', '0.0.0.0', '::', '-::', '::*', '-::*', '']);

/** What the server says that makes the port refuse: another port, or a `bind` without the address. */
function changedListener(facts: NodeFacts): string | undefined {
	const {endpoint, sample} = facts.record;
	if (endpoint.kind !== 'tcp') {
		return undefined;
	}

	const port = sample?.info.number('server', 'tcp_port');
	if (port !== undefined && port !== endpoint.port) {
		return `the server says port ${port}`;
	}

	const bound = facts.setting('bind')?.split(/\s+/) ?? ['*'];
	const isBound = bound.some(pattern => everyAddress.has(pattern) || pattern.replace(/^-/, '') === endpoint.host);
	return isBound || !isAddress(endpoint.host) ? undefined : 'bind lacks this address';
}

/** Why new connections fail while an open one lives, in the words of what changed. */
function changeOf({code, kind, reason, problem, issuer}: Failure, facts: NodeFacts): Message {
	switch (kind ?? code) {
		case 'PLAIN_TO_TLS':
			return 'the port now wants TLS';
		case 'TLS_TO_PLAIN':
			return 'the port no longer has TLS';
		case 'ECONNREFUSED':
			return message`refused: ${changedListener(facts) ?? 'bind, port or a firewall changed'}`;
		case 'ETIMEDOUT':
		case 'HOST_ANSWERS':
		case 'HOST_SILENT':
			return 'no answer: firewall or full queue';
		case 'TIMEOUT':
			return 'they get no reply';
		case 'CLOSED':
		case 'EPIPE':
		case 'ECONNRESET':
			return 'they are closed at once';
		case 'ENOTFOUND':
			return 'no such host name any more';
		case 'EAI_AGAIN':
			return 'no DNS answer for its name';
		case 'NOAUTH':
			return 'it now wants a password (NOAUTH)';
		case 'DENIED':
			return 'protected mode without a password (DENIED)';
		default:
			if (issuer !== undefined) {
				return message`certificate of another CA: ${nameOf('host', issuer)}`;
			}

			return reason === undefined ? problem : message`it ${problem}: ${reason}`;
	}
}

/** The step with the address that a name had before: with it the server can be reached at once. */
function nameSteps({record: {endpoint}}: NodeFacts, {earlierAddress}: Failure): readonly NextStep[] {
	if (endpoint.kind !== 'tcp') {
		return [];
	}

	return [
		hint('put the name back, or repair the name service; compare on a machine of an application'),
		onHost(message`getent hosts ${quotedName('host', endpoint.host)}`),
		...(earlierAddress === undefined
			? []
			: [hint(message`until then use the address that it had before: ${nameOf('host', earlierAddress)}`)]),
	];
}

const wayBack = hint(
	'keep this screen open: its old connection still shows the server; a new redis-top would not get in',
);

function stepsFor(failure: Failure, facts: NodeFacts): readonly NextStep[] {
	const {endpoint} = facts.record;
	switch (failure.kind ?? failure.code) {
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return [...nameSteps(facts, failure), wayBack];
		case 'PLAIN_TO_TLS':
			return [
				hint('give the clients TLS (rediss://, the CA), or give the plain port back: port and tls-port of the server'),
				wayBack,
			];
		case 'TLS_TO_PLAIN':
			return [hint('give the port TLS again (tls-port), or take TLS out of the clients'), wayBack];
		case 'ECONNREFUSED':
			return [
				hint('on its machine see where it listens; set bind or port back there, at the address that it has now'),
				onHost(endpoint.kind === 'tcp' ? 'ss -ltnp' : 'ss -lxp'),
				hint('if it listens here, a firewall rejects (REJECT)'),
				onHost('sudo nft list ruleset; sudo iptables -S | grep REJECT'),
				wayBack,
			];
		case 'ETIMEDOUT':
		case 'HOST_ANSWERS':
		case 'HOST_SILENT':
			return [
				hint('see the last change of the firewall, security group or network policy: open connections go on there'),
				onHost('sudo nft list ruleset; sudo iptables -S | grep DROP'),
				...(endpoint.kind === 'tcp'
					? [onHost(`ss -ltn 'sport = :${endpoint.port}'   # Recv-Q above Send-Q: the accept queue is full`)]
					: []),
				wayBack,
			];
		case 'TIMEOUT':
			return [
				hint('if a load balancer is in between, see whether its backends are healthy'),
				onHost(`ss -ltnp`),
				wayBack,
			];
		case 'CERT_HAS_EXPIRED':
			return certificateSteps(facts);
		default:
			return failure.layer === 'auth'
				? [
						hint('give the clients and redis-top the new login, or the server the old one again'),
						redisCliAsAdministrator(
							facts,
							message`ACL GETUSER ${quotedName('user', facts.settings.user ?? 'default')}`,
						),
						wayBack,
					]
				: [
						...(failure.issuer === undefined
							? []
							: [hint('put the old certificate back (CONFIG SET tls-cert-file FILE), or give all clients the new CA')]),
						...(explanationOf(failure.code, endpoint)?.next ?? []),
						diagnose(facts.record),
						wayBack,
					];
	}
}

/** The finding on an address whose new connections lead to another server than the open one. */
function leadsElsewhere(facts: NodeFacts, other: SeenServer) {
	const {endpoint, sample} = facts.record;
	const isSameData =
		other.replicationId !== undefined && other.replicationId === sample?.info.text('replication', 'master_replid');
	const isName = endpoint.kind === 'tcp' && !isAddress(endpoint.host);
	return fires(isSameData ? 'info' : 'warning', {
		problem: 'gets no new clients',
		reason: isName ? 'its name leads elsewhere now' : 'its address leads elsewhere now',
		effect: isSameData ? undefined : 'data-at-risk',
		evidence: [
			{name: 'run_id of the other', value: other.runId.slice(0, 8)},
			{name: 'the other', value: `${other.role}, up for ${seconds(other.uptimeSeconds)}`},
		],
		meaning: `${isSameData ? 'The other server is of the same data: a failover behind the name or the load balancer.' : 'The other server has other data.'} Clients that stay connected use the server from before. The figures here are those of that one.`,
		next: [
			hint('let the old clients connect again (a restart of the application), or lead the name back'),
			...(endpoint.kind === 'tcp' && isName
				? [onHost(message`getent hosts ${quotedName('host', endpoint.host)}`)]
				: []),
			hint('start redis-top again to see the server that new clients reach'),
		],
	});
}

export const connNewClients = rule({
	id: 'conn.new_clients',
	scope: 'node',
	docs: {
		looksAt:
			'redis-top opens a new connection every ten seconds to the node in focus, every 30 to the others of a small deployment, and closes it. The rule fires when several in a row do not get in while the open connection of redis-top is still answered: a firewall, another `bind` or `port`, TLS on the port, the name, or the password changed. It also tells when they reach another server.',
		since: 'any',
		falsePositives: [
			'A restart ends the open connection as well. So does a cut network. conn.refused and conn.unreachable report them.',
			'A server that has reached maxclients, or nearly, is not tried. cli.max reports it.',
			'A password that is set back within 15 seconds is not seen. Other clients may have the new one, so the finding is a warning.',
			'Behind a load balancer with several servers, conn.several_servers reports them.',
		],
	},
	thresholds: {
		missed: {value: 2, unit: 'count', source: 'new connections in a row, three seconds apart; one may be chance'},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	clearAfter: 1,
	appliesTo: ({record}) => record.newConnections !== undefined && record.failure === undefined,
	needs: {latest: {read: ({record}) => record.newConnections, missing: () => pending('no new connection has failed')}},
	evaluate({latest}, facts, limits) {
		const {record} = facts;
		const {failure, missed, other} = latest.value;
		// The open connection must have been answered after the new one failed.
		const isAlive = (record.lastReplyAtMs ?? 0) > latest.atMs;
		if (missed < limits.missed || !isAlive) {
			return clear;
		}

		if (other !== undefined) {
			const isManaged = hostingOf({endpoint: record.endpoint, info: record.sample?.info}).service !== undefined;
			return isManaged || isInTurn(record.servers?.seen ?? []) || missed <= limits.missed
				? clear
				: leadsElsewhere(facts, other);
		}

		if (failure === undefined || failure.kind === 'MAXCLIENTS' || outOfHere.has(failure.code)) {
			return clear;
		}

		const isLogin = failure.layer === 'auth';
		const isOurs = isLogin || failure.code === 'EAI_AGAIN';
		return fires(isOurs ? 'warning' : 'critical', {
			problem: isLogin ? 'no longer takes the login of redis-top' : 'lets no new client in',
			reason: changeOf(failure, facts),
			effect: failure.code === 'EAI_AGAIN' ? undefined : 'connections-refused',
			evidence: [
				{name: 'error', value: failure.code},
				{name: 'layer', value: failure.layer},
				{name: 'new connections that failed', value: missed, unit: 'count'},
			],
			meaning: isLogin
				? 'The open connection of redis-top goes on. Clients with the same login fail when they connect again.'
				: 'Connections that are open go on. A client that connects now, after a restart or a lost connection, does not get in.',
			isCertain: true,
			next: stepsFor(failure, facts),
		});
	},
});

export const newClientRules = [connNewClients] as const;
