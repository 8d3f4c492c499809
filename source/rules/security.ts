import {serverProduct} from '../derive/deployment.js';
import {isPublicAddress} from '../derive/public-address.js';
import type {AccessRefusal} from '../domain/access-log.js';
import type {Evidence} from '../domain/finding.js';
import {isLoopback} from '../domain/node.js';
import {count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {answerMissing, hostFact, increase, infoText, rareAnswerMissing, rate, setting, unseen} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

/** ACL LOG groups the refusals of a minute, seconds. Source: Redis acl.c, ACLLOG_GROUPING_MAX_TIME_DELTA. */
const groupedSeconds = 60;

/** Who was refused lately, redis-top's own requests left out; undefined where ACL LOG may not be read. */
export function refusalsLately(
	{record, nowMs}: NodeFacts,
	isWanted: (refusal: AccessRefusal) => boolean,
): readonly AccessRefusal[] | undefined {
	const log = record.accessLog;
	const sinceSeconds = log === undefined ? 0 : (nowMs - log.atMs) / 1000;
	return log?.value.filter(
		refusal =>
			isWanted(refusal) && refusal.clientName !== 'redis-top' && refusal.ageSeconds + sinceSeconds <= groupedSeconds,
	);
}

/** `user app: command set, from 10.0.1.7:51234`. Which key or channel it was stays in ACL LOG: it may be nobody's business. */
export const refusalEvidence = (refusals: readonly AccessRefusal[] = []): Evidence[] =>
	refusals.slice(0, 5).map(({user, lack, object, clientAddress}) => ({
		name: `user ${user}`,
		value: `${lack}${lack === 'command' ? ` ${object}` : ''}, from ${clientAddress ?? '-'}`,
	}));

const counted = rate('stats', 'acl_access_denied_auth');
const listed = rareAnswerMissing('ACL LOG');
const isLogin = ({lack}: {readonly lack: string}): boolean => lack === 'auth';

/** By the counter; before it was there, by what ACL LOG has of the last minute. */
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
			'Logins fail, more than ten a minute: `acl_access_denied_auth` since 7.2, by ACL LOG since 6.0; who it is, ACL LOG tells.',
		since: 'any',
		falsePositives: ["An application with yesterday's password does this as well as somebody who guesses."],
	},
	needs: {
		failures: {
			read: failuresPerMinute,
			missing: (facts: NodeFacts) =>
				facts.number('stats', 'acl_access_denied_auth') === undefined ? listed(facts) : counted.missing(facts),
		},
	},
	evaluate({failures}, facts) {
		return failures <= facts.threshold('sec.authfail.rate')
			? clear
			: fires('warning', {
					problem: `${count(Math.round(failures))} logins a minute fail`,

					evidence: [
						...infoEvidence(facts, ['stats', 'acl_access_denied_auth', 'count']),
						...refusalEvidence(refusalsLately(facts, isLogin)),
					],
					meaning: 'Some application has an old password, or somebody tries them out.',
					next: [redisCli(facts, 'ACL LOG 10'), hint('its client-info names who')],
				});
	},
});

export const secDebug = rule({
	id: 'sec.debug',
	scope: 'node',
	docs: {
		looksAt:
			'DEBUG or MODULE may be used by every connection. `local` allows it on this machine alone and is no trouble.',
		since: '7.0',
		falsePositives: [],
	},
	needs: {debug: setting('enable-debug-command'), modules: setting('enable-module-command')},
	evaluate({debug, modules}) {
		const open = [debug === 'yes' ? 'DEBUG' : '', modules === 'yes' ? 'MODULE LOAD' : ''].filter(name => name !== '');
		return open.length === 0
			? clear
			: fires('warning', {
					problem: `${open.join(' and ')} can be run over the network`,

					evidence: [
						{name: 'enable-debug-command', value: debug},
						{name: 'enable-module-command', value: modules},
					],
					meaning: 'One command crashes the server or runs code of a stranger in it.',
					next: [hint('set enable-debug-command and enable-module-command to no in its config file, then restart')],
				});
	},
});

const answer = answerMissing('ACL DRYRUN');
const isAnonymous = ({settings}: NodeFacts): boolean => settings.user === undefined && !settings.hasPassword;

export const secDefaultAll = rule({
	id: 'sec.default_all',
	scope: 'node',
	docs: {
		looksAt:
			'The user of everybody who gives no name may do everything, SHUTDOWN too. Since 7.0, by ACL DRYRUN: what the user may is known without reading its password.',
		since: 'any',
		falsePositives: [
			"That it needs no password is known only where redis-top gave none: with one it can't be told.",
			'As servers come, and meant so in many private networks: advice; an open door at a public address is sec.noauth.',
		],
	},
	needs: {
		mayStop: {
			read: (facts: NodeFacts): boolean | undefined =>
				isAnonymous(facts) ? facts.record.defaultUserCanShutdown?.value : undefined,
			missing: (facts: NodeFacts) =>
				isAnonymous(facts) ? answer(facts) : unseen('shows only to somebody who connects without a password'),
		},
	},
	evaluate({mayStop}, facts) {
		return mayStop
			? advises(facts, {
					problem: 'lets whoever reaches it do everything, SHUTDOWN too, without a name or a password',

					evidence: [{name: 'ACL DRYRUN default SHUTDOWN', value: 'OK'}],
					meaning: 'A mistake in any application, or anybody in its network, can stop it or delete all of it.',
					next: [
						hint('give each application a user with the rights it needs: ACL SETUSER'),
						redisCli(facts, 'ACL SETUSER default -@dangerous   # when all have users of their own'),
						hint('redis-top acl prints the line for a user of its own'),
					],
					adviceCost: 'every application needs a user first',
				})
			: clear;
	},
});

export const secDenied = rule({
	id: 'sec.denied',
	scope: 'node',
	docs: {
		looksAt:
			'Users ask for what they may not: `acl_access_denied_cmd`, `_key`, `_channel` rise. Since 7.2; who it was, where ACL LOG may be read.',
		since: 'any',
		falsePositives: ['Our own denied commands count there, too: while there are any, it is not looked at.'],
	},
	raiseAfter: 1,
	appliesTo: facts => facts.record.blind.every(({kind}) => kind !== 'denied'),
	needs: {commands: increase('stats', 'acl_access_denied_cmd')},
	evaluate({commands}, facts) {
		const keys = facts.increase('stats', 'acl_access_denied_key') ?? 0;
		const channels = facts.increase('stats', 'acl_access_denied_channel') ?? 0;
		const denied = commands + keys + channels;
		return denied === 0
			? clear
			: fires('info', {
					problem: `denied ${count(denied)} requests for want of rights since the last sample`,

					evidence: [
						...infoEvidence(
							facts,
							['stats', 'acl_access_denied_cmd', 'count'],
							['stats', 'acl_access_denied_key', 'count'],
							['stats', 'acl_access_denied_channel', 'count'],
						),
						...refusalEvidence(refusalsLately(facts, ({lack}) => lack !== 'auth')),
					],
					meaning: 'A user lacks a right it needs, or tries what it should not.',
					next: [redisCli(facts, 'ACL LOG 10')],
				});
	},
});

export const secNoauth = rule({
	id: 'sec.noauth',
	scope: 'node',
	docs: {
		looksAt: 'Whoever reaches the port can use the server: redis-top was given no password and works.',
		since: 'any',
		falsePositives: [
			'On loopback, a unix socket or in a private network that is a way to run it: advice. At a public address it is an open door.',
		],
	},
	appliesTo: facts => facts.sample !== undefined && facts.settings.hasPassword === false,
	needs: {},
	evaluate(_, facts) {
		const {endpoint} = facts.record;
		const isPublic = endpoint.kind === 'tcp' && !isLoopback(endpoint) && isPublicAddress(endpoint.host);
		const rest = {
			evidence: [{name: 'password', value: 'none needed'}],
			meaning: 'Anybody who can connect can read, change and delete everything, and run code through it.',
			next: [
				hint('give its users passwords (ACL SETUSER, or requirepass), its clients first'),
				hint('let only them reach the port: bind, firewall'),
			],
		};
		return isPublic
			? fires('critical', {problem: 'takes commands from anybody at a public address, without a password', ...rest})
			: advises(facts, {
					problem: 'takes commands without a password',

					...rest,
					adviceCost: 'every client needs the password first',
				});
	},
});

export const secOld = rule({
	id: 'sec.old',
	scope: 'node',
	docs: {
		looksAt:
			'The release gets no security fixes any more: Redis before 6.2. A distribution may have put fixes into it all the same.',
		since: 'any',
		falsePositives: [],
	},
	needs: {version: infoText('server', 'redis_version')},
	evaluate({version}, facts) {
		const [major = 0, minor = 0] = version.split('.').map(Number);
		const isOld = major < 6 || (major === 6 && minor < 2);
		return !isOld || (facts.sample !== undefined && serverProduct(facts.sample.info)?.product === 'valkey')
			? clear
			: advises(facts, {
					problem: `Redis ${version} gets no security fixes any more`,

					evidence: [{name: 'redis_version', value: version}],
					meaning: 'Holes that became known since stay open, unless the distribution closed them.',
					next: [hint('plan an update; a replica of the newer version takes over without a loss')],
					adviceCost: 'a failover, and a look at the release notes',
				});
	},
});

export const secPlaintext = rule({
	id: 'sec.plaintext',
	scope: 'node',
	docs: {
		looksAt:
			"Redis-top talks to a public address without TLS. A tunnel or service mesh that encrypts can't be seen from here.",
		since: '6.0',
		falsePositives: [],
	},
	appliesTo: facts => facts.sample !== undefined,
	needs: {},
	evaluate(_, facts) {
		const {endpoint} = facts.record;
		const isPublic = endpoint.kind === 'tcp' && isPublicAddress(endpoint.host);
		return facts.settings.isTls || !isPublic
			? clear
			: fires('warning', {
					problem: 'is reached at a public address without TLS',

					evidence: [{name: 'connection', value: 'plain'}],
					meaning: 'Passwords and data can be read and changed on the way.',
					next: [hint('let it listen with TLS (tls-port) and connect with rediss://'), hint('or use a tunnel')],
				});
	},
});

export const secProtectedOff = rule({
	id: 'sec.protected_off',
	scope: 'node',
	docs: {
		looksAt: 'Protected mode is off, it listens beyond loopback and needs no password.',
		since: '3.2',
		falsePositives: [
			"A container whose port is published by its host looks like this on purpose; whoever reaches the host's port is in.",
		],
	},
	appliesTo: facts => facts.settings.hasPassword === false,
	needs: {mode: setting('protected-mode'), bind: setting('bind')},
	evaluate({mode, bind}, facts) {
		const isOpen = bind === '' || bind.split(/\s+/).some(address => !/^-?(?:127\.|::1$|localhost$)/.test(address));
		return mode !== 'no' || !isOpen
			? clear
			: fires('warning', {
					problem: 'protected mode is off, and it listens to the network without a password',

					evidence: [
						{name: 'protected-mode', value: mode},
						{name: 'bind', value: bind},
					],
					meaning: 'Nothing stands between the network and the data.',
					next: [
						redisCli(facts, 'CONFIG SET protected-mode yes'),
						hint('give its users passwords, or bind it to the addresses it needs'),
					],
				});
	},
});

export const secScan = rule({
	id: 'sec.scan',
	scope: 'node',
	docs: {
		looksAt:
			'Somebody speaks HTTP to the server: "Possible SECURITY ATTACK detected" in its log within the last hour. Since 3.2, where the log can be read on this machine.',
		since: 'any',
		falsePositives: [
			"A load balancer's health check that speaks HTTP does the same as a web page that tries to reach the port.",
		],
	},
	raiseAfter: 1,
	needs: {log: hostFact(({log}) => log, "the server's log")},
	evaluate({log}, facts) {
		const since = facts.nowMs - facts.threshold('sec.scan.age') * 1000;
		const remark = log.remarks.find(
			({rules, atMs}) => rules.includes('sec.scan') && atMs !== undefined && atMs >= since,
		);
		return remark === undefined
			? clear
			: fires('warning', {
					problem: `somebody sends it HTTP: ${count(remark.count)} times in the end of its log`,

					evidence: [{name: 'log', value: remark.line}],
					meaning: `${remark.meaning[0]?.toUpperCase()}${remark.meaning.slice(1)}. The server closes such connections.`,
					next: [
						...logSteps(facts),
						hint('the line names the address: let only applications reach the port (bind, firewall)'),
						hint('a health check wants PING or a TCP check'),
					],
				});
	},
});

export const securityRules = [
	secAuthfail,
	secDebug,
	secDefaultAll,
	secDenied,
	secNoauth,
	secOld,
	secPlaintext,
	secProtectedOff,
	secScan,
] as const;
