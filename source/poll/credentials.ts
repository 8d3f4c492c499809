import type {Failure} from '../domain/sample.js';
import {replyFailure} from '../parse/reply-error.js';
import {socketFailure} from '../parse/socket-error.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type RedisPort, ReplyFailure, WireFailure} from '../wire/redis-port.js';

/** What a user typed for a node that refuses the credentials it got. It is kept in memory alone. */
export type Credentials = {
	/** Undefined: the server's default user. */
	readonly username: string | undefined;
	readonly password: string;
};

/** These settings with other credentials. They are the user's own choice for this node: none is borrowed or withheld. */
export const settingsWith = (settings: ConnectionSettings, credentials: Credentials): ConnectionSettings => ({
	...settings,
	...credentials,
	areBorrowed: false,
	isWithheld: false,
});

/**
Tries the credentials once, on a connection of its own, and closes that. Resolves with why the node doesn't take them;
undefined: it does. A server that denies PING has taken them.
*/
export async function refusalOf(
	settings: ConnectionSettings,
	openPort: (settings: ConnectionSettings) => RedisPort,
): Promise<Failure | undefined> {
	const port = openPort(settings);
	try {
		await port.open();
		const [reply] = await port.ask([['PING']], settings.timeoutMs);
		const failure = reply instanceof ReplyFailure ? replyFailure(reply.message) : undefined;
		return failure?.layer === 'auth' ? failure : undefined;
	} catch (error) {
		if (error instanceof ReplyFailure) {
			return replyFailure(error.message);
		}

		return error instanceof WireFailure
			? socketFailure(error.code, error.message)
			: socketFailure('INTERNAL', error instanceof Error ? error.message : String(error));
	} finally {
		port.close();
	}
}

export type CredentialsTried = {
	/** Why the node that the user chose refused them; undefined: it took them. */
	readonly failure: Failure | undefined;
	/** The number of other nodes that took them, and of those that refused them. */
	readonly alsoAccepted: number;
	readonly alsoRefused: number;
};

/**
Tries the credentials on the other nodes when the first node took them. A wrong password is thus sent to one node alone:
servers count refusals, and some lock the account.
*/
export async function triedCredentials<Other>(
	failure: Failure | undefined,
	others: readonly Other[],
	tryOn: (other: Other) => Promise<Failure | undefined>,
): Promise<CredentialsTried> {
	if (failure !== undefined) {
		return {failure, alsoAccepted: 0, alsoRefused: 0};
	}

	const failures = await Promise.all(others.map(async other => tryOn(other)));
	const alsoAccepted = failures.filter(each => each === undefined).length;
	return {failure, alsoAccepted, alsoRefused: failures.length - alsoAccepted};
}
