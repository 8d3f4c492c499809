import type {ClientRow, ClientTraffic} from '../domain/client.js';
import {printableLines} from './printable-lines.js';

/**
The fields of one client while its line is read, under the server's names. Only the fields from which a `ClientRow` is
made are kept.
*/
type ClientFields = Map<string, string>;

const knownFields: ReadonlySet<string> = new Set([
	'id',
	'addr',
	'laddr',
	'name',
	'user',
	'age',
	'idle',
	'flags',
	'db',
	'qbuf',
	'rbs',
	'omem',
	'tot-mem',
	'cmd',
	'psub',
	'lib-name',
	'lib-ver',
	'tot-net-in',
	'tot-net-out',
	'tot-cmds',
]);

/**
Parses the reply of CLIENT LIST: one line for each client, with `field=value` pairs separated by spaces. Unknown fields
are ignored. Fields that the server's version doesn't print are undefined. A line is left out if its `id` is missing or
is no exact number. Never throws; its time grows linearly with the text.

Names, users and libraries can't contain a space, but the path of a unix socket in `addr` can. A word without `=`
therefore belongs to the value before it.
*/
export function parseClientList(reply: string): ClientRow[] {
	const clients: ClientRow[] = [];
	const fields: ClientFields = new Map();
	for (const line of printableLines(reply).split('\n')) {
		fields.clear();
		readFields(line, fields);
		const id = numberIn(fields, 'id');
		if (id !== undefined) {
			clients.push(clientOf(id, fields));
		}
	}

	return clients;
}

/** The number of clients that a reply of CLIENT LIST has lines for. Lines that can't be parsed are counted too. */
export const listedClients = (reply: string): number => reply.split('\n').filter(line => line.trim() !== '').length;

function readFields(line: string, fields: ClientFields): void {
	let name = '';
	let value = '';
	for (const word of line.trimEnd().split(' ')) {
		const equals = word.indexOf('=');
		const isField = equals > 0;
		name = isField ? word.slice(0, equals) : name;
		value = isField ? word.slice(equals + 1) : `${value} ${word}`;
		if (knownFields.has(name)) {
			fields.set(name, value);
		}
	}
}

function clientOf(id: number, fields: ClientFields): ClientRow {
	const patterns = numberIn(fields, 'psub') ?? 0;
	const replyBufferBytes = numberIn(fields, 'rbs');
	return {
		id,
		address: fields.get('addr') ?? '',
		localAddress: fields.get('laddr'),
		name: fields.get('name') ?? '',
		user: fields.get('user'),
		ageSeconds: numberIn(fields, 'age') ?? 0,
		idleSeconds: numberIn(fields, 'idle') ?? 0,
		flags: fields.get('flags') ?? '',
		database: numberIn(fields, 'db'),
		queryBufferBytes: numberIn(fields, 'qbuf'),
		outputBufferBytes: numberIn(fields, 'omem'),
		totalMemoryBytes: numberIn(fields, 'tot-mem'),
		command: fields.get('cmd') ?? '',
		libraryName: fields.get('lib-name'),
		libraryVersion: fields.get('lib-ver'),
		totals: totalsIn(fields),
		...(replyBufferBytes === undefined ? {} : {replyBufferBytes}),
		...(patterns > 0 ? {patterns} : {}),
	};
}

/** A client's totals of bytes in, bytes out and commands. Undefined if one of them is missing or is no exact number. */
function totalsIn(fields: ClientFields): ClientTraffic | undefined {
	const [inBytes, outBytes, commands] = [
		numberIn(fields, 'tot-net-in'),
		numberIn(fields, 'tot-net-out'),
		numberIn(fields, 'tot-cmds'),
	];
	return inBytes === undefined || outBytes === undefined || commands === undefined
		? undefined
		: {inBytes, outBytes, commands};
}

function numberIn(fields: ClientFields, name: string): number | undefined {
	const text = fields.get(name);
	return text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
}
