import type {ActionId} from '../domain/action.js';
import {textOf} from '../parse/reply-values.js';
import {sanitize} from '../text/sanitize.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {Gate} from './action-port.js';
import type {ActionRow} from './action-row.js';
import {catalogue} from './catalogue.js';

/** A whole command of the action: ACL DRYRUN refuses to judge one with too few words. */
export const exampleOf = ({command, parameter}: ActionRow): readonly string[] => {
	const typed = parameter?.read(parameter.example);
	return typeof typed === 'object' ? [...command, ...typed.words] : command;
};

/** What this user may not do, in the server's words; empty where it can't be asked (before Redis 7.0, no right to ask). */
export async function readDenials(settings: ConnectionSettings, gate: Gate): Promise<ReadonlyMap<ActionId, string>> {
	const port = gate.openActionPort(settings);
	try {
		await port.open();
		const [user] = await port.ask([['ACL', 'WHOAMI']], settings.timeoutMs);
		if (typeof user !== 'string') {
			return new Map();
		}

		const replies = await port.ask(
			catalogue.map(row => ['ACL', 'DRYRUN', user, ...exampleOf(row)]),
			settings.timeoutMs,
		);
		return new Map(
			catalogue.flatMap((row, index) => {
				// An error says only that the question can't be asked.
				const text = textOf(replies[index]);
				return text === undefined || text === 'OK' ? [] : [[row.id, sanitize(`not allowed: ${text}`)] as const];
			}),
		);
	} catch {
		return new Map();
	} finally {
		port.close();
	}
}
