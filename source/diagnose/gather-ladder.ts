import type {Clock} from '../domain/clock.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {InfoReply} from '../domain/info-reply.js';
import type {CertificateFacts} from '../domain/ladder.js';
import type {Endpoint} from '../domain/node.js';
import type {EvidenceRequest} from '../host/gather-evidence.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {isAddress, LadderConnection, lookUp, type Received, type Timed, timed} from '../wire/ladder-connection.js';
import {probeGreeting} from '../wire/raw-probe.js';
import type {RedisPort} from '../wire/redis-port.js';
import {onlySmallReplies} from '../wire/small-reply.js';
import {askServer} from './ask-server.js';
import type {ConnectFacts, LadderFacts} from './ladder-facts.js';

/**
Milliseconds to wait for the first bytes of a service that speaks first, such as SSH. Such a service sends at once;
Redis sends nothing before a request.
*/
const greetingMs = 300;

export type LadderOptions = {
	readonly settings: ConnectionSettings;
	readonly clock: Clock;
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly gatherEvidence: (request: EvidenceRequest) => Promise<HostEvidence | undefined>;
	/** The last INFO reply of a server that no longer answers; undefined if none is known. */
	readonly lastInfo?: InfoReply | undefined;
	readonly lastConfig?: ReadonlyMap<string, string> | undefined;
	/**
	Since when a reply of this server has been pending, in milliseconds since the epoch. Nothing more is sent to a server
	that is not responding.
	*/
	readonly pendingReplySinceMs?: number | undefined;
};

type Draft = {-readonly [Key in keyof LadderFacts]: LadderFacts[Key]};

/**
Tries the steps of the ladder on one target: from the name look-up to a reply of the server. Returns the result of each
step. Opens at most four connections, one after the other, and sends only commands that read. Takes at most a few
times `timeoutMs` of the settings. Never rejects.
*/
export async function gatherLadder(options: LadderOptions): Promise<LadderFacts> {
	const {settings, clock} = options;
	const facts: Draft = {
		endpoint: settings.endpoint,
		atMs: clock.now(),
		isTlsAsked: settings.tls !== undefined,
		isVerified: settings.tls?.isVerified ?? true,
		hasOwnAuthorities: settings.tls?.ca !== undefined,
		user: settings.username,
		hasPassword: settings.password !== undefined,
		lookup: undefined,
		connects: [],
		greeting: undefined,
		handshake: undefined,
		protocolSeen: undefined,
		otherCertificate: undefined,
		auth: undefined,
		ping: undefined,
		answers: undefined,
		answersFailure: undefined,
		host: undefined,
	};
	const {pendingReplySinceMs} = options;
	const connection = await reach(facts, settings, clock);
	if (connection !== undefined && pendingReplySinceMs !== undefined) {
		facts.greeting = await timed(clock, () => connection.listen(greetingMs));
		facts.ping = {kind: 'quiet', tookMs: clock.now() - pendingReplySinceMs};
		connection.close();
	} else if (connection !== undefined) {
		await talk(facts, connection, settings, clock);
		connection.close();
		await lookAtOtherWay(facts, settings);
		await askFurther(facts, options);
	}

	facts.host = await lookHere(facts, options);
	return facts;
}

function lookHere({answers}: LadderFacts, options: LadderOptions): Promise<HostEvidence | undefined> {
	return options.gatherEvidence({
		endpoint: options.settings.endpoint,
		info: answers?.info ?? options.lastInfo,
		config: answers === undefined || answers.config.size === 0 ? options.lastConfig : answers.config,
		nowMs: options.clock.now(),
	});
}

/**
Looks up the target's name and connects by TCP to all its addresses at once. Of the addresses that accept, the first in
the list is used.
*/
async function reach(
	facts: Draft,
	{endpoint, timeoutMs}: ConnectionSettings,
	clock: Clock,
): Promise<LadderConnection | undefined> {
	let targets: readonly Endpoint[] = [endpoint];
	if (endpoint.kind === 'tcp' && !isAddress(endpoint.host)) {
		const lookup = await timed(clock, () => lookUp(endpoint.host, timeoutMs));
		facts.lookup = lookup;
		targets = lookup.kind === 'found' ? lookup.addresses.map(host => ({...endpoint, host})) : [];
	}

	const tries = await Promise.all(
		targets.map(async target => ({
			target,
			result: await timed(clock, () => LadderConnection.connect(target, timeoutMs)),
		})),
	);
	facts.connects = tries.map(
		({target, result}): ConnectFacts => ({
			address: target.kind === 'unix' ? target.path : target.host,
			tookMs: result.tookMs,
			...(result.kind === 'failed' ? {code: result.code, message: result.message} : {code: undefined, message: ''}),
		}),
	);
	const [first, ...others] = tries.flatMap(({result}) => (result.kind === 'connected' ? [result.connection] : []));
	for (const other of others) {
		other.close();
	}

	return first;
}

/** Runs the steps greeting, TLS, AUTH and PING on one connection, until a step fails. */
async function talk(
	facts: Draft,
	connection: LadderConnection,
	{endpoint, tls, username, password, timeoutMs}: ConnectionSettings,
	clock: Clock,
): Promise<void> {
	facts.greeting = await timed(clock, () => connection.listen(greetingMs));
	if (facts.greeting.kind !== 'quiet') {
		return;
	}

	if (tls !== undefined) {
		const host = endpoint.kind === 'tcp' ? endpoint.host : '';
		facts.handshake = await timed(clock, () => connection.startTls(tls, host, timeoutMs));
		if (facts.handshake.kind === 'failed' || (facts.handshake.untrustedBecause !== undefined && tls.isVerified)) {
			return;
		}
	}

	if (password !== undefined) {
		const command = username === undefined ? ['AUTH', password] : ['AUTH', username, password];
		facts.auth = withoutArguments(await timed(clock, () => connection.ask(command, timeoutMs)));
		if (facts.auth.kind !== 'line') {
			return;
		}
	}

	facts.ping = await timed(clock, () => connection.ask(['PING'], timeoutMs));
}

/**
Removes the quoted arguments from an error reply. A server without AUTH quotes the arguments, and they contain the
password.
*/
function withoutArguments(received: Timed<Received>): Timed<Received> {
	return received.kind === 'line'
		? {...received, text: received.text.replace(/,? with args beginning with.*$/is, '')}
		: received;
}

/**
After a failure, tries the port with the other protocol: plain text if TLS was asked for, or TLS if plain text was asked
for.
*/
async function lookAtOtherWay(facts: Draft, settings: ConnectionSettings): Promise<void> {
	const {tls, endpoint, timeoutMs} = settings;
	if (tls !== undefined) {
		const isMute = facts.handshake?.kind === 'failed' && !/CERT|ALERT/.test(facts.handshake.code);
		const greeting = isMute ? await probeGreeting(endpoint, timeoutMs) : undefined;
		facts.protocolSeen =
			greeting?.kind === 'spoke' && /^[-+]/.test(greeting.text)
				? 'plain'
				: greeting?.kind === 'speaks-tls'
					? 'tls'
					: undefined;
		return;
	}

	const answer = facts.auth !== undefined && facts.auth.kind !== 'line' ? facts.auth : facts.ping;
	if (
		endpoint.kind === 'tcp' &&
		(answer?.kind === 'tls-alert' || answer?.kind === 'failed' || answer?.kind === 'closed')
	) {
		facts.otherCertificate = await certificateAt(endpoint, timeoutMs);
		facts.protocolSeen = facts.otherCertificate === undefined && answer.kind !== 'tls-alert' ? undefined : 'tls';
	}
}

async function certificateAt(
	endpoint: Extract<Endpoint, {kind: 'tcp'}>,
	timeoutMs: number,
): Promise<CertificateFacts | undefined> {
	const result = await LadderConnection.connect(endpoint, timeoutMs);
	if (result.kind === 'failed') {
		return undefined;
	}

	const settings = {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: false};
	const handshake = await result.connection.startTls(settings, endpoint.host, timeoutMs);
	result.connection.close();
	return handshake.kind === 'done' ? handshake.certificate : undefined;
}

/**
Asks for INFO, a few settings and the rights of the ACL user. Skipped if PING got no answer, or if the answer demands a
password.
*/
async function askFurther(facts: Draft, {settings, clock, openPort}: LadderOptions): Promise<void> {
	if (facts.ping?.kind !== 'line' || !/^[-+]/.test(facts.ping.text) || facts.ping.text.startsWith('-NOAUTH')) {
		return;
	}

	const result = await askServer(openPort(settings), {
		timeoutMs: settings.timeoutMs,
		clock,
		username: settings.password === undefined ? undefined : settings.username,
		onlySmallReplies: pending => onlySmallReplies({pending, settings, openPort, clock}),
	});
	if (result.kind === 'answered') {
		facts.answers = result.answers;
	} else {
		facts.answersFailure = {code: result.code, message: result.message};
		facts.hasOnlySmallReplies = result.hasOnlySmallReplies;
	}
}
