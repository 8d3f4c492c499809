import type {AccessRefusal} from '../domain/access-log.js';
import type {Culprit, Evidence} from '../domain/finding.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import type {NodeFacts} from './node-facts.js';

/**
Seconds within which ACL LOG joins equal refusals in one entry. Source: Redis acl.c, `ACL_LOG_GROUPING_MAX_TIME_DELTA`.
*/
export const groupedSeconds = 60;

/** The refusals of the last 60 seconds that clients other than redis-top got; undefined if ACL LOG may not be read. */
export function refusalsLately(
	{record, nowMs}: NodeFacts,
	isWanted: (refusal: AccessRefusal) => boolean,
): readonly AccessRefusal[] | undefined {
	const log = record.accessLog;
	const sinceSeconds = log === undefined ? 0 : (nowMs - log.atMs) / 1000;
	return log?.value.filter(
		refusal =>
			isWanted(refusal) && refusal.clientName !== 'redis-top' && refusal.ageSeconds + sinceSeconds <= groupedSeconds,
	);
}

/**
Refusals as evidence: `user app: command set, from 10.0.1.7:51234`. Keys and channels are left out, because they may be
confidential.
*/
export const refusalEvidence = (refusals: readonly AccessRefusal[] = []): Evidence[] =>
	refusals.slice(0, 5).map(({user, lack, object, clientAddress}, index) => ({
		name: `refusal ${index + 1}`,
		value: message`user ${nameOf('user', user)}: ${lack}${lack === 'command' ? ` ${object}` : ''}, from ${nameOf('client', clientAddress ?? '-')}`,
	}));

/** The refusal that happened most often. */
export const mostRefused = (refusals: readonly AccessRefusal[] = []): AccessRefusal | undefined =>
	refusals.toSorted((a, b) => b.count - a.count)[0];

/** A client's name, or its address if it has no name. */
export const clientOf = ({clientName, clientAddress}: AccessRefusal): Name | undefined => {
	const known = clientName || clientAddress;
	return known === undefined ? undefined : nameOf('client', known);
};

/**
Where a failed login came from: the client's name, or its host if it has no name. Each attempt may have a connection of
its own, so the port tells nothing.
*/
export const loginSource = ({clientName, clientAddress = ''}: AccessRefusal): Name | undefined => {
	const host = clientAddress.replace(/:\d+$/, '');
	return clientName ? nameOf('client', clientName) : host === '' ? undefined : nameOf('host', host);
};

/** The client that was refused most often; undefined if ACL LOG does not name the client. */
export function refusedClient(refusals: readonly AccessRefusal[] = []): Culprit | undefined {
	const most = mostRefused(refusals);
	const client = most && clientOf(most);
	return client === undefined ? undefined : {client};
}

const lacked: ReadonlyMap<string, string> = new Map([
	['key', 'its keys'],
	['channel', 'its channels'],
	['command', 'the command'],
]);

/** The user that is refused, and the right that it lacks. */
export const lackText = ({user, lack}: AccessRefusal): Message =>
	message`user ${nameOf('user', user)} has no right to ${lacked.get(lack) ?? 'it'}`;
