import {isClusterEnabled} from '../../derive/deployment.js';
import {hostingOf} from '../../derive/hosting.js';
import type {Check} from '../../domain/action.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {ActionRow} from './action-row.js';
import {permissionChecks} from './saved-data.js';
import type {ServerFacts} from './server-facts.js';

type Needed = Pick<ActionRow, 'id' | 'letter' | 'title' | 'class' | 'command' | 'preflight' | 'judge'>;

/** Why a managed service doesn't run the command; undefined for a server of one's own. */
function forbiddenText(command: readonly string[], {endpoint, sample}: NodeRecord): string | undefined {
	const {service} = hostingOf({endpoint, info: sample?.info});
	const [name = ''] = command;
	return service?.forbidden.includes(name) ? `${service.name} forbids ${name}; see ${service.console}` : undefined;
}

/** A row with what is alike in most of them: who may run it, how long a reply and a proof may take. */
export function buildRow(parts: Needed & Partial<ActionRow>): ActionRow {
	const {command, preflight, whyNot} = parts;
	return {
		configNames: [],
		replyTimeoutMs: () => 5000,
		endsConnection: false,
		patienceMs: () => 60_000,
		...parts,
		whyNot: record => forbiddenText(command, record) ?? whyNot?.(record),
		preflight(facts) {
			const found = preflight(facts);
			return {...found, checks: [...permissionChecks(facts, command[0] ?? ''), ...found.checks]};
		},
	};
}

export const veto = (text: string, lossPhrase?: string): Check =>
	lossPhrase === undefined ? {state: 'veto', text} : {state: 'veto', text, lossPhrase};
export const warning = (text: string): Check => ({state: 'warning', text});
export const fine = (text: string): Check => ({state: 'ok', text});

/** The one that holds, or nothing. */
export const when = (isSo: boolean, check: Check): Check[] => (isSo ? [check] : []);

export const number = ({info}: Pick<ServerFacts, 'info'>, section: string, field: string): number | undefined =>
	info.number(section, field);

/** For a menu: it is for the other role. */
export const onlyOn =
	(role: 'primary' | 'replica', instead = '') =>
	(record: NodeRecord): string | undefined =>
		record.role === role ? undefined : `it is for a ${role}, this is a ${record.role}${instead}`;

export const isInCluster = ({sample}: NodeRecord): boolean => sample !== undefined && isClusterEnabled(sample.info);
