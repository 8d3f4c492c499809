import {message, nameOf} from '../domain/message.js';
import {count} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {fires} from './rule.js';

/** The age up to which a line of the server's log counts as new, milliseconds. */
const newLineMs = 60_000;

/** Clients that the server disconnected because a request did not fit into their query buffer. */
export type OversizedRequests = {
	/** Their number since the sample before; undefined where only the log tells. */
	readonly clients: number | undefined;
	/** A new line of the server's log about one of them. */
	readonly line: string | undefined;
};

/**
The clients whose requests were over the limit of the query buffer, by INFO's counter (Redis since 7.4, Valkey since 8.0)
or by a new line of the server's log. Undefined if there is none.
*/
export function oversizedRequests(facts: NodeFacts): OversizedRequests | undefined {
	const {record, nowMs} = facts;
	const host = record.host?.value;
	const remark = host?.kind === 'here' ? host.log?.remarks.find(({id}) => id === 'query-buffer') : undefined;
	const line = remark?.atMs !== undefined && nowMs - remark.atMs <= newLineMs ? remark.line : undefined;
	const clients = facts.increase('stats', 'client_query_buffer_limit_disconnections');
	const isCounted = facts.number('stats', 'client_query_buffer_limit_disconnections') !== undefined;
	// A line from before the last sample is no reason where the server counts.
	return (clients ?? 0) > 0 || (!isCounted && line !== undefined) ? {clients, line} : undefined;
}

/**
The client of a line of the log: `Closing client that reached max query buffer length: id=95 addr=10.0.0.9:44860 …
name=pdf-store …`. Valkey replaces the name by `*redacted*`, so its host is named then.
*/
function clientOf(line: string | undefined) {
	const field = (name: string) => new RegExp(` ${name}=(\\S+)`).exec(line ?? '')?.[1];
	const [name, address] = [field('name'), field('addr')];
	const host = address?.replace(/:\d+$/, '');
	return name !== undefined && name !== '*redacted*'
		? {text: message`${nameOf('client', name)}`, culprit: {client: nameOf('client', name)}}
		: host === undefined || host === ''
			? undefined
			: {text: message`clients on ${nameOf('host', host)}`, culprit: undefined};
}

/** The finding about requests that are over the limit. The client is a loser, and harms nobody else. */
export function oversizedFiring(facts: NodeFacts, {clients, line}: OversizedRequests) {
	const client = clientOf(line);
	return fires('warning', {
		problem: message`disconnects ${client?.text ?? 'clients'}`,
		detail: clients === undefined ? 'within the last minute' : `${count(clients)} since the last sample`,
		reason: 'requests over query buffer limit',
		culprit: client?.culprit,
		evidence: [
			...infoEvidence(facts, ['stats', 'client_query_buffer_limit_disconnections', 'count']),
			...(line === undefined ? [] : [{name: 'log', value: message`${nameOf('quote', line)}`}]),
		],
		meaning:
			'A value or a pipeline is larger than the server takes from one client. It is not executed, and the client loses its connection each time.',
		next: [
			hint('send smaller values and pipelines, or raise client-query-buffer-limit'),
			redisCli(facts, 'CONFIG GET client-query-buffer-limit'),
			...logSteps(facts),
		],
	});
}
