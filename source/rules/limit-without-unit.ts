import type {Evidence, NextStep} from '../domain/finding.js';
import {kibibyte, mebibyte} from '../domain/threshold.js';
import {bytes} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/**
Size below which a memory limit is taken for a number whose unit was forgotten, in bytes: `maxmemory 512` for 512 MB. No
server and no client works with so little.
*/
const withoutUnitBytes = 64 * kibibyte;

const unitMissing = ' (unit missing?)';

/** A size limit as text: `512B (unit missing?)`, `100M`. */
export const limitText = (size: number): string => `${bytes(size)}${size < withoutUnitBytes ? unitMissing : ''}`;

/** A maxmemory that is smaller than the memory of the empty server, so that the server can keep no key. */
export type LimitBelowEmpty = {
	/** Such as `maxmemory is 512B (unit missing?)`. */
	readonly reason: string;
	readonly evidence: readonly Evidence[];
	readonly next: readonly NextStep[];
};

/**
The maxmemory of a server, if it is smaller than the memory that the server took at its start (`used_memory_startup`,
since Redis 4.0). Every eviction policy fails then. Undefined otherwise, and if the memory at the start is unknown.
*/
export function limitBelowEmpty(facts: NodeFacts): LimitBelowEmpty | undefined {
	const limit = facts.number('memory', 'maxmemory') ?? 0;
	const empty = facts.number('memory', 'used_memory_startup');
	if (limit === 0 || empty === undefined || limit >= empty) {
		return undefined;
	}

	const machine = facts.number('memory', 'total_system_memory') ?? 0;
	const isLikelyMegabytes = limit < withoutUnitBytes && limit * mebibyte > empty && limit * mebibyte < machine;
	return {
		reason:
			limit < withoutUnitBytes
				? `maxmemory is ${limitText(limit)}`
				: `maxmemory is ${bytes(limit)}, less than the empty server takes`,
		evidence: infoEvidence(facts, ['memory', 'used_memory_startup', 'bytes']),
		next: isLikelyMegabytes
			? [
					redisCli(facts, `CONFIG SET maxmemory ${limit}mb`),
					hint('if megabytes were meant; a number without a unit is bytes. Mend it in the config file as well'),
				]
			: [
					redisCli(facts, 'CONFIG GET maxmemory'),
					hint('set it with its unit (CONFIG SET maxmemory 2gb), and mend it in the config file as well'),
				],
	};
}
