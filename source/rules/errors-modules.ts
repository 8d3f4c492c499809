import type {InfoReply} from '../domain/info-reply.js';
import type {ModuleReadings} from '../domain/server-module.js';
import {errorStats} from '../parse/info-fields.js';
import {count, percent, perSecond} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {absent, answerMissing, increase, infoNumber, pending, rareAnswerMissing} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const errFailed = rule({
	id: 'err.failed',
	scope: 'node',
	docs: {
		looksAt: 'One command fails in more than one call of ten. Since 6.2, for the nodes that commandstats are asked of.',
		since: 'any',
		falsePositives: [],
	},
	needs: {
		stats: {
			read: ({record}: NodeFacts) => (record.commands.length > 0 ? record.commands : undefined),
			missing: answerMissing('INFO commandstats'),
		},
	},
	evaluate({stats}, facts) {
		const failing = stats
			.map(({command, callsPerSecond = 0, failuresPerSecond = 0}) => ({
				command,
				failures: failuresPerSecond,
				calls: callsPerSecond,
			}))
			.filter(
				({failures, calls}) =>
					failures >= facts.threshold('err.failed.rate') &&
					failures / Math.max(failures, calls) > facts.threshold('err.failed.share'),
			)
			.sort((one, other) => other.failures - one.failures);
		const [worst] = failing;
		return worst === undefined
			? clear
			: fires('warning', {
					problem: `${worst.command.toUpperCase()} fails ${perSecond(worst.failures)}`,

					evidence: failing
						.slice(0, 5)
						.map(({command, failures}) => ({name: `failures of ${command}`, value: failures, unit: 'perSecond'})),
					meaning: 'Whoever sends it gets errors, not answers.',
					next: [redisCli(facts, 'INFO errorstats'), hint('see who sends it: panel 4, by last command')],
				});
	},
});

const normal: readonly string[] = ['MOVED', 'ASK', 'NOSCRIPT', 'TRYAGAIN', 'NOPERM'];

export const errRate = rule({
	id: 'err.rate',
	scope: 'node',
	docs: {
		looksAt: 'More than one command in a hundred is answered with an error.',
		since: '6.2',
		falsePositives: [
			'Redirections and missing scripts are part of normal work (MOVED, ASK, NOSCRIPT), and so are our own denials (NOPERM).',
		],
	},
	needs: {replies: increase('stats', 'total_error_replies'), commands: increase('stats', 'total_commands_processed')},
	evaluate({replies, commands}, facts) {
		const usual = normal.reduce((sum, code) => sum + (facts.errorIncrease(code) ?? 0), 0);
		const errors = Math.max(0, replies - usual);
		const share = errors / Math.max(1, commands);
		if (errors < facts.threshold('err.rate.replies') || share <= facts.threshold('err.rate.share')) {
			return clear;
		}

		const kinds = facts.sample === undefined ? [] : [...errorStats(facts.sample.info).keys()];
		const worst = kinds
			.filter(code => !normal.includes(code))
			.map(code => [code, facts.errorIncrease(code) ?? 0] as const)
			.sort(([, one], [, other]) => other - one)
			.filter(([, rise]) => rise > 0);
		const most = worst[0] === undefined ? '' : `, most of them ${worst[0][0]}`;
		return fires('warning', {
			problem: `${percent(share)} of the commands end in an error${most}`,

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
			"Errors that should not be possible: while the append-only file is loaded or a primary's commands are applied.",
		since: '6.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {errors: increase('stats', 'unexpected_error_replies')},
	evaluate({errors}, facts) {
		return errors === 0
			? clear
			: fires('critical', {
					problem: `${count(errors)} unexpected errors while applying what a primary or a file said`,

					evidence: infoEvidence(facts, ['stats', 'unexpected_error_replies', 'count']),
					meaning: 'This copy may differ from its primary or its file now.',
					next: [
						hint('read the server log: it names the command'),
						hint('compare the replica with its primary; a full resynchronization makes it equal'),
					],
				});
	},
});

export const modFork = rule({
	id: 'mod.fork',
	scope: 'node',
	docs: {
		looksAt:
			"A module's child process runs for more than five minutes. Only one child runs at a time: saves wait for it.",
		since: '6.0',
		falsePositives: [],
	},
	raiseAfterMs: 300_000,
	needs: {forks: infoNumber('persistence', 'module_fork_in_progress')},
	evaluate({forks}, facts) {
		return forks === 0
			? clear
			: fires('info', {
					problem: "a module's child process has been running for minutes",

					evidence: infoEvidence(facts, ['persistence', 'module_fork_in_progress']),
					meaning: 'No save and no rewrite can start before it ends.',
					next: [redisCli(facts, 'MODULE LIST')],
				});
	},
});

const failures = 'search_errors_indexing_failures';
const outOfMemory = 'search_OOM_indexing_failures_indexes_count';

/** The module puts its fields into sections of its own, which differ by version. */
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
			'A search index takes documents no more: more failures since INFO modules was read before, or an index that gave up for want of memory. Since RediSearch 2.6 and 2.8. Without the module it is clear.',
		since: 'any',
		falsePositives: [],
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
			problem:
				more > 0
					? `${count(more)} documents could not be indexed lately`
					: `${count(starved ?? 0)} search indexes gave up for want of memory`,

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
