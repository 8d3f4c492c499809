import type {NodeRecord} from '../derive/node-record.js';
import {productNames, serverProduct} from '../derive/server-product.js';
import type {NextStep} from '../domain/finding.js';
import {hint} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Name of the evidence of rep.link_down that the replica's log shows the reason. */
export const obstacleInLog = 'its log';

/**
Name of the evidence of rep.link_down that the replica's log shows the reason: its disk has no room for the primary's
data.
*/
export const storageInLog = 'its log on the disk';

/** Milliseconds after which a log line no longer explains a missing link. A replica tries to connect every second. */
const recentLineMs = 60_000;

/** Why a replica has no link, by a line of its log. In the message, `problem` precedes the name of the primary. */
type Obstacle = {
	readonly problem: string;
	readonly isOfDisk?: boolean;
	readonly reason: string;
	readonly next: readonly NextStep[];
};

/** Why a replica has no link, by the ids of the log lines that show the reason. */
const obstacles: ReadonlyMap<string, Obstacle> = new Map([
	[
		'primary-auth',
		{
			problem: 'cannot log in to its primary',
			reason: 'masterauth or masteruser is wrong',
			next: [hint('CONFIG SET masterauth on this replica, with the password of the primary; then CONFIG REWRITE')],
		},
	],
	[
		'primary-protected',
		{
			problem: 'is turned away by its primary',
			reason: 'the primary is in protected mode (DENIED)',
			next: [
				hint(
					'on the primary: set a password (requirepass) and masterauth here, or bind it to the address of its network',
				),
			],
		},
	],
	[
		'primary-denies',
		{
			problem: 'is turned away by its primary',
			reason: 'masterauth, masteruser or the rights of that user are wrong',
			next: [
				hint(
					'CONFIG GET masterauth on this replica: empty or old? Set the password of the primary; then CONFIG REWRITE',
				),
				hint('its user needs PSYNC, REPLCONF and PING on the primary: ACL SETUSER NAME +psync +replconf +ping'),
			],
		},
	],
	[
		'primary-data-unstored',
		{
			problem: 'cannot store the data of its primary',
			isOfDisk: true,
			reason: 'its disk is full, or its folder cannot be written',
			next: [
				hint('free disk space on the host of the replica, or let it load without a file: repl-diskless-load swapdb'),
			],
		},
	],
	[
		'primary-data-unreadable',
		{
			problem: 'cannot load the data of its primary',
			reason: 'it is older than the primary, or lacks a module',
			next: [hint('upgrade the replica first: a server reads the data of older versions only')],
		},
	],
	[
		'primary-hangs-up',
		{
			problem: 'gets no reply to its handshake from its primary',
			reason: 'the primary wants TLS, or something between them closes the connection',
			next: [hint('compare tls-replication of the replica with tls-port of the primary; look at proxies between them')],
		},
	],
]);

const productOf = (record: NodeRecord | undefined): string | undefined => {
	const product = record?.sample && serverProduct(record.sample.info);
	return product && `${productNames[product.product]} ${product.version ?? ''}`.trim();
};

/** Adds to an obstacle what redis-top knows of the primary: its product, its version, and whether it uses TLS. */
function withPrimaryKnown(id: string, obstacle: Obstacle, {record, primary}: NodeFacts): Obstacle {
	const [own, its] = [productOf(record), productOf(primary)];
	if (id === 'primary-data-unreadable' && own !== undefined && its !== undefined) {
		return own.split(' ')[0] === its.split(' ')[0]
			? {...obstacle, reason: `it is ${own}, its primary ${its}: it is older, or lacks a module`}
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

	// Only a connection with TLS has a certificate, so a known expiry date shows that the primary uses TLS.
	return id === 'primary-hangs-up' && primary?.sample?.certificateExpiresAtMs !== undefined
		? {
				...obstacle,
				reason: 'the primary speaks TLS on this port, and the replica does not (tls-replication no)',
				next: [
					hint('on the replica: CONFIG SET tls-replication yes, with its tls-ca-cert-file set; then CONFIG REWRITE'),
				],
			}
		: obstacle;
}

/** The obstacle that the replica's own log showed within the last minute; undefined if the log shows no obstacle. */
export function loggedObstacle(facts: NodeFacts): (Obstacle & {readonly line: string}) | undefined {
	const {record, primary, nowMs} = facts;
	const host = record.host?.value;
	const remarks = host?.kind === 'here' ? (host.log?.remarks ?? []) : [];
	for (const {id, line, atMs} of remarks) {
		// A primary that ends also breaks off a handshake. So the log line is ignored while the primary does not
		// answer.
		const known = id === 'primary-hangs-up' && primary?.failure !== undefined ? undefined : obstacles.get(id);
		if (known !== undefined && atMs !== undefined && nowMs - atMs < recentLineMs) {
			return {...withPrimaryKnown(id, known, facts), line};
		}
	}

	return undefined;
}
