import type {NodeRecord} from '../derive/node-record.js';
import {serverProduct} from '../derive/server-product.js';
import type {AclUser} from '../domain/acl-user.js';
import {joinMessages, type Message, message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {groupsIn} from '../topology/node-remarks.js';
import {topologyOf} from '../topology/topology.js';
import {nodeNames} from './cluster-findings.js';
import {rareAnswerMissing} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {quotedName} from './node-facts.js';
import {recordsIn} from './node-records.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

/** Largest number of nodes that a finding names. Of further nodes it gives only the number. */
const namedNodes = 3;

/** Largest number of users that a finding lists, if they differ between nodes. */
const listedUsers = 5;

const listMissing = rareAnswerMissing('ACL LIST');

type Member = {readonly address: NodeAddress; readonly users: ReadonlyMap<string, AclUser>};

/** How a user on some nodes differs from the same user on most nodes. */
type Drift = {readonly user: string; readonly how: string; readonly nodes: readonly NodeAddress[]};

export const aclDiffers = rule({
	id: 'acl.differs',
	scope: 'fleet',
	docs: {
		looksAt:
			'The rule compares the users of ACL LIST on nodes that belong together: a cluster, or a primary and its replicas. It compares whether each user exists and is on, its passwords, and its rights. redis-top keeps digests of passwords only, made with a key that is new in each run.',
		since: '6.0',
		falsePositives: [
			'Nodes get new users one after the other, and ACL LIST is read every five minutes. The difference must last longer than that.',
			'Versions print rights in different ways. Only nodes of the same line, such as 8.1, are compared.',
			'A user of one node alone, such as one for its backup, may be intended. The rule cannot tell; skip it with `--skip acl.differs`.',
		],
	},
	raiseAfterMs: 330_000,
	// `redis-top check` reads the ACL lists of all nodes at the same moment, so it needs no second reading.
	countsAtOnce: true,
	evaluate(fleet) {
		const records = recordsIn(fleet);
		return groupsIn(topologyOf(records)).flatMap(group => {
			const answering = group.flatMap(({address}) => {
				const record = records.get(address);
				const isData = record !== undefined && record.role !== 'sentinel' && record.failure === undefined;
				return isData && record.sample !== undefined ? [record] : [];
			});
			return answering.length < 2 ? [] : driftOf(answering, fleet);
		});
	},
});

function driftOf(records: readonly NodeRecord[], fleet: FleetFacts): FleetEvaluation[] {
	const told = records.filter(({aclUsers}) => aclUsers !== undefined);
	if (told.length < 2) {
		const [silent] = records.filter(({aclUsers}) => aclUsers === undefined);
		const facts = silent && fleet.nodes.get(silent.address);
		return facts === undefined ? [] : [{...listMissing(facts), node: facts.address}];
	}

	return [...Map.groupBy(told, lineOf).values()].flatMap(alike => {
		const members = alike.map(({address, aclUsers}) => ({
			address,
			users: new Map((aclUsers?.value ?? []).map(user => [user.user, user])),
		}));
		const drifts = driftsAmong(members);
		return drifts.length === 0 ? [] : [evaluationOf(drifts, members, fleet)];
	});
}

/** Product and release line of a server: `valkey 8.1`. */
function lineOf({sample}: NodeRecord): string {
	const server = sample && serverProduct(sample.info);
	return `${server?.product} ${/^\d+\.\d+/.exec(server?.version ?? '')?.[0]}`;
}

const shapeOf = (user: AclUser | undefined): string =>
	user === undefined ? 'absent' : JSON.stringify([user.isOn, user.login, user.rights]);

function driftsAmong(members: readonly Member[]): Drift[] {
	const names = new Set(members.flatMap(({users}) => [...users.keys()]));
	return [...names].sort().flatMap(user => {
		const shapes = [...Map.groupBy(members, ({users}) => shapeOf(users.get(user))).values()];
		// Primaries come first in `members`, and the sort keeps this order. So if two versions of the user are equally
		// frequent, a primary's version counts as usual.
		const [usual = [], ...others] = shapes.sort((one, other) => other.length - one.length);
		const reference = usual[0]?.users.get(user);
		return others.map(those => ({
			user,
			how: differenceBetween(reference, those[0]?.users.get(user)),
			nodes: those.map(({address}) => address),
		}));
	});
}

/**
How a user on some nodes differs from the same user on most nodes. Only the first difference counts, in this order:
existence, on or off, password, rights.
*/
function differenceBetween(usual: AclUser | undefined, other: AclUser | undefined): string {
	if (usual === undefined || other === undefined) {
		return other === undefined ? 'is missing' : 'is there alone';
	}

	if (usual.isOn !== other.isOn) {
		return other.isOn ? 'is on' : 'is off';
	}

	return usual.login === other.login ? 'has other rights' : 'has another password';
}

const whereText = (nodes: readonly NodeAddress[]): Message =>
	nodes.length > namedNodes ? `${nodes.length} nodes` : nodeNames(nodes);

function evaluationOf(drifts: readonly Drift[], members: readonly Member[], fleet: FleetFacts): FleetEvaluation {
	const [first] = drifts;
	const node = first?.nodes[0];
	const usual = members.find(({address}) => first?.nodes.includes(address) === false)?.address;
	const more = drifts.length > 1 ? `, and ${drifts.length - 1} more` : '';
	const users = drifts.map(({user}) => user);
	const nodes = [...new Set(drifts.flatMap(drift => drift.nodes))];
	const steps = [usual, node].flatMap(address => {
		const facts = address === undefined ? undefined : fleet.nodes.get(address);
		return facts === undefined ? [] : [redisCli(facts, message`ACL GETUSER ${quotedName('user', first?.user ?? '')}`)];
	});
	return {
		...fires('warning', {
			problem: new Set(users).size === 1 ? 'a user differs between nodes' : 'users differ between nodes',
			detail:
				first === undefined
					? undefined
					: message`${nameOf('user', first.user)} ${first.how} on ${whereText(first.nodes)}${more}`,
			nodes,
			evidence: drifts.slice(0, listedUsers).map(({user, how, nodes: where}, index) => ({
				name: `user ${index + 1}`,
				value: message`${nameOf('user', user)} ${how} on ${joinMessages(where.map(nodeName), ' ')}`,
			})),
			meaning:
				'Users are not replicated. After a failover to one of these nodes, applications cannot log in or lack a right, or have rights that were taken from them.',
			next: [
				hint('set the users alike on every node (ACL SETUSER, or the same aclfile and ACL LOAD), then ACL SAVE'),
				...steps,
			],
		}),
		node: undefined,
		subject: `users ${members[0]?.address ?? ''}`,
	};
}

export const aclDriftRules = [aclDiffers] as const;
