import type {NextStep} from '../domain/finding.js';
import {connectedReplicas} from '../parse/info-fields.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Whether the server allocates by jemalloc. Any other allocator has neither MEMORY PURGE nor active defragmentation. */
export const usesJemalloc = (facts: NodeFacts): boolean =>
	facts.text('memory', 'mem_allocator')?.startsWith('jemalloc') ?? true;

/**
Bytes of free pages that the allocator keeps, which MEMORY PURGE gives back. 0 for an allocator other than jemalloc:
INFO then counts all of the resident memory here. Source: redis src/zmalloc.c, jemalloc_purge and
zmalloc_get_allocator_info.
*/
export const purgeableBytes = (facts: NodeFacts): number =>
	usesJemalloc(facts) ? (facts.number('memory', 'allocator_rss_bytes') ?? 0) : 0;

/**
The steps that compact fragmented memory. Every page of such memory still holds some data, so that MEMORY PURGE gives
none of it back. Many packages are built with a jemalloc that active defragmentation does not work with. The server then
refuses the setting (DISABLED).
*/
export function compactingSteps(facts: NodeFacts): readonly NextStep[] {
	const hasReplica =
		facts.record.role === 'primary' && facts.sample !== undefined && (connectedReplicas(facts.sample.info) ?? 0) > 0;
	const restart = hasReplica
		? 'a restart loads the data compactly: fail over to a replica first, then restart this node'
		: 'a restart loads the data compactly: save first, and nobody is served until the data is loaded';
	if (!usesJemalloc(facts)) {
		return [hint(restart)];
	}

	return (facts.number('memory', 'active_defrag_running') ?? 0) > 0
		? [hint('it compacts its memory now (activedefrag): wait'), hint(restart)]
		: [
				redisCli(facts, 'CONFIG SET activedefrag yes'),
				hint(`activedefrag costs processor time; where the server refuses it (DISABLED), ${restart}`),
			];
}
