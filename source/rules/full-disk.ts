import type {NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {bytes} from '../text/units.js';
import {hint, onHost, redisCli, saveFolder} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';

/** Free bytes of a folder below which its disk counts as full. */
const fullBytes = 1024 * 1024;

/** Whether the disk of the server's folder is full: by its free bytes, or by a line of the server's log. */
export function isDiskFull({record}: NodeFacts): boolean {
	const here = record.host?.value.kind === 'here' ? record.host.value : undefined;
	const {freeBytes, freeInodes} = here?.folder ?? {};
	return freeBytes === undefined
		? (here?.log?.remarks.some(({id}) => id === 'disk-full') ?? false)
		: freeBytes < fullBytes || freeInodes === 0;
}

/** The steps that remove the unfinished files of earlier processes. */
export function leftoverSteps({record}: NodeFacts): readonly NextStep[] {
	const leftovers = (record.host?.value.kind === 'here' ? record.host.value.leftovers : undefined) ?? [];
	const total = leftovers.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
	return total === 0
		? []
		: [
				hint(`remove unfinished files (${bytes(total)}): earlier processes left them, and nobody writes to them`),
				...leftovers.slice(0, 3).map(({path}) => onHost(message`rm ${quotedName('path', path)}`)),
			];
}

/** Size of the append-only file, in multiples of the data, from which a rewrite frees much. */
const rewriteGain = 2;

/**
The steps for an append-only file that fills its disk, in the order in which they can be done on a full disk: what may be
removed, then a rewrite, which needs room itself, and last the setting that gives up the file.
*/
export function aofOnFullDisk(facts: NodeFacts): readonly NextStep[] {
	const here = facts.record.host?.value.kind === 'here' ? facts.record.host.value : undefined;
	const size = facts.number('persistence', 'aof_current_size') ?? 0;
	const data = Math.max(
		0,
		(facts.number('memory', 'used_memory') ?? 0) - (facts.number('memory', 'used_memory_startup') ?? 0),
	);
	const free = here?.folder?.freeBytes;
	return [
		...leftoverSteps(facts),
		hint('free or add disk space: the server accepts writes again with the next one that reaches the file'),
		onHost(message`df -h ${saveFolder(facts)}; du -xah ${saveFolder(facts)} | sort -h | tail`),
		hint('remove old logs, backups and dumps; never a file that the manifest in appendonlydir names'),
		...(size > rewriteGain * data && data > 0
			? [
					hint(
						`a rewrite brings the file from ${bytes(size)} to at most ${bytes(data)}, and needs that room first${free === undefined ? '' : `: ${bytes(free)} are free`}`,
					),
					redisCli(facts, 'BGREWRITEAOF'),
				]
			: []),
		redisCli(facts, 'CONFIG SET appendonly no'),
		hint(
			'the last resort: a crash then loses what is written from now on, and a restart with appendonly yes loads the old file; set it to yes once there is room',
		),
	];
}
