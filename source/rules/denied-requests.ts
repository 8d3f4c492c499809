import type {AccessRefusal} from '../domain/access-log.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {count} from '../text/units.js';
import {
	clientOf,
	lackedNames,
	missingRule,
	mostRefused,
	refusalEvidence,
	refusalsLately,
	refusedClient,
} from './access-refusals.js';
import {infoEvidence} from './evidence.js';
import {errors, increase} from './needs.js';
import {hint, redisCli, redisCliAsAdministrator} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/**
Number of requests that ACL rules denied since the previous sample. Redis 7.2 counts them in INFO. Before 7.2, the error
replies NOPERM are counted.
*/
function deniedOf(facts: NodeFacts): number | undefined {
	const commands = facts.increase('stats', 'acl_access_denied_cmd');
	if (facts.number('stats', 'acl_access_denied_cmd') === undefined) {
		return facts.errorIncrease('NOPERM');
	}

	const others = ['acl_access_denied_key', 'acl_access_denied_channel'] as const;
	return commands === undefined
		? undefined
		: others.reduce((sum, name) => sum + (facts.increase('stats', name) ?? 0), commands);
}

/** What a user was denied, as text. */
const lackedText = (refusal: AccessRefusal, refusals: readonly AccessRefusal[] | undefined): Message =>
	lackedNames(refusal, refusals) ?? (refusal.lack === 'command' ? refusal.object.toUpperCase() : refusal.lack);

/** The steps that give a user the right that it lacks. */
export const grantSteps = (refusal: AccessRefusal, refusals?: readonly AccessRefusal[]): readonly NextStep[] => [
	hint(
		message`ACL SETUSER ${nameOf('user', refusal.user)} ${missingRule(refusal, refusals)}: as an administrator, on every node, if it may have that`,
	),
	hint('then ACL SAVE or CONFIG REWRITE, so that a restart keeps it'),
];

export const secDenied = rule({
	id: 'sec.denied',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the growth of `acl_access_denied_cmd`, `acl_access_denied_key` and `acl_access_denied_channel`, before 7.2 that of `errorstat_NOPERM`. ACL LOG names the user and what it lacks, where redis-top may read it. The finding is a warning where one user is denied the same again and again.',
		since: '6.2',
		falsePositives: [
			'Denied commands of redis-top itself are counted too. The rule is clear while redis-top has denied commands.',
			'A person at a prompt is denied something now and then. The finding is only info then.',
		],
	},
	thresholds: {
		repeats: {
			value: 10,
			unit: 'count',
			source: 'the same refusal within a minute; a person at a prompt gives up before',
		},
	},
	raiseAfter: 1,
	appliesTo: facts => facts.record.blind.every(({kind}) => kind !== 'denied'),
	needs: {
		denied: {
			read: deniedOf,
			missing: facts =>
				facts.number('stats', 'acl_access_denied_cmd') === undefined
					? errors('NOPERM').missing(facts)
					: increase('stats', 'acl_access_denied_cmd').missing(facts),
		},
	},
	evaluate({denied}, facts, limits) {
		if (denied === 0) {
			return clear;
		}

		const refusals = refusalsLately(facts, ({lack}) => lack !== 'auth');
		const most = mostRefused(refusals);
		const isRepeated = most !== undefined && most.count >= limits.repeats;
		const evidence = [
			{name: 'denied since the sample before', value: denied, unit: 'count' as const},
			...infoEvidence(
				facts,
				['stats', 'acl_access_denied_cmd', 'count'],
				['stats', 'acl_access_denied_key', 'count'],
				['stats', 'acl_access_denied_channel', 'count'],
			),
			...refusalEvidence(refusals),
		];
		if (!isRepeated) {
			return fires('info', {
				problem: `denied ${count(denied)} requests for lack of rights`,
				detail: 'since the last sample',
				culprit: refusedClient(refusals),
				evidence,
				meaning: 'A user lacks a right it needs, or tries what it should not.',
				next: [redisCli(facts, 'ACL LOG 10')],
			});
		}

		const client = clientOf(most);
		return fires('warning', {
			problem: message`denies the user ${nameOf('user', most.user)} ${lackedText(most, refusals)} (NOPERM)`,
			detail: message`${count(most.count)} times within a minute${client === undefined ? '' : message`, lately ${client}`}`,
			reason: 'its ACL lacks the right',
			effect: 'reads-refused',
			culprit: refusedClient([most]),
			evidence,
			meaning:
				'The application gets errors for these requests, all the time. A new release that uses more, changed rights, or the defaults of a newer server are the usual reasons (since 7.0 a new user has no channels).',
			next: [...grantSteps(most, refusals), redisCliAsAdministrator(facts, 'ACL LOG 10')],
		});
	},
});

export const deniedRequestRules = [secDenied] as const;
