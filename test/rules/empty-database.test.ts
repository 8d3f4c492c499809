import {keyEmptyDb} from '../../source/rules/empty-database.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

/** Lookups of the last second, the databases with keys, and the databases of two clients. */
const lookups = (
	hits: number,
	misses: number,
	keyspace: Record<string, string>,
	databases: readonly number[],
): FactsParts => ({
	info: {stats: {keyspace_hits: 1000 + hits, keyspace_misses: 1000 + misses}, keyspace},
	earlier: {stats: {keyspace_hits: 1000, keyspace_misses: 1000}},
	record: {
		clients: {
			atMs: 0,
			value: databases.map((database, index) =>
				clientOf({id: index + 1, name: `web-${index}`, database, idleSeconds: 0}),
			),
		},
	},
});
const filled = {db2: 'keys=20000,expires=0,avg_ttl=0'};

/** A server that served hits until its clients came to a database which they fill with what they miss. */
const refilled = (
	hits: number,
	misses: number,
	databases: readonly number[],
	{keys = 300, usual = 90_000, swaps = 0} = {},
): FactsParts => {
	const parts = lookups(hits, misses, {db0: `keys=${keys},expires=${keys}`, ...filled}, databases);
	return {
		...parts,
		info: {...parts.info, stats: {keyspace_hits: usual + hits, keyspace_misses: 10_000 + misses}},
		earlier: {stats: {keyspace_hits: usual, keyspace_misses: 10_000}},
		record: {
			...parts.record,
			commands: [{command: 'swapdb', calls: swaps}].map(each => ({
				...each,
				callsPerSecond: 0,
				meanMicroseconds: undefined,
				timeShare: 0,
				failuresPerSecond: 0,
			})),
		},
	};
};

testRule(keyEmptyDb, [
	[
		'clients write what they miss into the wrong database',
		refilled(20, 380, [0, 0]),
		'warning',
		/^has hardly any keys in db0, which web-0 and 1 more read, 95% of 400\/s lookups miss: 20\.0k keys are in db2$/,
	],
	['by SWAPDB', refilled(20, 380, [0], {swaps: 1}), 'warning', /keys are in db2, perhaps since SWAPDB$/],
	['a client still uses the large one', refilled(20, 380, [0, 2]), 'clear'],
	['a server whose lookups usually miss', refilled(20, 380, [0, 0], {usual: 9000}), 'clear'],
	['most of the keys are there again', refilled(20, 380, [0, 0], {keys: 2100}), 'clear'],
	['most lookups find what was written', refilled(200, 200, [0, 0]), 'clear'],
	[
		'two clients read a database without keys',
		lookups(0, 400, filled, [0, 0]),
		'warning',
		/^has no keys in db0, which web-0 and 1 more read, 100% of 400\/s lookups miss: 20\.0k keys are in db2$/,
	],
	['one client does', lookups(0, 400, filled, [2, 0]), 'warning', /which web-1 reads/],
	['they read the right one, whose keys they miss', lookups(0, 400, filled, [2, 2]), 'clear'],
	['most lookups find their key', lookups(300, 100, filled, [0, 2]), 'clear'],
	['no database has keys: an empty cache', lookups(0, 400, {}, [0, 0]), 'clear'],
	['the other database has a few leftovers', lookups(0, 400, {db2: 'keys=3,expires=0'}, [0, 0]), 'clear'],
	['hardly anybody looks', lookups(0, 3, filled, [0, 0]), 'clear'],
	['CLIENT LIST was not answered', {...lookups(0, 400, filled, []), record: {}}, 'pending'],
]);
