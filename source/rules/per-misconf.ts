import {count} from '../text/units.js';
import {said} from './evidence.js';
import {absent} from './needs.js';
import {ask, logSteps, onHost, saveFolder, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

type Refusal = {readonly cause: 'rdb' | 'aof' | 'unknown' | undefined; readonly refused: number};

/** Undefined where neither the state nor the replies tell. */
function refusalOf(facts: NodeFacts): Refusal | undefined {
	const refused = facts.errorIncrease('MISCONF');
	const aofFails =
		facts.number('persistence', 'aof_enabled') === 1 && facts.text('persistence', 'aof_last_write_status') === 'err';
	if (aofFails) {
		return {cause: 'aof', refused: refused ?? 0};
	}

	const rdbFailed = facts.text('persistence', 'rdb_last_bgsave_status') === 'err';
	const saves = facts.setting('save');
	const stops = facts.setting('stop-writes-on-bgsave-error');
	if (rdbFailed && saves !== undefined && saves !== '' && stops === 'yes' && facts.record.role !== 'replica') {
		return {cause: 'rdb', refused: refused ?? 0};
	}

	if (facts.record.failure?.code === 'MISCONF' || (refused ?? 0) > 0) {
		return {cause: rdbFailed ? 'rdb' : 'unknown', refused: refused ?? 0};
	}

	// Nothing failed, or nobody was refused: it takes both to be unknown.
	const isKnown = refused !== undefined || facts.text('persistence', 'rdb_last_bgsave_status') === 'ok';
	return isKnown ? {cause: undefined, refused: 0} : undefined;
}

/**
Writes are refused with MISCONF: the replies that say so (`errorstat_MISCONF`, since 6.2), or the state in which the
server gives them, whether anybody writes or not. Any version.

- The text differs for the dump and for the append-only file; the way out does, too.
- After `save ""` or `stop-writes-on-bgsave-error no` writes are taken again, though the last save still counts as failed.
*/
export const perMisconf = nodeRule({
	id: 'per.misconf',
	raiseAfter: 1,
	needs: {
		refusal: {
			read: refusalOf,
			missing: () => absent('this server neither says how its last save ended nor counts MISCONF'),
		},
	},
	evaluate({refusal: {cause, refused}}, facts) {
		if (cause === undefined) {
			return clear;
		}

		const isAof = cause === 'aof';
		return fires(
			'critical',
			isAof
				? 'refuses writes (MISCONF): its append-only file cannot be written'
				: 'refuses writes (MISCONF): its last RDB save failed',
			{
				evidence: [
					...(refused > 0
						? [{name: 'MISCONF replies since the sample before', value: refused, unit: 'count' as const}]
						: []),
					...said(
						facts,
						['persistence', 'rdb_last_bgsave_status'],
						['persistence', 'aof_last_write_status'],
						['persistence', 'rdb_changes_since_last_save', 'count'],
					),
					...['save', 'stop-writes-on-bgsave-error', 'dir'].flatMap(name => {
						const value = facts.setting(name);
						return value === undefined ? [] : [{name, value}];
					}),
				],
				meaning:
					refused > 0
						? `Writes are refused, ${count(refused)} since the last sample, and PING, too. Reads go on.`
						: 'Every write is refused, and PING, too. Reads go on.',
				next: isAof
					? [
							onHost('df -h; df -i'),
							words('free space: writes are taken again with the next one that succeeds'),
							...logSteps(facts),
							ask(facts, 'CONFIG SET appendonly no'),
							words("the last one buys time and loses the file's protection: undo it before a restart"),
						]
					: [
							...logSteps(facts),
							onHost(`df -h ${saveFolder(facts)}; ls -ld ${saveFolder(facts)}`),
							words('repair what the log names, then save: one success ends it'),
							ask(facts, 'BGSAVE'),
							ask(facts, 'CONFIG SET stop-writes-on-bgsave-error no'),
							words('the last one takes writes without saving them: undo it once a save succeeds'),
						],
				action: isAof ? 'set-appendonly' : 'bgsave',
			},
		);
	},
});
