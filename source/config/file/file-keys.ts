import type {FlagKey} from '../../arguments/flags.js';
import {webhookFormats} from '../../metrics/webhook-formats.js';
import {themeNames} from '../../state/view-state.js';
import {followModes} from '../../wire/follow.js';

/**
The type of the value that a key of the config file has. `duration`: `"500ms"`, or a number of seconds. `file`: a path,
relative to the config file's folder; `~/` stands for the home folder. `words`: a list of arguments, not a line for a
shell.
*/
export type FileKeyKind = 'text' | 'switch' | 'duration' | 'panel' | 'file' | 'target' | 'targets' | 'words' | 'choice';

export type FileKey = {
	readonly kind: FileKeyKind;
	/**
	Where in the config file the key may be. `everywhere`: at the top level or in a profile. `profile`: in a profile only.
	*/
	readonly scope: 'everywhere' | 'profile';
	/**
	The command-line flag with the same meaning, which has precedence over this key. `key = false` has the same effect as
	no key.
	*/
	readonly flag?: FlagKey;
	readonly choices?: readonly string[];
	readonly text: string;
};

/**
Every key of the config file except `profiles`, `thresholds` and `keys`. A key that corresponds to a flag has the flag's
name.
*/
export const fileKeys = {
	target: {kind: 'target', scope: 'everywhere', text: 'where to connect: as on the command line'},
	targets: {kind: 'targets', scope: 'everywhere', text: 'several targets, in place of `target`'},
	interval: {kind: 'duration', scope: 'everywhere', flag: 'interval', text: 'time between two polls'},
	timeout: {kind: 'duration', scope: 'everywhere', flag: 'timeout', text: 'longest wait for a connection or a reply'},
	panel: {kind: 'panel', scope: 'everywhere', flag: 'panel', text: 'panel to start with, by number or name'},
	'read-only': {kind: 'switch', scope: 'everywhere', flag: 'readOnly', text: 'no action can be unlocked'},
	'allow-actions': {kind: 'switch', scope: 'everywhere', flag: 'allowActions', text: 'start with actions unlocked'},
	mask: {
		kind: 'switch',
		scope: 'everywhere',
		flag: 'mask',
		text: 'hide addresses, hosts, clients, users, keys and paths; read-only',
	},
	mouse: {
		kind: 'switch',
		scope: 'everywhere',
		flag: 'mouse',
		text: 'the wheel scrolls, a click chooses, a click on a column head sorts',
	},
	ascii: {kind: 'switch', scope: 'everywhere', flag: 'ascii', text: 'ASCII only'},
	theme: {kind: 'choice', choices: themeNames, scope: 'everywhere', flag: 'theme', text: 'colours of the screen'},
	alertmanager: {
		kind: 'text',
		scope: 'everywhere',
		flag: 'alertmanager',
		text: 'watch: send findings to these Alertmanagers; monitor: show which of them fire there: URL, …',
	},
	'alertmanager-secret-file': {
		kind: 'file',
		scope: 'everywhere',
		flag: 'alertmanagerSecretFile',
		text: "the bearer token for the Alertmanagers; with a user in the URL, the user's password",
	},
	grafana: {
		kind: 'text',
		scope: 'everywhere',
		flag: 'grafana',
		text: 'write an annotation into the Grafana at this URL for each action',
	},
	'grafana-secret-file': {
		kind: 'file',
		scope: 'everywhere',
		flag: 'grafanaSecretFile',
		text: "the service account's token for the Grafana",
	},
	webhook: {
		kind: 'text',
		scope: 'everywhere',
		flag: 'webhook',
		text: 'watch: post a message when a finding opens, gets worse or is over; a URL, or the path of a file that holds it',
	},
	'webhook-format': {
		kind: 'choice',
		choices: webhookFormats,
		scope: 'everywhere',
		flag: 'webhookFormat',
		text: 'the form of the messages',
	},
	'webhook-secret-file': {
		kind: 'file',
		scope: 'everywhere',
		flag: 'webhookSecretFile',
		text: "the key that signs messages; PagerDuty's routing key",
	},
	metrics: {
		kind: 'text',
		scope: 'everywhere',
		flag: 'metrics',
		text: 'watch: serve metrics for Prometheus at this HOST:PORT',
	},
	user: {kind: 'text', scope: 'profile', flag: 'user', text: 'ACL user'},
	'password-file': {
		kind: 'file',
		scope: 'profile',
		flag: 'passFile',
		text: "read the password from the file's first line",
	},
	'password-command': {
		kind: 'words',
		scope: 'profile',
		text: 'run this program without a shell; the first line of its output is the password',
	},
	sentinel: {
		kind: 'text',
		scope: 'profile',
		flag: 'sentinel',
		text: 'ask these Sentinels where the nodes are: HOST:PORT, …',
	},
	'master-name': {
		kind: 'text',
		scope: 'profile',
		flag: 'masterName',
		text: 'show only this primary of those that the Sentinels monitor',
	},
	'nat-map': {
		kind: 'text',
		scope: 'profile',
		flag: 'natMap',
		text: 'connect to TO for a node that announces FROM: FROM=TO, …',
	},
	follow: {
		kind: 'choice',
		choices: followModes,
		scope: 'everywhere',
		flag: 'follow',
		text: "which announced nodes to connect to: all of them, with credentials only where the network or the certificate is the targets' own; any, with credentials everywhere; none, only the targets",
	},
	tls: {kind: 'switch', scope: 'profile', flag: 'tls', text: 'connect with TLS'},
	cacert: {kind: 'file', scope: 'profile', flag: 'cacert', text: 'trust the certificates in this PEM file'},
	cacertdir: {kind: 'file', scope: 'profile', flag: 'cacertdir', text: 'trust the *.pem and *.crt in this folder'},
	cert: {kind: 'file', scope: 'profile', flag: 'cert', text: 'client certificate, PEM'},
	key: {kind: 'file', scope: 'profile', flag: 'key', text: "the client certificate's key, PEM"},
	sni: {kind: 'text', scope: 'profile', flag: 'sni', text: 'server name to send and to verify'},
	insecure: {kind: 'switch', scope: 'profile', flag: 'insecure', text: "don't verify the server's certificate"},
	'watch-key': {
		kind: 'text',
		scope: 'everywhere',
		flag: 'watchKey',
		text: 'streams, lists and sorted sets whose length is shown: KEY, …',
	},
	prometheus: {
		kind: 'text',
		scope: 'everywhere',
		flag: 'prometheus',
		text: 'the Prometheus that fills charts and history from before the start: http://HOST:PORT',
	},
	'prometheus-secret-file': {
		kind: 'file',
		scope: 'everywhere',
		flag: 'prometheusSecretFile',
		text: "read its bearer token, or the password of its user, from the file's first line",
	},
	'prometheus-label': {
		kind: 'text',
		scope: 'everywhere',
		flag: 'prometheusLabel',
		text: 'the label that names a server there: NAME, or NAME=TEMPLATE with {host} and {port}',
	},
	match: {
		kind: 'text',
		scope: 'profile',
		text: 'in redis-top fleet: use this profile for servers with these labels: {env="prod"}',
	},
	environment: {
		kind: 'choice',
		choices: ['production', 'staging', 'development'],
		scope: 'profile',
		text: 'in production every action is guarded like an action of the next class',
	},
	role: {
		kind: 'choice',
		choices: ['cache', 'database'],
		scope: 'profile',
		text: 'a cache may lose keys: full memory, evictions and missing saves give no warning there',
	},
} as const satisfies Readonly<Record<string, FileKey>>;

export type FileKeyName = keyof typeof fileKeys;

export const fileKeyNames = Object.keys(fileKeys) as readonly FileKeyName[];

export const fileKeyOf = (name: FileKeyName): FileKey => fileKeys[name];

export const isFileKeyName = (name: string): name is FileKeyName => Object.hasOwn(fileKeys, name);
