import type {NodeRecord} from '../derive/node-record.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {milliseconds, seconds} from '../text/units.js';
import {replacedPrimary, takeoverOf} from '../topology/taken-over.js';
import {isInDiskWait} from './felt-waits.js';
import {pending} from './needs.js';
import {hint, redisCli, redisCliAsAdministrator} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {isPlannedStop, isRemoved} from './planned-restart.js';
import {clear, fires, rule} from './rule.js';
import {stepsOfDiskWait, waitsForDisk} from './stalled-disk.js';

/** The ACL user that redis-top connects as, quoted for a shell. */
const userOf = ({settings}: NodeFacts) => quotedName('user', settings.user ?? 'default');

/**
Another node that accepts the user and the password that this node rejects. A node that was discovered gets those of the
target. A node that needs no password does not count.
*/
function acceptedBy({record, settings, nodes}: NodeFacts): NodeAddress | undefined {
	const user = settings.user ?? 'default';
	const needsPassword = ({aclUsers}: NodeRecord) =>
		aclUsers?.value.some(each => each.user === user && !['', 'nopass'].includes(each.login)) === true;
	return record.failure?.code !== 'WRONGPASS' || record.origin === 'target' || record.role === 'sentinel'
		? undefined
		: [...nodes.values()].find(
				other =>
					other.address !== record.address &&
					other.role !== 'sentinel' &&
					other.failure === undefined &&
					other.sample !== undefined &&
					needsPassword(other),
			)?.address;
}

/** Whether only its message on a data node tells of the Sentinel: it never answered redis-top. */
const isUnknownSentinel = ({record: {origin, lastReplyAtMs}}: NodeFacts): boolean =>
	origin === 'hello' && lastReplyAtMs === undefined;

/** The finding on a Sentinel that has another password than the data nodes, for which redis-top has credentials. */
const sentinelWithPassword = (code: string) =>
	fires('info', {
		problem: 'is a sentinel with a password of its own',
		evidence: [{name: 'reply', value: code}],
		meaning: 'redis-top cannot ask it whether a failover would work. Data nodes are not concerned.',
		next: [hint('to see what its sentinels say, start redis-top on one of them with --askpass')],
	});

export const connAuth = rule({
	id: 'conn.auth',
	scope: 'node',
	docs: {
		looksAt:
			'The server refuses the credentials: NOAUTH, WRONGPASS, or the texts of older versions. A wrong password, an unknown user and a disabled user get the same reply. ACL GETUSER tells them apart.',
		since: 'any',
		falsePositives: [
			'A user without the right to a command (NOPERM) has valid credentials. conn.noperm reports that user.',
			'Sentinels often have a password of their own. A Sentinel that redis-top found by itself and that never answered is info.',
		],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const {failure} = facts.record;
		if (failure?.layer !== 'auth') {
			return clear;
		}

		if (isUnknownSentinel(facts)) {
			return sentinelWithPassword(failure.code);
		}

		const isWrong = failure.code === 'WRONGPASS';
		const other = acceptedBy(facts);
		// The finding names no effect on clients, because other clients may have valid credentials.
		return fires('critical', {
			problem: failure.problem,
			detail: other && message`${nodeName(other)} accepts them`,
			reason: failure.reason,
			evidence: [{name: 'reply', value: failure.code}],
			meaning: `The server is there and answers, and redis-top can see nothing of it. ${
				other !== undefined
					? 'Users and passwords do not replicate. After a failover to this node, applications are locked out in the same way.'
					: isWrong
						? 'A wrong password, an unknown user and a disabled user get the same reply.'
						: 'Other clients may be locked out too.'
			}`,
			next: [
				...(other === undefined
					? []
					: [
							hint(
								message`log in with the password that it has, by its config file or its ACL file, and set that of ${nodeName(other)}`,
							),
						]),
				hint(
					failure.code === 'NOAUTH'
						? 'give --user and --askpass, or REDISCLI_AUTH'
						: 'check the user and the password; tried again every 15 seconds only, because loops of wrong ones lock accounts out',
				),
				...(isWrong
					? [
							redisCliAsAdministrator(facts, message`ACL GETUSER ${userOf(facts)}`),
							hint('no such user, flags off (ACL SETUSER NAME on), or flags on: then it is the password'),
						]
					: []),
				redisCliAsAdministrator(facts, 'ACL LOG 10'),
			],
		});
	},
});

export const connNoperm = rule({
	id: 'conn.noperm',
	scope: 'node',
	docs: {
		looksAt: 'The rule lists the commands that the node denied to the user of redis-top (NOPERM).',
		since: '6.0',
		falsePositives: [
			'A command that the server does not have is no matter of rights. Only NOPERM counts.',
			"redis-top asks for a denied command again only after ten minutes. Its requests do not fill the server's ACL LOG.",
		],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		const denied = facts.record.blind.filter(({kind}) => kind === 'denied');
		if (denied.length === 0 || facts.sample === undefined) {
			return clear;
		}

		const grants = denied.flatMap(({grant}) => grant ?? []);
		return fires('info', {
			problem: 'denies commands to this user',
			detail: denied.map(({command}) => command).join(', '),
			evidence: denied.map(({command, why}) => ({name: command, value: message`${nameOf('quote', why)}`})),
			meaning: 'Panels lack the data of these commands and say so. Rules that need the data are not evaluated.',
			next: [
				redisCli(facts, message`ACL SETUSER ${userOf(facts)} ${grants.join(' ')}`),
				hint('redis-top acl prints the whole line for a user with just the rights that are needed'),
			],
		});
	},
});

export const connStale = rule({
	id: 'conn.stale',
	scope: 'node',
	docs: {
		looksAt: 'The rule reads the age of the last reply of a node whose polls fail. Other rules say why the polls fail.',
		since: 'any',
		falsePositives: [
			'A long interval between polls makes data old too. The limit is therefore three intervals.',
			'A node that was removed, or that is away in a planned restart (`srv.planned`), gives no data. The finding is info then.',
			replacedPrimary,
		],
	},
	thresholds: {
		intervals: {
			value: 3,
			unit: 'count',
			source: 'intervals without data; a single late reply does not count',
		},
		critical: {value: 15, unit: 'seconds', source: 'decisions should not rest on older data'},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	clearAfter: 1,
	needs: {},
	evaluate(_, facts, limits) {
		const {failure, lastReplyAtMs, intervalMs} = facts.record;
		const ageSeconds = (facts.nowMs - (lastReplyAtMs ?? facts.nowMs)) / 1000;
		const oldSeconds = (limits.intervals * intervalMs) / 1000;
		if (failure === undefined || ageSeconds <= oldSeconds) {
			return clear;
		}

		const isCritical =
			ageSeconds > Math.max(oldSeconds, limits.critical) && takeoverOf(facts.record, facts.nodes) === undefined;
		const isExpected = isRemoved(facts.record) || isPlannedStop(facts);
		return fires(isExpected ? 'info' : isCritical ? 'critical' : 'warning', {
			problem: `last gave data ${seconds(ageSeconds)} ago`,
			evidence: [{name: 'age', value: ageSeconds, unit: 'seconds'}],
			meaning: 'Everything shown of the node dates from its last reply. The node may be better or worse now.',
			next: [hint('see why it does not answer: the finding beside this one, or redis-top diagnose')],
		});
	},
});

/** Number of the latest PING round trips that are compared. */
const readings = 60;
/** Fewest PING round trips with which the rule is evaluated. */
const fewestReadings = 30;
/** Fewest slow PING round trips for which the rule fires. */
const slowReadings = 6;
/** Number of the latest PING round trips that are all slow where the way to a node has become slow. */
const risenReadings = 5;
/** Fewest PING round trips with which a rise is told: those of the rise, and some before it. */
const fewestOfRise = 8;

/** Share of a processor, 0–1, below which a server has little to do, as for conn.distance. */
const idleShare = 0.33;
const needsPings = 'needs thirty PINGs, which the node in focus gets';

/** Whether each of the latest PINGs took so much longer than the fastest, in milliseconds. */
const hasRisen = (roundTrips: readonly number[], leastMs: number): boolean =>
	roundTrips.length >= fewestOfRise &&
	roundTrips.slice(-risenReadings).every(roundTrip => roundTrip - Math.min(...roundTrips) >= leastMs);

export const connRtt = rule({
	id: 'conn.rtt',
	scope: 'node',
	docs: {
		looksAt:
			'The rule measures the round trips of PING on a connection that carries nothing else. It compares the six slowest of the last 60 with the fastest. Five in a row above the critical threshold fire at once.',
		since: 'any',
		falsePositives: [
			'A busy machine, perhaps the one that redis-top runs on, causes a few slow round trips. The rule fires only when six are slow.',
			'The fastest round trip is the time of the network. Only the time above it counts, so a distant server is not called slow.',
		],
	},
	thresholds: {
		warning: {value: 10, unit: 'milliseconds', source: 'the p99 that runbooks for caches alert on'},
		critical: {value: 100, unit: 'milliseconds', source: 'a cache that is slower than the database behind it'},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 5,
	needs: {
		roundTrips: {
			read({record}) {
				const known = record.ping.series.latest(readings).filter(value => value !== undefined);
				return known.length >= fewestOfRise ? known : undefined;
			},
			missing: () => pending(needsPings),
		},
	},
	evaluate({roundTrips}, facts, limits) {
		const isRisen = hasRisen(roundTrips, limits.critical);
		if (roundTrips.length < fewestReadings && !isRisen) {
			return pending(needsPings);
		}

		const sorted = roundTrips.toSorted((a, b) => a - b);
		const fastest = sorted[0] ?? 0;
		const slow = sorted.at(isRisen ? -risenReadings : -slowReadings) ?? 0;
		const excess = slow - fastest;
		if (facts.record.failure !== undefined || excess < limits.warning) {
			return clear;
		}

		// A server at a distance answers slowly and has little to do: its commands are quick, and the way to it is not.
		const isIdle = facts.record.host?.value.kind !== 'here' && (facts.record.values.get('cpuSeconds') ?? 1) < idleShare;
		const disk = isInDiskWait(facts) ? waitsForDisk : undefined;
		return fires(excess >= limits.critical ? 'critical' : 'warning', {
			isCertain: isRisen,
			problem: 'answers PING slowly',
			detail: `in ${milliseconds(slow)}, ${milliseconds(fastest)} at best`,
			reason: disk ?? (isRisen && isIdle ? 'the network, or a full link' : undefined),
			effect: 'slow',
			evidence: [
				{name: 'PING p90', value: slow, unit: 'milliseconds'},
				{name: 'PING minimum', value: fastest, unit: 'milliseconds'},
			],
			meaning:
				isRisen && isIdle
					? 'The server has little to do, and each reply takes that long on its way. A link that is full lets every reply wait behind the others.'
					: 'Every command waits as long before it runs: behind slow commands, a fork or a busy processor of the server, on the network, or on this machine.',
			next: [
				...(isRisen && isIdle
					? [
							hint('compare its output with the bandwidth of the link: large replies fill it'),
							hint('look at the route between (mtr), the VPN and the proxy'),
						]
					: []),
				...(disk === undefined ? [] : stepsOfDiskWait(facts)),
				redisCli(facts, 'SLOWLOG GET 10'),
				redisCli(facts, '--latency-history -i 5'),
				...(disk === undefined
					? [hint('slow here and quick in the Commands panel: the network, or this machine; slow in both: the server')]
					: []),
			],
		});
	},
});

export const accessRules = [connAuth, connNoperm, connStale, connRtt] as const;
