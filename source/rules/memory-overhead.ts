import {bytes, count, percent} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoNumber, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

/** Below, a ratio says nothing. */
const fewestUsedBytes = 5 * 1024 * 1024;

export const memFrag = rule({
	id: 'mem.frag',
	scope: 'node',
	docs: {
		looksAt: "Memory is fragmented: the allocator's own ratio, and the bytes behind it. Since 5.0, jemalloc only.",
		since: 'any',
		falsePositives: ['`mem_fragmentation_ratio` is not looked at: an idle server of one megabyte shows 2 to 10.'],
	},
	raiseAfter: 5,
	needs: {
		ratio: infoNumber('memory', 'allocator_frag_ratio'),
		wasted: infoNumber('memory', 'allocator_frag_bytes'),
		used: infoNumber('memory', 'used_memory'),
	},
	evaluate({ratio, wasted, used}, facts) {
		const isFragmented =
			used >= fewestUsedBytes &&
			ratio > facts.threshold('mem.frag.ratio') &&
			wasted > facts.threshold('mem.frag.bytes');
		if (!isFragmented) {
			return clear;
		}

		return fires(wasted > facts.threshold('mem.frag.warning') ? 'warning' : 'info', {
			problem: `memory is fragmented: ${bytes(wasted)} lost, ratio ${ratio.toFixed(2)}`,

			evidence: infoEvidence(
				facts,
				['memory', 'allocator_frag_ratio'],
				['memory', 'allocator_frag_bytes', 'bytes'],
				['memory', 'used_memory', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
			),
			meaning: 'The process takes more of the machine than its data needs.',
			next: [
				redisCli(facts, 'CONFIG GET activedefrag'),
				hint('activedefrag yes moves keys together at some processor time; a restart does it at once'),
			],
			action: 'memory-purge',
		});
	},
});

export const memDefrag = rule({
	id: 'mem.defrag',
	scope: 'node',
	docs: {
		looksAt: 'Active defragmentation takes much of the processor for a minute: `active_defrag_running`, percent.',
		since: '4.0',
		falsePositives: [],
	},
	raiseAfterMs: 60_000,
	needs: {percentOfCore: infoNumber('memory', 'active_defrag_running')},
	evaluate: ({percentOfCore}, facts) =>
		percentOfCore >= facts.threshold('mem.defrag.percent')
			? fires('info', {
					problem: `active defragmentation takes ${percentOfCore}% of a core`,

					evidence: infoEvidence(facts, ['memory', 'active_defrag_running'], ['memory', 'allocator_frag_ratio']),
					meaning: "It runs on the server's one thread, between commands.",
					next: [redisCli(facts, 'CONFIG GET active-defrag-*')],
				})
			: clear,
});

export const memLazyfree = rule({
	id: 'mem.lazyfree',
	scope: 'node',
	docs: {
		looksAt: 'Deleted values wait to be freed, more and more of them: `lazyfree_pending_objects`.',
		since: '4.0',
		falsePositives: ['After UNLINK or FLUSHALL ASYNC many wait, and fewer with each second: only while they grow.'],
	},
	raiseAfterMs: 30_000,
	needs: {waiting: infoNumber('memory', 'lazyfree_pending_objects')},
	evaluate({waiting}, facts) {
		const before = facts.earlier?.info.number('memory', 'lazyfree_pending_objects');
		if (before === undefined) {
			return pending('needs two samples of the same process, one after the other');
		}

		if (waiting <= facts.threshold('mem.lazyfree.objects') || waiting <= before) {
			return clear;
		}

		return fires('warning', {
			problem: `${count(waiting)} deleted values wait to be freed, and more come`,

			evidence: infoEvidence(
				facts,
				['memory', 'lazyfree_pending_objects', 'count'],
				['memory', 'used_memory', 'bytes'],
			),
			meaning: 'Used memory falls later than keys are deleted; near maxmemory that evicts or refuses what need not be.',
			next: [hint('slow the deletions down; look for who deletes: panel 5')],
		});
	},
});

export const memOverhead = rule({
	id: 'mem.overhead',
	scope: 'node',
	docs: {
		looksAt: 'More memory keeps the data than is data: `used_memory_overhead`. Many tiny keys are legitimate: info.',
		since: '4.0',
		falsePositives: [],
	},
	needs: {overhead: infoNumber('memory', 'used_memory_overhead'), used: infoNumber('memory', 'used_memory')},
	evaluate: ({overhead, used}, facts) =>
		used > facts.threshold('mem.overhead.bytes') && overhead > facts.threshold('mem.overhead.share') * used
			? fires('info', {
					problem: `${percent(overhead / used)} of used memory is overhead, not data`,

					evidence: infoEvidence(
						facts,
						['memory', 'used_memory_overhead', 'bytes'],
						['memory', 'used_memory_dataset', 'bytes'],
						['memory', 'mem_clients_normal', 'bytes'],
						['replication', 'repl_backlog_size', 'bytes'],
					),
					meaning: "Key tables, clients' buffers and the backlog take more than the values do.",
					next: [
						redisCli(facts, 'MEMORY STATS'),
						hint('put small values into hashes; fewer connections; shorter keys'),
					],
				})
			: clear,
});

/** Less is no memory to speak of. */
const fewestBytes = 10 * 1024 * 1024;

export const memRehash = rule({
	id: 'mem.rehash',
	scope: 'node',
	docs: {
		looksAt:
			'A growing hash table is held twice: `mem_overhead_db_hashtable_rehashing`. Since Redis 7.4, Valkey 8.0. It passes.',
		since: 'any',
		falsePositives: [],
	},
	needs: {
		rehashing: infoNumber('memory', 'mem_overhead_db_hashtable_rehashing'),
		used: infoNumber('memory', 'used_memory'),
	},
	evaluate: ({rehashing, used}, facts) =>
		rehashing > fewestBytes && rehashing > facts.threshold('mem.rehash.share') * used
			? fires('info', {
					problem: `a growing key table takes ${bytes(rehashing)} more until it is moved`,

					evidence: infoEvidence(
						facts,
						['memory', 'mem_overhead_db_hashtable_rehashing', 'bytes'],
						['memory', 'used_memory', 'bytes'],
					),
					meaning: 'At each doubling of the number of keys the old and the new table stand side by side for a while.',
					next: [hint('wait; near maxmemory it can evict keys or refuse writes')],
				})
			: clear,
});

export const memScripts = rule({
	id: 'mem.scripts',
	scope: 'node',
	docs: {
		looksAt:
			'The script cache grows without end: an application makes a new script for every call. Since 5.0 (bytes: 7.0).',
		since: 'any',
		falsePositives: [],
	},
	needs: {scripts: infoNumber('memory', 'number_of_cached_scripts')},
	evaluate({scripts}, facts) {
		const size = facts.number('memory', 'used_memory_vm_total') ?? facts.number('memory', 'used_memory_lua') ?? 0;
		const evicted = facts.increase('stats', 'evicted_scripts') ?? 0;
		const isMuch =
			scripts > facts.threshold('mem.scripts.count') || size > facts.threshold('mem.scripts.bytes') || evicted > 0;
		if (!isMuch) {
			return clear;
		}

		return fires('warning', {
			problem: `${count(scripts)} scripts cached, ${bytes(size)} of engine memory`,

			evidence: infoEvidence(
				facts,
				['memory', 'number_of_cached_scripts', 'count'],
				['memory', 'used_memory_vm_total', 'bytes'],
				['stats', 'evicted_scripts', 'count'],
			),
			meaning: "Values are written into the scripts' text instead of being passed; each is compiled and kept.",
			next: [
				hint('let the application send one script with KEYS and ARGV (EVALSHA)'),
				redisCli(facts, 'SCRIPT FLUSH ASYNC'),
			],
		});
	},
});

export const memoryOverheadRules = [memFrag, memDefrag, memLazyfree, memOverhead, memRehash, memScripts] as const;
