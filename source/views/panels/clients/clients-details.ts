import {type ClientGroup, type ClientGrouping, idleAfterSeconds, libraryOf} from '../../../derive/client-groups.js';
import type {ClientRow, ClientTraffic} from '../../../domain/client.js';
import {bytes, bytesPerSecond, grouped, perSecond, seconds} from '../../../text/units.js';
import {isOwnClient} from './clients-columns.js';

/** A size in bytes and rounded: `22,272 bytes (21.8K)`. */
const bytesText = (n: number | undefined): string =>
	n === undefined ? '-' : `${grouped(n)} bytes${n < 1024 ? '' : ` (${bytes(n)})`}`;

/** The details of a group of clients as label and value pairs. */
export function groupDetails(grouping: ClientGrouping, group: ClientGroup): Array<readonly [string, string]> {
	return [
		[grouping, group.key],
		['clients', grouped(group.count)],
		['total memory', bytesText(group.totalMemoryBytes)],
		['output buffers', bytesText(group.outputBufferBytes)],
		[`idle over ${idleAfterSeconds} s`, grouped(group.idleCount)],
		...rateDetails(group.perSecond),
	];
}

/** The rates as label and value pairs; dashes if the server doesn't count them. */
const rateDetails = (rates: ClientTraffic | undefined): Array<readonly [string, string]> => [
	['commands per second', perSecond(rates?.commands)],
	['bytes in per second', bytesPerSecond(rates?.inBytes)],
	['bytes out per second', bytesPerSecond(rates?.outBytes)],
];

/** All fields of a client as label and value pairs; `-` for a field that the server's version does not print. */
export function clientDetails(client: ClientRow): Array<readonly [string, string]> {
	return [
		['id', String(client.id)],
		['address', client.address || '-'],
		['local address', client.localAddress ?? '-'],
		['name', client.name || '-'],
		['user', client.user ?? '-'],
		['library', libraryOf(client)],
		['last command', client.command || '-'],
		['flags', `${client.flags || '-'}${flagWords(client.flags)}`],
		['database', String(client.database ?? '-')],
		['age', seconds(client.ageSeconds)],
		['idle', seconds(client.idleSeconds)],
		['query buffer', bytesText(client.queryBufferBytes)],
		['output buffer', bytesText(client.outputBufferBytes)],
		['total memory', bytesText(client.totalMemoryBytes)],
		...rateDetails(client.perSecond),
		['bytes in since it connected', bytesText(client.totals?.inBytes)],
		['bytes out since it connected', bytesText(client.totals?.outBytes)],
		['commands since it connected', client.totals === undefined ? '-' : grouped(client.totals.commands)],
		...(isOwnClient(client) ? ([['note', "one of redis-top's own connections"]] as const) : []),
	];
}

/** The meanings of the flags in CLIENT LIST, https://redis.io/docs/latest/commands/client-list/ */
const flagMeanings: ReadonlyMap<string, string> = new Map([
	['A', 'to be closed at once'],
	['b', 'blocked'],
	['c', 'to be closed after the reply'],
	['d', 'a watched key changed'],
	['e', 'never evicted'],
	['M', 'primary'],
	['O', 'runs MONITOR'],
	['P', 'subscribed'],
	['r', 'read-only cluster client'],
	['S', 'replica'],
	['t', 'tracks keys'],
	['R', 'tracking target is gone'],
	['B', 'tracks by prefix'],
	['T', 'touches no LRU'],
	['u', 'unblocked'],
	['U', 'unix socket'],
	['x', 'in MULTI'],
]);

function flagWords(flags: string): string {
	const words = [...flags].flatMap(flag => flagMeanings.get(flag) ?? []);
	return words.length === 0 ? '' : `: ${words.join(', ')}`;
}
