import type {ClientRow} from '../domain/client.js';
import {message} from '../domain/message.js';
import {type KeyspaceRow, keyspace} from '../parse/info-fields.js';
import {count, percent, perSecond} from '../text/units.js';
import {namedClients, otherClients} from './client-names.js';
import {pending, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Longest time since a client's last command, in seconds, for the client to count as a user of its database. */
const activeSeconds = 60;

/**
The active clients of each database, without subscribers (flag P). A client is also left out if CLIENT LIST does not
show its database.
*/
function clientsByDatabase(facts: NodeFacts): ReadonlyMap<number, readonly ClientRow[]> {
	const byDatabase = Map.groupBy(
		otherClients(facts).filter(({idleSeconds, flags}) => idleSeconds <= activeSeconds && !flags.includes('P')),
		({database}) => database,
	);
	return new Map(
		[...byDatabase].flatMap(([database, clients]) => (database === undefined ? [] : [[database, clients]])),
	);
}

/** Part of the largest database's keys up to which the one that clients read has hardly any. */
const hardlyAny = 0.1;
/** Least part of the lookups since the start that found their key, for a server that usually serves hits. */
const usualHits = 0.5;

/**
The database that has hardly any keys, although all active clients use it and most lookups since the start found their
key. Clients write what they miss, so a wrong database does not stay without keys. Undefined while a client uses the
largest database: both may be right.
*/
function sparseDatabase(
	facts: NodeFacts,
	rows: readonly KeyspaceRow[],
	largest: KeyspaceRow,
): readonly [database: number, clients: readonly ClientRow[]] | undefined {
	const hits = facts.number('stats', 'keyspace_hits') ?? 0;
	const misses = facts.number('stats', 'keyspace_misses') ?? 0;
	const used = [...clientsByDatabase(facts)];
	const [only] = used;
	const keys = rows.find(({database}) => database === only?.[0])?.keys ?? 0;
	return used.length === 1 &&
		only !== undefined &&
		only[0] !== largest.database &&
		keys <= hardlyAny * largest.keys &&
		hits >= usualHits * (hits + misses)
		? only
		: undefined;
}

/** The command that exchanges two databases, if the server has run it since its start. */
const hasSwapped = ({record}: NodeFacts): boolean =>
	record.commands.some(({command, calls}) => command === 'swapdb' && calls > 0);

export const keyEmptyDb = rule({
	id: 'key.empty_db',
	scope: 'node',
	docs: {
		looksAt:
			'Nearly all key lookups find nothing (`keyspace_hits`, `keyspace_misses`), and clients of CLIENT LIST use a database that has no keys (`db=`), while another database has keys (INFO keyspace). A database with a tenth of those keys counts as well if all active clients use it, and most lookups since the start found their key: clients write what they miss.',
		since: '2.6',
		falsePositives: [
			'A cache that was just emptied is filled again. The rule needs another database with keys, and no key at all in the one that is read.',
			'An application may use several databases. The rule is clear unless nearly all lookups miss.',
		],
	},
	thresholds: {
		lookups: {value: 10, unit: 'perSecond', source: 'somebody who types at a prompt makes fewer'},
		share: {value: 0.95, unit: 'share', source: 'of the lookups find nothing; in an empty database all do'},
		sparse: {value: 0.6, unit: 'share', source: 'of the lookups find nothing, where clients write what they miss'},
		keys: {value: 1000, unit: 'count', source: 'keys of the other database; fewer may be a leftover'},
	},
	needs: {
		hits: rate('stats', 'keyspace_hits'),
		misses: rate('stats', 'keyspace_misses'),
		clients: {
			read: ({record}: NodeFacts) => record.clients?.value,
			missing: () => pending('CLIENT LIST was not answered yet'),
		},
	},
	evaluate({hits, misses}, facts, limits) {
		const rows = facts.sample === undefined ? [] : keyspace(facts.sample.info);
		const largest = rows.toSorted((one, other) => other.keys - one.keys)[0];
		const lookups = hits + misses;
		if (
			largest === undefined ||
			largest.keys < limits.keys ||
			lookups < limits.lookups ||
			misses / lookups < limits.sparse
		) {
			return clear;
		}

		const filled = new Set(rows.filter(({keys}) => keys > 0).map(({database}) => database));
		const [unfilled] = [...clientsByDatabase(facts)]
			.filter(([database]) => !filled.has(database) && misses / lookups >= limits.share)
			.toSorted(([, one], [, other]) => other.length - one.length);
		const empty = unfilled ?? sparseDatabase(facts, rows, largest);
		const [first, ...more] = namedClients(empty?.[1] ?? []);
		if (empty === undefined || first === undefined) {
			return clear;
		}

		const [database] = empty;
		const isSwapped = hasSwapped(facts);
		return fires('warning', {
			problem: message`has ${filled.has(database) ? 'hardly any' : 'no'} keys in db${database}, which ${first.name}${more.length === 0 ? '' : ` and ${more.length} more`} ${more.length === 0 ? 'reads' : 'read'}`,
			detail: `${percent(misses / lookups)} of ${perSecond(lookups)} lookups miss`,
			reason: `${count(largest.keys)} keys are in db${largest.database}${isSwapped ? ', perhaps since SWAPDB' : ''}`,
			effect: 'slow',
			culprit: {client: first.name},
			evidence: [
				{name: 'hits', value: hits, unit: 'perSecond'},
				{name: 'misses', value: misses, unit: 'perSecond'},
				...rows.map(({database: index, keys}) => ({name: `keys of db${index}`, value: keys, unit: 'count' as const})),
			],
			meaning: isSwapped
				? 'Most lookups miss and load the store behind the cache. SWAPDB exchanges two databases for all clients.'
				: 'Most lookups miss and load the store behind the cache. The usual reason is a database number that is missing or wrong in the configuration of the application.',
			next: [
				...(isSwapped
					? [
							hint('ask who sent SWAPDB: the same SWAPDB once more puts the keys back, and loses none'),
							redisCli(facts, `SWAPDB ${database} ${largest.database}`),
						]
					: []),
				hint(message`compare the database number in the configuration of ${first.name} with the one before`),
				redisCli(facts, 'INFO keyspace'),
				redisCli(facts, 'CLIENT LIST   # db= is the database of each client'),
			],
		});
	},
});

export const emptyDatabaseRules = [keyEmptyDb] as const;
