import type {Check} from '../../domain/action.js';
import {keyCount} from '../../domain/metric.js';
import {replicaLines} from '../../parse/info-fields.js';
import {seconds} from '../../text/units.js';
import {nextStartChecks} from '../catalogue/next-start-checks.js';
import {counted, lastSaveDuration, lastSaveSeconds} from '../catalogue/saved-data.js';
import type {ServerFacts} from '../catalogue/server-facts.js';

/** How the data survive a stop of the server. */
export type Survival =
	/** The AOF has all data, however the server stops. */
	| {readonly kind: 'append-only'}
	/**
	Save points are set, so SIGTERM or a plain SHUTDOWN saves. `estimateSeconds` is the duration of the last save.
	*/
	| {readonly kind: 'saved-on-stop'; readonly estimateSeconds: number | undefined}
	/**
	No save points are set, and no AOF has all data. The data outlive a restart only when a save is requested before the
	restart.
	*/
	| {readonly kind: 'only-if-asked'}
	| {readonly kind: 'unknown'; readonly why: string};

/**
Decides by the AOF and the save points how the data survive a stop. SIGTERM saves where save points are set:
https://redis.io/docs/latest/operate/oss_and_stack/reference/signals/
*/
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

/** How the data survive, as one line of the restart's dialog. */
export function survivalText(survival: Survival): string {
	switch (survival.kind) {
		case 'append-only':
			return 'in the AOF, however it stops';
		case 'saved-on-stop':
			return `by a save when it stops (${survival.estimateSeconds === undefined ? 'duration unknown' : `last took ${seconds(survival.estimateSeconds)}`})`;
		case 'only-if-asked':
			return 'ONLY by an explicit save: no save points, no AOF';
		case 'unknown':
			return `not known: ${survival.why}`;
	}
}

/** What a stop without a save loses: the changes since the last dump, or every key where there is no dump. */
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
What a restart by the supervisor would do (`systemctl restart`, `docker restart`, SIGTERM). The server saves only where
save points are set, and the supervisor kills it where the save takes longer than its stop timeout. Replicas of a
primary that starts empty lose their data too: they do a full resync.

@param stopTimeoutSeconds Seconds after which the supervisor kills a server that is still stopping. Infinity where the
supervisor waits for ever; undefined where the time isn't known.
*/
export function supervisorStopCheck(
	facts: ServerFacts,
	survival: Survival,
	stopTimeoutSeconds: number | undefined,
	how: string,
): Check {
	const loss = lossWithoutSave(facts);
	const replicas = replicaCount(facts);
	const lostReplicas = replicas > 0 ? `, and ${counted(replicas, 'replica')} with it` : '';
	switch (survival.kind) {
		case 'append-only':
			return {state: 'ok', text: `${how} would keep the data, too`};
		case 'unknown':
			return {state: 'warning', text: `${how}: whether it keeps the data is not known (${survival.why})`};
		case 'only-if-asked':
			return {state: 'veto', text: `${how} saves nothing: it loses ${loss}${lostReplicas}`};
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
						text: `${how} kills it after ${seconds(stopTimeoutSeconds)}, a save takes ${seconds(estimateSeconds)}: it loses ${loss}${lostReplicas}`,
					}
				: {state: 'ok', text: `${how} would save, and waits ${seconds(stopTimeoutSeconds)} for it`};
		}
	}
}

/**
Checks, before a restart begins, which data the server would load at its next start and what its replicas would lose. A
veto cannot be overridden in the dialog of a restart. An operator who accepts a loss can use the action SHUTDOWN SAVE.
*/
export function restartVetoes(facts: ServerFacts): Check[] {
	const nextStart = nextStartChecks(facts).filter(({state}) => state !== 'ok');
	const replicas = replicaCount(facts);
	const isLoss = nextStart.some(({state}) => state === 'veto');
	const emptied: Check[] =
		isLoss && replicas > 0
			? [{state: 'veto', text: `${counted(replicas, 'replica')} would do a full resync with what is left`}]
			: [];
	const isEmpty = replicas > 0 && keyCount(facts.info) === 0;
	const empty: Check[] = isEmpty
		? [
				{
					state: 'veto',
					text: `it is empty and has ${counted(replicas, 'replica')}: check first where its data are`,
				},
			]
		: [];
	return [...nextStart.map(({state, text}) => ({state, text})), ...emptied, ...empty];
}
