import type {Failure} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';

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
