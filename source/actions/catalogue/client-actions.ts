import type {Check} from '../../domain/action.js';
import type {ClientRow} from '../../domain/client.js';
import {parseClientList} from '../../parse/client-list.js';
import {seconds} from '../../text/units.js';
import type {Parameter} from './action-row.js';
import {buildRow, onlyOn, veto, warning, when} from './build-row.js';
import {clientFilter, matchingClients} from './client-filter.js';
import {counted, roleText} from './saved-data.js';
import type {Reading} from './server-facts.js';
import {wholeValue} from './typed-values.js';
import {replyOf, verifyWith} from './verify-with.js';

/** The clients in the reading's CLIENT LIST; undefined where the command is denied. */
const clientsIn = ({extra}: Reading): ClientRow[] | undefined =>
	typeof extra?.[0] === 'string' ? parseClientList(extra[0]) : undefined;

const clientText = ({address, name, user, ageSeconds, idleSeconds, command}: ClientRow): string =>
	`${address}${name === '' ? '' : ` ${name}`}${user === undefined ? '' : `, user ${user}`}, connected ${seconds(ageSeconds)}, idle ${seconds(idleSeconds)}, last ${command}`;

const isOurs = ({name}: ClientRow): boolean => name === 'redis-top';
const isReplication = ({flags}: ClientRow): boolean => /[SM]/.test(flags);

const byId: Parameter = {
	label: 'client id',
	hint: 'the id of CLIENT LIST; on panel 4 that of the selected row',
	example: '1',
	initial: (_, {clientId}) => (clientId === undefined ? undefined : String(clientId)),
	read: wholeValue('count', 1, Number.MAX_SAFE_INTEGER / 10),
};

const idOf = (words: readonly string[] | undefined): string => words?.find(word => /^\d+$/.test(word)) ?? '';

function oneClientChecks(clients: readonly ClientRow[] | undefined, id: string): Check[] {
	const [client] = clients ?? [];
	return client === undefined
		? [veto(clients === undefined ? 'CLIENT LIST is denied: who it is cannot be seen' : `no client has the id ${id}`)]
		: [];
}

/**
Returns a `recheck` function. That function returns a text if the client has disconnected, and undefined while CLIENT
LIST has the client. A server process never reuses a client id, so a listed id is still the same client.
*/
const isGone = (id: string | undefined) => (_: unknown, before: Reading) =>
	clientsIn(before)?.length === 0 ? `client ${id ?? ''} is gone` : undefined;

const kill = buildRow({
	id: 'client-kill',
	letter: 'c',
	title: 'CLIENT KILL ID: close one connection',
	class: 'bounded',
	command: ['CLIENT', 'KILL'],
	parameter: {
		...byId,
		read(text) {
			const value = byId.read(text);
			return typeof value === 'string' ? value : {words: ['ID', ...value.words], shown: `client ${value.words[0]}`};
		},
	},
	asks: words => [['CLIENT', 'LIST', 'ID', idOf(words)]],
	recheck: (facts, before) => isGone(idOf(facts.words))(facts, before),
	preflight(facts) {
		const clients = clientsIn(facts);
		const [client] = clients ?? [];
		return {
			effects: ['Its connection is closed; most clients connect again and repeat the command under way.'],
			facts: [
				['role', roleText(facts.info)],
				['client', client === undefined ? '-' : clientText(client)],
			],
			checks: [
				...oneClientChecks(clients, idOf(facts.words)),
				...when(client !== undefined && isOurs(client), veto('it is redis-top’s own connection')),
				...when(
					client !== undefined && isReplication(client),
					veto('it is a replication link: a full resync may follow', 'break replication'),
				),
				...when(/[bx]/.test(client?.flags ?? ''), warning('it is blocked or inside MULTI: that is lost')),
			],
		};
	},
	verify: verifyWith({
		failed: (_, input) => (replyOf(input) === '0' ? 'the server closed none: the client was gone already' : undefined),
		proved: (now, {facts}) =>
			clientsIn(now)?.length === 0 ? `client ${idOf(facts.words)} is no longer in CLIENT LIST` : undefined,
		unseen: 'the client is still listed',
	}),
});

const killByFilter = buildRow({
	id: 'client-kill-filter',
	letter: 'a',
	title: 'CLIENT KILL: close all connections of a kind',
	class: 'disruptive',
	command: ['CLIENT', 'KILL'],
	parameter: clientFilter,
	asks: () => [['CLIENT', 'LIST']],
	recheck(facts, before) {
		const shown = matchingClients(facts.words ?? [], clientsIn(facts) ?? []).length;
		const now = matchingClients(facts.words ?? [], clientsIn(before) ?? []).length;
		return now > shown ? `it would hit ${counted(now, 'client')} now, not ${shown}` : undefined;
	},
	preflight(facts) {
		const clients = clientsIn(facts);
		const hit = matchingClients(facts.words ?? [], clients ?? []);
		const some = hit.slice(0, 3).map(({address, name}) => (name === '' ? address : `${address} ${name}`));
		return {
			effects: ['All these connections are closed; most clients connect again.'],
			facts: [
				['role', roleText(facts.info)],
				['hits', `${counted(hit.length, 'client')} of ${counted(clients?.length, 'client')}`],
				['such as', some.join(', ') || '-'],
			],
			checks: [
				...when(clients === undefined, veto('CLIENT LIST is denied: the clients it hits cannot be seen')),
				...when(clients !== undefined && hit.length === 0, veto('no client matches')),
				...when(
					hit.some(isReplication),
					veto('replication links are among them: full resyncs may follow', 'break replication'),
				),
				...when(hit.some(isOurs), warning('redis-top’s own connections are among them; it connects again')),
			],
			phrase: `kill ${hit.length}`,
		};
	},
	verify: verifyWith({
		failed: (_, input) =>
			replyOf(input) === '0' ? 'the server closed none: the clients were gone already' : undefined,
		proved(now, {facts, before}) {
			const ids = new Set(
				matchingClients(facts.words ?? [], clientsIn(before) ?? [])
					.filter(row => !isOurs(row))
					.map(({id}) => id),
			);
			const left = (clientsIn(now) ?? []).filter(({id}) => ids.has(id)).length;
			return left === 0 && clientsIn(now) !== undefined
				? `none of the ${ids.size} is in CLIENT LIST any more`
				: undefined;
		},
		unseen: 'some of them are still listed',
	}),
});

const unblock = buildRow({
	id: 'client-unblock',
	letter: 'u',
	title: 'CLIENT UNBLOCK: end one blocking command',
	class: 'bounded',
	command: ['CLIENT', 'UNBLOCK'],
	parameter: {
		...byId,
		hint: 'a client id; with ERROR after it, it gets an error instead of nothing',
		read(text) {
			const [id = '', word, ...rest] = text.trim().split(/\s+/);
			const value = byId.read(id);
			const isKnown = rest.length === 0 && (word === undefined || /^(?:error|timeout)$/i.test(word));
			return typeof value === 'string' || !isKnown
				? 'an id, or an id and ERROR'
				: {
						words: [id, ...(word === undefined ? [] : [word.toUpperCase()])],
						shown: `client ${id}${word === undefined ? '' : `, ${word.toUpperCase()}`}`,
					};
		},
	},
	asks: words => [['CLIENT', 'LIST', 'ID', idOf(words)]],
	recheck: (facts, before) => isGone(idOf(facts.words))(facts, before),
	preflight(facts) {
		const clients = clientsIn(facts);
		const [client] = clients ?? [];
		return {
			effects: ['Its blocking command ends as if it timed out.'],
			facts: [['client', client === undefined ? '-' : clientText(client)]],
			checks: [
				...oneClientChecks(clients, idOf(facts.words)),
				...when(client !== undefined && !client.flags.includes('b'), veto('it is not blocked')),
			],
		};
	},
	verify: verifyWith({
		failed: (_, input) => (replyOf(input) === '0' ? 'the server says that it was not blocked' : undefined),
		proved: (now, input) => {
			const [client] = clientsIn(now) ?? [];
			return replyOf(input) === '1'
				? `the server unblocked it${client?.flags.includes('b') ? '; it has blocked again' : ''}`
				: client !== undefined && !client.flags.includes('b')
					? 'it is no longer blocked'
					: undefined;
		},
		unseen: 'it is still blocked',
	}),
});

/**
Longest pause of clients that the form accepts, in milliseconds. Clients that write wait until the pause ends, and their
requests pile up.
*/
const longestPauseMs = 30_000;
const pausedMs = ({info}: Reading): number | undefined => info.number('clients', 'paused_timeout_milliseconds');

const pause = buildRow({
	id: 'client-pause',
	letter: 'p',
	title: 'CLIENT PAUSE … WRITE: hold all writes for a moment',
	class: 'disruptive',
	command: ['CLIENT', 'PAUSE'],
	since: {redis: [6, 2]},
	parameter: {
		label: 'for how many milliseconds',
		hint: `1 to ${longestPauseMs} ms; WRITE alone, for a pause of everything cannot be undone`,
		example: '1000',
		read(text) {
			const value = wholeValue('milliseconds', 1, longestPauseMs)(text);
			return typeof value === 'string'
				? value
				: {words: [...value.words, 'WRITE'], shown: `${value.shown}, writes alone`};
		},
	},
	whyNot: onlyOn('primary'),
	alerts: {lastsMs: ([milliseconds]) => Number(milliseconds)},
	preflight: facts => ({
		effects: [`Every write waits up to ${facts.words?.[0] ?? '-'} ms; reads go on.`],
		facts: [
			['role', roleText(facts.info)],
			['clients', counted(facts.info.number('clients', 'connected_clients'), 'client')],
		],
		checks: when(
			(facts.info.text('replication', 'master_failover_state') ?? 'no-failover') !== 'no-failover',
			veto('a failover is under way: it pauses writes itself'),
		),
		revert: ['CLIENT', 'UNPAUSE'],
	}),
	verify: verifyWith({
		proved: (now, input) =>
			replyOf(input) === 'OK'
				? `accepted: the server still answers reads${pausedMs(now) === undefined ? '' : `, ${pausedMs(now)} ms left`}; it ends by itself`
				: undefined,
		unseen: 'whether writes wait cannot be seen; the pause ends by itself',
	}),
});

const unpause = buildRow({
	id: 'client-unpause',
	letter: 'r',
	title: 'CLIENT UNPAUSE: let writes go on',
	class: 'bounded',
	command: ['CLIENT', 'UNPAUSE'],
	since: {redis: [6, 2]},
	preflight: facts => ({
		effects: ['Writes that wait go on. Without a pause nothing happens.'],
		facts: [['role', roleText(facts.info)]],
		checks: [],
	}),
	verify: verifyWith({
		proved: (now, input) =>
			replyOf(input) === 'OK' && (pausedMs(now) ?? 0) === 0 ? 'accepted: nothing is paused' : undefined,
		unseen: 'a pause is still on',
	}),
});

export const clientActions = [kill, killByFilter, unblock, pause, unpause] as const;
