import type {InfoReply} from '../domain/info-reply.js';
import type {ModuleReadings} from '../domain/server-module.js';
import {count} from '../text/units.js';
import {absent, pending, rareAnswerMissing} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

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

/**
A search index takes documents no more: more failures since INFO modules was read before, or an index that gave up for
want of memory. Since RediSearch 2.6 and 2.8. Without the module it is clear.
*/
export const modSearch = nodeRule({
	id: 'mod.search',
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

		return fires(
			'warning',
			more > 0
				? `${count(more)} documents could not be indexed lately`
				: `${count(starved ?? 0)} search indexes gave up for want of memory`,
			{
				evidence: [
					...(failed === undefined ? [] : [{name: failures, value: failed, unit: 'count' as const}]),
					...(starved === undefined ? [] : [{name: outOfMemory, value: starved, unit: 'count' as const}]),
				],
				meaning: 'Searches miss the documents that were not indexed; the documents themselves are there.',
				next: [
					ask(facts, 'FT._LIST'),
					words('FT.INFO INDEX names the last error and the key: a field of another type is the usual cause'),
				],
				action: null,
			},
		);
	},
});
