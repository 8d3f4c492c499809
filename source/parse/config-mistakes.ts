import {sanitize} from '../text/sanitize.js';
import {configArguments} from './config-line.js';

/** A mistake in one line of a config file, or a folder that has to be there. */
export type LineCheck =
	| {readonly kind: 'mistake'; readonly text: string; readonly why: string}
	| {readonly kind: 'folder'; readonly text: string; readonly path: string};

/** A value that the server does not accept, in few words; undefined for a value that it may accept. */
type CheckValue = (value: string) => string | undefined;

const anything: CheckValue = () => undefined;

/** Source: Redis util.c, `memtoull`. A unit alone counts as 0 there. */
const memory: CheckValue = value => (/^\d*(?:b|k|kb|m|mb|g|gb)?$/i.test(value) ? undefined : 'no size in bytes');

const memoryOrShare: CheckValue = value => (/^\d+%$/.test(value) ? undefined : memory(value));

/** Source: Redis util.c, `string2ll`, which takes neither a plus nor leading zeros. */
const integer: CheckValue = value => (/^(?:0|-?[1-9]\d*)$/.test(value) ? undefined : 'no whole number');

const port: CheckValue = value =>
	integer(value) ?? (Number(value) < 0 || Number(value) > 65_535 ? 'no port' : undefined);

const yesOrNo: CheckValue = value => (/^(?:yes|no)$/i.test(value) ? undefined : 'neither yes nor no');

const oneOf =
	(pattern: RegExp): CheckValue =>
	value =>
		pattern.test(value) ? undefined : 'no value of this setting';

/** Settings with exactly one value that have been the same since Redis 6.2, in Redis 8 and Valkey 9 as well. */
const single: ReadonlyMap<string, CheckValue> = new Map([
	...[
		...['maxmemory', 'repl-backlog-size', 'client-query-buffer-limit', 'proto-max-bulk-len'],
		...['auto-aof-rewrite-min-size', 'active-defrag-ignore-bytes'],
	].map(name => [name, memory] as const),
	['maxmemory-clients', memoryOrShare] as const,
	...[
		...['timeout', 'tcp-backlog', 'tcp-keepalive', 'databases', 'maxclients', 'hz', 'maxmemory-samples'],
		...['slowlog-log-slower-than', 'slowlog-max-len', 'latency-monitor-threshold', 'repl-timeout'],
		...['repl-backlog-ttl', 'repl-diskless-sync-delay', 'replica-priority', 'cluster-node-timeout'],
		...['auto-aof-rewrite-percentage', 'min-replicas-to-write', 'min-replicas-max-lag', 'io-threads'],
	].map(name => [name, integer] as const),
	...['port', 'tls-port', 'cluster-announce-port', 'replica-announce-port'].map(name => [name, port] as const),
	...[
		...['appendonly', 'protected-mode', 'daemonize', 'rdbcompression', 'rdbchecksum', 'cluster-enabled'],
		...['stop-writes-on-bgsave-error', 'replica-read-only', 'replica-serve-stale-data', 'activerehashing'],
		...['no-appendfsync-on-rewrite', 'aof-use-rdb-preamble', 'aof-load-truncated', 'always-show-logo'],
		...['lazyfree-lazy-eviction', 'lazyfree-lazy-expire', 'lazyfree-lazy-server-del', 'lazyfree-lazy-user-del'],
		...['tls-replication', 'tls-cluster', 'repl-disable-tcp-nodelay', 'cluster-require-full-coverage'],
	].map(name => [name, yesOrNo] as const),
	['appendfsync', oneOf(/^(?:always|everysec|no)$/i)] as const,
	['maxmemory-policy', oneOf(/^(?:noeviction|(?:allkeys|volatile)-[a-z]{3,})$/i)] as const,
	...['logfile', 'dbfilename', 'appendfilename', 'pidfile', 'unixsocket', 'aclfile', 'cluster-config-file'].map(
		name => [name, anything] as const,
	),
	...['requirepass', 'masterauth', 'masteruser'].map(name => [name, anything] as const),
]);

/** Settings whose value is secret. Nothing of it is shown. */
const secret: ReadonlySet<string> = new Set(['requirepass', 'masterauth', 'masteruser']);

/** Most characters of a line that are shown. */
const shownLength = 40;

const shortened = (text: string): string => (text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text);

const shownText = (name: string, text: string): string =>
	sanitize(shortened(secret.has(name.toLowerCase()) ? name : text));

/** A line of a config file as it may be shown: printable and short; of a setting that may be secret, its name alone. */
export function shownLine(line: string): string {
	const text = line.trim();
	const [name = ''] = text.split(/\s/);
	return /pass|auth|^user$|secret/i.test(name) ? sanitize(shortened(name)) : shownText(name, text);
}

/**
Source: Redis config.c, `setConfigSaveOption`: pairs of whole numbers, also within one pair of quotes, or one empty text.
*/
function savePoints(values: readonly string[]): string | undefined {
	const [only = ''] = values;
	if (values.length <= 1 && only.trim() === '') {
		return undefined;
	}

	const numbers = values.length === 1 ? only.trim().split(/ +/) : values;
	return numbers.length % 2 === 1
		? 'no pairs of seconds and changes'
		: numbers.every(value => /^\s*[+-]?\d+$/.test(value))
			? undefined
			: 'no whole number';
}

/** Source: Redis config.c, `setConfigReplicaOfOption`. */
function primaryOf([host = '', number = '', ...more]: readonly string[]): string | undefined {
	if (host === '' || number === '' || more.length > 0) {
		return 'needs a host and a port';
	}

	const isNoOne = host.toLowerCase() === 'no' && number.toLowerCase() === 'one';
	return isNoOne || /^\s*[+-]?\d+$/.test(number) ? undefined : 'no port';
}

/**
What is certainly not valid in one line of a config file, so that the server does not start. Undefined for a line that
may be valid: a setting that is not in the tables may belong to a module or to another version.
*/
export function checkLine(line: string): LineCheck | undefined {
	const text = line.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
	if (text === '' || text.startsWith('#')) {
		return undefined;
	}

	const words = configArguments(text);
	if (words === 'unclear') {
		return undefined;
	}

	const [name = '', ...values] = words === 'unclosed' ? [text.split(/[ \t]/)[0] ?? ''] : words;
	const known = name.toLowerCase();
	const checkValue = single.get(known);
	const shown = shownText(name, text);
	const mistake = (why: string | undefined): LineCheck | undefined =>
		why === undefined ? undefined : {kind: 'mistake', text: shown, why};
	if (words === 'unclosed') {
		return checkValue === undefined ? undefined : mistake('a quote that is not closed');
	}

	if (known === 'save') {
		return mistake(savePoints(values));
	}

	if (known === 'replicaof' || known === 'slaveof') {
		return mistake(primaryOf(values));
	}

	const [value = ''] = values;
	if (known === 'dir') {
		return values.length === 1 ? {kind: 'folder', text: shown, path: value} : mistake(oneValue(values));
	}

	// The server opens its log before anything else. Source: Redis config.c, loadServerConfigFromString.
	const logFolder = known === 'logfile' && values.length === 1 ? /^(\/.+)\/[^/]+$/.exec(value)?.[1] : undefined;
	if (logFolder !== undefined) {
		return {kind: 'folder', text: shown, path: logFolder};
	}

	return checkValue === undefined ? undefined : mistake(values.length === 1 ? checkValue(value) : oneValue(values));
}

const oneValue = (values: readonly string[]): string =>
	values.length === 0 ? 'its value is missing' : `${values.length} words where one belongs`;
