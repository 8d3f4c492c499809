import {count} from '../text/units.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {ask, logSteps, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** A line of the log speaks of now for so long, milliseconds. */
const logWindowMs = 60_000;

type Closed = {readonly clients: number; readonly line: string | undefined};

const counter = increase('stats', 'client_output_buffer_limit_disconnections');

/** By the counters, else by the log where this machine has it. */
function closedClients(facts: NodeFacts): Closed | undefined {
	const output = counter.read(facts);
	if (output !== undefined) {
		const query = facts.increase('stats', 'client_query_buffer_limit_disconnections') ?? 0;
		return {clients: output + query, line: undefined};
	}

	const host = facts.record.host?.value;
	const isCounted = facts.number('stats', 'client_output_buffer_limit_disconnections') !== undefined;
	if (isCounted || facts.sample === undefined || host?.kind !== 'here' || host.log === undefined) {
		return undefined;
	}

	const remark = host.log.remarks.find(({rules}) => rules.includes('cli.obuf_kill'));
	const isNew = remark?.atMs !== undefined && facts.nowMs - remark.atMs <= logWindowMs;
	return {clients: isNew ? remark.count : 0, line: isNew ? remark.line : undefined};
}

/**
The server closes clients because their buffers are over the limit. Since Redis 7.4 and Valkey 8.0 it counts them; an older
one only logs it, which counts for a minute where the log can be read.
*/
export const cliObufKill = nodeRule({
	id: 'cli.obuf_kill',
	raiseAfter: 1,
	clearAfter: 10,
	needs: {closed: {read: closedClients, missing: counter.missing}},
	evaluate({closed: {clients, line}}, facts) {
		if (clients === 0) {
			return clear;
		}

		const title =
			line === undefined
				? `closed ${count(clients)} clients over their buffer limits since the last sample`
				: 'closed a client over its output buffer limit within the last minute';
		return fires('warning', title, {
			evidence:
				line === undefined
					? said(
							facts,
							['stats', 'client_output_buffer_limit_disconnections', 'count'],
							['stats', 'client_query_buffer_limit_disconnections', 'count'],
						)
					: [{name: 'log', value: line}],
			meaning: 'A consumer is too slow, or a reply or request too large: those clients lost their connection.',
			next: [
				...logSteps(facts),
				words('find them in the server log: omem and cmd stand there'),
				ask(facts, 'CONFIG GET client-output-buffer-limit'),
			],
			action: null,
		});
	},
});
