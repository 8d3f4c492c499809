import {countText, durationText, rangesText} from '../cluster/verdict-text.js';
import {isClusterEnabled} from '../derive/deployment.js';
import type {AtomicMigration} from '../domain/slot-migration.js';
import {bytes, grouped, percent} from '../text/units.js';
import {askNode} from './cluster-findings.js';
import {absent, answerMissing, infoNumber, pending} from './needs.js';
import {clusterManager, hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, type FleetEvaluation, fires, rule} from './rule.js';

export const cluTrim = rule({
	id: 'clu.trim',
	scope: 'cluster',
	docs: {
		looksAt:
			'A node deletes the keys of slots that moved away, and makes no progress for a minute: `cluster_slot_migration_active_trim_running` and `…_current_job_trimmed` of CLUSTER INFO.',
		since: '8.4',
		falsePositives: [
			'A job that waits for another one has not begun. Only a job with keys counts.',
			'The fields are known from the documentation of Redis 8.4. The rule was tried with made-up replies only.',
		],
	},
	raiseAfterMs: 60_000,
	evaluate: (_, fleet) =>
		[...fleet.nodes.values()].flatMap(({address, record}): FleetEvaluation[] => {
			const number = (name: string) => Number(record.clusterInfo?.value.get(`cluster_slot_migration_${name}`) ?? 0);
			const jobs = number('active_trim_running');
			const keys = number('active_trim_current_job_keys');
			const trimmed = number('active_trim_current_job_trimmed');
			const isStill = record.failure === undefined && jobs > 0 && keys > 0 && trimmed < keys;
			return !isStill
				? []
				: [
						{
							...fires('warning', {
								problem: 'does not delete the keys of slots that moved away',
								detail: `${grouped(trimmed)} of ${countText(keys, 'key')} deleted, none for a minute`,
								evidence: [
									{name: 'active_trim_running', value: jobs, unit: 'count'},
									{name: 'current_job_keys', value: keys, unit: 'count'},
									{name: 'current_job_trimmed', value: trimmed, unit: 'count'},
								],
								meaning: 'The keys take memory on the old node, and the next migration of these slots has to wait.',
								next: [
									askNode(fleet, address, 'CLUSTER INFO'),
									hint(
										'look for what holds its main thread: a long command (panel 5), a fork, a module that forbids the deletion',
									),
								],
							}),
							node: address,
							// A condition is timed for each subject. The subject contains the number of deleted keys, so a new number
							// starts the time again. The finding is raised only if the number stays the same.
							subject: `${trimmed} of ${keys}`,
						},
					];
		}),
});

/** The INFO fields with the buffers of slot migrations: two of Redis 8.4, and two of Valkey 9.0. */
const migrationBuffers = [
	'mem_cluster_slot_migration_output_buffer',
	'mem_cluster_slot_migration_input_buffer',
	'mem_cluster_slot_import',
	'mem_cluster_slot_export',
] as const;

const buffersOf = (facts: NodeFacts) => {
	const told = migrationBuffers.flatMap(name => {
		const value = facts.number('memory', name);
		return value === undefined ? [] : [{name, value}];
	});
	return told.length === 0 ? undefined : told;
};

const noBuffers = absent('INFO memory has no buffers of slot migrations (Redis 8.4 and Valkey 9.0 have them)');
const silent = pending('the node gives no data now');

export const cluAsmBuf = rule({
	id: 'clu.asm_buf',
	scope: 'node',
	docs: {
		looksAt:
			'The buffers of a slot migration take more than a tenth of `maxmemory`: `mem_cluster_slot_migration_output_buffer` and `…_input_buffer` (Redis), `mem_cluster_slot_import` and `…_export` (Valkey).',
		since: '8.4',
		falsePositives: [
			'Without `maxmemory` there is nothing to compare with, and the rule is clear. mem.unset and mem.system report that case.',
		],
	},
	thresholds: {
		share: {value: 0.1, unit: 'share', source: 'of maxmemory; as for the buffers of replicas, mem.repl_buf'},
	},
	needs: {
		maximum: infoNumber('memory', 'maxmemory'),
		buffers: {read: buffersOf, missing: ({sample}: NodeFacts) => (sample === undefined ? silent : noBuffers)},
	},
	evaluate({maximum, buffers}, facts, limits) {
		const sum = buffers.reduce((total, {value}) => total + value, 0);
		return maximum === 0 || sum <= limits.share * maximum
			? clear
			: fires('warning', {
					problem: `holds ${bytes(sum)} in buffers of a slot migration`,
					detail: `${percent(sum / maximum)} of maxmemory`,
					evidence: [
						...buffers.filter(({value}) => value > 0).map(buffer => ({...buffer, unit: 'bytes' as const})),
						{name: 'maxmemory', value: maximum, unit: 'bytes'},
					],
					meaning:
						'The other end takes the slots more slowly than writes come. The buffers leave less room for data, until keys are evicted or writes refused.',
					next: [
						hint('move fewer slots at a time, and while fewer writes come'),
						redisCli(facts, 'CLUSTER INFO'),
						hint('look at the network and the processor of the other end'),
					],
				});
	},
});

export const cluWritePause = rule({
	id: 'clu.write_pause',
	scope: 'cluster',
	docs: {
		looksAt:
			'A slot migration paused the writes of its slots for longer than a second, when the slots changed hands: `write_pause_ms` of CLUSTER MIGRATION STATUS. The finding lasts for ten minutes.',
		since: '8.4',
		falsePositives: [
			'A pause ends by itself, so the finding looks back. It helps to explain timeouts of that moment.',
			'The field is known from the documentation of Redis 8.4. The rule was tried with made-up replies only.',
		],
	},
	thresholds: {
		pause: {value: 1000, unit: 'milliseconds', source: 'clients give up after one to some seconds'},
		news: {value: 600, unit: 'seconds', source: 'how long a pause is reported; servers keep it in their log'},
	},
	raiseAfter: 1,
	evaluate: ({migrations, atMs}, fleet, limits) =>
		migrations.flatMap(({name, slots, state, writePauseMs = 0, updatedMs}): FleetEvaluation[] => {
			const ageMs = updatedMs === undefined ? 0 : atMs - updatedMs;
			return writePauseMs <= limits().pause || ageMs > limits().news * 1000
				? []
				: [
						{
							...fires('warning', {
								problem: `migration of slots ${rangesText(slots)} paused their writes`,
								detail: `for ${durationText(writePauseMs)}, ${durationText(ageMs)} ago`,
								effect: 'writes-paused',
								evidence: [
									{name: 'write_pause_ms', value: writePauseMs, unit: 'milliseconds'},
									{name: 'state', value: state},
								],
								meaning: 'Writes to these slots waited, and clients may have given up.',
								next: [
									hint('move fewer slots at a time, and while fewer writes come'),
									askNode(fleet, undefined, "CONFIG GET 'cluster-slot-migration-*'"),
									askNode(fleet, undefined, 'CLUSTER MIGRATION STATUS ALL'),
								],
							}),
							subject: name,
						},
					];
		}),
});

const countMissing = answerMissing('CLUSTER COUNTKEYSINSLOT');
const notCounted = pending(
	'the slots of other nodes are counted in small parts: within half a minute while panel 8 shows the node, else in half an hour',
);

/** Number of slots that a finding names. */
const namedSlots = 5;

const isRunning = ({state}: AtomicMigration): boolean => !/^(?:success|completed|fail|cancel)/i.test(state);

export const cluOrphanKeys = rule({
	id: 'clu.orphan_keys',
	scope: 'node',
	docs: {
		looksAt:
			'A primary holds keys in slots that it does not own, by CLUSTER COUNTKEYSINSLOT of all slots of other nodes. redis-top counts them in small parts once an hour, and at once while panel 8 shows the node.',
		since: '3.0',
		falsePositives: [
			'A slot that moves has keys on both nodes. Open slots, and nodes with a migration under way, do not count.',
			'A node that lost a slot deletes its keys within a moment. The condition must hold for a minute.',
			'`check` takes two samples and does not count the slots. The rule is not evaluated there.',
		],
	},
	raiseAfterMs: 60_000,
	roles: ['primary'],
	appliesTo: ({sample}) => sample === undefined || isClusterEnabled(sample.info),
	needs: {
		foreign: {read: ({record}: NodeFacts) => record.foreignKeys?.value, missing: countMissing},
		nodes: {read: ({record}: NodeFacts) => record.clusterNodes?.value, missing: answerMissing('CLUSTER NODES')},
	},
	evaluate({foreign: {isWhole, countOfSlot}, nodes}, facts) {
		const self = nodes.find(({flags}) => flags.has('myself'));
		const isOwn = (slot: number) => self?.slots.some(({first, last}) => slot >= first && slot <= last) === true;
		const isOpen = (slot: number) => self?.openSlots.some(open => open.slot === slot) === true;
		const isBusy =
			facts.record.slotMigrations?.value.some(isRunning) === true ||
			Number(facts.record.clusterInfo?.value.get('cluster_slot_migration_active_trim_running') ?? 0) > 0;
		const orphans = [...countOfSlot]
			.filter(([slot]) => !isOwn(slot) && !isOpen(slot))
			.sort(([, one], [, other]) => other - one);
		const [worst] = orphans;
		if (worst === undefined || isBusy || self === undefined) {
			return isWhole ? clear : notCounted;
		}

		const [slot] = worst;
		const keys = orphans.reduce((sum, [, each]) => sum + each, 0);
		const owner = nodes.find(({slots}) => slots.some(({first, last}) => slot >= first && slot <= last));
		return fires('warning', {
			problem: `holds ${countText(keys, 'key')} that nobody can reach`,
			reason: `in ${countText(orphans.length, 'slot')} of other nodes, most in slot ${slot}`,
			effect: 'data-at-risk',
			evidence: [
				...orphans.slice(0, namedSlots).map(([each, count]) => ({
					name: `keys in slot ${each}`,
					value: count,
					unit: 'count' as const,
				})),
				...(owner === undefined ? [] : [{name: `owner of slot ${slot}`, value: owner.id}]),
			],
			meaning:
				'Clients are sent to the owner of the slot, which does not have these keys. They take memory here, and are lost when this node is replaced.',
			next: [
				redisCli(facts, `CLUSTER GETKEYSINSLOT ${slot} 10`),
				...(owner === undefined
					? [clusterManager(facts, 'fix')]
					: [
							redisCli(facts, `CLUSTER SETSLOT ${slot} IMPORTING ${owner.id}`),
							hint(
								'that opens the slot here; then redis-cli --cluster fix puts all its keys on the node with most of them. Look at them first: a key that both nodes have stops it',
							),
						]),
			],
		});
	},
});

export const clusterMigrationRules = [cluTrim, cluAsmBuf, cluWritePause, cluOrphanKeys] as const;
