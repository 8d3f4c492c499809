import {incidentNames} from '../demo/simulated/incident-names.js';
import {panelChoices, panelIds} from '../state/panel-table.js';
import type {FlagGroup, FlagRow} from './flag-row.js';
import {formatValue, ownFormatsText} from './format-help.js';
import {formatNames} from './format-names.js';
import {serviceFlags} from './service-flags.js';

export type {FlagGroup, FlagRow} from './flag-row.js';

// Flags and commands as data. The parser, `--help` and the documents are made from these rows.

/** The text that `--help` prints before each group of flags, in this order. */
export const flagGroups: ReadonlyArray<readonly [group: FlagGroup, title: string]> = [
	['connection', "Connection (redis-cli's flags)"],
	['tls', 'TLS'],
	['monitor', 'Monitor'],
	['output', 'Screen and output'],
	['other', 'Other'],
];

/** The commands that have a screen with panels. */
const screenCommands = ['monitor', 'demo', 'replay', 'fleet'] as const;

/** Every flag by the key of its value in `GivenFlags`. */
export const flagTable = {
	host: {group: 'connection', name: 'host', short: 'h', value: 'HOST', text: 'host name or address (127.0.0.1)'},
	port: {group: 'connection', name: 'port', short: 'p', value: 'PORT', text: 'port (6379)'},
	socket: {group: 'connection', name: 'socket', short: 's', value: 'PATH', text: 'unix socket'},
	uri: {group: 'connection', name: 'uri', short: 'u', value: 'URI', text: 'the same as a TARGET that is a URI'},
	db: {
		group: 'connection',
		name: 'db',
		short: 'n',
		value: 'NUMBER',
		text: 'database; accepted for compatibility with redis-cli, without effect: all databases are monitored, and only a scan of keys (S) and --watch-key send SELECT',
	},
	user: {group: 'connection', name: 'user', value: 'NAME', text: 'ACL user; needs a password'},
	pass: {
		group: 'connection',
		name: 'pass',
		short: 'a',
		value: 'PASSWORD',
		isSecret: true,
		text: 'password; others on this machine can see it while redis-top starts, so prefer one of the next two',
	},
	askpass: {group: 'connection', name: 'askpass', text: 'ask for the password on the terminal'},
	passFile: {
		group: 'connection',
		name: 'pass-file',
		value: 'FILE',
		text: "read the password from the file's first line",
	},
	cluster: {
		group: 'connection',
		name: 'cluster',
		short: 'c',
		text: 'accepted for compatibility with redis-cli, without effect: a cluster is recognized without this flag',
	},
	sentinel: {
		group: 'connection',
		name: 'sentinel',
		value: 'HOST:PORT',
		isList: true,
		text: 'ask this Sentinel where the nodes are (port 26379); may be repeated, or have commas. A target that is a Sentinel is recognized without this flag',
	},
	masterName: {
		group: 'connection',
		name: 'master-name',
		value: 'NAME',
		text: 'show only this primary of those that the Sentinels monitor (all)',
	},
	natMap: {
		group: 'connection',
		name: 'nat-map',
		value: 'FROM=TO',
		isList: true,
		text: 'connect to TO for a node that announces FROM: both host:port, or both a host; may be repeated, or have commas',
	},
	follow: {
		group: 'connection',
		name: 'follow',
		value: 'all|any|none',
		text: "which announced nodes to connect to: all of them, with credentials only where the network or the certificate is the targets' own; any, with credentials everywhere; none, only the targets (all)",
	},
	tls: {group: 'tls', name: 'tls', text: 'connect with TLS, as rediss:// and valkeys:// do'},
	cacert: {group: 'tls', name: 'cacert', value: 'FILE', text: 'trust the certificates in this PEM file'},
	cacertdir: {group: 'tls', name: 'cacertdir', value: 'DIR', text: 'trust the *.pem and *.crt in this folder'},
	cert: {group: 'tls', name: 'cert', value: 'FILE', text: 'client certificate, PEM; needs --key'},
	key: {group: 'tls', name: 'key', value: 'FILE', text: "the client certificate's key, PEM; needs --cert"},
	sni: {
		group: 'tls',
		name: 'sni',
		value: 'HOST',
		text: 'server name to send and to verify, for the targets and for nodes that announce no host name',
	},
	insecure: {group: 'tls', name: 'insecure', text: "don't verify the server's certificate; the screen says so"},
	interval: {
		group: 'monitor',
		name: 'interval',
		short: 'i',
		value: 'DURATION',
		text: 'time between two polls: 500ms, 1s, 2, 1.5s, 1m; 200ms to 1h (1s; watch: 30s; fleet: 15s)',
	},
	timeout: {
		group: 'monitor',
		name: 'timeout',
		value: 'DURATION',
		text: 'longest wait for a connection or a reply, at most the interval (the interval, at least 2s and at most 5s)',
	},
	panel: {
		group: 'monitor',
		name: 'panel',
		value: 'PANEL',
		commands: screenCommands,
		valuesOf: {monitor: panelIds, demo: panelIds, replay: panelIds},
		text: `panel to start with, by key or name: ${panelChoices}`,
	},
	readOnly: {group: 'monitor', name: 'read-only', text: 'no action can be unlocked in this session'},
	allowActions: {group: 'monitor', name: 'allow-actions', text: 'start with actions unlocked'},
	ascii: {group: 'output', name: 'ascii', text: "ASCII only (the default when the locale isn't UTF-8)"},
	color: {group: 'output', name: 'no-color', text: 'no colour, only bold and inverse, as with NO_COLOR set'},
	wall: {
		group: 'output',
		name: 'wall',
		commands: screenCommands,
		text: 'for a wall display: the verdict and five figures in large letters, read-only',
	},
	mask: {group: 'output', name: 'mask', text: 'hide addresses, names, keys and paths in all that is shown; read-only'},
	theme: {
		group: 'output',
		name: 'theme',
		value: 'soft|dark|light|high-contrast|color-blind|mono',
		text: 'colours: soft and color-blind have 256; mono only bold and inverse (soft where the terminal has 256, else dark)',
	},
	a11y: {
		group: 'output',
		name: 'a11y',
		text: 'for a screen reader: lines appended on change, no screen, no clock (the default with ACCESSIBLE=1)',
	},
	mouse: {
		group: 'output',
		name: 'mouse',
		text: 'the wheel scrolls, a click chooses or sorts by a column head; Shift selects text',
	},
	format: {
		group: 'output',
		name: 'format',
		value: formatValue(formatNames),
		valuesOf: formatNames,
		text: ['snapshot: json by default. Monitor: print samples in this format instead of a screen']
			.concat(ownFormatsText(formatNames))
			.filter(text => text !== '')
			.join('. '),
	},
	json: {group: 'output', name: 'json', text: 'the same as --format json'},
	record: {
		group: 'other',
		name: 'record',
		value: 'FILE',
		commands: ['monitor', 'demo', 'watch', 'snapshot'],
		text: 'record everything that servers reply into this new file, for redis-top replay',
	},
	recordArguments: {
		group: 'other',
		name: 'record-arguments',
		commands: ['monitor', 'demo', 'watch', 'snapshot', 'record'],
		text: 'record arguments of logged commands, key names and client names as they are (masked)',
	},
	to: {
		group: 'other',
		name: 'to',
		value: 'DIR|TIME',
		commands: ['record', 'report'],
		text: 'record: the folder for a file an hour. report: the last moment, as --from',
	},
	from: {
		group: 'other',
		name: 'from',
		value: 'TIME',
		commands: ['report'],
		text: 'report: the first moment, 03:12 (UTC), -5m (before the end) or 2026-11-23T03:12Z (the last incident, or all of three hours)',
	},
	keep: {
		group: 'other',
		name: 'keep',
		value: 'HOURS|SIZE',
		commands: ['record'],
		text: 'record: how much stays, 48h, 7d or 2GB; the oldest files are removed (48h)',
	},
	at: {
		group: 'other',
		name: 'at',
		value: 'TIME',
		commands: ['replay'],
		text: 'replay: begin at 03:12 (UTC), -5m (before the end) or 2026-11-23T03:12Z (the beginning; --check and --json: the end)',
	},
	check: {
		group: 'other',
		name: 'check',
		commands: ['replay'],
		text: 'replay: no screen; what check would have said at --at, with its exit code',
	},
	watch: {
		group: 'other',
		name: 'watch',
		commands: ['replay'],
		text: 'replay: no screen; the lines that watch would have printed, from --at on',
	},
	speed: {
		group: 'other',
		name: 'speed',
		value: 'NUMBER',
		commands: ['replay'],
		text: 'replay: seconds of the recording a second, 1 to 600 (1)',
	},
	cast: {
		group: 'other',
		name: 'cast',
		value: 'FILE',
		commands: ['replay'],
		text: 'replay: no screen; write it from --at on into this new file, an asciicast with a marker for each finding',
	},
	size: {
		group: 'other',
		name: 'size',
		value: 'COLUMNSxROWS',
		commands: ['replay'],
		text: 'replay --cast: the size of its screen (120x40)',
	},
	for: {
		group: 'other',
		name: 'for',
		value: 'SERVER',
		commands: ['acl'],
		text: 'acl: for this product and version, without connecting to a server: redis-7.0, valkey-9.1, sentinel-7.2',
	},
	actions: {
		group: 'other',
		name: 'actions',
		commands: ['acl'],
		text: 'acl: for a user who may run the guarded actions too',
	},
	watchKey: {
		group: 'monitor',
		name: 'watch-key',
		value: 'KEY',
		isList: true,
		text: 'show the length and growth of this stream, list or sorted set every ten seconds, with the groups of a stream; up to 50; db3:KEY in database 3',
	},
	keys: {
		group: 'other',
		name: 'keys',
		commands: ['acl'],
		text: 'acl: for a user who may also scan keys (S) and watch some; it reads no value',
	},
	since: {
		group: 'other',
		name: 'since',
		value: 'MOMENT',
		commands: ['audit'],
		text: 'audit: only entries of the last 30m, 2h or 7d, or since 2026-11-23T14:00Z (all)',
	},
	...serviceFlags,
	nodes: {
		group: 'other',
		name: 'nodes',
		value: 'NUMBER',
		commands: ['demo'],
		text: 'demo simulated: number of nodes, 6 to 2000 (12); demo fleet: number of generated servers, 0 to 20000 (0)',
	},
	incident: {
		group: 'other',
		name: 'incident',
		value: 'NAME',
		commands: ['demo'],
		valuesOf: {demo: [...incidentNames, 'all', 'none']},
		text: 'demo simulated: the incidents to play: node-dies, partition, failover, full-memory, lagging-replica, all in turn, or none (all)',
	},
	completion: {
		group: 'other',
		name: 'completion',
		value: 'SHELL',
		text: 'print the script that completes commands and flags in bash, zsh or fish',
	},
	only: {
		group: 'other',
		name: 'only',
		value: 'RULES',
		commands: ['check', 'watch'],
		text: 'check, watch: only these rules, by id or the beginning of ids, separated by commas: mem,rep.link_down',
	},
	skip: {
		group: 'other',
		name: 'skip',
		value: 'RULES',
		commands: ['check', 'watch'],
		text: 'check, watch: all rules except these',
	},
	strict: {
		group: 'other',
		name: 'strict',
		commands: ['check', 'watch', 'monitor'],
		text: 'advice about settings counts as a warning, not as information',
	},
	verbose: {
		group: 'other',
		name: 'verbose',
		short: 'v',
		commands: ['check', 'replay'],
		text: 'check: list advice too',
	},
	onFinding: {
		group: 'other',
		name: 'on-finding',
		value: 'COMMAND',
		commands: ['watch'],
		text: 'watch: run this command for each line, with the finding as JSON on its stdin; it is split into words, without a shell',
	},
	config: {
		group: 'other',
		name: 'config',
		value: 'FILE',
		text: 'read only this config file ($XDG_CONFIG_HOME/redis-top/config.toml over /etc/redis-top/config.toml)',
	},
	printConfig: {
		group: 'other',
		name: 'print-config',
		text: 'print every setting and where it comes from, without secrets, and exit',
	},
	help: {group: 'other', name: 'help', text: 'print this text; -h without a host does the same'},
	version: {group: 'other', name: 'version', text: 'print the version'},
} as const satisfies Readonly<Record<string, FlagRow>>;

export type FlagKey = keyof typeof flagTable;

/** The values of the flags on the command line. Defaults are not filled in. */
export type GivenFlags = {
	readonly [Key in FlagKey]?: (typeof flagTable)[Key] extends {readonly value: string} ? string : boolean;
};

/** Every row with its key, in the order of `--help`. */
export const flagRows: ReadonlyArray<FlagRow & {readonly key: FlagKey}> = Object.entries(
	flagTable as Readonly<Record<FlagKey, FlagRow>>,
).map(([key, row]) => ({...row, key: key as FlagKey}));

/** Flags of later versions, which are refused by name. */
export const laterFlags: readonly string[] = [];
