import {message} from '../domain/message.js';
import {milliseconds, seconds} from '../text/units.js';
import {pending} from './needs.js';
import {hint, redisCli, redisCliAsAdministrator} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** The user that redis-top connects as, for a shell. */
const userOf = ({settings}: NodeFacts) => quotedName('user', settings.user ?? 'default');

export const connAuth = rule({
	id: 'conn.auth',
	scope: 'node',
	docs: {
		looksAt:
			"The server refuses the credentials, or wants some: NOAUTH, WRONGPASS, and the words older versions use. A wrong password, a user that doesn't exist and one that is off get the same words: what tells them apart is ACL GETUSER.",
		since: 'any',
		falsePositives: [],
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

		return fires('critical', {
			problem: failure.text,

			evidence: [{name: 'reply', value: failure.code}],
			meaning: `The server is there and answers; redis-top can see nothing of it. ${
				failure.code === 'WRONGPASS'
					? 'It says the same for a wrong password, an unknown user and a user that is off.'
					: 'Others may be locked out alike.'
			}`,
			next: [
				hint(
					failure.code === 'NOAUTH'
						? 'give --user and --askpass, or REDISCLI_AUTH'
						: 'check the user and the password; tried again every 15 seconds only, because loops of wrong ones lock accounts out',
				),
				...(failure.code === 'WRONGPASS'
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
		looksAt: 'The user redis-top connects as may not ask for everything (NOPERM).',
		since: '6.0',
		falsePositives: [
			"Each denied command is asked again after ten minutes only: our own denials would fill the server's ACL LOG.",
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
			problem: `this user may not run ${denied.map(({command}) => command).join(', ')}`,

			evidence: denied.map(({command, why}) => ({name: command, value: why})),
			meaning: 'What rests on these commands stays dark: the panels say so, and the rules below are not evaluated.',
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
		looksAt: "What is known of a node is old, because its polls fail. Why they fail is another rule's business.",
		since: 'any',
		falsePositives: [],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const {failure, lastReplyAtMs, intervalMs} = facts.record;
		const ageSeconds = (facts.nowMs - (lastReplyAtMs ?? facts.nowMs)) / 1000;
		const oldSeconds = (facts.threshold('conn.stale.intervals') * intervalMs) / 1000;
		if (failure === undefined || ageSeconds <= oldSeconds) {
			return clear;
		}

		const isCritical = ageSeconds > Math.max(oldSeconds, facts.threshold('conn.stale.critical'));
		return fires(isCritical ? 'critical' : 'warning', {
			problem: `data is ${seconds(ageSeconds)} old`,

			evidence: [{name: 'age', value: ageSeconds, unit: 'seconds'}],
			meaning: 'Whatever is shown of this node is as of then; it may be better or worse now.',
			next: [hint('see why it does not answer: the finding beside this one, or redis-top diagnose')],
		});
	},
});

const readings = 60;
const fewestReadings = 30;

export const connRtt = rule({
	id: 'conn.rtt',
	scope: 'node',
	docs: {
		looksAt: 'PING takes long on a connection of its own, which carries nothing else.',
		since: 'any',
		falsePositives: [
			'Of the last 60 round trips six must be as slow: a few are hiccups of a busy machine, ours perhaps.',
			"Only what comes on top of the shortest one counts: that is the network's, and a far server is not a slow one.",
		],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 5,
	needs: {
		roundTrips: {
			read({record}) {
				const known = record.ping.series.latest(readings).filter(value => value !== undefined);
				return known.length >= fewestReadings ? known.toSorted((a, b) => a - b) : undefined;
			},
			missing: () => pending('needs thirty PINGs, which the node in focus gets'),
		},
	},
	evaluate({roundTrips}, facts) {
		const shortest = roundTrips[0] ?? 0;
		const slow = roundTrips.at(-6) ?? 0;
		const excess = slow - shortest;
		if (facts.record.failure !== undefined || excess < facts.threshold('conn.rtt.warning')) {
			return clear;
		}

		return fires(excess >= facts.threshold('conn.rtt.critical') ? 'critical' : 'warning', {
			problem: `PING takes ${milliseconds(slow)}, ${milliseconds(shortest)} at best`,

			evidence: [
				{name: 'PING p90', value: slow, unit: 'milliseconds'},
				{name: 'PING minimum', value: shortest, unit: 'milliseconds'},
			],
			meaning:
				'Every command waits as long before it runs: behind slow commands, a fork or a busy processor of the server, on the network, or on this machine.',
			next: [
				redisCli(facts, 'SLOWLOG GET 10'),
				redisCli(facts, '--latency-history -i 5'),
				hint('slow here and quick in the Commands panel: the network, or this machine; slow in both: the server'),
			],
		});
	},
});

export const accessRules = [connAuth, connNoperm, connStale, connRtt] as const;
