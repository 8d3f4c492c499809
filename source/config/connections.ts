import type {GivenFlags} from '../arguments/flags.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {ConnectionSettings, TlsSettings} from '../wire/connection.js';
import type {Problems} from './problems.js';
import {sentinelTargets} from './sentinel.js';
import type {FileReading, TargetSource} from './sources.js';
import {type RequestedTarget, requestedTargets} from './targets.js';
import {type Environment, firstSet, tlsProblem} from './values.js';

/**
The text of the file that a flag names. Undefined without the flag. If the file can't be used, a problem is added and
the result is undefined.
*/
function fileText(
	flag: {readonly name: string; readonly path: string | undefined; readonly marker: RegExp; readonly lacks: string},
	origin: string | undefined,
	reading: FileReading | undefined,
	problems: Problems,
): string | undefined {
	if (reading === undefined || flag.path === undefined) {
		return undefined;
	}

	const place = origin === undefined ? `--${flag.name} ${flag.path}` : `${origin}: ${flag.path}`;
	if ('why' in reading) {
		return problems.add(`${place}: can't be read: ${reading.why}`, 77);
	}

	return flag.marker.test(reading.text) ? reading.text : problems.add(`${place}: ${flag.lacks}`);
}

const certificate = {marker: /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/, lacks: 'holds no PEM certificate'};

/**
A check that refuses a private key with a passphrase. OpenSSL would report such a key less clearly, and again for every
connection.
*/
const privateKey = {
	marker: /^(?![\s\S]*ENCRYPTED)[\s\S]*-----BEGIN [A-Z ]*PRIVATE KEY-----/,
	lacks: 'holds no unencrypted PEM key; openssl pkey -in FILE writes one',
};

function tlsSettings({given: {flags}, readings, origins}: TargetSource, problems: Problems): TlsSettings {
	const read = (
		name: 'cacert' | 'cacertdir' | 'cert' | 'key',
		kind: {readonly marker: RegExp; readonly lacks: string},
	) => fileText({name, path: flags[name], ...kind}, origins?.get(name), readings[name], problems);
	const authorities = [read('cacert', certificate), read('cacertdir', certificate)].filter(text => text !== undefined);
	const problemsBefore = problems.found.length;
	const settings: TlsSettings = {
		ca: authorities.length > 0 ? authorities : undefined,
		cert: read('cert', certificate),
		key: read('key', privateKey),
		serverName: flags.sni,
		isVerified: flags.insecure !== true,
	};
	const why = problems.found.length === problemsBefore ? tlsProblem(settings) : undefined;
	if (why !== undefined) {
		problems.add(`--cacert, --cert and --key: OpenSSL refuses them: ${why}`);
	}

	return settings;
}

const passwordLine = {marker: /^[^\r\n]/, lacks: 'its first line is empty'};

const passwordHint = 'add --askpass, --pass-file FILE or REDISCLI_AUTH';

export const shownPasswordWarning =
	'others on this machine can see a password on the command line: --askpass, --pass-file and REDISCLI_AUTH hide it';

/** The sources of user and password that are the same for every target. */
type SharedAccess = {
	readonly flags: GivenFlags;
	readonly flagPassword: string | undefined;
	readonly environmentPassword: string | undefined;
};

/**
User and password of one target. They come from the first of these sources that has them: a URI on the command line,
flags, REDIS_URL, REDISCLI_AUTH.
*/
function accessFor(
	{target, isFromEnvironment}: RequestedTarget,
	{flags, flagPassword, environmentPassword}: SharedAccess,
): Pick<ConnectionSettings, 'username' | 'password'> {
	const typed = isFromEnvironment ? undefined : target;
	return {
		username: typed?.username ?? flags.user ?? target.username,
		password: typed?.password ?? flagPassword ?? target.password ?? environmentPassword,
	};
}

/** How to connect to data nodes that Sentinels name. */
type DataAccess = Omit<ConnectionSettings, 'endpoint'>;

export type Connections = {
	readonly settings: readonly ConnectionSettings[];
	/**
	How to connect to data nodes. Set only with `--sentinel`, because then `settings` has the credentials of the
	Sentinels.
	*/
	readonly dataAccess: DataAccess | undefined;
	/** The TLS settings that the flags give. They are set even if no target uses TLS. */
	readonly tls: TlsSettings;
	readonly warnings: readonly string[];
};

/**
The connection settings of the Sentinels of `--sentinel`. User and password come from the Sentinel's own URI. If the URI
has no password, the password of the data nodes is tried, without their user. That is safe, because a Sentinel without
`requirepass` ignores the password.
*/
function sentinelSettings(
	flags: GivenFlags,
	data: DataAccess,
	tls: TlsSettings,
	problems: Problems,
): ConnectionSettings[] {
	const {targets, problems: found} = sentinelTargets(flags);
	for (const problem of found) {
		problems.add(problem);
	}

	return targets.map(({endpoint, username, password, isTls}) => ({
		endpoint,
		username,
		password: password ?? data.password,
		tls: isTls || flags.tls === true ? tls : undefined,
		timeoutMs: data.timeoutMs,
		profile: data.profile,
	}));
}

/**
The connection settings of the targets, each address once, and warnings. Mistakes in the flags are added to `problems`.
*/
export function connectionsOf(
	source: TargetSource,
	environment: Environment,
	timeoutMs: number,
	problems: Problems,
): Connections {
	const {given, readings, origins, profile} = source;
	const {flags} = given;
	// A profile with `match` alone is for servers of the fleet and has no target of its own.
	if (profile !== undefined && given.targets.length === 0) {
		problems.add(`${profile} is a profile with match alone: name a target, or run redis-top fleet`);
	}

	const requested = requestedTargets(given, environment);
	for (const problem of requested.problems) {
		problems.add(problem);
	}

	const tls = tlsSettings(source, problems);
	const passFile = {name: 'pass-file', path: flags.passFile, ...passwordLine};
	const fileLine = fileText(passFile, origins?.get('passFile'), readings.passFile, problems);
	const shared: SharedAccess = {
		flags,
		flagPassword: flags.pass ?? fileLine?.split(/\r?\n/, 1)[0] ?? readings.askedPassword ?? readings.commandPassword,
		environmentPassword: firstSet(environment, ['REDISCLI_AUTH', 'VALKEYCLI_AUTH']),
	};
	const willHavePassword = flags.askpass === true || flags.passFile !== undefined || source.hasPasswordCommand === true;
	const settings = new Map<NodeAddress, ConnectionSettings>();
	for (const request of requested.targets) {
		const {endpoint} = request.target;
		const address = addressOf(endpoint);
		const access = accessFor(request, shared);
		const isTls = request.target.isTls || flags.tls === true;
		// The user isn't printed: in `redis://secret:@host`, the text in the user's place is a misplaced password.
		if (access.username !== undefined && access.password === undefined && !willHavePassword) {
			problems.add(`the user given for ${address} has no password: ${passwordHint}`);
		}

		if (isTls && endpoint.kind === 'unix') {
			problems.add(`${address}: a unix socket has no TLS; leave --tls out`);
		}

		if (!settings.has(address)) {
			settings.set(address, {endpoint, ...access, tls: isTls ? tls : undefined, timeoutMs, profile});
		}
	}

	const dataAccess: DataAccess = {
		username: flags.user,
		password: shared.flagPassword ?? shared.environmentPassword,
		tls: flags.tls === true ? tls : undefined,
		timeoutMs,
		profile,
	};
	for (const sentinel of sentinelSettings(flags, dataAccess, tls, problems)) {
		const address = addressOf(sentinel.endpoint);
		settings.set(address, settings.get(address) ?? sentinel);
	}

	const isTyped = ({target, isFromEnvironment}: RequestedTarget) => !isFromEnvironment && target.password !== undefined;
	const isShown = flags.pass !== undefined || (profile === undefined && requested.targets.some(isTyped));
	return {
		settings: [...settings.values()],
		dataAccess: flags.sentinel === undefined ? undefined : dataAccess,
		tls,
		warnings: isShown ? [shownPasswordWarning] : [],
	};
}
