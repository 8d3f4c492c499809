import {message, nameOf} from '../domain/message.js';
import {count} from '../text/units.js';
import {clientOf, mostRefused, refusalEvidence, refusalsLately, refusedClient} from './access-refusals.js';
import {infoEvidence} from './evidence.js';
import {rareAnswerMissing, rate} from './needs.js';
import {hint, redisCli, redisCliAsAdministrator} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const counted = rate('stats', 'acl_access_denied_auth');
const listed = rareAnswerMissing('ACL LOG');
const isLogin = ({lack}: {readonly lack: string}): boolean => lack === 'auth';

/** Failed logins per minute: from the counter of Redis 7.2, or before 7.2 from the entries of ACL LOG. */
function failuresPerMinute(facts: NodeFacts): number | undefined {
	if (facts.number('stats', 'acl_access_denied_auth') !== undefined) {
		const failures = counted.read(facts);
		return failures === undefined ? undefined : failures * 60;
	}

	return refusalsLately(facts, isLogin)?.reduce((sum, refusal) => sum + refusal.count, 0);
}

export const secAuthfail = rule({
	id: 'sec.authfail',
	scope: 'node',
	docs: {
		looksAt:
			'The rule counts failed logins: `acl_access_denied_auth` since Redis 7.2, before that the entries of ACL LOG. It fires above ten a minute. ACL LOG names the clients.',
		since: '6.0',
		falsePositives: [
			'An application with an old password looks like a person who guesses passwords. The rule cannot tell them apart.',
		],
	},
	thresholds: {
		rate: {value: 10, unit: 'perMinute', source: 'one client with an old password retries less often'},
	},
	needs: {
		failures: {
			read: failuresPerMinute,
			missing: (facts: NodeFacts) =>
				facts.number('stats', 'acl_access_denied_auth') === undefined ? listed(facts) : counted.missing(facts),
		},
	},
	evaluate({failures}, facts, limits) {
		if (failures <= limits.rate) {
			return clear;
		}

		const refusals = refusalsLately(facts, isLogin);
		const most = mostRefused(refusals);
		const client = most && clientOf(most);
		const user = facts.record.aclUsers?.value.find(each => each.user === most?.user);
		const isOff = user?.isOn === false;
		// A user that may replicate (PSYNC) but not write is used by replicas. An application's user may write keys.
		const isOfReplicas = user !== undefined && !user.lacks.includes('psync') && user.lacks.includes('set');
		return fires(isOfReplicas ? 'critical' : 'warning', {
			problem: `refuses ${count(Math.round(failures))} logins per minute`,
			detail:
				most === undefined
					? undefined
					: message`most as user ${nameOf('user', most.user)}${client === undefined ? '' : message` from ${client}`}`,
			...(user !== undefined && (isOff || isOfReplicas)
				? {
						problem: message`refuses ${isOfReplicas ? 'its replicas' : 'logins'} as user ${nameOf('user', user.user)}`,
						detail: `${count(Math.round(failures))} logins per minute`,
						reason: isOff ? 'the user is off' : 'wrong password (masterauth of the replica)',
					}
				: {}),
			effect: isOfReplicas ? 'reads-stale' : undefined,
			culprit: refusedClient(refusals),
			evidence: [...infoEvidence(facts, ['stats', 'acl_access_denied_auth', 'count']), ...refusalEvidence(refusals)],
			meaning: isOfReplicas
				? 'Replicas that log in as this user get no data. No replica can take the place of this node.'
				: isOff
					? 'Nobody can log in as this user until it is on again.'
					: 'Some application has an old password, or somebody tries passwords out.',
			next: [
				...(isOff && user !== undefined
					? [redisCliAsAdministrator(facts, message`ACL SETUSER ${quotedName('user', user.user)} on`)]
					: []),
				redisCli(facts, 'ACL LOG 10'),
				hint('its client-info names the client'),
			],
		});
	},
});
