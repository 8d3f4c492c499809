import {isClusterEnabled} from '../../derive/deployment.js';
import type {Check, Preflight} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {replicaLines} from '../../parse/info-fields.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {bytes, grouped, seconds} from '../../text/units.js';
import type {ActionRow} from './action-row.js';
import {serviceInstead} from './managed-service.js';
import {nextStartChecks} from './next-start-checks.js';
import {replicaChecks, replicaFacts} from './replica-facts.js';
import {
	counted,
	diskChecks,
	lastSaveChecks,
	lastSaveDuration,
	loadingChecks,
	permissionChecks,
	roleText,
	savedDataFacts,
} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';
import {verifyShutdown} from './shutdown-proof.js';

/**
Whether the AOF was switched on and its first file is incomplete. The server then answers SHUTDOWN with `Writing initial
AOF, can't exit`. `aof_base_size` is 0 until the first rewrite has ended.
*/
function isFirstAppendOnlyPending(info: InfoReply): boolean {
	const field = (name: string) => info.number('persistence', name);
	const isRewriting = field('aof_rewrite_in_progress') === 1 || field('aof_rewrite_scheduled') === 1;
	return field('aof_enabled') === 1 && isRewriting && (field('aof_base_size') ?? 0) === 0;
}

function persistenceChecks({info}: ServerFacts): Check[] {
	const field = (name: string) => info.number('persistence', name);
	if (isFirstAppendOnlyPending(info)) {
		return [{state: 'veto', text: 'the first AOF is being written: the server would refuse to stop until it is done'}];
	}

	const checks: Check[] = [];
	if (field('rdb_bgsave_in_progress') === 1) {
		checks.push({state: 'warning', text: 'a background save runs: the server ends it and starts a save of its own'});
	}

	if (field('aof_rewrite_in_progress') === 1) {
		checks.push({state: 'warning', text: 'an AOF rewrite runs: the server ends it'});
	}

	if (info.text('persistence', 'aof_last_write_status') === 'err') {
		checks.push({state: 'warning', text: 'the AOF cannot be written (aof_last_write_status:err): see the disk'});
	}

	return checks;
}

function clusterChecks({ownSlotCount, info}: ServerFacts): Check[] {
	if (!isClusterEnabled(info) || info.text('replication', 'role') === 'slave') {
		return [];
	}

	return ownSlotCount === 0
		? []
		: [
				{
					state: 'warning',
					text: `a cluster primary with ${counted(ownSlotCount, 'slot')}: fail over to a replica first`,
				},
			];
}

function appendOnlyText({info}: ServerFacts): string {
	return info.number('persistence', 'aof_enabled') === 1
		? `on, ${bytes(info.number('persistence', 'aof_current_size'))}, last write ${info.text('persistence', 'aof_last_write_status') ?? '-'}`
		: 'off';
}

function effectsOf({info, config}: ServerFacts): string[] {
	const duration = lastSaveDuration(info);
	const stall =
		duration === undefined
			? 'for as long as that takes'
			: `${duration < 1 ? 'under a second' : `about ${seconds(duration)}`}, as the last save took`;
	const wait = Number(config.get('shutdown-timeout') ?? 0);
	const isWaiting = wait > 0 && replicaLines(info).length > 0;
	return [
		`Writes the data set to disk and answers no client meanwhile (${stall}), then EXITS.`,
		...(isWaiting ? [`Before that it holds writes up to ${wait}s for replicas that are behind.`] : []),
		'It stays down until its supervisor or an operator starts it. This cannot be undone.',
	];
}

function preflight(facts: ServerFacts): Preflight {
	const {info} = facts;
	return {
		effects: effectsOf(facts),
		facts: [
			['role', `${roleText(info)}; ${counted(info.number('clients', 'connected_clients'), 'client')} connected`],
			...replicaFacts(info),
			...savedDataFacts(facts),
			['AOF', appendOnlyText(facts)],
		],
		checks: [
			...permissionChecks(facts, 'SHUTDOWN'),
			...loadingChecks(facts),
			...persistenceChecks(facts),
			...nextStartChecks(facts),
			...clusterChecks(facts),
			...lastSaveChecks(facts),
			...replicaChecks(info),
			...diskChecks(facts),
		],
	};
}

function whyNot({endpoint, sample}: NodeRecord): string | undefined {
	const timeLeft = sample?.info.number('server', 'shutdown_in_milliseconds');
	if (timeLeft !== undefined) {
		return `it is shutting down: ${grouped(timeLeft / 1000)}s left`;
	}

	return serviceInstead('restart', endpoint, sample?.info);
}

/**
Longest wait for the proof, in milliseconds: ten times the duration of the last background save, plus ten minutes. A
save in the foreground takes about as long as one in the background.
*/
const verifyTimeoutMs = ({info}: ServerFacts): number => 600_000 + 10_000 * (lastSaveDuration(info) ?? 0);

export const shutdownSave: ActionRow<'shutdown-save'> = {
	id: 'shutdown-save',
	letter: 's',
	title: 'SHUTDOWN SAVE: save to disk and stop the server',
	class: 'outage',
	command: ['SHUTDOWN', 'SAVE'],
	settingNames: ['dir', 'dbfilename', 'appendonly', 'appendfilename', 'appenddirname', 'shutdown-timeout'],
	whyNot,
	alerts: {},
	preflight,
	replyTimeoutMs: verifyTimeoutMs,
	endsConnection: true,
	verify: verifyShutdown,
	verifyTimeoutMs,
};
