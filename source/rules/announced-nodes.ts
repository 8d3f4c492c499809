import type {NextStep} from '../domain/finding.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import {announcedStatement, isReachedByNobody} from '../topology/announced.js';
import {type AnnouncedPrimary, announcedPrimary, announcedPrimaryStatement} from '../topology/announced-primary.js';
import {hint, onHost, programFor} from './next-steps.js';
import {announcementStep} from './no-failover-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {fires} from './rule.js';

/** The step that tells lost packets from a way that does not exist. */
const pingStep = ({record}: NodeFacts): readonly NextStep[] =>
	record.failure?.code === 'ETIMEDOUT' && record.endpoint.kind === 'tcp'
		? [
				hint(
					message`from here: ping -c 50 -i 0.2 ${quotedName('host', record.endpoint.host)}; some replies missing: packets are lost, all missing: no way leads there`,
				),
			]
		: [];

/**
The finding on a node whose announced address redis-top cannot reach. Clients in the node's network may reach the
address. So the finding names an effect, a failover that is impossible, only if Sentinels cannot reach the address
either. It is critical where Sentinels send all clients to the address, and another node of its group is reached.
*/
export function onlyAnnounced(facts: NodeFacts) {
	const {record, nodes} = facts;
	const primary = announcedPrimary(record, nodes);
	return primary === undefined
		? fires('warning', {
				...announcedStatement(record, nodes),
				effect: isReachedByNobody(record, nodes) ? 'failover-impossible' : undefined,
				evidence: [{name: 'error', value: record.failure?.code ?? '-'}],
				meaning: 'redis-top sees nothing of the node. Clients on this side of the network cannot reach it either.',
				next: [
					...pingStep(facts),
					announcementStep(record, nodes),
					hint('Sentinels forget an old address of a replica only after SENTINEL RESET NAME'),
				],
			})
		: fires('critical', {
				...announcedPrimaryStatement(primary),
				effect: 'unreachable',
				evidence: [
					{name: 'error', value: record.failure?.code ?? '-'},
					{name: 'reached from here', value: message`${nodeName(primary.reached.address)}`},
				],
				meaning:
					'The sentinels reach it and hold it up, so they do nothing. Clients on this side of the network can neither read nor write.',
				next: [...backSteps(primary, facts), ...pingStep(facts)],
			});
}

/** What gives clients a primary that they reach: the way back to the node they reach, and an address that leads to it. */
function backSteps({name, sentinel, reached}: AnnouncedPrimary, {record}: NodeFacts): readonly NextStep[] {
	const {endpoint} = record;
	const port = endpoint.kind === 'tcp' ? ` -p ${endpoint.port}` : '';
	const failover = message`SENTINEL FAILOVER ${nameOf('primary', name)} on ${nodeName(sentinel)}`;
	return [
		reached.failure === undefined
			? hint(message`${failover}: ${nodeName(reached.address)} takes over, once its link to the primary is up`)
			: hint(message`start ${nodeName(reached.address)}, it returns as a replica; once its link is up, ${failover}`),
		onHost(message`${programFor(reached)}${port} CONFIG SET replica-announce-ip ADDRESS-THAT-CLIENTS-REACH`),
		hint('before that failover, and CONFIG REWRITE; else let a route or a firewall rule lead clients to its address'),
		hint(message`afterwards SENTINEL RESET ${nameOf('primary', name)} on each sentinel: they forget its old address`),
	];
}
