import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, logSteps, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

const windowMs = 600_000;

const grown = (facts: NodeFacts, name: 'sync_full' | 'sync_partial_err', now: number): number =>
	Math.max(0, now - (facts.past(['stats', name], windowMs)[0]?.value ?? now));

/**
Replicas begin anew with full copies again and again: `sync_full` within ten minutes. Since 2.8.

- The first copy of a new replica is none: as many as there are more replicas now don't count.
- After a restart of the primary every replica that returns is refused its partial copy once (`sync_partial_err`): one of
  these alone is nothing.
*/
export const repFullsyncStorm = nodeRule({
	id: 'rep.fullsync_storm',
	raiseAfter: 1,
	needs: {full: field('stats', 'sync_full'), refused: field('stats', 'sync_partial_err')},
	evaluate({full, refused}, facts) {
		const replicas = facts.past(['replication', 'connected_slaves'], windowMs).map(({value}) => value);
		const now = facts.number('replication', 'connected_slaves') ?? 0;
		const joined = Math.max(0, now - (replicas[0] ?? now));
		const copies = grown(facts, 'sync_full', full) - joined;
		const misses = grown(facts, 'sync_partial_err', refused);
		if (copies < facts.threshold('rep.fullsync_storm.count')) {
			return clear;
		}

		return fires('critical', `${copies} full copies for replicas within ten minutes`, {
			evidence: [
				...said(facts, ['stats', 'sync_full', 'count'], ['stats', 'sync_partial_err', 'count']),
				{name: 'refused partial copies in ten minutes', value: misses, unit: 'count'},
				...said(facts, ['replication', 'repl_backlog_size', 'bytes']),
			],
			meaning: 'Each forks the primary and sends everything: the load makes the next one likelier.',
			next: [
				...logSteps(facts),
				words(
					'"lack of backlog": raise repl-backlog-size; "overcoming of output buffer limits": raise that limit for replicas',
				),
				ask(facts, 'CONFIG GET repl-backlog-size'),
				ask(facts, 'CONFIG GET client-output-buffer-limit'),
			],
			action: 'set-repl-backlog',
		});
	},
});
