import {bytes, bytesPerSecond, seconds} from '../text/units.js';
import {said} from './evidence.js';
import {field, rate} from './needs.js';
import {ask} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
The backlog holds less than a minute of writes: `repl_backlog_size` over the rate of `master_repl_offset`. Since 2.8.

- Advice: the default of 1 MB is little for any busy primary, and does no harm while no link breaks.
*/
export const repBacklog = nodeRule({
	id: 'rep.backlog',
	raiseAfterMs: 60_000,
	countsAtOnce: true,
	roles: ['primary'],
	appliesTo: facts => (facts.number('replication', 'connected_slaves') ?? 0) > 0,
	needs: {size: field('replication', 'repl_backlog_size'), written: rate('replication', 'master_repl_offset')},
	evaluate({size, written}, facts) {
		const covered = size / written;
		const wanted = facts.threshold('rep.backlog.seconds');
		if (written === 0 || covered >= wanted) {
			return clear;
		}

		const wantedMegabytes = 2 ** Math.ceil(Math.log2((written * wanted) / 1024 ** 2));
		return advises(facts, `its backlog (${bytes(size)}) covers ${seconds(covered)} of writes`, {
			evidence: [
				...said(facts, ['replication', 'repl_backlog_size', 'bytes'], ['replication', 'connected_slaves', 'count']),
				{name: 'written', value: written, unit: 'bytesPerSecond'},
			],
			meaning: "A replica that is cut off for longer can't go on where it was and copies everything anew.",
			next: [ask(facts, `CONFIG SET repl-backlog-size ${Math.max(1, wantedMegabytes)}mb`)],
			action: 'set-repl-backlog',
			adviceCost: `Memory: ${Math.max(1, wantedMegabytes)} MB for a minute at ${bytesPerSecond(written)}.`,
		});
	},
});
