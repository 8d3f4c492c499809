import type {ClientRow} from '../domain/client.js';
import {printableLines} from './printable-lines.js';

/** A client's fields while its line is read: the ones that ClientRow has, by the server's names. */
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
	'omem',
	'tot-mem',
	'cmd',
	'lib-name',
	'lib-ver',
]);

/**
CLIENT LIST, one client a line of `field=value` separated by spaces. Fields this program doesn't know are passed over,
those that a version doesn't print are undefined, and a line without `id`, or with one that is no exact number, is left out. Total, and linear in the text.

Names, users and libraries can't contain a space, but the path of a unix socket in `addr` can: a word without `=`
belongs to the value before it.
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

/** How many clients a reply lists, those that cannot be read included. */
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
	};
}

function numberIn(fields: ClientFields, name: string): number | undefined {
	const text = fields.get(name);
	return text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
}
