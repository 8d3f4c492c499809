import {isClusterEnabled} from '../../derive/deployment.js';
import type {ActionName, Check, Verification} from '../../domain/action.js';
import {keyCount} from '../../domain/metric.js';
import type {ActionRow, ProofInput, Since} from './action-row.js';
import {buildRow, veto, warning, when} from './build-row.js';
import {asksNodes, isSelf, nameOf, nodesIn, peerReports, slotsOf} from './cluster-observation.js';
import {counted} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';
import {shutdownSave} from './shutdown-save.js';
import {verifyWith} from './verify-with.js';

type Variant<Id extends ActionName = ActionName> = {
	readonly id: Id;
	readonly letter: string;
	readonly words: readonly string[];
	readonly about: string;
	readonly effect: string;
	readonly since: Since;
	readonly checks: (facts: ServerFacts) => readonly Check[];
	/** True if the proof needs another node that now owns the slots of the stopped node. */
	readonly isHandingOver?: boolean;
};

const timeLeft = (info: ServerFacts['info'] | undefined) => info?.number('server', 'shutdown_in_milliseconds');

/** Checks what a stop without a save loses: without an AOF, every change since the last dump. */
function lossChecks({info, busy}: ServerFacts): Check[] {
	const changes = info.number('persistence', 'rdb_changes_since_last_save');
	const hasLog = info.number('persistence', 'aof_enabled') === 1;
	const age = busy === undefined ? '' : ', as last seen';
	if (hasLog) {
		return [
			warning(
				`nothing is saved; the AOF has it (last write ${info.text('persistence', 'aof_last_write_status') ?? '-'})`,
			),
		];
	}

	return changes === 0
		? [warning(`nothing is saved; no change since the last dump${age}`)]
		: [
				veto(
					`no AOF: ${counted(changes, 'change')} since the last dump will be lost, of ${counted(keyCount(info), 'key')}${age}`,
					`lose ${counted(changes, 'change')}`,
				),
			];
}

const variants = [
	{
		id: 'shutdown-nosave',
		letter: 'n',
		words: ['NOSAVE'],
		about: 'stop the server WITHOUT saving',
		effect: 'EXITS at once, saves nothing. Works while a script blocks the server, too.',
		since: {},
		checks: lossChecks,
	},
	{
		id: 'shutdown-now',
		letter: 'w',
		words: ['NOW'],
		about: 'stop without waiting for replicas',
		effect: 'Saves if snapshots are set, does not wait for replicas that are behind, then EXITS.',
		since: {redis: [7, 0]},
		checks: facts => [
			...(facts.config.get('save') === '' ? lossChecks(facts) : []),
			warning('replicas may miss the last writes'),
		],
	},
	{
		id: 'shutdown-force',
		letter: 'f',
		words: ['SAVE', 'FORCE'],
		about: 'save, and stop even if that fails',
		effect: 'Saves, then EXITS even where saving failed: the last resort after a refusal.',
		since: {redis: [7, 0]},
		checks: ({info}) => {
			const changes = counted(info.number('persistence', 'rdb_changes_since_last_save'), 'change');
			return [warning(`if the save fails, ${changes} since the last dump are lost`)];
		},
	},
	{
		id: 'shutdown-safe',
		letter: 'y',
		words: ['SAVE', 'SAFE'],
		about: 'save and stop, unless that is unsafe',
		effect: 'As SHUTDOWN SAVE; refused by a cluster primary that serves slots.',
		since: {redis: 'never', valkey: [9, 0]},
		checks: () => [],
	},
	{
		id: 'shutdown-failover',
		letter: 'v',
		words: ['SAVE', 'FAILOVER'],
		about: 'hand over to a replica, save and stop',
		effect: 'A cluster primary first hands its slots to its best replica, then saves and EXITS.',
		since: {redis: 'never', valkey: [9, 0]},
		checks: ({info}) => when(!isClusterEnabled(info), veto('it is no cluster node: there is nothing to hand over')),
		isHandingOver: true,
	},
] as const satisfies readonly Variant[];

type VariantId = (typeof variants)[number]['id'];

/**
The proof of a stop that does not have to save (NOSAVE, NOW, FORCE): the process is gone, or another process answers. No
new dump is expected.
*/
function verifyWithoutSave(input: ProofInput) {
	const {observation, before, sinceOutcomeMs} = input;
	if (observation.kind === 'gone' && sinceOutcomeMs >= 2000) {
		return {kind: 'proved', text: 'the server is gone'} as const;
	}

	const isOther =
		observation.kind === 'answered' &&
		observation.reading.info.text('server', 'run_id') !== before.info.text('server', 'run_id');
	return isOther
		? ({
				kind: 'proved',
				text: `it stopped, and another process runs with ${counted(keyCount(observation.reading.info), 'key')}`,
			} as const)
		: shutdownSave.verify(input);
}

/**
The proof of a stop with a failover. The server saved and stopped, and more than half of the other nodes that answer
report another owner of its slots.
*/
function verifyHandover(input: ProofInput): Verification {
	const stopped = shutdownSave.verify(input);
	const own = nodesIn(input.before).find(isSelf);
	if (stopped.kind !== 'proved' || slotsOf(own) === '') {
		return stopped;
	}

	const reports = peerReports(input).flatMap(({nodes}) => (nodes === undefined ? [] : [nodes]));
	const candidates = reports.flatMap(
		nodes => nodes.find(node => node.id !== own?.id && slotsOf(node) === slotsOf(own)) ?? [],
	);
	const [candidate] = candidates;
	return candidate !== undefined && candidates.length > reports.length / 2
		? {kind: 'proved', text: `${stopped.text}; ${nameOf(candidate)} serves its slots`}
		: {kind: 'failed', text: `${stopped.text}; but no replica serves its slots`};
}

const shutdownVariant = <Id extends ActionName>(variant: Variant<Id>): ActionRow<Id> => {
	const {id, letter, words, about, effect, since, checks, isHandingOver = false} = variant;
	const isSaving = words[0] === 'SAVE';
	return {
		...shutdownSave,
		id,
		letter,
		title: `SHUTDOWN ${words.join(' ')}: ${about}`,
		command: ['SHUTDOWN', ...words],
		settingNames: [...shutdownSave.settingNames, 'save'],
		since,
		isForBusy: id === 'shutdown-nosave',
		preflight(facts) {
			const base = shutdownSave.preflight(facts);
			return {
				effects: [effect, 'It stays down until its supervisor or an operator starts it. This cannot be undone.'],
				facts: base.facts,
				checks: [
					...when(facts.busy !== undefined, warning('a script blocks the server: its present state cannot be read')),
					...checks(facts),
					...base.checks,
				],
			};
		},
		verify: isHandingOver
			? verifyHandover
			: isSaving && id !== 'shutdown-force'
				? shutdownSave.verify
				: verifyWithoutSave,
		...(isHandingOver && {asks: asksNodes, peers: 'ask-nodes' as const}),
	};
};

const abort = buildRow({
	id: 'shutdown-abort',
	letter: 'a',
	title: 'SHUTDOWN ABORT: let it go on',
	class: 'outage',
	command: ['SHUTDOWN', 'ABORT'],
	since: {redis: [7, 0]},
	whyNot: ({sample}) => (timeLeft(sample?.info) === undefined ? 'it is not shutting down' : undefined),
	preflight: facts => ({
		effects: ['The client that asked it to stop gets an error; writes go on.'],
		facts: [['stops in', `${timeLeft(facts.info) ?? '-'} ms`]],
		checks: when(timeLeft(facts.info) === undefined, veto('it is not shutting down')),
	}),
	verify: verifyWith({
		proved: ({info}) => (timeLeft(info) === undefined ? 'it no longer shuts down' : undefined),
		unseen: 'it still shuts down',
	}),
});

export const shutdownVariants = [...variants.map(variant => shutdownVariant<VariantId>(variant)), abort] as const;
