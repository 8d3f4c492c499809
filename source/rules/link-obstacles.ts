import type {NextStep} from '../domain/finding.js';
import type {Message} from '../domain/message.js';
import {hint} from './next-steps.js';

/** The reason of a replica whose primary has as many clients as it may have. A replica is a client, too. */
export const noRoom = 'the primary has no room for another client (maxclients)';

/** The reason of a replica that has no room for the data of its primary. */
export const fullDisk = 'its disk is full';

/** The reason of a replica whose tls-ca-cert-file lacks the authority that signed the certificate of its primary. */
export const unknownAuthority = 'unknown authority';

/** Why a replica has no link, by a line of its log. In the message, `problem` precedes the name of the primary. */
export type Obstacle = {
	readonly problem: string;
	readonly isOfDisk?: boolean;
	/** Whether the primary answered and refused the login, so that a PING to it shows nothing new. */
	readonly isOfLogin?: boolean;
	/** Whether a finding on the primary itself tells the reason, so that this one follows from it. */
	readonly isOfPrimary?: boolean;
	/** Figures that follow the name of the primary. */
	readonly detail?: Message;
	readonly reason: Message;
	/** Why the replica's data is old. The text follows the replica's address: `10.0.1.12:6379 could not …`. */
	readonly past: string;
	readonly next: readonly NextStep[];
};

/** Why a replica has no link, by the ids of the log lines that show the reason. */
export const obstacles: ReadonlyMap<string, Obstacle> = new Map([
	[
		'primary-auth',
		{
			isOfLogin: true,
			problem: 'cannot log in to its primary',
			reason: 'masterauth or masteruser is wrong',
			past: 'could not log in to it',
			next: [hint('CONFIG SET masterauth on this replica, with the password of the primary; then CONFIG REWRITE')],
		},
	],
	[
		'primary-protected',
		{
			problem: 'is turned away by its primary',
			reason: 'the primary is in protected mode (DENIED)',
			past: 'was turned away by it (DENIED)',
			next: [
				hint(
					'on the primary: set a password (requirepass) and masterauth here, or bind it to the address of its network',
				),
			],
		},
	],
	[
		'primary-full',
		{
			problem: 'is turned away by its primary',
			isOfPrimary: true,
			reason: noRoom,
			past: 'was turned away by it (maxclients)',
			next: [
				hint(
					'close connections on the primary, or raise its maxclients: CONFIG SET maxclients; panel 4 there says who has them',
				),
			],
		},
	],
	[
		'primary-denies',
		{
			isOfLogin: true,
			problem: 'is turned away by its primary',
			reason: 'masterauth, masteruser or the rights of that user are wrong',
			past: 'was turned away by it',
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
			past: 'could not store its data: its disk is full',
			next: [hint('free disk space on its host, or let it load without a file: repl-diskless-load swapdb')],
		},
	],
	[
		'primary-data-unreadable',
		{
			problem: 'cannot load the data of its primary',
			reason: 'it is older than the primary, or lacks a module',
			past: 'could not load its data',
			next: [hint('upgrade the replica first: a server reads the data of older versions only')],
		},
	],
	[
		'primary-unresolved',
		{
			problem: 'cannot resolve the name of its primary',
			reason: 'the DNS that its host asks does not know it',
			past: 'could not resolve its name',
			next: [hint('or let it replicate from an address: REPLICAOF ADDRESS PORT, then CONFIG REWRITE')],
		},
	],
	[
		'certificate-unverified',
		{
			problem: 'refuses the certificate of its primary',
			reason: `${unknownAuthority}, or it has expired`,
			past: 'could not verify its certificate',
			next: [
				hint(
					'on the replica: CONFIG SET tls-ca-cert-file FILE, with the authority that signed the certificate of the primary; then CONFIG REWRITE',
				),
				hint('the file may have the old authority and the new one while certificates are renewed'),
			],
		},
	],
	[
		'certificate-refused',
		{
			problem: 'is turned away by its primary',
			reason: 'its certificate is refused',
			past: 'was turned away by it (TLS)',
			next: [
				hint(
					'give the replica a certificate that an authority in tls-ca-cert-file of the primary signed (tls-auth-clients): tls-cert-file and tls-key-file, in one CONFIG SET',
				),
				hint('see when its own ends, and who signed it: openssl x509 -noout -enddate -issuer -in FILE'),
			],
		},
	],
	[
		'primary-plain',
		{
			problem: 'speaks TLS with its primary',
			reason: 'the primary does not on this port',
			past: 'spoke TLS with it, which does not',
			next: [
				hint('give the primary a tls-port, and let the replica replicate from that port: REPLICAOF HOST TLS-PORT'),
				hint(
					'or without TLS, in a private network: CONFIG SET tls-replication no on this replica; then CONFIG REWRITE',
				),
			],
		},
	],
	[
		'primary-hangs-up',
		{
			problem: 'gets no reply to its handshake from its primary',
			reason: 'the primary wants TLS, or something between them closes the connection',
			past: 'got no reply from it',
			next: [hint('compare tls-replication of the replica with tls-port of the primary; look at proxies between them')],
		},
	],
]);
