import type {AclServer} from '../actions/acl-user.js';
import type {Given} from '../arguments/argv.js';
import type {Command} from '../arguments/commands.js';
import type {GivenFlags} from '../arguments/flags.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {KeyName} from '../keys/bindings.js';
import type {KeyChanges} from '../keys/keyboard.js';
import {databaseOf} from '../parse/target.js';
import type {NatMap} from '../poll/nat-map.js';
import type {RuleId} from '../rules/all-rules.js';
import type {RuleChoice} from '../rules/rule-choice.js';
import type {PanelId} from '../state/panel-table.js';
import {panelChoices, panelNamed} from '../state/panel-table.js';
import type {ThemeName} from '../state/view-state.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {FollowMode} from '../wire/follow.js';
import {connectionsOf} from './connections.js';
import {type DemoRequest, demoRequest} from './demo-request.js';
import type {Placed} from './file/file-settings.js';
import {type FleetRequest, fleetRequestOf} from './fleet.js';
import type {SecretReadings} from './http-services.js';
import {type MetricsAddress, metricsAddressOf} from './metrics-address.js';
import {
	aclServerOf,
	auditFromOf,
	findingCommandOf,
	followFor,
	isScreenReader,
	namedRules,
	ruleChoiceOf,
	themeFor,
	watchedKeysOf,
} from './options.js';
import type {Origins} from './plan.js';
import {type ConfigProblem, Problems} from './problems.js';
import {type PrometheusRequest, prometheusRequestOf} from './prometheus.js';
import {type Receivers, receiversOf} from './receivers.js';
import {
	type RecordRequest,
	type ReplayRequest,
	type ReportRequest,
	recordRequestOf,
	replayRequestOf,
	reportRequestOf,
} from './recording.js';
import {TargetRules} from './rules.js';
import {labelOf, natMapIn} from './sentinel.js';
import type {Readings, TargetSource} from './sources.js';
import {connectionConflicts} from './targets.js';
import {durationMs, type Environment, isAsciiLocale, isDumbTerminal, type Moment} from './values.js';

/** The complete configuration of one run. It contains passwords, so it must never be printed as a whole. */
export type Config = {
	readonly command: Command;
	/**
	The addresses of the targets in their order, as text for the header and for reports. The text has no user and no
	password.
	*/
	readonly label: string;
	/**
	How to connect to each target. Each address occurs only once. The list is empty only for the demo, which adds its own
	targets.
	*/
	readonly targets: readonly ConnectionSettings[];
	/**
	How to connect to data nodes that Sentinels name. Undefined: with the settings for the Sentinel that named the node.
	*/
	readonly dataAccess: Omit<ConnectionSettings, 'endpoint'> | undefined;
	/** The value of `--master-name`. Undefined: every primary that the Sentinels monitor. */
	readonly primaryName: string | undefined;
	/** The map from addresses that nodes announce to the addresses at which redis-top reaches these nodes. */
	readonly natMap: NatMap;
	/**
	Which announced nodes redis-top polls, and which of them get credentials. Announced means named by another node.
	*/
	readonly follow: FollowMode;
	/** The arguments of `redis-top demo`; undefined for any other command. */
	readonly demo: DemoRequest | undefined;
	readonly intervalMs: number;
	readonly timeoutMs: number;
	readonly panel: PanelId;
	readonly isReadOnly: boolean;
	/** True with `--wall`: large letters for a wall display, and no actions. */
	readonly isWall: boolean;
	/** True with `--mask`: names are replaced, and there are no actions. */
	readonly isMasked: boolean;
	readonly allowsActions: boolean;
	readonly isAscii: boolean;
	/** The theme; undefined for a screen without colours and other text attributes. */
	readonly theme: ThemeName | undefined;
	/** True for a terminal that can't move its cursor. Text samples then replace the screen. */
	readonly isDumbTerminal: boolean;
	/** True for a screen reader. Instead of drawing a screen, redis-top then appends a line for each change. */
	readonly isScreenReader: boolean;
	/** True with `--mouse`: the wheel scrolls and a click chooses. Selecting text in the terminal then needs Shift. */
	readonly hasMouse: boolean;
	/**
	The value of `--format`, which each command checks itself. Undefined: the command's default, which is a screen for
	the monitor.
	*/
	readonly format: string | undefined;
	/** True with `--insecure`: TLS without verifying the server's certificate. */
	readonly isInsecure: boolean;
	/**
	True if a profile says `environment = "production"`. Every action is then guarded like an action of the next stricter
	risk class.
	*/
	readonly isProduction: boolean;
	/** The keyboard keys that the config file gives to bindings, by binding id. */
	readonly keys: KeyChanges;
	/** The thresholds that the rules use for each target, and the role that a profile gives the target. */
	readonly rules: TargetRules;
	/** The choice of rules whose findings `check` and `watch` report. */
	readonly ruleChoice: RuleChoice;
	/** Whether `check` lists findings of severity info too. */
	readonly isVerbose: boolean;
	/** The program that `watch` runs for each change of a finding, and its arguments. */
	readonly findingCommand: readonly string[] | undefined;
	/** Where `watch` serves metrics; undefined without `--metrics`. */
	readonly metrics: MetricsAddress | undefined;
	/**
	The server version of `redis-top acl --for`. If it is given, the command connects to no server. Undefined without the
	flag.
	*/
	readonly aclServer: AclServer | undefined;
	readonly isAclForActions: boolean;
	/** The keys of `--watch-key`, at most `mostWatchedKeys`. */
	readonly watchedKeys: readonly string[];
	/** True with `redis-top acl --keys`: the printed line is for a user who may also scan and watch keys. */
	readonly isAclForKeys: boolean;
	/** The rules that `redis-top rules` prints. It has all rules if the command line names none. */
	readonly ruleIds: readonly RuleId[];
	/** The moment of `redis-top audit --since`; older lines are left out. Undefined: all lines are printed. */
	readonly auditFrom: Moment | undefined;
	/** The requested recording: its file or folder, and which names are masked. */
	readonly record: RecordRequest;
	/** The recordings of `redis-top replay`; undefined for any other command. */
	readonly replay: ReplayRequest | undefined;
	/** The subject of `redis-top report`: recordings or servers. Undefined for any other command. */
	readonly report: ReportRequest | undefined;
	/** The Prometheus of `--prometheus`; undefined without one. */
	readonly prometheus: PrometheusRequest | undefined;
	/** The servers that `redis-top fleet` lists; undefined for any other command. */
	readonly fleet: FleetRequest | undefined;
	/** The Alertmanagers, the webhook and the Grafana that receive findings and actions. */
	readonly receivers: Receivers;
};

/** The parts of a configuration that the config file adds to the command line. */
export type FilePart = {
	readonly sources: readonly TargetSource[];
	readonly origins: Origins;
	readonly isProduction: boolean;
	readonly keys: ReadonlyMap<string, Placed<readonly KeyName[]>>;
	readonly secrets?: SecretReadings;
};

const noFile = {origins: new Map(), isProduction: false, keys: new Map()};

export type Resolution =
	| {readonly config: Config; readonly warnings: readonly string[]}
	| {readonly problems: readonly ConfigProblem[]};

export const shortestIntervalMs = 200;
export const longestIntervalMs = 3_600_000;

/**
Least default of the timeout, in milliseconds. A TLS connection to another continent needs three to four round trips of
300 ms and a DNS lookup.
*/
const shortestDefaultTimeoutMs = 2000;

/**
Largest default of the timeout, in milliseconds. A longer timeout would report a server that hangs as merely slow.
*/
const longestDefaultTimeoutMs = 5000;

const shortestTimeoutMs = 50;

/**
Makes the configuration. Flags have precedence over the environment, and the environment over defaults. The function is
pure: texts of files and the typed password are passed as `readings`. The function is first called without a password,
so that everything else is checked before the user is asked for the password.

The password is taken from the first of these sources that has one: the target's URI; `-a`, `--pass-file` or `--askpass`
(one of them); a URI of REDIS_URL; REDISCLI_AUTH and VALKEYCLI_AUTH.

@param allRuleIds The ids of all rules. May be left out for a command line that names no rules (`namesRules`).
*/
export function resolveConfig(
	given: Given,
	environment: Environment,
	readings: Readings = {},
	file: FilePart = {...noFile, sources: [{given, readings}]},
	allRuleIds: readonly RuleId[] = [],
): Resolution {
	const {command, flags} = given;
	const problems = new Problems();
	const {demo, problems: demoProblems} = demoRequest(given);
	for (const conflict of [...connectionConflicts(given), ...flagConflicts(command, flags), ...demoProblems]) {
		problems.add(conflict);
	}

	const intervalMs = intervalOf(command, flags, file.origins, problems);
	const ruleChoice = ruleChoiceOf(flags, allRuleIds, problems);
	const findingCommand = findingCommandOf(flags, problems);
	const metrics = metricsAddressOf(flags, file.origins, problems);
	const timeoutMs = timeoutOf(flags, file.origins, intervalMs, problems);
	const found = file.sources.map(source => connectionsOf(source, environment, timeoutMs, problems));
	const settings = firstOfEach(found.flatMap(connections => connections.settings));
	const natMap = natMapIn(file.sources, problems);
	const follow = followFor(flags, problems);
	const primaryName = file.sources.map(source => source.given.flags.masterName).find(name => name !== undefined);
	const panel = panelFor(flags, problems);
	const watchedKeys = watchedKeysOf(flags, problems);
	const aclServer = aclServerOf(flags, problems);
	const theme = themeFor(flags, environment, problems);
	const ruleIds = command === 'rules' ? namedRules(given.targets, allRuleIds, problems) : [];
	const auditFrom = auditFromOf(flags, problems);
	const record = recordRequestOf(given, problems);
	const replay = replayRequestOf(given, problems);
	const report = reportRequestOf(given, problems);
	const services = {flags, origins: file.origins, secrets: file.secrets ?? new Map(), tls: found[0]?.tls};
	const prometheus = prometheusRequestOf(services, problems);
	const fleet = fleetRequestOf(given, prometheus !== undefined, problems);
	const receivers = receiversOf(services, problems);
	if (flags.db !== undefined && databaseOf(flags.db) === undefined) {
		problems.add(`-n ${flags.db}: must be a database number, such as 0`);
	}

	if (problems.found.length > 0) {
		return {problems: problems.found};
	}

	return {
		config: {
			command,
			label: labelOf(settings, primaryName),
			targets: settings,
			dataAccess: found.find(connections => connections.dataAccess !== undefined)?.dataAccess,
			primaryName,
			natMap,
			follow,
			demo,
			intervalMs,
			timeoutMs,
			panel,
			isReadOnly: flags.readOnly === true || flags.wall === true || flags.mask === true,
			isWall: flags.wall ?? false,
			isMasked: flags.mask ?? false,
			allowsActions: flags.allowActions ?? false,
			isAscii: flags.ascii ?? isAsciiLocale(environment),
			theme,
			isDumbTerminal: isDumbTerminal(environment),
			isScreenReader: isScreenReader(flags, environment),
			hasMouse: flags.mouse ?? false,
			format: flags.format ?? (flags.json === true ? 'json' : undefined),
			isInsecure: settings.some(({tls}) => tls?.isVerified === false),
			isProduction: file.isProduction,
			keys: new Map([...file.keys].map(([id, {value}]) => [id, value])),
			rules: new TargetRules(file.sources, flags.strict ?? false),
			ruleChoice,
			isVerbose: flags.verbose ?? false,
			findingCommand,
			metrics,
			aclServer,
			isAclForActions: flags.actions ?? false,
			isAclForKeys: flags.keys ?? false,
			watchedKeys,
			ruleIds,
			auditFrom,
			record,
			replay,
			report,
			prometheus,
			fleet,
			receivers,
		},
		warnings: [...new Set(found.flatMap(({warnings}) => warnings))],
	};
}

function flagConflicts(command: Command, flags: GivenFlags): string[] {
	const conflicts: ReadonlyArray<readonly [isConflict: boolean, text: string]> = [
		[
			flags.mask === true && !['monitor', 'demo', 'snapshot', 'record', 'replay', 'report'].includes(command),
			`--mask goes with the monitor, snapshot, record, replay and report, not with ${command}`,
		],
		[
			flags.readOnly === true && flags.allowActions === true,
			'--read-only and --allow-actions contradict each other: keep one',
		],
		[flags.cert !== undefined && flags.key === undefined, '--cert needs its key: add --key FILE'],
		[flags.key !== undefined && flags.cert === undefined, '--key needs its certificate: add --cert FILE'],
		[
			flags.json === true && flags.format !== undefined && flags.format !== 'json',
			`--json and --format ${flags.format} contradict each other: keep one`,
		],
		[
			[flags.pass, flags.passFile, flags.askpass].filter(flag => flag !== undefined).length > 1,
			'-a, --pass-file and --askpass all give the password: keep one',
		],
	];
	return conflicts.filter(([isConflict]) => isConflict).map(([, text]) => text);
}

/**
Connection settings without repeated addresses. If several targets name an address, the settings of the first target are
kept.
*/
function firstOfEach(settings: readonly ConnectionSettings[]): ConnectionSettings[] {
	const first = new Map<NodeAddress, ConnectionSettings>();
	for (const one of settings) {
		const address = addressOf(one.endpoint);
		first.set(address, first.get(address) ?? one);
	}

	return [...first.values()];
}

function intervalOf(
	command: Command,
	{interval = command === 'watch' ? '30s' : command === 'fleet' ? '15s' : '1s'}: GivenFlags,
	origins: Origins,
	problems: Problems,
): number {
	const place = `${origins.get('interval') ?? '-i'} ${interval}`;
	const intervalMs = durationMs(interval);
	if (intervalMs === undefined) {
		problems.add(`${place}: is not a duration; write 500ms, 2s or 1m`);
	} else if (intervalMs < shortestIntervalMs || intervalMs > longestIntervalMs) {
		problems.add(`${place}: must be from 200ms to 1h`);
	}

	return intervalMs ?? 1000;
}

/**
The longest wait for a connection or a reply, in milliseconds. The default is the interval, but at least 2 s and at most
5 s. A node is polled again only after its last poll has ended. Polls therefore never overlap, but a wait longer than
the interval skips polls. With the default this is accepted; `--timeout` must not exceed the interval.
*/
function timeoutOf({timeout}: GivenFlags, origins: Origins, intervalMs: number, problems: Problems): number {
	const fallbackMs = Math.min(Math.max(intervalMs, shortestDefaultTimeoutMs), longestDefaultTimeoutMs);
	if (timeout === undefined) {
		return fallbackMs;
	}

	const place = `${origins.get('timeout') ?? '--timeout'} ${timeout}`;
	const timeoutMs = durationMs(timeout);
	if (timeoutMs === undefined) {
		problems.add(`${place}: is not a duration; write 500ms or 2s`);
	} else if (timeoutMs < shortestTimeoutMs) {
		problems.add(`${place}: must be at least 50ms`);
	} else if (timeoutMs > intervalMs) {
		problems.add(`${place}: is longer than the interval; add -i ${timeout} or lower it`);
	}

	return timeoutMs ?? fallbackMs;
}

function panelFor({panel = 'overview'}: GivenFlags, problems: Problems): PanelId {
	const found = panelNamed(panel);
	if (found === undefined) {
		problems.add(`--panel ${panel}: is unknown; write one of ${panelChoices}`);
	}

	return found ?? 'overview';
}
