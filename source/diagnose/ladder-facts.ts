import type {HostEvidence} from '../domain/host-evidence.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {CertificateFacts} from '../domain/ladder.js';
import type {Endpoint} from '../domain/node.js';
import type {HandshakeFacts, LookupFacts, Received, Timed} from '../wire/ladder-connection.js';

export type ConnectFacts = {
	/** As it was connected to: an address, or a socket's path. */
	readonly address: string;
	readonly tookMs: number;
	/** Undefined: it took the connection. */
	readonly code: string | undefined;
	readonly message: string;
};

/** A poll's command that was tried with this user: what the monitor would be blind to. */
export type RightFacts = {
	/** As a blind spot names it: `SLOWLOG GET`. */
	readonly command: string;
	/** The ACL rule that grants it. */
	readonly grant: string;
	/** The error reply; undefined where it was answered. */
	readonly refusal: string | undefined;
};

/** What a server that answers reports of itself. */
export type ServerAnswers = {
	readonly tookMs: number;
	/** Undefined where INFO was refused: then `infoRefusal` has the reply. */
	readonly info: InfoReply | undefined;
	readonly infoRefusal: string | undefined;
	/** How INFO with several sections was refused, where that is the monitor's form: its reply, or that the connection ended. */
	readonly sectionsRefusal?: string | undefined;
	/** `cluster_state` and the other fields of CLUSTER INFO; empty outside of a cluster and where it is refused. */
	readonly cluster: ReadonlyMap<string, string>;
	/** CONFIG GET of a few settings; empty where it is refused. */
	readonly config: ReadonlyMap<string, string>;
	readonly user: string | undefined;
	readonly rights: readonly RightFacts[];
};

/** Everything that was gathered on one climb, step by step; a step that was not reached is undefined. */
export type LadderFacts = {
	readonly endpoint: Endpoint;
	readonly atMs: number;
	readonly isTlsAsked: boolean;
	readonly isVerified: boolean;
	readonly user: string | undefined;
	readonly hasPassword: boolean;
	/** Undefined for an address or a socket file, which need no look-up. */
	readonly lookup: Timed<LookupFacts> | undefined;
	readonly connects: readonly ConnectFacts[];
	readonly greeting: Timed<Received> | undefined;
	readonly handshake: Timed<HandshakeFacts> | undefined;
	/** The protocol that the port speaks, tried where the requested one failed. */
	readonly protocolSeen: 'plain' | 'tls' | undefined;
	/** Of the port that speaks TLS though plain was asked for. */
	readonly otherCertificate: CertificateFacts | undefined;
	readonly auth: Timed<Received> | undefined;
	readonly ping: Timed<Received> | undefined;
	readonly answers: ServerAnswers | undefined;
	/** Why the second connection, for INFO and the rights, failed. */
	readonly answersFailure: {readonly code: string; readonly message: string} | undefined;
	readonly host: HostEvidence | undefined;
};
