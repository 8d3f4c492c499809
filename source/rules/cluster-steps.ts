import type {CutOff} from '../cluster/cut-off.js';
import type {LastingLine} from '../domain/cluster.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {askNode} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {quotedName} from './node-facts.js';
import type {FleetFacts} from './rule.js';

/**
Largest number of CLUSTER MEET commands that are printed. The nodes that meet learn of the remaining nodes by gossip.
*/
const printedMeets = 6;

/** CLUSTER MEET commands that tell the first node the present addresses of the other nodes. */
export function meetSteps([first, ...others]: readonly NodeAddress[], fleet: FleetFacts): readonly NextStep[] {
	if (first === undefined) {
		return [];
	}

	return others.slice(0, printedMeets).flatMap(address => {
		const record = fleet.nodes.get(address)?.record;
		const self = record?.clusterNodes?.value.find(({flags}) => flags.has('myself'));
		return record?.endpoint.kind === 'tcp'
			? [
					askNode(
						fleet,
						first,
						message`CLUSTER MEET ${quotedName('host', record.endpoint.host)} ${record.endpoint.port}${self?.busPort === undefined ? '' : ` ${self.busPort}`}`,
					),
				]
			: [];
	});
}

/** The steps for a cluster whose nodes look for each other at old addresses. The reader fills in the present ones. */
export function oldPlaceSteps(
	node: NodeAddress | undefined,
	oldPlaces: readonly LastingLine[],
	fleet: FleetFacts,
): readonly NextStep[] {
	const lines = oldPlaces.slice(0, printedMeets);
	return oldPlaces.length === 0
		? []
		: [
				// The commands are too long for line 3 of the screen.
				hint('CLUSTER MEET each at its new address'),
				...lines.map(({host, port, busPort}): NextStep => {
					const place = message`${nameOf('host', host)}`;
					const bus = busPort === undefined ? '' : ` ${busPort}`;
					// The reader fills in a host, so this is no command to copy.
					return {
						kind: 'words',
						text: askNode(fleet, node, message`CLUSTER MEET HOST ${port}${bus}   # HOST: where ${place} is now`).text,
					};
				}),
				hint(
					'a node keeps its id and takes its old place again; cluster-announce-hostname or lasting addresses prevent it',
				),
			];
}

/**
The steps for a cluster whose nodes came back at other addresses, as containers do, and that is asked through one node.
This node still lists the old addresses, where nothing answers. Empty while another node answers.
*/
export function movedSteps(node: NodeAddress | undefined, fleet: FleetFacts): readonly NextStep[] {
	const others = [...fleet.nodes.values()].filter(({address}) => address !== node);
	return others.length === 0 || others.some(({record}) => record.failure === undefined)
		? []
		: [
				hint('or did all nodes come back at other addresses, as pods do? Then tell this node each present address:'),
				// The reader fills in an address, so this is no command to copy.
				{kind: 'words', text: askNode(fleet, node, 'CLUSTER MEET NEW-HOST PORT').text},
				hint(
					'a node keeps its id and takes its old place again; cluster-announce-hostname or lasting addresses prevent it',
				),
			];
}

/** The steps for a node that no other node reaches on the cluster bus, although its client port answers. */
export const busPortSteps = (cutOff: CutOff | undefined): readonly NextStep[] =>
	cutOff === undefined
		? []
		: [
				hint(
					message`open TCP port ${cutOff.busPort} of ${hostOf(cutOff)} to the other nodes, and theirs to it: firewall, security group`,
				),
				hint(message`to try it from the host of another node: nc -zv ${hostOf(cutOff)} ${cutOff.busPort}`),
			];

const hostOf = ({host, node}: CutOff): Message =>
	host === undefined ? message`${nodeName(node)}` : quotedName('host', host);
