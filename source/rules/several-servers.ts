import {isClusterEnabled} from '../derive/deployment.js';
import {hostingOf} from '../derive/hosting.js';
import {isInTurn, type SeenServer} from '../domain/closer-look.js';
import type {Evidence} from '../domain/finding.js';
import {joinMessages, type Message, message, nameOf, nodeName} from '../domain/message.js';
import {seconds} from '../text/units.js';
import {pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Number of digits of a run id that tell servers apart. */
const shortRunId = 8;

/** The servers, each once, primaries first. */
const distinct = (seen: readonly SeenServer[]): readonly SeenServer[] =>
	[...new Map(seen.map(server => [server.runId, server])).values()].toSorted(
		(one, other) => Number(other.role === 'primary') - Number(one.role === 'primary'),
	);

/** The address under which another node of the deployment is the same process; undefined if none is known. */
const knownAs = ({nodes, record}: NodeFacts, {runId}: SeenServer) =>
	record.sample?.runId === runId
		? record.otherNames?.[0]
		: [...nodes.values()].find(node => node.address !== record.address && node.sample?.runId === runId)?.address;

const roleWords = {
	primary: ['a primary', 'primaries'],
	replica: ['a replica', 'replicas'],
	unknown: ['a server of another role', 'servers of another role'],
} as const;

/** How many servers of each role: `a primary and 2 replicas`. */
function rolesText(servers: readonly SeenServer[]): string {
	const texts = Object.entries(roleWords).flatMap(([role, [one, several]]) => {
		const count = servers.filter(server => server.role === role).length;
		return count === 0 ? [] : [count === 1 ? one : `${count} ${several}`];
	});
	return texts.join(' and ');
}

const evidenceOf = (facts: NodeFacts, server: SeenServer): Evidence => {
	const other = knownAs(facts, server);
	const at: Message = server.host === undefined ? '' : message`at ${nameOf('host', server.host)}, `;
	const name: Message = other === undefined ? at : message`${nodeName(other)}, `;
	return {
		name: `run_id ${server.runId.slice(0, shortRunId)}`,
		value: message`${name}${server.role}, up for ${seconds(server.uptimeSeconds)}`,
	};
};

export const connSeveralServers = rule({
	id: 'conn.several_servers',
	scope: 'node',
	docs: {
		looksAt:
			'redis-top opens a few connections to each target, one after the other, and reads who answers (`run_id`). The rule fires when a server answers again after another one has: each new connection to the address leads to another server. Each address of a name that has several is asked.',
		since: '2.8',
		falsePositives: [
			'After a restart or a failover behind one address, only the new process answers. It has no turn with the old one.',
			'Every node of a cluster and every Sentinel knows the others. The rule does not apply to them, nor to managed services, whose proxies have several servers.',
			'An address for reads leads to several replicas of one primary. The finding is info then.',
		],
	},
	raiseAfter: 1,
	clearAfter: 1,
	appliesTo: ({record: {origin, endpoint, sample, servers}}) =>
		origin === 'target' &&
		endpoint.kind === 'tcp' &&
		!(sample !== undefined && isClusterEnabled(sample.info)) &&
		(servers === undefined || hostingOf({endpoint, info: sample?.info}).service === undefined),
	needs: {
		seen: {
			read: ({record}) => record.servers?.seen,
			missing: () => pending('new connections to the address are being made'),
		},
	},
	evaluate({seen}, facts) {
		const servers = distinct(seen);
		if (!isInTurn(seen)) {
			return clear;
		}

		const histories = new Set(servers.map(({replicationId}) => replicationId));
		const primaries = servers.filter(({role}) => role === 'primary').length;
		const isForReads = primaries === 0 && histories.size === 1;
		const isMixed = primaries > 0 && primaries < servers.length;
		const known = servers.flatMap(server => knownAs(facts, server) ?? []).map(address => nodeName(address));
		const hosts = servers.flatMap(({host}) => (host === undefined ? [] : nameOf('host', host)));
		// The name's own addresses tell these servers apart for the user; the system prefers one of them.
		const isOfName = known.length === 0 && hosts.length === servers.length;
		const others = isOfName ? hosts : known;
		return fires(isForReads ? 'info' : 'warning', {
			problem: isOfName
				? message`leads to ${rolesText(servers)} at ${joinMessages(hosts, ' and ')}`
				: `leads to ${rolesText(servers)} in turn`,
			reason: isForReads
				? undefined
				: isMixed
					? 'some writes fail (READONLY)'
					: 'each connection finds the data of one of them only',
			evidence: servers.map(server => evidenceOf(facts, server)),
			meaning: isForReads
				? 'Reads are spread over these replicas. The figures here are those of the one that answers the polls.'
				: isOfName
					? 'The name has several addresses, with a server at each. A client takes one by its system and its language. The figures here are those of the one that answers the polls.'
					: 'Each new connection to this address may meet another server: a load balancer, a DNS name with several addresses, or a service that selects too many. The figures here are those of the one that answers the polls.',
			next: [
				hint(
					others.length === 0
						? "use the nodes' own addresses, in the clients and here"
						: message`use the nodes' own addresses, in the clients and here: ${joinMessages(others, ', ')}`,
				),
				...(isForReads
					? []
					: [
							hint(
								isMixed
									? 'let the load balancer or the service choose the primary alone: a health check by ROLE, a label of the primary'
									: 'take the servers that do not belong there out of the load balancer, the DNS name or the service',
							),
						]),
				redisCli(facts, 'INFO server'),
				hint('repeat the command above: the run_id changes'),
			],
		});
	},
});

export const severalServersRules = [connSeveralServers] as const;
