import type {ClientRow} from '../../domain/client.js';
import type {Parameter} from './action-row.js';

const types = ['normal', 'pubsub', 'replica', 'slave', 'master'];

/** Filters of CLIENT KILL, each with the test of its value. */
const filters: Readonly<Record<string, (value: string) => boolean>> = {
	ADDR: value => /^\S+:\d+$/.test(value),
	LADDR: value => /^\S+:\d+$/.test(value),
	USER: value => value !== '',
	TYPE: value => types.includes(value.toLowerCase()),
	MAXAGE: value => /^\d{1,9}$/.test(value),
};

/**
The form's field for CLIENT KILL. The field takes a single filter, because CLIENT KILL joins several filters with AND.
An operator could expect OR.
*/
export const clientFilter: Parameter = {
	label: 'one filter',
	hint: 'USER name, ADDR ip:port, LADDR ip:port, TYPE normal|pubsub|replica, MAXAGE seconds',
	example: 'TYPE pubsub',
	read(text) {
		const [name = '', value = '', ...rest] = text.trim().split(/\s+/);
		const kind = name.toUpperCase();
		const isRight = Object.hasOwn(filters, kind) && filters[kind]?.(value) === true && rest.length === 0;
		return isRight
			? {words: [kind, value, 'SKIPME', 'yes'], shown: `every client with ${kind} ${value}, but not this connection`}
			: 'USER, ADDR, LADDR, TYPE or MAXAGE, and its value';
	},
};

const typeOf = ({flags}: ClientRow): string =>
	flags.includes('M') ? 'master' : flags.includes('S') ? 'replica' : flags.includes('P') ? 'pubsub' : 'normal';

/**
The clients that the filter matches on the server. For the filter TYPE, the server counts MONITOR clients (flag O) as
normal clients.
*/
export function matchingClients([kind, value = '']: readonly string[], clients: readonly ClientRow[]): ClientRow[] {
	switch (kind) {
		case 'ADDR':
			return clients.filter(({address}) => address === value);
		case 'LADDR':
			return clients.filter(({localAddress}) => localAddress === value);
		case 'USER':
			return clients.filter(({user}) => user === value);
		case 'TYPE':
			return clients.filter(client => typeOf(client) === value.toLowerCase().replace('slave', 'replica'));
		case 'MAXAGE':
			return clients.filter(({ageSeconds}) => ageSeconds >= Number(value));
		default:
			return [];
	}
}
