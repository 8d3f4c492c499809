import type {ActionName} from '../../domain/action.js';
import {parseInfo} from '../../parse/info.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import type {ActionRow} from '../catalogue/action-row.js';
import {catalogue} from '../catalogue/catalogue.js';
import {denialOf} from '../catalogue/server-facts.js';
import type {Gate} from './gate.js';

/** A complete example of an action's command, because ACL DRYRUN refuses a command with too few arguments. */
export const exampleOf = ({command, parameter}: ActionRow): readonly string[] => {
	const typed = parameter?.read(parameter.example);
	return typeof typed === 'object' ? [...command, ...typed.words] : command;
};

/**
Asks the server which actions this user may not run. Returns the server's reason for each of them, by action id. Empty
where the server cannot tell (before Redis 7.0).
*/
export async function readDenials(settings: ConnectionSettings, gate: Gate): Promise<ReadonlyMap<ActionName, string>> {
	const port = gate.openActionPort(settings);
	try {
		await port.open();
		const [info, whoami] = await port.ask([['INFO'], ['ACL', 'WHOAMI']], settings.timeoutMs);
		const user = typeof whoami === 'string' ? whoami : (settings.username ?? 'default');
		const replies = await port.ask(
			catalogue.map(row => ['ACL', 'DRYRUN', user, ...exampleOf(row)]),
			settings.timeoutMs,
		);
		const server = parseInfo(typeof info === 'string' ? info : '');
		return new Map(
			catalogue.flatMap((row, index) => {
				const denial = denialOf(replies[index], server);
				return denial === undefined ? [] : [[row.id, `not allowed: ${denial}`] as const];
			}),
		);
	} catch {
		return new Map();
	} finally {
		port.close();
	}
}
