import type {NodeRecord} from '../derive/node-record.js';
import {productNames, serverProduct} from '../derive/server-product.js';
import type {NextStep} from '../domain/finding.js';
import {message, nameOf} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {bytes, count} from '../text/units.js';
import {certificateSteps} from './certificate.js';
import {fullDisk, type Obstacle, obstacles, unknownAuthority} from './link-obstacles.js';
import {hint, onHost} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';

/** Name of the evidence of rep.link_down that the replica's log shows the reason. */
export const obstacleInLog = 'its log';

/**
Name of the evidence of rep.link_down that the replica's log shows the reason: its disk has no room for the primary's
data.
*/
export const storageInLog = 'its log on the disk';

/**
Name of the evidence of rep.link_down that the replica's log shows a reason that lies with the primary, where a finding of
the primary tells of it.
*/
export const primaryInLog = 'its log, of the primary';

/** Milliseconds after which a log line no longer explains a missing link. A replica tries to connect every second. */
const recentLineMs = 60_000;

/** The setting that makes a replica use TLS with its primary. */
export const tlsReplication = 'tls-replication';

/** The steps for a replica without TLS whose primary uses TLS. */
export const tlsSteps: readonly NextStep[] = [
	hint('on the replica: CONFIG SET tls-replication yes, with its tls-ca-cert-file set; then CONFIG REWRITE'),
];

const productOf = (record: NodeRecord | undefined): string | undefined => {
	const product = record?.sample && serverProduct(record.sample.info);
	return product && `${productNames[product.product]} ${product.version ?? ''}`.trim();
};

/** The step about a primary of another version or product: its data may be what the replica cannot load. */
export function versionSteps({record, primary}: NodeFacts): readonly NextStep[] {
	const [own, its] = [productOf(record), productOf(primary)];
	const lineOf = (product: string) => /^\D*\d+\.\d+/.exec(product)?.[0];
	return own === undefined || its === undefined || lineOf(own) === lineOf(its)
		? []
		: [hint(`it is ${own}, its primary ${its}: no server reads the data of a newer version, or of another product`)];
}

const logOf = ({host}: NodeRecord) => (host?.value.kind === 'here' ? host.value.log : undefined);

/**
Whether the log says that the version of the data was the reason: `Can't handle RDB format version 12`. The server writes
that line just before it gives the data up.
*/
const isFormatKnown = (record: NodeRecord): boolean => {
	const remarks = logOf(record)?.remarks ?? [];
	const timeOf = (id: string) => remarks.find(remark => remark.id === id)?.atMs;
	const [format, given] = [timeOf('rdb-newer'), timeOf('primary-data-unreadable')];
	return format !== undefined && given !== undefined && Math.abs(given - format) < recentLineMs;
};

/** The type of a module whose data the server could not load, by the last lines of its log. */
const missingModule = (record: NodeRecord): string | undefined =>
	(logOf(record)?.lines ?? [])
		.flatMap(line => /no matching module type '(?<type>[^']+)'/.exec(line)?.groups?.type ?? [])
		.at(-1);

/** Adds to an obstacle what redis-top knows of the primary: its product, its version, and whether it uses TLS. */
function withPrimaryKnown(id: string, obstacle: Obstacle, {record, primary}: NodeFacts): Obstacle {
	const [own, its] = [productOf(record), productOf(primary)];
	if (id === 'primary-data-unreadable') {
		const missing = missingModule(record);
		if (missing !== undefined) {
			return {
				...obstacle,
				reason: message`it lacks the module ${nameOf('quote', missing)}`,
				next: [
					hint(
						'load that module on the replica, too: loadmodule in its config file, then a restart; MODULE LOAD is refused by default since 7.0',
					),
				],
			};
		}
	}

	if (id === 'primary-data-unreadable' && own !== undefined && its !== undefined) {
		return own.split(' ')[0] === its.split(' ')[0]
			? {
					...obstacle,
					detail: message`a ${its}`,
					reason: `${own} is too old${isFormatKnown(record) ? '' : ', or lacks a module'}`,
				}
			: {
					...obstacle,
					reason: `${own} does not read the data of ${its}`,
					next: [
						hint('replication between the two products works only up to the versions whose RDB format both read'),
						hint(
							'copy the keys with a tool that sends commands instead, or replicate from an older server (Redis 7.2)',
						),
						hint('until then REPLICAOF NO ONE here: each attempt costs the primary a fork'),
					],
				};
	}

	const host = record.sample?.info.text('replication', 'master_host');
	if (id === 'primary-unresolved' && host !== undefined) {
		const look = onHost(message`getent hosts ${quotedName('host', host)}   # or in the container of the replica`);
		return {...obstacle, next: [look, ...obstacle.next]};
	}

	// Only a connection with TLS has a certificate, so a known expiry date shows that the primary uses TLS.
	if (id !== 'primary-hangs-up' || primary?.sample?.certificateExpiresAtMs === undefined) {
		return obstacle;
	}

	// With TLS 1.3 a replica learns that its certificate is refused only when it reads the first reply.
	return record.config?.value.get(tlsReplication) === 'yes'
		? (obstacles.get('certificate-refused') ?? obstacle)
		: {
				...obstacle,
				reason: 'the primary speaks TLS on this port, and the replica does not (tls-replication no)',
				next: tlsSteps,
			};
}

/**
Adds to an obstacle of the disk what the log line says: whether the disk is full, or the folder cannot be written. A short
write has no error of the system: a file got only a part, because there was no room for the rest. A limit of the size of
a file does the same, so the folder's free space decides. Source: Redis, src/replication.c, `readSyncBulkPayload`.
*/
function withStorageKnown(obstacle: Obstacle, line: string, facts: NodeFacts): Obstacle {
	if (obstacle.isOfDisk !== true) {
		return obstacle;
	}

	const here = facts.record.host?.value;
	const folder = here?.kind === 'here' ? here.folder : undefined;
	const free = folder?.freeBytes;
	const needed = facts.primary?.sample?.info.number('memory', 'used_memory') ?? 0;
	const isShort = /: short write$/i.test(line.trimEnd()) && free !== undefined && free < needed;
	return isShort || /No space left|Disk quota/i.test(line)
		? {
				...obstacle,
				reason: fullDisk,
				...(free === undefined || folder === undefined || free >= needed
					? {}
					: {detail: message`${bytes(needed)}, ${bytes(free)} free in ${nameOf('path', folder.path)}`}),
			}
		: /Permission denied|Read-only|No such file/i.test(line)
			? {
					...obstacle,
					reason: 'its folder cannot be written',
					past: 'could not store its data: its folder cannot be written',
					next: [hint('give its user the right to write into its folder (CONFIG GET dir), or mount it again')],
				}
			: obstacle;
}

/** The reply to AUTH of a server whose default user has no password. Source: Redis, src/acl.c, `authCommand`. */
const needlessPassword = /without any password configured|no password is set/i;

/**
Adds to a failed login that the primary has no password, if the log line says so. The password of the primary is then
what is missing, and not that of the replica. A primary that was started without its config file may also be without its
data, and a replica that is linked to an empty primary discards its own keys.
*/
function withLoginKnown(obstacle: Obstacle, line: string, {sample, primary}: NodeFacts): Obstacle {
	if (!needlessPassword.test(line)) {
		return obstacle;
	}

	const [own, its] = [sample, primary?.sample].map(each => each && keyCount(each.info));
	const isAtRisk = its === 0 && (own ?? 0) > 0;
	return {
		...obstacle,
		reason: 'the primary has no password',
		next: isAtRisk
			? [
					hint(
						`leave the link down: the primary is empty, and a replica that is linked discards its ${count(own ?? 0)} keys`,
					),
					hint('start the primary again with its config file: that has its password, and names the folder of its data'),
				]
			: [
					hint('was the primary started without its config file? Start it with its file, which has its password'),
					hint('or on the primary: CONFIG SET requirepass with the password of masterauth; then CONFIG REWRITE'),
					hint('if it is to have none: CONFIG SET masterauth "" on this replica; then CONFIG REWRITE'),
				],
	};
}

/**
Adds to a refusal what its code says. A replica whose masterauth is set sends AUTH first, so NOAUTH shows that it has none;
a wrong one has a log line of its own. Source: Redis, src/replication.c, `syncWithMaster`.
*/
function withRefusalKnown(obstacle: Obstacle, line: string): Obstacle {
	if (/\bNOAUTH\b/.test(line)) {
		return {
			...obstacle,
			reason: 'its masterauth is empty (NOAUTH)',
			past: 'has no masterauth',
			next: [hint('CONFIG SET masterauth on this replica, with the password of the primary; then CONFIG REWRITE')],
		};
	}

	return /\bNOPERM\b/.test(line)
		? {...obstacle, reason: 'its masteruser lacks rights there (NOPERM)', next: obstacle.next.slice(1)}
		: obstacle;
}

/**
Adds to a certificate that the replica refuses whether it has expired, as redis-top's own connection to the primary shows.
A replica checks who signed it and its dates, and not its names. Source: Redis, src/tls.c.
*/
function withCertificateKnown(obstacle: Obstacle, {primary, settings, nowMs}: NodeFacts): Obstacle {
	const endsMs = primary?.sample?.certificateExpiresAtMs;
	const isRefusedHere = primary?.failure?.code === 'CERT_HAS_EXPIRED';
	if (primary === undefined || (endsMs === undefined && !isRefusedHere)) {
		return obstacle;
	}

	return isRefusedHere || (endsMs ?? nowMs) <= nowMs
		? {
				...obstacle,
				isOfPrimary: true,
				reason: 'it has expired',
				next: certificateSteps({record: primary, settings, nowMs}, isRefusedHere ? undefined : endsMs),
			}
		: {...obstacle, reason: unknownAuthority};
}

/** The obstacle that the replica's own log showed within the last minute; undefined if the log shows no obstacle. */
export const loggedObstacle = (facts: NodeFacts): LoggedObstacle | undefined =>
	obstacleAfter(facts, facts.nowMs - recentLineMs);

/** Whether a host is an address of IPv4 or IPv6, and no name. */
const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);

/** Adds to an obstacle what its line says, beside its kind. */
function withLineKnown(id: string, obstacle: Obstacle, line: string, facts: NodeFacts): Obstacle {
	return id === 'primary-auth'
		? withLoginKnown(obstacle, line, facts)
		: id === 'primary-denies'
			? withRefusalKnown(obstacle, line)
			: id === 'certificate-unverified'
				? withCertificateKnown(obstacle, facts)
				: withStorageKnown(obstacle, line, facts);
}

type LoggedObstacle = Obstacle & {readonly line: string};

/** Seconds before the end of a link whose log lines still belong to that end. */
const endSeconds = 5;

/**
The obstacle that the replica's own log showed since its link broke. It tells why the data of the replica is older than
the failure of its primary. Undefined if the log shows no obstacle.
*/
export function obstacleSinceLink(facts: NodeFacts): LoggedObstacle | undefined {
	const downSeconds = facts.number('replication', 'master_link_down_since_seconds') ?? -1;
	return obstacleAfter(facts, facts.nowMs - Math.max(recentLineMs, (downSeconds + endSeconds) * 1000));
}

function obstacleAfter(facts: NodeFacts, sinceMs: number): LoggedObstacle | undefined {
	const {record, primary} = facts;
	const host = record.host?.value;
	const remarks = host?.kind === 'here' ? (host.log?.remarks ?? []) : [];
	for (const {id, line, atMs} of remarks) {
		// A primary that ends also breaks off a handshake. So the log line is ignored while the primary does not
		// answer.
		// An address needs no DNS: the same line then has another reason.
		const isOther =
			(id === 'primary-hangs-up' && primary?.failure !== undefined) ||
			(id === 'primary-unresolved' && isAddress(record.sample?.info.text('replication', 'master_host') ?? ''));
		const known = isOther ? undefined : obstacles.get(id);
		if (known !== undefined && atMs !== undefined && atMs > sinceMs) {
			return {...withPrimaryKnown(id, withLineKnown(id, known, line, facts), facts), line};
		}
	}

	return undefined;
}
