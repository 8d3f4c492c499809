import type {AccessRefusal} from '../domain/access-log.js';
import type {Culprit, Evidence} from '../domain/finding.js';
import {joinMessages, type Message, message, type Name, nameOf} from '../domain/message.js';
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
Milliseconds after a failed login within which a client that tries once a second, as replicas do, may not have tried
again. Two samples that are a second apart may lie between two attempts. A busy client tries later than after a second.
*/
const nextLoginMs = 2000;

/** Failed logins of one entry from which a client tries again and again. */
const repeatedLogins = 5;

/** Whether ACL LOG has a login that failed again and again, the last time just now. */
export function hasJustRefusedLogins(facts: NodeFacts): boolean {
	const sinceMs = facts.nowMs - (facts.record.accessLog?.atMs ?? 0);
	const logins = refusalsLately(facts, ({lack}) => lack === 'auth') ?? [];
	return logins.some(({count, ageSeconds}) => count >= repeatedLogins && ageSeconds * 1000 + sinceMs < nextLoginMs);
}

/**
Refusals as evidence: `user app: command set, from 10.0.1.7:51234`. Whole keys and channels are left out, because they may
be confidential.
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

/** Largest number of patterns that a step lists. More of them tell that the user lacks rights to all its keys. */
const mostPatterns = 3;

/** A text that a pattern of an ACL rule and a shell take literally. */
const isPlain = (text: string): boolean => /^[\w.:/-]+$/.test(text);

/** The parts of a name, each with the separator at its end: `app:`, `cart:` and `42` of `app:cart:42`. */
const partsOf = (name: string): readonly string[] => name.split(/(?<=[:/])/);

/** The beginning that all names share, of whole parts; without the last part, which tells keys of one kind apart. */
function sharedStart([first = [], ...others]: ReadonlyArray<readonly string[]>): string {
	const end = first.findIndex(
		(part, index) => index === first.length - 1 || others.some(other => other[index] !== part),
	);
	return first.slice(0, end).join('');
}

/**
The keys or channels that a user lacks as patterns of an ACL rule, those that were refused most often first: `basket:*` for
`basket:4711` and `basket:4712`. ACL LOG has an entry for each of them. A single name without a separator is its own
pattern, and so is a single channel. Empty if no few patterns stand for all.
*/
function lackedPatterns(refusal: AccessRefusal, refusals: readonly AccessRefusal[]): readonly string[] {
	const alike = refusals.filter(
		({user, lack, object}) => user === refusal.user && lack === refusal.lack && object !== '',
	);
	const kinds = [...Map.groupBy(alike, ({object}) => partsOf(object)[0] ?? '').values()]
		.map(group => ({
			names: [...new Set(group.map(({object}) => object))],
			count: group.reduce((sum, {count}) => sum + count, 0),
		}))
		.sort((one, other) => other.count - one.count);
	const patterns = kinds.map(({names: [first = '', ...others]}) => {
		const start = sharedStart([first, ...others].map(partsOf));
		const isItself = others.length === 0 && (start === '' || refusal.lack === 'channel');
		const pattern = isItself ? first : `${start}*`;
		return isPlain(isItself ? first : start) ? pattern : undefined;
	});
	const known = patterns.filter(pattern => pattern !== undefined);
	return known.length < patterns.length || known.length > mostPatterns ? [] : known;
}

const ofKeys = {kind: 'key', all: 'its keys', sign: '~', rule: "'~KEYS'"} as const;
const ofChannels = {kind: 'channel', all: 'its channels', sign: '&', rule: "'&CHANNELS'"} as const;

/** What is said of a lack of keys or of channels; undefined for a command. */
const namesLackedBy = ({lack}: AccessRefusal) =>
	lack === 'key' ? ofKeys : lack === 'channel' ? ofChannels : undefined;

/** The keys or channels that a user lacks, as text: `keys basket:*`; `its keys` if no few patterns stand for them. */
export function lackedNames(
	refusal: AccessRefusal,
	refusals: readonly AccessRefusal[] = [refusal],
): Message | undefined {
	const kind = namesLackedBy(refusal);
	const [first, ...more] = kind === undefined ? [] : lackedPatterns(refusal, refusals);
	return kind === undefined || first === undefined
		? kind?.all
		: message`${kind.kind}${first.endsWith('*') || more.length > 0 ? 's' : ''} ${nameOf(kind.kind, first)}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

/** Fewest refusals of one more command that a step lists: a person at a prompt gives up before. */
const repeatedCommands = 5;

/** Largest number of commands that a step lists. */
const mostCommands = 6;

/** The commands that a user is refused again and again, that of the refusal first: an ACL often lacks several at once. */
function lackedCommands(refusal: AccessRefusal, refusals: readonly AccessRefusal[]): readonly string[] {
	const others = refusals
		.filter(({user, lack, count}) => user === refusal.user && lack === 'command' && count >= repeatedCommands)
		.toSorted((one, other) => other.count - one.count);
	return [...new Set([refusal, ...others].map(({object}) => object.toLowerCase()))].slice(0, mostCommands);
}

/**
The ACL rule that gives the right, for a shell. The operator replaces KEYS or CHANNELS by names, where no few patterns stand
for them.
*/
export function missingRule(refusal: AccessRefusal, refusals: readonly AccessRefusal[] = [refusal]): Message {
	const kind = namesLackedBy(refusal);
	if (kind === undefined) {
		return lackedCommands(refusal, refusals)
			.map(command => `+${command}`)
			.join(' ');
	}

	const patterns = lackedPatterns(refusal, refusals);
	return patterns.length === 0
		? kind.rule
		: joinMessages(
				patterns.map(pattern => message`'${kind.sign}${nameOf(kind.kind, pattern)}'`),
				' ',
			);
}

/** The user that is refused, and the right that it lacks. */
export const lackText = (refusal: AccessRefusal, refusals?: readonly AccessRefusal[]): Message =>
	message`user ${nameOf('user', refusal.user)} has no right to ${lackedNames(refusal, refusals) ?? (refusal.lack === 'command' ? 'the command' : 'it')}`;
