import type {NodeRecord} from '../derive/node-record.js';
import type {AclUser} from '../domain/acl-user.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf, nodeName} from '../domain/message.js';
import {count, seconds} from '../text/units.js';
import {hasJustRefusedLogins, loginSource, mostRefused, refusalEvidence, refusalsLately} from './access-refusals.js';
import {otherClients} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {areMeasured, manyErrors} from './measured-errors.js';
import {rareAnswerMissing, rate} from './needs.js';
import {hint, redisCli, redisCliAsAdministrator} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const counted = rate('stats', 'acl_access_denied_auth');
const listed = rareAnswerMissing('ACL LOG');
const isLogin = ({lack}: {readonly lack: string}): boolean => lack === 'auth';

/**
Failed logins per minute: from the counter of Redis 7.2, or before 7.2 from the entries of ACL LOG. The entries count as
well if the two samples lie between two attempts of a client that tries once a second.
*/
function failuresPerMinute(facts: NodeFacts): number | undefined {
	if (facts.number('stats', 'acl_access_denied_auth') !== undefined) {
		const failures = counted.read(facts);
		if (failures !== 0 || !hasJustRefusedLogins(facts)) {
			return failures === undefined ? undefined : failures * 60;
		}
	}

	return refusalsLately(facts, isLogin)?.reduce((sum, refusal) => sum + refusal.count, 0);
}

/** Share of the commands a second since the start below which the server does little of its usual work. */
const littleWork = 0.5;
/** Largest number of clients that may still work where the others are locked out: an administrator and a job. */
const fewClients = 2;
/** Longest idle time, in seconds, of a client that works. Pools keep connections that are idle for minutes. */
const poolSeconds = 600;

/** Commands of a connection that has not logged in, as CLIENT LIST prints them. */
const beforeLogin = /^(?:auth|hello|null|client\||quit$|$)/i;

/**
Whether the failed logins are those of the applications: more logins fail than other commands run, those are less than half
of what ran a second since the start, and hardly a client is logged in. A program that tries passwords leaves the
applications their connections.

@param failures Failed logins a second.
*/
function areLockedOut(facts: NodeFacts, failures: number): boolean {
	const processed = facts.perSecond('stats', 'total_commands_processed');
	const total = facts.number('stats', 'total_commands_processed');
	const uptime = facts.number('server', 'uptime_in_seconds');
	const {clients} = facts.record;
	if (processed === undefined || total === undefined || uptime === undefined || uptime <= 0 || clients === undefined) {
		return false;
	}

	const others = Math.max(0, processed - failures);
	const working = otherClients(facts).filter(
		({command, idleSeconds}) => !beforeLogin.test(command) && idleSeconds <= poolSeconds,
	);
	return others < failures && others < (littleWork * total) / uptime && working.length <= fewClients;
}

export const secAuthfail = rule({
	id: 'sec.authfail',
	scope: 'node',
	docs: {
		looksAt:
			'The rule counts failed logins: `acl_access_denied_auth` since Redis 7.2, before that the entries of ACL LOG. It fires above ten a minute. It is critical where ten logins a second fail, more than other commands run, and CLIENT LIST has at most two clients that are logged in. ACL LOG names the clients, and ACL LIST shows whether the user exists, is on and has a password.',
		since: '6.0',
		falsePositives: [
			'An application with an old password looks like a person who guesses passwords. The rule cannot tell them apart.',
		],
	},
	thresholds: {
		rate: {value: 10, unit: 'perMinute', source: 'one client with an old password retries less often'},
		many: manyErrors,
	},
	needs: {
		failures: {
			read: failuresPerMinute,
			missing: (facts: NodeFacts) =>
				facts.number('stats', 'acl_access_denied_auth') === undefined ? listed(facts) : counted.missing(facts),
		},
	},
	evaluate({failures}, facts, limits, heldMs) {
		if (failures <= limits.rate) {
			return clear;
		}

		const refusals = refusalsLately(facts, isLogin);
		const most = mostRefused(refusals);
		// ACL LOG joins equal refusals, and names the last client of them. Who has most of them is not known.
		const client = most && loginSource(most);
		const cause = most && causeOf(most.user, facts, heldMs);
		const isOfReplicas = cause?.isOfReplicas === true;
		const isLost = cause?.isLostByFailover === true;
		const perMinute = `${count(Math.round(failures))} per minute`;
		const from: Message = client === undefined ? '' : message`, last from ${client}`;
		const isLockout = !isOfReplicas && failures / 60 >= limits.many && areLockedOut(facts, failures / 60);
		return fires(isOfReplicas || isLost || isLockout ? 'critical' : 'warning', {
			// The users of both nodes and the change of role show the cause. So two samples are enough.
			isCertain: areMeasured(facts, failures / 60, limits.many, heldMs) || (isLost && failures / 60 >= limits.many),
			...(most === undefined
				? {problem: `refuses ${count(Math.round(failures))} logins per minute`}
				: {
						problem:
							cause?.isMissing === true && isLost
								? message`has no user ${nameOf('user', most.user)} and refuses its logins`
								: message`refuses ${isOfReplicas ? 'its replicas' : 'logins'} as user ${nameOf('user', most.user)}`,
						detail: message`${perMinute}${new Set(refusals?.map(({user}) => user)).size > 1 ? ' with others' : ''}${from}`,
					}),
			reason: cause?.reason,
			effect: isOfReplicas ? 'reads-stale' : isLost || isLockout ? 'connections-refused' : undefined,
			culprit: client && {client},
			evidence: [...infoEvidence(facts, ['stats', 'acl_access_denied_auth', 'count']), ...refusalEvidence(refusals)],
			meaning: isOfReplicas
				? 'Replicas that log in as this user get no data. No replica can take the place of this node.'
				: isLockout
					? 'Most of what clients send is a login that fails, and hardly a client is logged in: the applications are locked out.'
					: (cause?.meaning ?? 'Some application has an old password, or somebody tries passwords out.'),
			next: [...(cause?.next ?? []), redisCli(facts, 'ACL LOG 10'), hint('its client-info names the client')],
		});
	},
});

/** Why logins as a user fail, as the list of the server's users shows. */
type LoginFailure = {
	readonly reason: Message;
	readonly meaning: Message;
	readonly next: readonly NextStep[];
	/** Whether the user may replicate (PSYNC) and not write, as replicas do. An application's user may write keys. */
	readonly isOfReplicas: boolean;
	/** Whether the node was promoted without the user or its password, so that the application has no primary now. */
	readonly isLostByFailover?: boolean;
	/** Whether the node lacks the user. */
	readonly isMissing?: true;
};

/** Seconds after a start within which the start may have lost users that were never saved. */
const recentStartSeconds = 3600;

/** Time after a promotion in which applications look for users of the former primary, in milliseconds. */
const recentPromotionMs = 3_600_000;

/**
Whether this process was a replica before it became a primary: redis-top saw it lately, or the server has read from a
primary and continues its history.
*/
const isPromoted = (facts: NodeFacts): boolean =>
	facts.record.role === 'primary' &&
	(facts.memory.promotedAtMs.some(atMs => facts.nowMs - atMs < recentPromotionMs) ||
		((facts.number('replication', 'second_repl_offset') ?? -1) > 0 &&
			(facts.number('stats', 'total_net_repl_input_bytes') ?? 0) > 0));

/** Another node that has the user, or had it when its users were last read. */
const ownerOf = (name: string, {address, nodes}: NodeFacts): NodeRecord | undefined =>
	[...nodes.values()].find(
		record =>
			record.address !== address &&
			record.role !== 'sentinel' &&
			record.aclUsers?.value.some(({user}) => user === name) === true,
	);

/** The failure of logins as a user that other nodes have: users do not replicate. */
function notReplicated(name: string, facts: NodeFacts): LoginFailure {
	const owner = ownerOf(name, facts);
	const isLost = isPromoted(facts);
	const where = isLost ? 'promoted without it' : 'no such user here';
	const from: Message =
		owner === undefined ? '' : message`, ${isLost ? 'which is on' : 'but on'} ${nodeName(owner.address)}`;
	return {
		reason: message`${where}${from}; ACL users do not replicate`,
		meaning: isLost
			? 'ACL SETUSER makes a user on one node alone. The promoted node does not have it, so its applications cannot log in.'
			: 'ACL SETUSER makes a user on one node alone. The applications of this user cannot log in here.',
		next: [
			hint(message`create it here: ACL SETUSER ${quotedName('user', name)}, then ACL SAVE`),
			...(owner !== undefined && owner.failure === undefined
				? [redisCliAsAdministrator({record: owner, settings: facts.settings}, 'ACL LIST')]
				: [hint('the ACL file or the config file of the former primary, or a backup, has its line')]),
			redisCliAsAdministrator(facts, 'ACL LIST'),
			hint('where the config file names no aclfile, CONFIG REWRITE keeps users in place of ACL SAVE'),
		],
		isOfReplicas: false,
		isLostByFailover: isLost,
		isMissing: true,
	};
}

/**
Another node on which the user has another password, or had it when its users were last read. redis-top keeps digests of
passwords, with one key in each run, so they can be compared.
*/
const ownerOfOtherPassword = ({user: name, login}: AclUser, {address, nodes}: NodeFacts): NodeRecord | undefined =>
	[...nodes.values()].find(
		record =>
			record.address !== address &&
			record.role !== 'sentinel' &&
			record.aclUsers?.value.some(
				each => each.user === name && each.isOn && !['', 'nopass', login].includes(each.login),
			) === true,
	);

/** The failure of logins as a user whose password is another one on other nodes: passwords do not replicate. */
function otherPassword(user: AclUser, facts: NodeFacts): LoginFailure | undefined {
	const owner = ownerOfOtherPassword(user, facts);
	if (owner === undefined) {
		return undefined;
	}

	const isLost = isPromoted(facts);
	const name = nodeName(owner.address);
	const isDefault = user.user === 'default';
	return {
		reason: isLost
			? message`promoted with another password than ${name}`
			: message`its password differs from that on ${name}`,
		meaning: isLost
			? 'Passwords do not replicate. The applications have that of the former primary, and cannot log in at the promoted node.'
			: message`Passwords do not replicate. Perhaps it was changed on ${name} alone.`,
		next: [
			hint(
				isDefault
					? 'give it the password of the others, as an administrator: CONFIG SET requirepass, on its replicas masterauth, too; then CONFIG REWRITE'
					: message`give it the password of the others, as an administrator: ACL SETUSER ${quotedName('user', user.user)} >PASSWORD, then ACL SAVE`,
			),
			redisCliAsAdministrator(facts, message`ACL GETUSER ${quotedName('user', user.user)}`),
			...(owner.failure === undefined
				? [
						redisCliAsAdministrator(
							{record: owner, settings: facts.settings},
							message`ACL GETUSER ${quotedName('user', user.user)}`,
						),
					]
				: []),
		],
		isOfReplicas: false,
		isLostByFailover: isLost,
	};
}

/** Milliseconds that ACL LIST may be older than the reading with which failures were counted first: one look reads both. */
const oneLookMs = 2000;

/**
The server's users as they were since the failures began. An older list may have a user that was removed since, or the
password from before.

@param heldMs Milliseconds for which the condition has held.
*/
function usersSince({record, sample, earlier}: NodeFacts, heldMs: number): readonly AclUser[] | undefined {
	const {aclUsers} = record;
	const begunMs = (earlier?.atMs ?? sample?.atMs ?? 0) - heldMs - oneLookMs;
	return aclUsers !== undefined && aclUsers.atMs >= begunMs ? aclUsers.value : undefined;
}

/** Commands that take users away, with what their calls say of a user that is missing. */
const removals: ReadonlyArray<readonly [command: string, reason: string]> = [
	['acl|load', 'ACL LOAD has replaced the users'],
	['acl|deluser', 'ACL DELUSER has removed users'],
];

/** Why a user is missing that no other node is known to have. */
function missingUser(facts: NodeFacts): LoginFailure {
	const uptime = facts.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
	const [removal] = removals.filter(([name]) =>
		facts.record.commands.some(({command, calls}) => command === name && calls > 0),
	);
	const isLoaded = removal?.[0] === 'acl|load';
	const why = removal?.[1] ?? (uptime < recentStartSeconds ? `it started ${seconds(uptime)} ago` : undefined);
	return {
		reason: `no such user here${why === undefined ? '' : `; ${why}`}`,
		meaning: isLoaded
			? 'After ACL LOAD only the users of the ACL file exist. Its connections were closed, and nobody can log in as this user.'
			: removal === undefined
				? 'Users of ACL SETUSER live in memory. A start forgets them unless ACL SAVE or CONFIG REWRITE wrote them.'
				: 'The connections of a removed user are closed, and nobody can log in as it.',
		next: [
			isLoaded
				? hint('add its line to the ACL file (aclfile), then ACL LOAD')
				: hint('create the user again, then keep it (ACL SAVE)'),
			hint('another node, or a backup of the ACL file, has its line for ACL SETUSER'),
			redisCliAsAdministrator(facts, 'ACL LIST'),
			...(isLoaded
				? []
				: [hint('where the config file names no aclfile, CONFIG REWRITE keeps users in place of ACL SAVE')]),
		],
		isOfReplicas: false,
	};
}

/** Why logins as the user fail; undefined if the server's users are not known. */
function causeOf(name: string, facts: NodeFacts, heldMs: number): LoginFailure | undefined {
	const users = usersSince(facts, heldMs);
	if (users === undefined) {
		return undefined;
	}

	const user = users.find(each => each.user === name);
	if (user === undefined && (isPromoted(facts) || ownerOf(name, facts) !== undefined)) {
		return notReplicated(name, facts);
	}

	if (user === undefined) {
		return missingUser(facts);
	}

	const isOfReplicas = !user.lacks.includes('psync') && user.lacks.includes('set');
	const quoted = quotedName('user', user.user);
	if (!user.isOn) {
		return {
			reason: 'the user is off',
			meaning: 'Nobody can log in as this user until it is on again.',
			next: [redisCliAsAdministrator(facts, message`ACL SETUSER ${quoted} on`)],
			isOfReplicas,
		};
	}

	const other = isOfReplicas || user.login === '' ? undefined : otherPassword(user, facts);
	if (other !== undefined) {
		return other;
	}

	return user.login === ''
		? {
				reason: 'the user has no password set',
				meaning: 'Every password is refused until the user has one (ACL SETUSER NAME >PASSWORD).',
				next: [
					redisCliAsAdministrator(facts, message`ACL GETUSER ${quoted}`),
					hint('add its password: ACL SETUSER NAME >PASSWORD'),
				],
				isOfReplicas,
			}
		: {
				reason: isOfReplicas ? 'wrong password (masterauth of the replica)' : 'wrong password',
				meaning: 'Some application has an old password, or somebody tries passwords out.',
				next: [
					hint(
						isOfReplicas
							? 'on the replica: CONFIG SET masterauth to the password of this user; then CONFIG REWRITE'
							: 'give the client the new password',
					),
					hint('until then the user may have both: ACL SETUSER NAME >OLD adds one'),
				],
				isOfReplicas,
			};
}
