import {mebibyte} from '../domain/threshold.js';
import {bytes} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoNumber} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** The size to which a rewrite would bring the append-only file, at most, as far as INFO tells. */
type Compared = {readonly sizeBytes: number; readonly text: string};

/**
The size of the append-only file after its last rewrite. If the file was never read nor rewritten, it is the memory that
the data take. Undefined if neither is known.
*/
function rewritten(facts: NodeFacts, baseBytes: number): Compared | undefined {
	if (baseBytes > 0) {
		return {sizeBytes: baseBytes, text: `${bytes(baseBytes)} after its last rewrite`};
	}

	const used = facts.number('memory', 'used_memory');
	const empty = facts.number('memory', 'used_memory_startup');
	if (used === undefined || empty === undefined) {
		return undefined;
	}

	const data = Math.max(mebibyte, used - empty);
	return {sizeBytes: data, text: `for ${bytes(data)} of data`};
}

export const perAofBloat = rule({
	id: 'per.aof_bloat',
	scope: 'node',
	docs: {
		looksAt:
			'The append-only file is far larger than after its last rewrite: `aof_current_size` compared with `aof_base_size`, and where that is 0 with the memory of the data. No rewrite runs or is scheduled. The finding is a warning where `auto-aof-rewrite-percentage` is 0, so that the file grows without end.',
		since: '2.4',
		falsePositives: [
			'`aof_base_size` is 0 until the file was read or rewritten once. The rule then compares with `used_memory` less `used_memory_startup`, which a rewritten file rarely exceeds. It is clear where these are unknown.',
			'A small file grows by large factors. The rule ignores files below a minimum size.',
			'A job may rewrite the file at night instead of the server. A warning needs a larger factor than a note.',
		],
	},
	thresholds: {
		ratio: {value: 3, unit: 'ratio', source: 'a rewrite is due at 2 (auto-aof-rewrite-percentage 100)'},
		off: {
			value: 10,
			unit: 'ratio',
			source: 'with automatic rewriting off; a nightly rewrite keeps the file of most data sets below',
		},
		bytes: {value: 64 * mebibyte, unit: 'bytes', source: 'auto-aof-rewrite-min-size'},
	},
	appliesTo: facts => facts.number('persistence', 'aof_enabled') === 1,
	needs: {size: infoNumber('persistence', 'aof_current_size'), base: infoNumber('persistence', 'aof_base_size')},
	evaluate({size, base}, facts, limits) {
		const compared = rewritten(facts, base);
		const isRewriting =
			facts.number('persistence', 'aof_rewrite_in_progress') === 1 ||
			facts.number('persistence', 'aof_rewrite_scheduled') === 1;
		if (compared === undefined || isRewriting || size <= limits.bytes || size <= limits.ratio * compared.sizeBytes) {
			return clear;
		}

		const isOff = facts.setting('auto-aof-rewrite-percentage') === '0';
		return fires(isOff && size > limits.off * compared.sizeBytes ? 'warning' : 'info', {
			problem: `has an append-only file of ${bytes(size)}`,
			detail: compared.text,
			reason: isOff ? 'automatic rewriting is off' : undefined,
			evidence: [
				...infoEvidence(
					facts,
					['persistence', 'aof_current_size', 'bytes'],
					['persistence', 'aof_base_size', 'bytes'],
					['persistence', 'aof_last_bgrewrite_status'],
				),
				...(isOff ? [{name: 'auto-aof-rewrite-percentage', value: '0'}] : []),
			],
			meaning: isOff
				? 'The file grows until its disk is full, and writes are refused then. A restart reads the whole file, and nobody is served meanwhile.'
				: 'A restart reads the whole file. Automatic rewriting is off, or fails.',
			next: isOff
				? [
						redisCli(facts, 'BGREWRITEAOF'),
						redisCli(facts, 'CONFIG SET auto-aof-rewrite-percentage 100'),
						hint('keep the setting with CONFIG REWRITE, unless a job of yours rewrites the file'),
					]
				: [redisCli(facts, 'CONFIG GET auto-aof-rewrite-percentage'), redisCli(facts, 'BGREWRITEAOF')],
			action: 'bgrewriteaof',
		});
	},
});
