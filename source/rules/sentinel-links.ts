import type {NextStep} from '../domain/finding.js';
import {joinMessages, type Message, message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {failureText} from '../domain/sample.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {refusedSentinelPings} from './refused-peers.js';
import {type FleetEvaluation, type FleetFacts, fires} from './rule.js';
import type {MonitoredGroup, SentinelReport} from './sentinel-groups.js';

/** Name of the evidence of sen.down that the sentinels lack a link to the primary, although the primary is not down. */
export const runIdOfPrimary = 'runid';

export const quotedFlags = ({primary}: SentinelReport): string => [...primary.flags].join(',');

/**
Milliseconds after which a reply no longer proves that the primary answers. Two poll intervals count instead if they are
longer.
*/
const recentReplyMs = 3000;

/** The primary's address if it answered in the last seconds and reports the role primary; otherwise undefined. */
export function answeringPrimary({nodes, nowMs}: FleetFacts, address: NodeAddress): NodeAddress | undefined {
	const records = new Map([...nodes].map(([each, {record}]) => [each, record]));
	const record = records.get(nodeFinder(records)(address));
	const isRecent =
		record?.lastReplyAtMs !== undefined &&
		nowMs - record.lastReplyAtMs <= Math.max(recentReplyMs, 2 * record.intervalMs);
	const isAnswering = record?.failure === undefined && record?.pendingSinceMs === undefined && isRecent;
	return isAnswering && record.role === 'primary' ? record.address : undefined;
}

/**
Whether this Sentinel never had a working link to the primary. It then knows neither the primary's run id nor the
primary's replicas.
*/
export const wasNeverLinked = ({runId, flags}: MonitoredPrimary): boolean => runId === '' && flags.has('disconnected');

const linkObstacles = 'wrong auth-pass or auth-user, TLS, or the network between them';

/** Why a primary that answers redis-top refuses the PINGs of its Sentinels: the error, the reason and the steps. */
type Refusal = {readonly code: string | undefined; readonly reason: string; readonly next: readonly NextStep[]};

/**
How a primary refuses the PINGs of its Sentinels. Undefined if it does not. A server that refuses writes for a failed save
(MISCONF) refuses PING as well, and Sentinels then take it for down. Source: server.c, `processCommand`; sentinel.c,
`sentinelPingReplyCallback`.
*/
function refusalOf(facts: NodeFacts | undefined, seen: readonly SentinelReport[], name: string): Refusal | undefined {
	const isNoauth = facts !== undefined && refusedSentinelPings(facts) !== undefined;
	const isRefused = isNoauth || seen.every(({primary}) => primary.refusesPing === true);
	if (isRefused && !isNoauth && (facts?.errorIncrease('MISCONF') ?? 0) > 0) {
		return {
			code: 'MISCONF',
			reason: 'it cannot save, and refuses PING with writes',
			next: [
				hint('repair what keeps it from saving: the finding on its writes (per.misconf) names it'),
				...(facts === undefined ? [] : [redisCli(facts, 'CONFIG SET stop-writes-on-bgsave-error no')]),
				hint('with that setting it accepts writes and PING again; no save protects what is written until one succeeds'),
			],
		};
	}

	return isRefused
		? {
				code: isNoauth ? 'NOAUTH' : undefined,
				reason: `auth-pass is missing or wrong ${seen.length === 1 ? 'there' : 'on them'}${isNoauth ? '' : ', or their user may not PING'}`,
				next: [
					hint(
						`set auth-pass on each of them: SENTINEL SET ${name} auth-pass PASSWORD (auth-user, too, for a user of the ACL)`,
					),
				],
			}
		: undefined;
}

/**
Sentinels that report a primary down while it answers redis-top. Their link to the primary is broken, not the primary.
*/
export function unlinkedSentinels(
	{name, reports}: MonitoredGroup,
	primary: NodeAddress,
	seen: readonly SentinelReport[],
	{nodes}: FleetFacts,
): FleetEvaluation {
	const facts = nodes.get(primary);
	const refusal = refusalOf(facts, seen, name);
	const code = refusal?.code;
	const isAgreed = seen.some(({primary: {flags}}) => flags.has('o_down'));
	const isNever = seen.every(report => wasNeverLinked(report.primary));
	const who = joinMessages(
		seen.map(({sentinel}) => nodeName(sentinel.address)),
		', ',
	);
	const [first] = seen;
	const sentinels = seen.length === 1 ? 'sentinel' : 'sentinels';
	const firing = fires(isAgreed ? 'critical' : 'warning', {
		problem:
			refusal !== undefined
				? message`${nameOf('primary', name)}: the primary ${nodeName(primary)} refuses ${sentinels} ${who}${code === undefined ? '' : ` (${code})`}`
				: message`${nameOf('primary', name)}: ${sentinels} ${who} cannot reach or log in to the primary ${nodeName(primary)}`,
		detail: `${seen.length} of ${reports.length} sentinels hold it down, but it answers redis-top`,
		reason: refusal?.reason ?? (isNever ? `never had a link: ${linkObstacles}` : linkObstacles),
		effect: isAgreed ? 'failover-impossible' : undefined,
		nodes: [primary, ...seen.map(({sentinel}) => sentinel.address)],
		evidence: [
			{name: 'flags', value: first === undefined ? '-' : quotedFlags(first)},
			{
				name: runIdOfPrimary,
				value: first?.primary.runId === '' ? 'empty: never linked' : (first?.primary.runId ?? '-'),
			},
			{name: 'quorum', value: first?.primary.quorum ?? '-'},
		],
		meaning: isNever
			? 'They know neither its replicas nor each other, and cannot fail it over when it stops.'
			: isAgreed
				? 'They may fail over a primary that works, and there are two primaries then.'
				: 'These sentinels have no vote of use until their link works.',
		next: [
			...(refusal?.next ?? []),
			...(first === undefined ? [] : [redisCli(first.sentinel, `SENTINEL MASTER ${name}`)]),
			...(code === 'MISCONF'
				? []
				: [
						hint(
							'compare sentinel auth-pass and auth-user with requirepass and the ACL of the primary, and tls-replication',
						),
					]),
			...(first === undefined ? [] : logSteps(first.sentinel)),
			...(code === 'MISCONF' ? [] : [hint('no SENTINEL FAILOVER: the primary works')]),
		],
	});
	return {...firing, subject: name};
}

/**
`down`: the sentinels that answering sentinels list as down. `known`: the number of all sentinels that answer or are
listed.
*/
export function downPeers({reports}: MonitoredGroup): {readonly down: readonly NodeAddress[]; readonly known: number} {
	const answering = new Set(reports.map(({sentinel}) => sentinel.address));
	const peers = reports.flatMap(({primary: {sentinels = []}}) => sentinels);
	const down = new Set(
		peers
			.filter(({address, flags}) => !answering.has(address) && (flags.has('s_down') || flags.has('disconnected')))
			.map(({address}) => address),
	);
	return {down: [...down], known: new Set([...answering, ...peers.map(({address}) => address)]).size};
}

/** Why sentinels cannot take part in a failover, a text for each sentinel. Each text follows "no quorum: …". */
export function sentinelObstacles({reports}: MonitoredGroup, {nodes}: FleetFacts): Message[] {
	const silent = [...nodes.values()].flatMap(({address, record: {role, failure}}) =>
		role === 'sentinel' && failure !== undefined ? [message`${nodeName(address)} ${failureText(failure)}`] : [],
	);
	const unlinked = reports
		.filter(({primary}) => wasNeverLinked(primary))
		.map(({sentinel}) => message`${nodeName(sentinel.address)} never had a link to the primary (auth-pass?)`);
	return [...silent, ...unlinked];
}
