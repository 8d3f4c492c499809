import {isBehind, type WatchedGroup, type WatchedKey} from '../derive/watched-keys.js';
import {joinMessages, type Message, message, nameOf} from '../domain/message.js';
import {watchedPlace} from '../domain/watched-key.js';
import {count, perSecond, seconds} from '../text/units.js';
import {absent, answerMissing, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const notWatched = absent('no key is watched on this node (--watch-key)');
const typeMissing = answerMissing('TYPE');

const watched = {
	read: ({record}: NodeFacts) => record.watched?.value.keys,
	missing: (facts: NodeFacts) => {
		const missing = typeMissing(facts);
		return missing.reason === 'pending' ? notWatched : missing;
	},
};

const keyOf = ({key}: WatchedKey) => nameOf('key', key);

/** A command on a watched key, with redis-cli's option for the key's database: `-n 3 MEMORY USAGE orders`. */
function commandOn(watchedKey: WatchedKey, command: string, ...names: readonly string[]): Message {
	const {database, key} = watchedPlace(watchedKey.key);
	const words = [key, ...names].map(name => quotedName('key', name));
	return message`${database === 0 ? '' : `-n ${database} `}${command} ${joinMessages(words, ' ')}`;
}

export const keyGroupStuck = rule({
	id: 'key.group_stuck',
	scope: 'node',
	docs: {
		looksAt:
			'Whether a consumer group of a watched stream (`--watch-key`) has had entries waiting for a minute while nothing was delivered to it: `lag` and `last-delivered-id` of XINFO GROUPS, every ten seconds.',
		since: '7.0',
		falsePositives: [
			'A group without lag is at the end of its stream and does not count. Before Redis 7.0 the lag is not told: the stream must grow.',
			'A group that nobody uses any more looks the same: destroy it, or raise `key.group_stuck.seconds`.',
		],
	},
	thresholds: {
		seconds: {value: 60, unit: 'seconds', source: 'consumers read in blocks of at most some seconds'},
	},
	raiseAfter: 1,
	needs: {watched},
	evaluate({watched: keys}, facts, limits) {
		const stuck = keys.flatMap(key =>
			key.groups
				.filter(group => isBehind(group, key) && group.stillMs >= limits.seconds * 1000)
				.map(group => ({key, group})),
		);
		const [worst] = stuck.toSorted((one, other) => (other.group.lag ?? 0) - (one.group.lag ?? 0));
		return worst === undefined ? clear : stuckGroup(worst.key, worst.group, facts, stuck.length);
	},
});

function stuckGroup(key: WatchedKey, group: WatchedGroup, facts: NodeFacts, groups: number) {
	const {consumers, pending, lag, stillMs} = group;
	const others = groups > 1 ? `, and ${groups - 1} more` : '';
	return fires('warning', {
		problem: message`delivers nothing to the group ${nameOf('key', group.groupName)} of ${keyOf(key)}`,
		detail: `for ${seconds(stillMs / 1000)}, ${count(lag)} entries wait${others}`,
		reason: consumers === 0 ? 'it has no consumer' : undefined,
		culprit: {key: keyOf(key)},
		evidence: [
			...(lag === undefined ? [] : [{name: 'lag', value: lag, unit: 'count' as const}]),
			...(pending === undefined ? [] : [{name: 'pending', value: pending, unit: 'count' as const}]),
			...(consumers === undefined ? [] : [{name: 'consumers', value: consumers, unit: 'count' as const}]),
			{name: 'nothing delivered for', value: stillMs / 1000, unit: 'seconds'},
		],
		meaning: 'Its consumers do not read. Entries pile up until they do, and the stream grows.',
		next: [
			redisCli(facts, commandOn(key, 'XINFO CONSUMERS', group.groupName)),
			hint('look at the consumers: are they running, do they fail at one entry?'),
		],
	});
}

const growthNotKnown = pending('a watched key is longer than the threshold; whether it grows needs two readings');

export const keyBacklog = rule({
	id: 'key.backlog',
	scope: 'node',
	docs: {
		looksAt:
			'Whether a watched list, sorted set or stream (`--watch-key`) is longer than the threshold and grows: LLEN, ZCARD or XLEN every ten seconds, over two minutes.',
		since: '5.0',
		falsePositives: [
			'A queue that shrinks is being worked off and does not count.',
			'A stream without trimming always grows: set MAXLEN, or raise `key.backlog.length`.',
		],
	},
	thresholds: {
		length: {value: 10_000, unit: 'count', source: 'a queue that is worked off has few entries; set your own'},
	},
	raiseAfter: 2,
	needs: {watched},
	evaluate({watched: keys}, facts, limits) {
		const long = keys.filter(({length = 0, growthPerSecond = 0}) => length > limits.length && growthPerSecond > 0);
		const [worst] = long.toSorted((one, other) => (other.length ?? 0) - (one.length ?? 0));
		if (worst === undefined) {
			const isOpen = keys.some(
				({length = 0, growthPerSecond}) => length > limits.length && growthPerSecond === undefined,
			);
			return isOpen ? growthNotKnown : clear;
		}

		const others = long.length > 1 ? `, and ${long.length - 1} more` : '';
		return fires('warning', {
			problem: message`has a growing backlog in ${keyOf(worst)}`,
			detail: `${count(worst.length)} entries, +${perSecond(worst.growthPerSecond)}${others}`,
			culprit: {key: keyOf(worst)},
			evidence: [
				{
					name: worst.type === 'list' ? 'LLEN' : worst.type === 'zset' ? 'ZCARD' : 'XLEN',
					value: worst.length ?? 0,
					unit: 'count',
				},
				{name: 'growth', value: worst.growthPerSecond ?? 0, unit: 'perSecond'},
			],
			meaning: 'More is added than is taken. It takes memory until consumers catch up.',
			next: [
				hint('see its growth and its groups: panel K'),
				hint('add consumers, or find out why they are slow: panel 6, panel 4'),
				redisCli(facts, commandOn(worst, 'MEMORY USAGE')),
			],
		});
	},
});

export const watchedKeyRules = [keyGroupStuck, keyBacklog] as const;
