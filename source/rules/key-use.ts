import {bySizeAndType, grownBin} from '../derive/key-size-growth.js';
import {serverProduct} from '../derive/server-product.js';
import type {KeySizeRow, SizeBin} from '../domain/key-sizes.js';
import {bytes, count, seconds} from '../text/units.js';
import {absent, answerMissing, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const sizesMissing = answerMissing('INFO keysizes');
const notTold = absent('INFO has no section keysizes (Redis 8.0 has it)');

const sizes = {
	read: ({record}: NodeFacts) => (record.keySizes?.value.now.isTold === true ? record.keySizes.value : undefined),
	missing: (facts: NodeFacts) => {
		const {keySizes} = facts.record;
		if (keySizes !== undefined) {
			return notTold;
		}

		const missing = sizesMissing(facts);
		return missing.reason === 'pending' ? pending('INFO keysizes is read while panel K is open') : missing;
	},
};

/** The words for one key and for several keys of a type: `hash`, `hashes`. */
const words: Readonly<Record<KeySizeRow['type'], readonly [one: string, several: string]>> = {
	strings: ['string', 'strings'],
	lists: ['list', 'lists'],
	sets: ['set', 'sets'],
	zsets: ['sorted set', 'sorted sets'],
	hashes: ['hash', 'hashes'],
};

const isGiant = (
	{least}: SizeBin,
	unit: KeySizeRow['unit'],
	limits: {readonly items: number; readonly bytes: number},
): boolean => least >= (unit === 'bytes' ? limits.bytes : limits.items);

export const keyGiant = rule({
	id: 'key.giant',
	scope: 'node',
	docs: {
		looksAt:
			'The rule looks for keys with at least a million items or 64 MB. It reads INFO keysizes, which counts keys by type and size without a scan. redis-top asks for it while panel K is open, and once a minute for `check`, `watch` and `record`.',
		since: '8.0',
		falsePositives: [
			'Some keys are large on purpose, such as a leaderboard or a queue. The finding is only info, and names the sizes that got more keys since redis-top started.',
		],
	},
	thresholds: {
		items: {value: 2 ** 20, unit: 'count', source: 'a command over so many items takes about a tenth of a second'},
		bytes: {value: 64 * 2 ** 20, unit: 'bytes', source: 'half a second on a link of 1 Gbit/s'},
	},
	raiseAfter: 1,
	needs: {sizes},
	evaluate({sizes: {now, first}}, _, limits) {
		const giants = bySizeAndType(now).flatMap(row => {
			const keys = row.bins.filter(bin => isGiant(bin, row.unit, limits)).reduce((sum, bin) => sum + bin.keys, 0);
			const largest = row.bins.at(-1);
			const grown = grownBin(row, first.value);
			const isNew = grown !== undefined && isGiant(grown, row.unit, limits);
			return keys === 0 || largest === undefined ? [] : [{row, keys, largest, isNew}];
		});
		const [top] = giants.toSorted((one, other) => Number(other.isNew) - Number(one.isNew) || other.keys - one.keys);
		if (top === undefined) {
			return clear;
		}

		const [one, several] = words[top.row.type];
		const size = top.row.unit === 'bytes' ? bytes(top.largest.least) : `${count(top.largest.least)} items`;
		return fires('info', {
			problem: `holds ${top.keys === 1 ? `a ${one}` : `${count(top.keys)} ${several}`} of at least ${top.row.unit === 'bytes' ? '64 MB' : 'a million items'}`,
			detail: `the largest has ${size} or more${top.isNew ? ', and one more since redis-top looks' : ''}`,
			evidence: giants.map(({row, keys}) => ({
				name: `db*_distrib_${row.type}_${row.unit === 'bytes' ? 'sizes' : 'items'}`,
				value: keys,
				unit: 'count' as const,
			})),
			meaning:
				'A command over the whole key, its deletion without UNLINK, or its migration holds the main thread for long.',
			next: [
				hint('see the bins that grow: panel K; find the key: S there'),
				hint('read it in parts (HSCAN, ZRANGE with LIMIT), delete it with UNLINK, or split it'),
			],
		});
	},
});

const hotKeys = {
	read: ({record}: NodeFacts) => record.hotKeys,
	missing: (facts: NodeFacts) => (hasHotKeys(facts) ? hotKeysMissing(facts) : noHotKeys),
};

const hotKeysMissing = answerMissing('HOTKEYS GET');
const noHotKeys = absent('this version has no HOTKEYS (Redis 8.6 and Valkey 9.2 have it)');

/** Whether the server's version has the command HOTKEYS; true if the version is unknown. */
function hasHotKeys({sample}: NodeFacts): boolean {
	const server = sample && serverProduct(sample.info);
	const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(server?.familyVersion ?? '') ?? [];
	const least = server?.family === 'valkey' ? 902 : 806;
	return major === '' || Number(major) * 100 + Number(minor) >= least;
}

export const hkForgotten = rule({
	id: 'hk.forgotten',
	scope: 'node',
	docs: {
		looksAt:
			'The rule looks for a session of HOTKEYS that still tracks after ten minutes, by `tracking-active` and `collection-duration-ms` of HOTKEYS GET. redis-top’s own sessions end after half a minute at most.',
		since: '8.6',
		falsePositives: ['Valkey counts hot keys by its configuration, without a session. The rule never fires on Valkey.'],
	},
	thresholds: {
		age: {value: 600, unit: 'seconds', source: 'a look at hot keys takes seconds'},
	},
	raiseAfter: 1,
	needs: {hotKeys},
	evaluate({hotKeys: {atMs, value}}, facts, limits) {
		const {isTracking, durationMs = 0, startedAtMs, sampleRatio = 1} = value;
		const durationSeconds = Math.max(durationMs, startedAtMs === undefined ? 0 : atMs - startedAtMs) / 1000;
		return isTracking !== true || durationSeconds <= limits.age
			? clear
			: fires('warning', {
					problem: `has tracked hot keys for ${seconds(durationSeconds)}`,
					detail: sampleRatio > 1 ? `one of ${sampleRatio} commands` : 'every command',
					evidence: [
						{name: 'tracking-active', value: 1, unit: 'count'},
						{name: 'collection-duration-ms', value: durationMs, unit: 'milliseconds'},
					],
					meaning: 'Somebody started it and did not stop it. It costs time with every command that it looks at.',
					next: [redisCli(facts, 'HOTKEYS GET'), redisCli(facts, 'HOTKEYS STOP')],
				});
	},
});

export const keyUseRules = [keyGiant, hkForgotten] as const;
