import type {Check, LabelledValue} from '../../domain/action.js';
import {readSupervision, type Supervision, unknownRules} from '../../host/stop-rules.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {bytes} from '../../text/units.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import {serviceInstead} from '../catalogue/managed-service.js';
import {
	counted,
	diskChecks,
	lastSaveChecks,
	loadingChecks,
	permissionChecks,
	roleText,
	savedDataFacts,
} from '../catalogue/saved-data.js';
import {type ReadPort, readServerFacts, type ServerFacts} from '../catalogue/server-facts.js';
import {shutdownSave} from '../catalogue/shutdown-save.js';
import {failureText, type Gate} from '../execute/gate.js';
import type {RestartBox} from './restart-state.js';
import {startAdvice, supervisorRestart} from './start-advice.js';
import {beginRestart} from './steps.js';
import {restartVetoes, supervisorStopCheck, survivalOf, survivalText} from './survival.js';

type Offer = RestartBox & {kind: 'offer'};

export type RestartReading = {readonly facts: ServerFacts; readonly supervision: Supervision};

/** Reads the server and its supervisor. Rejects where the server can't be read. */
export async function readRestartFacts(
	settings: ConnectionSettings,
	record: NodeRecord,
	gate: Gate,
): Promise<RestartReading> {
	const port: ReadPort = gate.openActionPort(settings);
	try {
		await port.open();
		const facts = await readServerFacts(port, {
			user: settings.username ?? 'default',
			endpoint: settings.endpoint,
			command: shutdownSave.command,
			settingNames: [...shutdownSave.settingNames, 'save'],
			timeoutMs: settings.timeoutMs,
		});
		const processId = processOf(facts, record);
		const supervision =
			processId === undefined ? {supervisor: undefined, rules: unknownRules} : await readSupervision(processId);
		return {facts, supervision};
	} catch (error) {
		throw new Error(failureText(error));
	} finally {
		port.close();
	}
}

/**
The id of the server's process on this machine. Host evidence is preferred to `process_id` of INFO, because it also
finds processes in containers.
*/
function processOf({machine, info}: ServerFacts, {host}: NodeRecord): number | undefined {
	const seen = host?.value.kind === 'here' ? host.value.process?.processId : undefined;
	return seen ?? (machine.kind === 'here' ? info.number('server', 'process_id') : undefined);
}

/** The content of the dialog before a restart begins: facts, checks, and the steps if no check forbids them. */
export function restartOffer(
	{facts, supervision: {supervisor, rules}}: RestartReading,
	record: Pick<NodeRecord, 'address' | 'role' | 'endpoint'>,
	who: {readonly osUser: string; readonly ownerPid: number; readonly nowMs: number},
): Offer {
	const survival = survivalOf(facts);
	const start = startAdvice(supervisor, rules, facts);
	const service = serviceInstead('restart', record.endpoint, facts.info);
	const how = supervisorRestart(supervisor) ?? 'a restart by its supervisor';
	const isSentinel = record.role === 'sentinel';
	const checks: Check[] = [
		...(isSentinel ? [{state: 'veto', text: 'a Sentinel has no data: its supervisor restarts it'} as const] : []),
		...(facts.info.text('server', 'run_id') === undefined
			? [{state: 'veto', text: 'the server hides its run_id: a restart could not be told'} as const]
			: []),
		...(service === undefined ? [] : [{state: 'veto', text: service} as const]),
		...permissionChecks(facts, 'SHUTDOWN'),
		...loadingChecks(facts),
		...restartVetoes(facts),
		...lastSaveChecks(facts),
		...diskChecks(facts),
	];
	const alternative = supervisorStopCheck(facts, survival, rules.stopTimeoutSeconds, how);
	// `alternative` checks a restart by the supervisor, which the operator may try in place of this restart. Its veto
	// must not forbid this restart, and is shown as a warning.
	const shown: Check[] = [...checks, alternative.state === 'veto' ? {...alternative, state: 'warning'} : alternative];
	const vetoes = checks.filter(({state}) => state === 'veto');
	const refusal =
		vetoes.length === 0 ? undefined : 'it would lose data or fail: correct this first, then open the restart again';
	const {address, role} = record;
	const begin = {record: {address, role}, info: facts.info, start, isSaveOptional: survival.kind === 'append-only'};
	return {
		kind: 'offer',
		address,
		facts: offerFacts(facts, survivalText(survival), start.who, start.isAutomatic),
		checks: shown,
		refusal,
		run: refusal === undefined ? beginRestart({...begin, ...who}) : undefined,
	};
}

function offerFacts(
	facts: ServerFacts,
	survival: string,
	who: string,
	isAutomatic: boolean | undefined,
): LabelledValue[] {
	const {info} = facts;
	const again =
		isAutomatic === true ? 'starts it by itself' : isAutomatic === false ? 'does not start it by itself' : '';
	return [
		['role', `${roleText(info)}; ${counted(info.number('clients', 'connected_clients'), 'client')} connected`],
		...savedDataFacts(facts),
		[
			'AOF',
			info.number('persistence', 'aof_enabled') === 1
				? `on, ${bytes(info.number('persistence', 'aof_current_size'))}`
				: 'off',
		],
		['survives', survival],
		['run by', [who, again].filter(text => text !== '').join(', ')],
	];
}
