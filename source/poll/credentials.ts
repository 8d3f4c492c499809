import type {Failure} from '../domain/sample.js';
import {replyFailure} from '../parse/reply-error.js';
import {socketFailure} from '../parse/socket-error.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {type RedisPort, ReplyFailure, WireFailure} from '../wire/redis-port.js';

/**
Credentials that the user typed for a node that refused the configured credentials. They are kept in memory only.
*/
export type Credentials = {
	/** The ACL user; undefined: the server's default user. */
	readonly username: string | undefined;
	readonly password: string;
};

/**
The connection settings of a node with the credentials that the user typed for it. Such credentials count neither as
borrowed from another node nor as withheld.
*/
export const settingsWith = (settings: ConnectionSettings, credentials: Credentials): ConnectionSettings => ({
	...settings,
	...credentials,
	areBorrowed: false,
	isWithheld: false,
});

/**
Tries the credentials once, on a separate connection that is closed afterwards. Resolves with why the node refuses the
credentials; undefined: it accepts them. A node whose ACL denies PING (NOPERM) has accepted the credentials.
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
	/** Why the chosen node refused the credentials; undefined: it accepted them. */
	readonly failure: Failure | undefined;
	/** The number of other nodes that accepted the credentials. */
	readonly alsoAccepted: number;
	/** The number of other nodes that refused the credentials. */
	readonly alsoRefused: number;
};

/**
Tries the credentials on the other nodes, but only after the first node has accepted them. A wrong password is thus sent
to one node alone: servers count refusals, and some lock the account.
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

/**
Whether the server refuses this user. An early retry would then do harm: the server may lock the account, and ACL LOG
fills with refusals. NOAUTH on a connection without a password has neither effect.
*/
export function isRefusal({layer, code, kind}: Failure, {password}: ConnectionSettings): boolean {
	const isHarmless = (code === 'NOAUTH' || kind === 'NOAUTH') && password === undefined;
	return code === 'NOPERM' || (layer === 'auth' && !isHarmless);
}

/** Adds to the failure that redis-top has a password but withheld it from this node. */
export const withoutCredentials = (failure: Failure, {isWithheld = false}: ConnectionSettings): Failure =>
	isWithheld && failure.layer === 'auth'
		? {...failure, reason: "announced outside the targets' hosts and networks: --follow any gives it the password"}
		: failure;
