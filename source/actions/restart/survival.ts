import type {Check} from '../../domain/action.js';
import {keyCount} from '../../domain/metric.js';
import {replicaLines} from '../../parse/info-fields.js';
import {seconds} from '../../text/units.js';
import {nextStartChecks} from '../catalogue/next-start-checks.js';
import {counted, lastSaveDuration, lastSaveSeconds} from '../catalogue/saved-data.js';
import type {ServerFacts} from '../catalogue/server-facts.js';

/** What brings the data back after this server stops. */
export type Survival =
	/** The append-only file has them, whichever way the server ends. */
	| {readonly kind: 'append-only'}
	/** Save points are set, so a SIGTERM or a plain SHUTDOWN saves. `estimate` as long as the last save took, seconds. */
	| {readonly kind: 'saved-on-stop'; readonly estimateSeconds: number | undefined}
	/** Only a save that is asked for. */
	| {readonly kind: 'only-if-asked'}
	| {readonly kind: 'unknown'; readonly why: string};

/** From what the server says of itself now. Source: shutdown and SIGTERM in redis.io/docs, "Redis signal handling". */
export function survivalOf({info, config}: ServerFacts): Survival {
	const field = (name: string) => info.text('persistence', name);
	const appendOnly = field('aof_enabled');
	if (appendOnly === undefined) {
		return {kind: 'unknown', why: 'INFO persistence is not shown'};
	}

	const isFirstPending =
		field('aof_rewrite_in_progress') === '1' && (info.number('persistence', 'aof_base_size') ?? 0) === 0;
	if (appendOnly === '1' && field('aof_last_write_status') !== 'err' && !isFirstPending) {
		return {kind: 'append-only'};
	}

	const savePoints = config.get('save');
	if (savePoints === undefined) {
		return {kind: 'unknown', why: 'CONFIG GET save is denied'};
	}

	return savePoints === '' ? {kind: 'only-if-asked'} : {kind: 'saved-on-stop', estimateSeconds: lastSaveDuration(info)};
}

/** One line of it, for the box. */
export function survivalText(survival: Survival): string {
	switch (survival.kind) {
		case 'append-only':
			return 'in the AOF, whichever way it ends';
		case 'saved-on-stop':
			return `by a save when it stops (${survival.estimateSeconds === undefined ? 'duration unknown' : `last took ${seconds(survival.estimateSeconds)}`})`;
		case 'only-if-asked':
			return 'ONLY by a save that is asked for: no save points, no AOF';
		case 'unknown':
			return `not known: ${survival.why}`;
	}
}

/** What a stop without a save costs: everything since the last dump, and all of it where there never was one. */
export function lossWithoutSave({info, machine}: ServerFacts): string {
	const hasDump = lastSaveSeconds(info) !== undefined || (machine.kind === 'here' && machine.dump.kind === 'present');
	const changes = info.number('persistence', 'rdb_changes_since_last_save');
	return hasDump
		? `${counted(changes, 'change')} since the last save`
		: `${machine.kind === 'here' ? '' : 'up to '}${counted(keyCount(info), 'key')}`;
}

const replicaCount = ({info}: ServerFacts): number =>
	info.text('replication', 'role') === 'master' ? replicaLines(info).length : 0;

/**
What happens when its supervisor stops it instead (`systemctl restart`, `docker restart`, a SIGTERM): it saves only where
save points are set, and is killed when that takes longer than the supervisor waits. A primary that then comes back
without its data takes them from its replicas, too, which synchronize with what it has.

@param stopTimeoutSeconds Infinity: it waits; undefined while unknown.
*/
export function supervisorStopCheck(
	facts: ServerFacts,
	survival: Survival,
	stopTimeoutSeconds: number | undefined,
	how: string,
): Check {
	const loss = lossWithoutSave(facts);
	const replicas = replicaCount(facts);
	const wiped = replicas > 0 ? `, and ${counted(replicas, 'replica')} with it` : '';
	switch (survival.kind) {
		case 'append-only':
			return {state: 'ok', text: `${how} would keep the data, too`};
		case 'unknown':
			return {state: 'warning', text: `${how}: whether it keeps the data is not known (${survival.why})`};
		case 'only-if-asked':
			return {state: 'veto', text: `${how} saves nothing: it loses ${loss}${wiped}`};
		case 'saved-on-stop': {
			const {estimateSeconds} = survival;
			if (stopTimeoutSeconds === undefined) {
				return {state: 'warning', text: `${how} saves, and is killed if that takes longer than it waits (not known)`};
			}

			if (stopTimeoutSeconds === Number.POSITIVE_INFINITY) {
				return {state: 'ok', text: `${how} would save, and wait for it`};
			}

			if (estimateSeconds === undefined) {
				return {
					state: 'warning',
					text: `${how} kills it after ${seconds(stopTimeoutSeconds)}; how long a save takes is not known`,
				};
			}

			return estimateSeconds >= stopTimeoutSeconds
				? {
						state: 'veto',
						text: `${how} kills it after ${seconds(stopTimeoutSeconds)}, a save takes ${seconds(estimateSeconds)}: it loses ${loss}${wiped}`,
					}
				: {state: 'ok', text: `${how} would save, and waits ${seconds(stopTimeoutSeconds)} for it`};
		}
	}
}

/**
What must be set right before the restart begins: every way to come back without the data although they were saved. None
can be overridden here; who accepts a loss has SHUTDOWN SAVE by itself.
*/
export function restartVetoes(facts: ServerFacts): Check[] {
	const traps = nextStartChecks(facts).filter(({state}) => state !== 'ok');
	const replicas = replicaCount(facts);
	const isLoss = traps.some(({state}) => state === 'veto');
	const emptied: Check[] =
		isLoss && replicas > 0
			? [{state: 'veto', text: `${counted(replicas, 'replica')} would synchronize with what is left`}]
			: [];
	const isEmpty = replicas > 0 && keyCount(facts.info) === 0;
	const empty: Check[] = isEmpty
		? [
				{
					state: 'veto',
					text: `it is empty and has ${counted(replicas, 'replica')}: look whether the data are there first`,
				},
			]
		: [];
	return [...traps.map(({state, text}) => ({state, text})), ...emptied, ...empty];
}
