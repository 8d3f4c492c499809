import {isClusterEnabled} from '../derive/deployment.js';
import type {InfoReply} from '../domain/info-reply.js';
import {message} from '../domain/message.js';
import type {ModuleReadings} from '../domain/server-module.js';
import {commandStats, errorCounting, errorStats} from '../parse/info-fields.js';
import {count, percent, perSecond} from '../text/units.js';
import {lackText, mostRefused, refusalsLately} from './access-refusals.js';
import {senderCulprit} from './client-names.js';
import {grantSteps} from './denied-requests.js';
import {meaningOfErrors, usualErrors} from './error-codes.js';
import {infoEvidence} from './evidence.js';
import {movedClients, placeOf, refusedClients} from './failing-clients.js';
import {areMeasured, manyErrors, secondsBetween} from './measured-errors.js';
import {isScriptNeverSent} from './missing-scripts.js';
import {absent, answerMissing, increase, infoNumber, pending, rareAnswerMissing} from './needs.js';
import {hint, redisCli, redisCliAsAdministrator} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {isIgnored, mostLibraryErrors} from './plain-errors.js';
import {isOwnerMissing, isRedirecting} from './redirections.js';
import {movedByReplica} from './replica-reads.js';
import {clear, fires, rule} from './rule.js';
import {commandsOfSeveralSlots, severalSlots} from './several-slots.js';
import {errorsOfKnownCommands} from './unknown-commands.js';
import {readElsewhere, readingForm, whereWritesBelong, writeElsewhere} from './writes-to-replica.js';

/** Name of the evidence of err.failed that holds the code of nearly all errors. */
export const errorCode = 'error code';

export const errFailed = rule({
	id: 'err.failed',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `failed_calls` and `rejected_calls` of INFO commandstats, for the node in focus and for nodes with many error replies. It fires where more than one call in ten of a command fails. The finding is critical where a replica refuses nearly all calls of a write command (READONLY), and where most calls of EVALSHA fail (NOSCRIPT) and no client sends the script.',
		since: '6.2',
		falsePositives: [
			'A person at a prompt causes a few failures. The rule needs three failures per second in three samples, or `many` over two seconds.',
			'Clients are redirected when a role changes or slots move. READONLY, MOVED and NOREPLICAS do not count for three seconds after a change of role, nor MOVED for `rep.grace.seconds` after slots moved.',
			'A server that loads its data answers LOADING. srv.loading reports it. sec.authfail reports refused logins. AUTH counts where the server has no password, unless as many clients go on without.',
			'Client libraries try CLIENT SETINFO at each connection, and go on without. Failures of CLIENT do not count before 7.0 then.',
			'Clients of a primary that does not answer ask other nodes for its slots. MOVED does not count until another node owns the slots, nor in the first minute.',
		],
	},
	thresholds: {
		share: {value: 0.1, unit: 'share', source: 'of the calls of one command'},
		rate: {value: 3, unit: 'perSecond', source: 'somebody who types at a prompt makes fewer'},
		many: manyErrors,
	},
	raiseAfter: 3,
	needs: {
		stats: {
			read: ({record}: NodeFacts) => (record.commands.length > 0 ? record.commands : undefined),
			missing: answerMissing('INFO commandstats'),
		},
	},
	evaluate({stats}, facts, limits, heldMs) {
		const failing = stats
			.map(({command, callsPerSecond = 0, failuresPerSecond = 0}) => ({
				command,
				failures: failuresPerSecond,
				calls: callsPerSecond,
			}))
			.filter(({failures, calls}) => failures >= limits.rate && failures / Math.max(failures, calls) > limits.share)
			.filter(({command, failures}) => !isIgnored(facts, command, failures, commonError(facts)))
			.sort((one, other) => other.failures - one.failures);
		// The keys of a command are in several slots for every node. So these errors also count while clients find new owners.
		const split = commandsOfSeveralSlots(facts, failing);
		const told = split.length > 0 ? split : failing;
		const [worst] = told;
		// Commands are counted only while the node is asked for them, error replies with each poll.
		const isOver = (facts.perSecond('stats', 'total_error_replies') ?? limits.rate) < limits.rate;
		if (worst === undefined || isOver) {
			return clear;
		}

		const command = worst.command.toUpperCase();
		// If only some calls fail, a client with this last command may have received no error. So the client is named only
		// if nearly all calls fail, or if the error is MOVED.
		const isAlways = worst.failures >= commonErrorShare * worst.calls;
		const code = split.length > 0 ? severalSlots : commonError(facts);
		if (isRedirecting(facts, code)) {
			return clear;
		}

		if (code === 'LOADING' || code === 'WRONGPASS' || (code === 'MOVED' && isOwnerMissing(facts))) {
			return clear;
		}

		const meaning = meaningOfErrors(facts, worst.command, code);
		// A replica of a cluster sends every command on, also those that only read.
		const owner = code === 'MOVED' ? whereWritesBelong(facts) : undefined;
		const refusals = refusalsLately(facts, ({lack}) => lack !== 'auth');
		const refusal = mostRefused(refusals);
		const senders =
			code === 'MOVED'
				? movedClients(facts, failing, heldMs)
				: isAlways
					? refusedClients(facts, worst, heldMs)
					: undefined;
		const known = owner === undefined ? meaning : movedByReplica(worst.command, senders, owner, meaning);
		const place = placeOf(senders);
		const reading = code === 'READONLY' ? readingForm(facts, worst.command) : undefined;
		// A replica refuses every write. Whoever writes here has no other node to write to: one client whose writes all come
		// here, or any that goes on after the time in which clients find the new primary.
		const isReplicaWrittenTo =
			code === 'READONLY' &&
			facts.record.role === 'replica' &&
			isAlways &&
			(senders?.only !== undefined || !isRedirecting(facts, undefined));
		const isServiceDown = code === 'NOSCRIPT' && isScriptNeverSent(facts, worst, heldMs);
		return fires(isReplicaWrittenTo || isServiceDown ? 'critical' : 'warning', {
			isCertain: areMeasured(facts, worst.failures, limits.many, heldMs),
			problem:
				(code === 'READONLY' && facts.record.role === 'replica') || owner !== undefined
					? `is a replica and refuses ${command} (${code})`
					: code === 'NOPERM'
						? `refuses ${command} (NOPERM)`
						: `answers ${command} with ${code === undefined ? '' : `${code} `}errors`,
			detail: message`${perSecond(worst.failures)}${senders?.text ?? ''}`,
			reason:
				known?.reason ??
				(code === 'READONLY'
					? (reading?.reason ?? whereWritesBelong(facts))
					: code === 'NOPERM'
						? refusal && lackText(refusal, refusals)
						: code === 'MASTERDOWN'
							? 'its link is down, and replica-serve-stale-data is no'
							: undefined),
			culprit: senderCulprit(command, senders),
			evidence: [
				...told.slice(0, 5).map(({command: name, failures}) => ({
					name: `failures of ${name}`,
					value: failures,
					unit: 'perSecond' as const,
				})),
				...(code === undefined ? [] : [{name: errorCode, value: code}]),
			],
			meaning: `${known?.meaning ?? 'The clients that send it get errors instead of replies.'}${alsoFailing(told)}`,
			next: [
				...(code === 'NOPERM' && refusal !== undefined ? grantSteps(refusal, refusals) : []),
				...(code === 'NOPERM' ? [redisCliAsAdministrator(facts, 'ACL LOG 10')] : []),
				...(known?.next ?? []),
				...(reading === undefined ? [] : [reading.step]),
				...(code === 'READONLY' ? writeElsewhere(facts) : []),
				...(code === 'MASTERDOWN' ? readElsewhere : []),
				...(place === undefined ? [] : [hint(place)]),
				redisCli(facts, 'INFO errorstats'),
				...(senders === undefined ? [hint('see who sends it: panel 4, by last command')] : []),
			],
		});
	},
});

/** The commands that fail too, as a sentence: ` SUBSCRIBE and SPUBLISH fail too.`. */
function alsoFailing([, ...others]: ReadonlyArray<{readonly command: string}>): string {
	const names = others.slice(0, 3).map(({command}) => command.toUpperCase());
	const last = names.pop();
	const all = names.length === 0 ? last : `${names.join(', ')} and ${last}`;
	return all === undefined ? '' : ` ${all} ${others.length === 1 ? 'fails' : 'fail'} too.`;
}

/**
Share of all errors from which a code counts as the code of nearly all errors. It is also the share of failed calls from
which nearly all calls of a command fail.
*/
const commonErrorShare = 0.9;

/**
The error code that nearly all errors since the previous sample share; undefined if no code does, or if codes are not
counted.
*/
function commonError(facts: NodeFacts): string | undefined {
	const codes = facts.sample === undefined ? [] : [...errorStats(facts.sample.info).keys()];
	const rises = codes.map(code => [code, facts.errorIncrease(code) ?? 0] as const);
	const all = rises.reduce((sum, [, rise]) => sum + rise, 0);
	return rises.find(([, rise]) => rise > 0 && rise >= commonErrorShare * all)?.[0];
}

/**
Error codes that only an executed command can return. Executed commands are in the server's count of processed commands
already; refused commands are not.
*/
const errorsOfCommandsThatRan: readonly string[] = ['WRONGTYPE', 'NOSCRIPT', 'BUSYGROUP', 'NOGROUP', 'BUSYKEY'];

/**
The number of commands that were refused before execution. The number is exact if commandstats was read twice; otherwise
it is an upper bound.
*/
function refusedCommands(facts: NodeFacts, replies: number): number {
	const [before, after] = [facts.earlier, facts.sample].map(sample => sample && rejectedCalls(sample.info));
	if (before !== undefined && after !== undefined && after >= before) {
		// An unknown command has no counters of its own: its error belongs to no command that the server knows.
		return after - before + Math.max(0, replies - (errorsOfKnownCommands(facts) ?? replies));
	}

	return replies - errorsOfCommandsThatRan.reduce((sum, code) => sum + (facts.errorIncrease(code) ?? 0), 0);
}

/**
The sum of `rejected_calls` over all commands. Undefined if commandstats was not read, or has no such field (before
6.2).
*/
const rejectedCalls = (info: InfoReply): number | undefined => {
	const commands = [...commandStats(info).values()];
	return commands.length === 0
		? undefined
		: commands.reduce<number | undefined>(
				(sum, {rejectedCalls: rejected}) => (sum === undefined || rejected === undefined ? undefined : sum + rejected),
				0,
			);
};

export const errRate = rule({
	id: 'err.rate',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares the growth of `total_error_replies` with that of all commands, including those refused before they ran. It fires where more than one command in a hundred ends in an error. INFO errorstats names the errors.',
		since: '6.2',
		falsePositives: [
			'Redirections and missing scripts are part of normal work. The rule subtracts MOVED, ASK, TRYAGAIN and NOSCRIPT, and LOADING, which srv.loading reports.',
			'Commands that redis-top itself may not run end in NOPERM. The rule subtracts them.',
			'Client libraries try CLIENT SETINFO and the like at each connection, and go on without. The rule subtracts as many ERR as they may make.',
			'A person at a prompt makes a few errors. So does another monitor that tries commands that the server does not have. The rule needs ten errors between two samples.',
			'Some servers have stopped counting errors by kind, and the rule cannot subtract the usual ones. It is not evaluated in a cluster then.',
		],
	},
	thresholds: {
		share: {value: 0.01, unit: 'share', source: 'of the commands'},
		replies: {
			value: 10,
			unit: 'count',
			source: 'between two samples; somebody who types at a prompt makes fewer, and so does a monitor that starts',
		},
		many: manyErrors,
	},
	needs: {replies: increase('stats', 'total_error_replies'), commands: increase('stats', 'total_commands_processed')},
	evaluate({replies, commands}, facts, limits, heldMs) {
		const isByKind = facts.sample === undefined || errorCounting(facts.sample.info) !== 'none';
		if (!isByKind && facts.sample !== undefined && isClusterEnabled(facts.sample.info)) {
			return absent('this server stopped counting errors by kind, so that redirections cannot be told from errors');
		}

		const codes = facts.sample === undefined ? [] : [...errorStats(facts.sample.info).keys()];
		const expected = [
			...usualErrors,
			...codes.filter(code => !usualErrors.includes(code) && isRedirecting(facts, code)),
		];
		const ofLibraries = Math.min(mostLibraryErrors(facts), facts.errorIncrease('ERR') ?? 0);
		const usual = expected.reduce((sum, code) => sum + (facts.errorIncrease(code) ?? 0), ofLibraries);
		const errors = Math.max(0, replies - usual);
		// The server counts an unknown command as an error, but not as a processed command. So there may be more error
		// replies than processed commands.
		const all = Math.max(1, replies, commands + refusedCommands(facts, replies));
		const share = errors / all;
		if (errors < limits.replies || share <= limits.share) {
			return clear;
		}

		const worst = codes
			.filter(code => !expected.includes(code))
			.map(code => [code, facts.errorIncrease(code) ?? 0] as const)
			.sort(([, one], [, other]) => other - one)
			.filter(([, rise]) => rise > 0);
		return fires('warning', {
			isCertain: areMeasured(facts, errors / secondsBetween(facts), limits.many, heldMs),
			problem: `answers ${percent(share)} of its commands with an error`,
			detail: !isByKind
				? 'of kinds that it no longer counts'
				: worst[0] === undefined
					? undefined
					: `most of them ${worst[0][0]}`,
			evidence: worst
				.slice(0, 5)
				.map(([code, rise]) => ({name: `${code} since the sample before`, value: rise, unit: 'count'})),
			meaning: 'Some application sends what this server refuses.',
			next: [redisCli(facts, 'INFO errorstats'), hint('see which commands fail: panel 5')],
		});
	},
});

export const errUnexpected = rule({
	id: 'err.unexpected',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `unexpected_error_replies`: errors while the server applies the commands of its primary or of its append-only file. Those commands succeeded before and must not fail now.',
		since: '6.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {errors: increase('stats', 'unexpected_error_replies')},
	evaluate({errors}, facts) {
		return errors === 0
			? clear
			: fires('critical', {
					problem: 'may differ from its primary or its append-only file',
					reason: `${count(errors)} unexpected errors while applying their commands`,
					effect: facts.record.role === 'replica' ? 'reads-stale' : 'data-lost',
					evidence: infoEvidence(facts, ['stats', 'unexpected_error_replies', 'count']),
					meaning: 'Reads may give other values than the primary or the file has.',
					next: [
						hint('read the server log: it names the command'),
						hint('compare the replica with its primary; a full resync makes it equal'),
					],
				});
	},
});

export const modFork = rule({
	id: 'mod.fork',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `module_fork_in_progress`: a child process of a module. It fires after five minutes, because a server has one child process at a time and saves wait for it.',
		since: '6.0',
		falsePositives: ['A garbage collection of RediSearch forks for seconds. The rule waits five minutes.'],
	},
	raiseAfterMs: 300_000,
	needs: {forks: infoNumber('persistence', 'module_fork_in_progress')},
	evaluate({forks}, facts) {
		return forks === 0
			? clear
			: fires('info', {
					problem: 'can start no save and no AOF rewrite',
					reason: "a module's child process has been running for minutes",
					evidence: infoEvidence(facts, ['persistence', 'module_fork_in_progress']),
					meaning: 'Saves and rewrites wait until it ends.',
					next: [redisCli(facts, 'MODULE LIST')],
				});
	},
});

const failures = 'search_errors_indexing_failures';
const outOfMemory = 'search_OOM_indexing_failures_indexes_count';

/**
A module's field in INFO as a number. All sections are searched, because the names of a module's sections differ by
version.
*/
const fieldIn = (info: InfoReply, name: string): number | undefined =>
	[...info.sections.keys()].map(section => info.number(section, name)).find(value => value !== undefined);

const isLoaded = ({record}: NodeFacts): boolean =>
	record.modules === undefined || record.modules.value.some(({name}) => /^search/i.test(name));

const listMissing = rareAnswerMissing('MODULE LIST');

const readings = {
	read: ({record}: NodeFacts): ModuleReadings | undefined => record.moduleInfo?.value,
	missing: (facts: NodeFacts) =>
		facts.record.modules === undefined ? listMissing(facts) : pending('INFO modules was not answered yet'),
};

export const modSearch = rule({
	id: 'mod.search',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads two fields of INFO modules: `search_errors_indexing_failures` (RediSearch 2.6) and `search_OOM_indexing_failures_indexes_count` (2.8). It fires where the first grew, or the second is not 0.',
		since: '6.0',
		falsePositives: ['Failures before the first reading may be old. They count from the second reading on.'],
	},
	raiseAfter: 1,
	appliesTo: isLoaded,
	needs: {readings},
	evaluate({readings: {now, before}}, facts) {
		const [failed, starved] = [fieldIn(now, failures), fieldIn(now, outOfMemory)];
		if (failed === undefined && starved === undefined) {
			return absent(`INFO modules does not say ${failures}`);
		}

		const earlier = before && fieldIn(before, failures);
		const more = failed === undefined || earlier === undefined ? 0 : failed - earlier;
		if (more <= 0 && (starved ?? 0) === 0) {
			return clear;
		}

		return fires('warning', {
			...(more > 0
				? {problem: 'failed to index documents', detail: `${count(more)} lately`}
				: {problem: `has ${count(starved ?? 0)} search indexes that stopped indexing`, reason: 'out of memory'}),
			effect: 'reads-stale',
			evidence: [
				...(failed === undefined ? [] : [{name: failures, value: failed, unit: 'count' as const}]),
				...(starved === undefined ? [] : [{name: outOfMemory, value: starved, unit: 'count' as const}]),
			],
			meaning: 'Searches miss the documents that were not indexed; the documents themselves are there.',
			next: [
				redisCli(facts, 'FT._LIST'),
				hint('FT.INFO INDEX names the last error and the key: a field of another type is the usual cause'),
			],
		});
	},
});

export const errorsModulesRules = [errFailed, errRate, errUnexpected, modFork, modSearch] as const;
