import {type Message, message, nameOf} from '../domain/message.js';
import {bytes, count} from '../text/units.js';
import {type DisconnectedClient, disconnectedClient} from './disconnected-client.js';
import {infoEvidence} from './evidence.js';
import {limitText} from './limit-without-unit.js';
import {increase} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** Age up to which a line of the server's log is about the present evictions, in milliseconds. */
const newLineMs = 60_000;

/** A client that was evicted, with the bytes of its buffers. */
type Evicted = {
	readonly line: string;
	readonly client: DisconnectedClient;
	readonly what: Message;
	readonly isInput: boolean;
};

/**
The client that the server evicted last, by its log on this machine: `Evicting client: id=3 addr=… name=bi-export …
qbuf=858 qbuf-free=1047708 … omem=1048600 tot-mem=2114350 … cmd=get`. Sizes are in bytes. Undefined without such a line of
the last minute.
*/
function evictedClient(facts: NodeFacts): Evicted | undefined {
	const {record, nowMs} = facts;
	const host = record.host?.value;
	const remark = host?.kind === 'here' ? host.log?.remarks.find(({id}) => id === 'client-evicted') : undefined;
	if (remark?.atMs === undefined || nowMs - remark.atMs > newLineMs) {
		return undefined;
	}

	const client = disconnectedClient(facts, remark.line);
	const size = (name: string) => Number(new RegExp(` ${name}=(\\d+)`).exec(remark.line)?.[1] ?? 0);
	const input = size('qbuf') + size('argv-mem') + size('multi-mem');
	const isInput = input > size('omem');
	const total = size('tot-mem');
	const command = client?.culprit.command === undefined ? '' : `, by ${client.culprit.command}`;
	return client === undefined
		? undefined
		: {
				line: remark.line,
				client,
				isInput,
				what: `${bytes(total)} of ${isInput ? 'requests' : 'unread replies'}${command}`,
			};
}

/** The setting maxmemory-clients as text: `100M`, `5% of maxmemory`; `reached` if it is unknown. */
const sharedLimit = (setting: string | undefined): string =>
	setting === undefined || setting === '0'
		? 'reached'
		: setting.endsWith('%')
			? `${setting} of maxmemory`
			: limitText(Number(setting));

export const cliEvicted = rule({
	id: 'cli.evicted',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `evicted_clients` grows: the buffers of all clients together exceed `maxmemory-clients`. The log on this machine names the clients.',
		since: '7.0',
		falsePositives: [],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {evicted: increase('stats', 'evicted_clients')},
	evaluate({evicted}, facts) {
		if (evicted === 0) {
			return clear;
		}

		const found = evictedClient(facts);
		const times = `evicted ${count(evicted)} since the last sample`;
		return fires('warning', {
			problem:
				found === undefined
					? 'disconnects clients to save memory'
					: message`disconnects ${found.client.name} to save memory`,
			detail: found === undefined ? times : message`${found.what}, ${times}`,
			reason: `maxmemory-clients is ${sharedLimit(facts.setting('maxmemory-clients'))}`,
			effect: found?.client.kind === 'normal' && !found.isInput ? 'reads-refused' : undefined,
			culprit: found?.client.culprit,
			evidence: [
				...infoEvidence(facts, ['stats', 'evicted_clients', 'count'], ['memory', 'mem_clients_normal', 'bytes']),
				...(found === undefined ? [] : [{name: 'log', value: message`${nameOf('quote', found.line)}`}]),
			],
			meaning: 'The buffers of all clients are over maxmemory-clients. The largest clients lose their connections.',
			next: [
				...(found === undefined
					? [hint('find the largest: panel 4, sorted by memory')]
					: [
							hint(
								found.isInput
									? message`let ${found.client.name} send less at once: smaller values, shorter pipelines and transactions`
									: message`let ${found.client.name} read its replies before it sends more, and ask for parts`,
							),
							hint('if such clients are usual here, raise maxmemory-clients'),
						]),
				redisCli(facts, 'CONFIG GET maxmemory-clients'),
			],
		});
	},
});

export const evictedClientRules = [cliEvicted] as const;
