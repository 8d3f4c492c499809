import {message} from '../domain/message.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, count, percent} from '../text/units.js';
import {compactingSteps} from './allocator.js';
import {senderCulprit, sendersOf} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {infoNumber, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

/**
Used bytes below which a fragmentation ratio means nothing. Source: MEMORY DOCTOR, getMemoryDoctorReport in Redis'
object.c.
*/
const fewestUsedBytes = 5 * 1024 * 1024;

export const memFrag = rule({
	id: 'mem.frag',
	scope: 'node',
	docs: {
		looksAt:
			"The rule measures the allocator's own fragmentation. It fires where `allocator_frag_ratio` and `allocator_frag_bytes` are both over their threshold. Only jemalloc reports them.",
		since: '5.0',
		falsePositives: [
			'An idle server of one megabyte has a `mem_fragmentation_ratio` of 2 to 10. The rule does not read that field, and does not apply below 5 MB.',
		],
	},
	thresholds: {
		ratio: {
			value: 1.4,
			unit: 'ratio',
			source: 'MEMORY DOCTOR warns from 1.1 on; from 1.4 on the loss is worth an action',
		},
		bytes: {value: 10 * mebibyte, unit: 'bytes', source: 'MEMORY DOCTOR'},
		warning: {value: 100 * mebibyte, unit: 'bytes', source: 'less is not worth an alert'},
	},
	raiseAfter: 5,
	needs: {
		ratio: infoNumber('memory', 'allocator_frag_ratio'),
		wasted: infoNumber('memory', 'allocator_frag_bytes'),
		used: infoNumber('memory', 'used_memory'),
	},
	evaluate({ratio, wasted, used}, facts, limits) {
		const isFragmented = used >= fewestUsedBytes && ratio > limits.ratio && wasted > limits.bytes;
		if (!isFragmented) {
			return clear;
		}

		return fires(wasted > limits.warning ? 'warning' : 'info', {
			problem: `wastes ${bytes(wasted)} by memory fragmentation`,
			detail: `ratio ${ratio.toFixed(2)}`,
			evidence: infoEvidence(
				facts,
				['memory', 'allocator_frag_ratio'],
				['memory', 'allocator_frag_bytes', 'bytes'],
				['memory', 'used_memory', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
			),
			meaning: "The process takes more of the machine's memory than its data needs.",
			// Every such page holds some data, so that MEMORY PURGE frees none of them.
			next: compactingSteps(facts),
		});
	},
});

export const memDefrag = rule({
	id: 'mem.defrag',
	scope: 'node',
	docs: {
		looksAt: 'The rule reads which share of a core active defragmentation takes: `active_defrag_running`, in percent.',
		since: '4.0',
		falsePositives: ['A short run after a large deletion is usual. The rule waits for a minute.'],
	},
	thresholds: {
		percent: {value: 25, unit: 'count', source: 'active-defrag-cycle-max is 25 % of a core by default'},
	},
	raiseAfterMs: 60_000,
	needs: {percentOfCore: infoNumber('memory', 'active_defrag_running')},
	evaluate: ({percentOfCore}, facts, limits) =>
		percentOfCore >= limits.percent
			? fires('info', {
					problem: `spends ${percentOfCore}% of a core on active defragmentation`,
					effect: 'slow',
					evidence: infoEvidence(facts, ['memory', 'active_defrag_running'], ['memory', 'allocator_frag_ratio']),
					meaning: 'Active defragmentation runs on the main thread, between commands.',
					next: [redisCli(facts, 'CONFIG GET active-defrag-*')],
				})
			: clear,
});

export const memLazyfree = rule({
	id: 'mem.lazyfree',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether many deleted values wait to be freed, and their number rises: `lazyfree_pending_objects`.',
		since: '4.0',
		falsePositives: [
			'After UNLINK or FLUSHALL ASYNC many values wait, and their number falls every second. The rule is clear while it falls.',
		],
	},
	thresholds: {
		objects: {
			value: 10_000,
			unit: 'count',
			source: 'the background thread frees that many in well under a second',
		},
	},
	raiseAfterMs: 30_000,
	needs: {waiting: infoNumber('memory', 'lazyfree_pending_objects')},
	evaluate({waiting}, facts, limits) {
		const before = facts.earlier?.info.number('memory', 'lazyfree_pending_objects');
		if (before === undefined) {
			return pending('needs two samples of the same process, one after the other');
		}

		if (waiting <= limits.objects || waiting <= before) {
			return clear;
		}

		return fires('warning', {
			problem: `has ${count(waiting)} deleted values waiting to be freed`,
			detail: `${count(waiting - before)} more than in the sample before`,
			evidence: infoEvidence(
				facts,
				['memory', 'lazyfree_pending_objects', 'count'],
				['memory', 'used_memory', 'bytes'],
			),
			meaning:
				'Used memory falls later than keys are deleted. Near maxmemory the server evicts keys or refuses writes without need.',
			next: [hint('slow the deletions down; see which commands delete: panel 5')],
		});
	},
});

export const memOverhead = rule({
	id: 'mem.overhead',
	scope: 'node',
	docs: {
		looksAt: 'The rule computes which share of `used_memory` is overhead: `used_memory_overhead`.',
		since: '4.0',
		falsePositives: [
			'Nearly all memory of an empty server is overhead. The rule needs 100 MB of used memory to fire.',
			'Many tiny keys need as much overhead and may be intended. The finding is only info.',
		],
	},
	thresholds: {
		share: {
			value: 0.5,
			unit: 'share',
			source: 'of used memory; over it, overhead takes more than the data',
		},
		bytes: {
			value: 100 * mebibyte,
			unit: 'bytes',
			source: 'of used memory; an empty server is all overhead',
		},
	},
	needs: {overhead: infoNumber('memory', 'used_memory_overhead'), used: infoNumber('memory', 'used_memory')},
	evaluate: ({overhead, used}, facts, limits) =>
		used > limits.bytes && overhead > limits.share * used
			? fires('info', {
					problem: `spends ${percent(overhead / used)} of used memory on overhead`,
					evidence: infoEvidence(
						facts,
						['memory', 'used_memory_overhead', 'bytes'],
						['memory', 'used_memory_dataset', 'bytes'],
						['memory', 'mem_clients_normal', 'bytes'],
						['replication', 'repl_backlog_size', 'bytes'],
					),
					meaning: 'Key tables, client buffers and the replication backlog take more memory than the values do.',
					next: [
						redisCli(facts, 'MEMORY STATS'),
						hint('put small values into hashes, use fewer connections or shorter keys'),
					],
				})
			: clear,
});

/** Bytes below which a hash table is rehashed within a moment and is not reported. */
const fewestRehashingBytes = 10 * 1024 * 1024;

export const memRehash = rule({
	id: 'mem.rehash',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads how much memory a key table takes that is kept twice while it grows: `mem_overhead_db_hashtable_rehashing`. Valkey reports the field since 8.0.',
		since: '7.4',
		falsePositives: [
			'Small tables are rehashed all the time. The rule needs 10 MB and a tenth of used memory to fire.',
		],
	},
	thresholds: {
		share: {value: 0.1, unit: 'share', source: 'of used memory; a smaller table is moved soon'},
	},
	needs: {
		rehashing: infoNumber('memory', 'mem_overhead_db_hashtable_rehashing'),
		used: infoNumber('memory', 'used_memory'),
	},
	evaluate: ({rehashing, used}, facts, limits) =>
		rehashing > fewestRehashingBytes && rehashing > limits.share * used
			? fires('info', {
					problem: `uses ${bytes(rehashing)} more memory while it rehashes`,
					reason: 'a growing key table is held twice until its keys are moved',
					evidence: infoEvidence(
						facts,
						['memory', 'mem_overhead_db_hashtable_rehashing', 'bytes'],
						['memory', 'used_memory', 'bytes'],
					),
					meaning: 'Each time the number of keys doubles, the server holds the old and the new table for a while.',
					next: [hint('wait for its end; near maxmemory the server can evict keys or refuse writes meanwhile')],
				})
			: clear,
});

export const memScripts = rule({
	id: 'mem.scripts',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads how many scripts are cached (`number_of_cached_scripts`) and the memory of their engine (`used_memory_vm_total`, since 7.0). It also reads whether the server evicts scripts (`evicted_scripts`, since 7.4).',
		since: '5.0',
		falsePositives: [],
	},
	thresholds: {
		count: {value: 1000, unit: 'count', source: 'MEMORY DOCTOR'},
		bytes: {value: 100 * mebibyte, unit: 'bytes', source: 'a thousand scripts take a tenth of that'},
	},
	needs: {scripts: infoNumber('memory', 'number_of_cached_scripts')},
	evaluate({scripts}, facts, limits) {
		const size = facts.number('memory', 'used_memory_vm_total') ?? facts.number('memory', 'used_memory_lua') ?? 0;
		const text = facts.number('memory', 'used_memory_scripts_eval') ?? facts.number('memory', 'used_memory_scripts');
		const evicted = facts.increase('stats', 'evicted_scripts') ?? 0;
		const isMuch = scripts > limits.count || size > limits.bytes || evicted > 0;
		if (!isMuch) {
			return clear;
		}

		// EVAL sends the text of the script with each call, and each new text is added to the cache. EVALSHA runs a
		// text that the server already has. So clients that send EVAL fill the cache.
		const senders = sendersOf(facts, 'eval');
		return fires('warning', {
			problem: message`keeps ${count(scripts)} scripts in its cache${senders?.text ?? ''}`,
			detail: `${bytes(size)} of engine memory${text === undefined ? '' : `, ${bytes(text)} of used memory`}`,
			culprit: senders === undefined ? undefined : senderCulprit('EVAL', senders),
			evidence: infoEvidence(
				facts,
				['memory', 'number_of_cached_scripts', 'count'],
				['memory', 'used_memory_vm_total', 'bytes'],
				['stats', 'evicted_scripts', 'count'],
			),
			meaning:
				'An application writes values into the text of its scripts. The server compiles and keeps each text as a script of its own.',
			next: [
				hint('change the application: one script, with its values in KEYS and ARGV (EVALSHA)'),
				redisCli(facts, 'SCRIPT FLUSH ASYNC'),
			],
		});
	},
});

export const memoryOverheadRules = [memFrag, memDefrag, memLazyfree, memOverhead, memRehash, memScripts] as const;
