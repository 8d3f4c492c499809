import type {HostEvidence} from '../domain/host-evidence.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {CertificateFacts} from '../domain/ladder.js';
import type {Endpoint} from '../domain/node.js';
import type {HandshakeFacts, LookupFacts, Received, Timed} from '../wire/ladder-connection.js';

export type ConnectFacts = {
	/** The address, or the path of the unix socket, that was connected to. */
	readonly address: string;
	readonly tookMs: number;
	/** The error's code; undefined: the connection was accepted. */
	readonly code: string | undefined;
	readonly message: string;
};

/**
One of the monitor's commands, tried with the ACL user of the connection. If the server refuses the command, the facts
that the command would show are a blind spot.
*/
export type RightFacts = {
	/** The command, as texts about blind spots name it: `SLOWLOG GET`. */
	readonly command: string;
	/** The ACL rule that grants the command. */
	readonly grant: string;
	/** The error reply; undefined if the command was answered. */
	readonly refusal: string | undefined;
};

/** The replies of a server to INFO, CLUSTER INFO, CONFIG GET and the tried commands. */
export type ServerAnswers = {
	readonly tookMs: number;
	/** The reply to INFO; undefined if the server refused INFO. `infoRefusal` then has the error. */
	readonly info: InfoReply | undefined;
	readonly infoRefusal: string | undefined;
	/**
	Why INFO with several sections, as the monitor sends it, failed: the error reply, or a text about the closed
	connection. Undefined if this INFO was answered, or not sent.
	*/
	readonly sectionsRefusal?: string | undefined;
	/**
	`cluster_state` and the other fields of CLUSTER INFO; empty outside a cluster, or if the server refuses the command.
	*/
	readonly cluster: ReadonlyMap<string, string>;
	/** A few settings from CONFIG GET; empty if the server refuses the command. */
	readonly config: ReadonlyMap<string, string>;
	readonly user: string | undefined;
	readonly rights: readonly RightFacts[];
};

/** The results of all steps of one diagnosis. The result of a step that was not reached is undefined. */
export type LadderFacts = {
	readonly endpoint: Endpoint;
	readonly atMs: number;
	readonly isTlsAsked: boolean;
	readonly isVerified: boolean;
	/** Whether the trusted authorities were given, as with `--cacert`. @default false */
	readonly hasOwnAuthorities?: boolean;
	readonly user: string | undefined;
	readonly hasPassword: boolean;
	/** The result of the name look-up; undefined for an address or a socket file, because they need no look-up. */
	readonly lookup: Timed<LookupFacts> | undefined;
	readonly connects: readonly ConnectFacts[];
	readonly greeting: Timed<Received> | undefined;
	readonly handshake: Timed<HandshakeFacts> | undefined;
	/** The protocol that the port really speaks. After a failure, it is found by trying the other protocol. */
	readonly protocolSeen: 'plain' | 'tls' | undefined;
	/** The certificate of a port that speaks TLS, although a plain connection was asked for. */
	readonly otherCertificate: CertificateFacts | undefined;
	readonly auth: Timed<Received> | undefined;
	readonly ping: Timed<Received> | undefined;
	readonly answers: ServerAnswers | undefined;
	/** Why the second connection, which asks for INFO and the rights, failed. */
	readonly answersFailure: {readonly code: string; readonly message: string} | undefined;
	/** Whether a small request was answered on a further connection while the reply on the second one stayed away. */
	readonly hasOnlySmallReplies?: boolean | undefined;
	readonly host: HostEvidence | undefined;
};
