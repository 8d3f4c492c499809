import {isPublicAddress} from '../derive/ip-address.js';
import {serverProduct} from '../derive/server-product.js';
import {message, nameOf} from '../domain/message.js';
import {isLoopback} from '../domain/node.js';
import {count} from '../text/units.js';
import {secAuthfail} from './failed-logins.js';
import {answerMissing, hostFact, infoText, setting, unseen} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

export const secDebug = rule({
	id: 'sec.debug',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `enable-debug-command` and `enable-module-command`. With `yes` every connection may use DEBUG or MODULE LOAD.',
		since: '7.0',
		falsePositives: [
			'The value `local` allows the commands only on the machine of the server. The rule is clear then.',
		],
	},
	needs: {debug: setting('enable-debug-command'), modules: setting('enable-module-command')},
	evaluate({debug, modules}) {
		const open = [debug === 'yes' ? 'DEBUG' : '', modules === 'yes' ? 'MODULE LOAD' : ''].filter(name => name !== '');
		return open.length === 0
			? clear
			: fires('warning', {
					problem: `allows ${open.join(' and ')} over the network`,
					evidence: [
						{name: 'enable-debug-command', value: debug},
						{name: 'enable-module-command', value: modules},
					],
					meaning: 'One command can crash the server, or load foreign code into it.',
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
			'The rule asks ACL DRYRUN whether the user `default` may run SHUTDOWN, where redis-top itself connects without a password. ACL DRYRUN tells the rights without reading the password.',
		since: '7.0',
		falsePositives: [
			'A new server has this setting, and many private networks keep it on purpose. The finding is only advice.',
			'Where redis-top uses a password, it cannot know whether others need one. The rule is not evaluated then.',
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
					problem: 'gives everyone all rights without a password',
					detail: 'SHUTDOWN too',
					evidence: [{name: 'ACL DRYRUN default SHUTDOWN', value: 'OK'}],
					meaning: 'A mistake in any application, or anybody in its network, can stop it or delete all its data.',
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

export const secNoauth = rule({
	id: 'sec.noauth',
	scope: 'node',
	docs: {
		looksAt:
			'The rule fires where redis-top was given no password and gets replies: every client that reaches the port can use the server. The finding is critical at a public address.',
		since: 'any',
		falsePositives: [
			'On loopback, a unix socket or a private network this may be intended. The finding is only advice there.',
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
			? fires('critical', {problem: 'takes commands without a password at a public address', ...rest})
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
			'The rule reads `redis_version` and `server_name`. Redis before 6.2 gets no security fixes from its authors any more.',
		since: 'any',
		falsePositives: [
			'A distribution may have added fixes to an older release. The finding is only advice.',
			'Valkey and other products report a Redis version for compatibility. The rule does not apply to them.',
		],
	},
	needs: {version: infoText('server', 'redis_version')},
	evaluate({version}, facts) {
		const [major = 0, minor = 0] = version.split('.').map(Number);
		const isOld = major < 6 || (major === 6 && minor < 2);
		return !isOld || (facts.sample !== undefined && serverProduct(facts.sample.info)?.product !== 'redis')
			? clear
			: advises(facts, {
					problem: `runs Redis ${version}, which gets no security fixes`,
					evidence: [{name: 'redis_version', value: version}],
					meaning: 'Vulnerabilities that became known since are not fixed, unless the distribution fixed them.',
					next: [hint('plan an update; a failover to a replica of the newer version loses nothing')],
					adviceCost: 'a failover, and a look at the release notes',
				});
	},
});

export const secPlaintext = rule({
	id: 'sec.plaintext',
	scope: 'node',
	docs: {
		looksAt: 'The rule fires where redis-top reaches a public address without TLS.',
		since: '6.0',
		falsePositives: [
			'A tunnel or service mesh that encrypts looks the same to redis-top. The rule cannot tell this case apart.',
		],
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
		looksAt:
			'The rule reads `protected-mode` and `bind`, where redis-top connects without a password. It fires where protected mode is off and `bind` has more than loopback addresses.',
		since: '3.2',
		falsePositives: [
			'A container has these settings on purpose, and its host publishes the port. The finding is right all the same: every client that reaches that port can use the server.',
		],
	},
	// The settings are those of the process before, if the one of now is in protected mode.
	appliesTo: ({settings, record}) => settings.hasPassword === false && record.failure?.code !== 'DENIED',
	needs: {mode: setting('protected-mode'), bind: setting('bind')},
	evaluate({mode, bind}, facts) {
		const isOpen = bind === '' || bind.split(/\s+/).some(address => !/^-?(?:127\.|::1$|localhost$)/.test(address));
		return mode !== 'no' || !isOpen
			? clear
			: fires('warning', {
					problem: 'is open to the network without a password',
					reason: 'protected mode is off',
					evidence: [
						{name: 'protected-mode', value: mode},
						{name: 'bind', value: bind},
					],
					meaning: 'Whoever reaches the port can read and change all data.',
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
			"The rule looks for `Possible SECURITY ATTACK detected` in the last hour of the server's log, where redis-top can read the log on this machine. The server logs this line when a client sends HTTP.",
		since: '3.2',
		falsePositives: ["A load balancer's health check may send HTTP. The log line names its address."],
	},
	thresholds: {
		age: {value: 3600, unit: 'seconds', source: 'how long an HTTP request is reported'},
	},
	raiseAfter: 1,
	needs: {log: hostFact(({log}) => log, "the server's log")},
	evaluate({log}, facts, limits) {
		const since = facts.nowMs - limits.age * 1000;
		const remark = log.remarks.find(
			({rules, atMs}) => rules.includes('sec.scan') && atMs !== undefined && atMs >= since,
		);
		if (remark === undefined) {
			return clear;
		}

		// Example: `Possible SECURITY ATTACK detected. It looks … Connection from 10.0.0.9:43782 aborted.`
		const [, host] = /Connection from \[?([^\s\]/]+)\]?:\d+ aborted/.exec(remark.line) ?? [];
		const sender = host === undefined ? undefined : nameOf('host', host);
		return fires('warning', {
			problem: message`receives HTTP requests${sender === undefined ? '' : message` from ${sender}`}`,
			detail: `${count(remark.count)} at the end of its log`,
			evidence: [{name: 'log', value: message`${nameOf('quote', remark.line)}`}],
			meaning: `${remark.meaning[0]?.toUpperCase()}${remark.meaning.slice(1)}. The server closes such connections.`,
			next: [
				...(sender === undefined
					? [
							...logSteps(facts),
							hint('the line names the address: let only applications reach the port (bind, firewall)'),
						]
					: []),
				hint(message`a health check${sender === undefined ? '' : message` on ${sender}`} wants PING or a TCP check`),
				...(sender === undefined
					? []
					: [hint('if it is none: let only applications reach the port (bind, firewall)'), ...logSteps(facts)]),
			],
		});
	},
});

export const securityRules = [
	secAuthfail,
	secDebug,
	secDefaultAll,
	secNoauth,
	secOld,
	secPlaintext,
	secProtectedOff,
	secScan,
] as const;
