import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {message} from '../domain/message.js';
import {errorCounting, errorStats} from '../parse/info-fields.js';
import {leftBehindBy, mayHaveMoreThan} from '../topology/orphaned-replicas.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {noRoom, obstacles} from './link-obstacles.js';
import {hint, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {tlsReplication, tlsSteps} from './replication-obstacles.js';

/** Seconds of a primary's uptime after which its replicas should have reconnected. A replica tries once a second. */
const returnSeconds = 30;

/** The reason of a missing link if the primary answers redis-top and does not refuse the replica's logins. */
export const noWay = 'a firewall or route between them';
/** The same for a replica that has the name of its primary, and no address: its host may ask another name server. */
export const noWayByName = `DNS of its host, ${noWay}`;

/**
Whether the primary refused no login lately, so that a wrong password of the replica is ruled out. ACL LOG shows wrong
passwords and missing rights. A replica without a password gets the error NOAUTH, which only INFO errorstats counts. It
gets one at least at each attempt, once a second. So fewer of them since the start than half the seconds without a link
are not the replica's: an application or a monitoring tool makes some, too. Before ACL LOG was read, the errors that a
server replies to a refused login are counted in the same way.
*/
function refusesNoLogin(primary: NodeRecord, {nowMs, settings}: NodeFacts, downSeconds: number): boolean {
	const {accessLog, sample} = primary;
	if (sample === undefined || sample.certificateExpiresAtMs !== undefined) {
		return false;
	}

	// INFO has total_error_replies and errorstats since 6.2. A server without total_error_replies does not count the
	// error NOAUTH.
	const countsErrors =
		sample.info.number('stats', 'total_error_replies') !== undefined && errorCounting(sample.info) !== 'none';
	const errors = errorStats(sample.info);
	// The errors are counted since the primary's own start.
	const countedSeconds = Math.min(downSeconds, sample.info.number('server', 'uptime_in_seconds') ?? downSeconds);
	const areTooFew = (codes: readonly string[]): boolean =>
		countsErrors && codes.reduce((sum, code) => sum + (errors.get(code) ?? 0), 0) < countedSeconds / 2;
	if (accessLog === undefined) {
		return areTooFew(['NOAUTH', 'WRONGPASS', 'NOPERM', 'ERR', 'DENIED']);
	}

	const sinceSeconds = (nowMs - accessLog.atMs) / 1000;
	const hasRefused = accessLog.value.some(
		({clientName, ageSeconds}) => clientName !== 'redis-top' && ageSeconds + sinceSeconds <= recentRefusalSeconds,
	);
	const isOpen = settings.hasPassword === false && settings.user === undefined;
	return !hasRefused && (isOpen || areTooFew(['NOAUTH']));
}

/**
Seconds after which a refusal in ACL LOG no longer explains a missing link. A replica tries once a second, and entries of
one client are joined within a minute.
*/
const recentRefusalSeconds = 120;

/** Seconds in which data that a replica received shows that the way to its primary works. */
const receivedSeconds = 60;

/**
Whether the replica has received data of its primary within the last minute and since its link broke: it read bytes of
replication. Before 7.0 a server does not count these bytes.
*/
export function hasReceivedData(facts: NodeFacts, downSeconds: number): boolean {
	const received = facts.number('stats', 'total_net_repl_input_bytes');
	const sinceMs = Math.min(downSeconds, receivedSeconds) * 1000;
	const before = facts.past(['stats', 'total_net_repl_input_bytes'], sinceMs)[0]?.value;
	const grew = received !== undefined && before !== undefined && received > before;
	return grew || (facts.increase('stats', 'total_net_repl_input_bytes') ?? 0) > 0;
}

/**
Whether the primary lists the replica in a full resync, which begins with a new connection. An entry in state online may
be left over, for as long as repl-timeout.
*/
function isListedInResync({primary, address, nodes}: NodeFacts): boolean {
	const sameNode = nodeFinder(nodes);
	return primary?.replicas.some(link => link.state !== 'online' && sameNode(link.address) === address) === true;
}

/** Whether a server has as many clients as it may have. INFO has the limit since 6.2. */
function isFull({sample, config}: NodeRecord): boolean {
	const number = (name: string, section = 'clients') => sample?.info.number(section, name) ?? 0;
	const limit = sample?.info.number('clients', 'maxclients') ?? Number(config?.value.get('maxclients') ?? 0);
	const used = number('connected_clients') + number('connected_slaves', 'replication') + number('cluster_connections');
	return limit > 0 && used >= limit;
}

/** The reason of a replica without TLS whose primary uses TLS. */
const lacksTls = 'the primary speaks TLS on this port, and the replica does not (tls-replication no)';
/** The reason of a replica with TLS whose primary does not use TLS. */
const needlessTls = 'the replica speaks TLS (tls-replication yes), and the primary does not on this port';

/**
Whether exactly one end of the link uses TLS: the setting of the replica tells what it speaks, and redis-top's own connection
what the same port of the primary speaks. Undefined if both agree, or if one is not known.
*/
function differingTls(facts: NodeFacts, {endpoint, sample}: NodeRecord): string | undefined {
	const isSamePort = endpoint.kind === 'tcp' && endpoint.port === facts.number('replication', 'master_port');
	const setting = facts.setting(tlsReplication);
	if (!isSamePort || setting === undefined) {
		return undefined;
	}

	// Only a connection with TLS has a certificate.
	const hasCertificate = sample?.certificateExpiresAtMs !== undefined;
	return setting === 'no' && hasCertificate
		? lacksTls
		: setting === 'yes' && !hasCertificate && !facts.settings.isTls
			? needlessTls
			: undefined;
}

/** The steps for the reason that only one end of the link uses TLS; none for another reason. */
export const stepsForTls = (way: string | undefined): readonly NextStep[] =>
	way === lacksTls ? tlsSteps : way === needlessTls ? (obstacles.get('primary-plain')?.next ?? []) : [];

/** The reason of a replica that gets the data of its primary and has no link nevertheless. */
export const resyncFails = 'its full resyncs begin and fail';

/**
The reason of a missing link whose cause is between the two machines, because the primary answers redis-top. The primary
may list the replica for one more minute (`repl-timeout`), so its list is no proof of a link. Undefined if the primary
is unknown, does not answer, has just started, or is itself a replica.
*/
export function wayBetween(facts: NodeFacts, downSeconds: number): string | undefined {
	const {primary} = facts;
	const isWell = primary !== undefined && primary.failure === undefined && primary.sample !== undefined;
	const isBack = (primary?.sample?.info.number('server', 'uptime_in_seconds') ?? 0) < returnSeconds;
	if (!isWell || isBack || primary.role !== 'primary') {
		return undefined;
	}

	if (hasReceivedData(facts, downSeconds) || isListedInResync(facts)) {
		return undefined;
	}

	if (isFull(primary)) {
		return noRoom;
	}

	const tls = differingTls(facts, primary);
	if (tls !== undefined) {
		return tls;
	}

	if (refusesNoLogin(primary, facts, downSeconds)) {
		return noWay;
	}

	// Only a connection with TLS has a certificate. A replica without tls-replication connects without TLS, so it gets
	// no link to a port with TLS.
	return primary.sample?.certificateExpiresAtMs === undefined
		? 'the primary answers here: a firewall between them, or its login'
		: 'the primary answers here with TLS: tls-replication of the replica, a firewall between them, or its login';
}

/** The node that was promoted by hand in place of the replica's primary; undefined if there is none. */
export const replacementOf = ({primary, nodes}: NodeFacts): NodeRecord | undefined =>
	primary === undefined ? undefined : leftBehindBy(primary.address, nodes)?.promoted;

/** The steps that let a replica follow the node that was promoted in place of its primary. */
export function followSteps(facts: NodeFacts, promoted: NodeRecord): readonly NextStep[] {
	const {endpoint} = promoted;
	if (mayHaveMoreThan(promoted, facts.record)) {
		return [
			hint('it may have writes that the promoted node lacks: save it (BGSAVE) and copy its RDB file before REPLICAOF'),
		];
	}

	return endpoint.kind === 'tcp'
		? [
				redisCli(facts, message`REPLICAOF ${quotedName('host', endpoint.host)} ${endpoint.port}`),
				hint('it then has the data of that node; also correct replicaof in its config file (CONFIG REWRITE)'),
			]
		: [];
}
