import {addressOf} from '../domain/node.js';
import type {RawReply} from '../domain/reply.js';
import type {MonitoredPrimary, SentinelHello, SentinelPeer} from '../domain/sentinel.js';
import {sanitize} from '../text/sanitize.js';
import {isArray, numberOf, pairsOf} from './reply-values.js';

type Fields = ReadonlyMap<string, string>;

/**
The maps of a reply (flat lists in RESP2), each converted to fields by name. An element that is no map gives no fields.
*/
function rowsOf(reply: RawReply | undefined): Fields[] {
	return isArray(reply)
		? reply.map(
				row =>
					new Map(
						pairsOf(row).flatMap(([name, value]) =>
							typeof value === 'string' || typeof value === 'number' ? [[name, sanitize(String(value))] as const] : [],
						),
					),
			)
		: [];
}

/** Splits a row's flags, such as `s_down,master,disconnected`. */
const flagsOf = (row: Fields): ReadonlySet<string> => new Set((row.get('flags') ?? '').split(',').filter(Boolean));

function placeOf(row: Fields): Pick<SentinelPeer, 'address' | 'host' | 'port'> | undefined {
	const host = row.get('ip');
	const port = numberOf(row.get('port'));
	return host === undefined || host === '' || port === undefined || port <= 0
		? undefined
		: {address: addressOf({kind: 'tcp', host, port}), host, port};
}

/** Most milliseconds since the last reply to a PING of a node that replies. A Sentinel sends a PING each second. */
const replyingMs = 3000;
/** Least milliseconds by which the last accepted reply must be older than the last reply. */
const acceptedBeforeMs = 1000;

/**
Whether a node replies to PINGs, and the Sentinel accepts none of the replies. It accepts PONG, LOADING and MASTERDOWN.
Source: sentinel.c, `sentinelPingReplyCallback`.
*/
function pingRefusal(row: Fields): {readonly refusesPing?: true} {
	const [reply, accepted] = ['last-ping-reply', 'last-ok-ping-reply'].map(name => numberOf(row.get(name)));
	return flagsOf(row).has('s_down') &&
		reply !== undefined &&
		accepted !== undefined &&
		reply <= replyingMs &&
		accepted - reply >= acceptedBeforeMs
		? {refusesPing: true}
		: {};
}

/**
Whether the last accepted reply to a PING is older than any that a node sends which replies. Until the first reply the age
counts from the moment at which the Sentinel learned of the node. The node has no run id then.
*/
const silence = (row: Fields): {readonly isSilent?: true} =>
	row.get('runid') === '' || (numberOf(row.get('last-ok-ping-reply')) ?? 0) > replyingMs ? {isSilent: true} : {};

/**
Milliseconds after which a change of role is not read any more. Its age is another one in each reply, so the node's record
would never be the same again.
*/
const recentRoleMs = 600_000;

const recent = (ageMs: number | undefined): number | undefined =>
	ageMs !== undefined && ageMs < recentRoleMs ? ageMs : undefined;

/**
Parses the reply of SENTINEL MASTERS. A primary without a name or an address is left out. Fields that come from other
commands are undefined here.
*/
export function parseMonitoredPrimaries(reply: RawReply | undefined): MonitoredPrimary[] {
	return rowsOf(reply).flatMap(row => {
		const place = placeOf(row);
		const name = row.get('name');
		const number = (field: string) => numberOf(row.get(field));
		return place === undefined || name === undefined || name === ''
			? []
			: [
					{
						...place,
						name,
						flags: flagsOf(row),
						runId: row.get('runid'),
						configEpoch: number('config-epoch'),
						roleMs: recent(number('role-reported-time')),
						quorum: number('quorum'),
						replicaCount: number('num-slaves'),
						otherSentinels: number('num-other-sentinels'),
						downAfterMs: number('down-after-milliseconds'),
						downMs: number('s-down-time'),
						...pingRefusal(row),
						...silence(row),
						failoverTimeoutMs: number('failover-timeout'),
						replicas: undefined,
						sentinels: undefined,
						quorumCheck: undefined,
					},
				];
	});
}

const minuteMs = 60_000;

/**
The time for which a Sentinel has been down. Whole minutes let the node's record stay the same between most replies, for
Sentinels that are gone for good.
*/
const downTime = (downMs: number | undefined, isReplica: boolean): Pick<SentinelPeer, 'downMs'> =>
	downMs === undefined || isReplica
		? {}
		: {downMs: downMs < minuteMs ? downMs : Math.floor(downMs / minuteMs) * minuteMs};

const roleTime = (roleMs: number | undefined): Pick<SentinelPeer, 'roleMs'> => (roleMs === undefined ? {} : {roleMs});

/** Parses the reply of SENTINEL REPLICAS or SENTINEL SENTINELS. A node without an address is left out. */
export function parseSentinelPeers(reply: RawReply | undefined): SentinelPeer[] {
	return rowsOf(reply).flatMap(row => {
		const place = placeOf(row);
		return place === undefined
			? []
			: [
					{
						...place,
						flags: flagsOf(row),
						runId: row.get('runid'),
						linkStatus: row.get('master-link-status'),
						linkDownMs: numberOf(row.get('master-link-down-time')),
						priority: numberOf(row.get('slave-priority')),
						...pingRefusal(row),
						...silence(row),
						...roleTime(recent(numberOf(row.get('role-reported-time')))),
						...downTime(numberOf(row.get('s-down-time')), row.has('slave-priority')),
					},
				];
	});
}

/**
Parses a message that Sentinels publish: `ip,port,run id,current epoch,primary's name,primary's ip,primary's
port,primary's epoch`. Undefined for any other message on the channel. Source: Redis sentinel.c, `sentinelSendHello`.
*/
export function parseSentinelHello(message: string): SentinelHello | undefined {
	const [host = '', portText = '', runId = '', epoch = '', primaryName = '', ...rest] = sanitize(message).split(',');
	const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
	const isHello = host !== '' && /^[\da-f]{40}$/.test(runId) && /^\d+$/.test(epoch) && primaryName !== '';
	return isHello && port > 0 && port < 65_536 && rest.length >= 3 ? {host, port, runId, primaryName} : undefined;
}
