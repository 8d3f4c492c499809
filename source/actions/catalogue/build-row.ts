import {isClusterEnabled} from '../../derive/deployment.js';
import type {ActionName, Check} from '../../domain/action.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {ActionRow} from './action-row.js';
import {forbiddenText} from './managed-service.js';
import {permissionChecks} from './saved-data.js';

type RowParts<Id extends ActionName> = Pick<
	ActionRow<Id>,
	'id' | 'letter' | 'title' | 'class' | 'command' | 'preflight' | 'verify'
> &
	Partial<ActionRow<Id>>;

/**
Builds the row of an action. Parts that most rows share have defaults: permission checks, timeouts, and a command that
keeps the connection open.
*/
export function buildRow<const Id extends ActionName>(parts: RowParts<Id>): ActionRow<Id> {
	const {command, preflight, whyNot} = parts;
	return {
		settingNames: [],
		replyTimeoutMs: () => 5000,
		endsConnection: false,
		verifyTimeoutMs: () => 60_000,
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

/** Returns a list with the check if the condition is true, otherwise an empty list. */
export const when = (isSo: boolean, check: Check): Check[] => (isSo ? [check] : []);

/**
Returns a `whyNot` function for an action that is only for a primary, or only for a replica. `instead` is a hint, added
at the end of the text that this function returns.
*/
export const onlyOn =
	(role: 'primary' | 'replica', instead = '') =>
	(record: NodeRecord): string | undefined =>
		record.role === role ? undefined : `it is for a ${role}, this is a ${record.role}${instead}`;

export const isInCluster = ({sample}: NodeRecord): boolean => sample !== undefined && isClusterEnabled(sample.info);
