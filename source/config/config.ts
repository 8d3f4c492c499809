import type {AclServer} from '../actions/acl-user.js';
import type {Given} from '../arguments/argv.js';
import type {Command, GivenFlags} from '../arguments/flags.js';
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
import type {Placed} from './file/file-settings.js';
import {
	aclServerOf,
	auditFromOf,
	type DemoRequest,
	demoRequest,
	findingCommandOf,
	followFor,
	isScreenReader,
	namedRules,
	ruleChoiceOf,
	themeFor,
} from './options.js';
import type {Origins} from './plan.js';
import {type ConfigProblem, Problems} from './problems.js';
import {TargetRules} from './rules.js';
import {labelOf, natMapIn} from './sentinel.js';
import type {Readings, TargetSource} from './sources.js';
import {connectionConflicts} from './targets.js';
import {durationMs, type Environment, isAsciiLocale, isDumbTerminal, type Moment} from './values.js';

/** The complete configuration of one run. It contains passwords: never print it as a whole. */
export type Config = {
	readonly command: Command;
	/** The targets' addresses in their order, for header and reports, without user and password. */
	readonly label: string;
	/** At least one, without duplicate addresses; empty for the demo, which adds its own. */
	readonly targets: readonly ConnectionSettings[];
	/** How to connect to data nodes that Sentinels name. Undefined: as to the node that names them. */
	readonly dataAccess: Omit<ConnectionSettings, 'endpoint'> | undefined;
	/** `--master-name`; undefined: every primary that the Sentinels monitor. */
	readonly primaryName: string | undefined;
	/** From announced addresses to the addresses that redis-top reaches. */
	readonly natMap: NatMap;
	/** Which announced nodes are visited, and with which credentials. */
	readonly follow: FollowMode;
	/** Undefined unless the command is `demo`. */
	readonly demo: DemoRequest | undefined;
	readonly intervalMs: number;
	readonly timeoutMs: number;
	readonly panel: PanelId;
	readonly isReadOnly: boolean;
	/** `--wall`: large type for a wall screen, and read-only. */
	readonly isWall: boolean;
	/** `--mask`: names are replaced, and there are no actions. */
	readonly isMasked: boolean;
	readonly allowsActions: boolean;
	readonly isAscii: boolean;
	/** Undefined: no colours and no other text attributes. */
	readonly theme: ThemeName | undefined;
	/** The terminal can't move its cursor, so that text samples replace the screen. */
	readonly isDumbTerminal: boolean;
	/** For a screen reader: lines are appended on change, without a screen. */
	readonly isScreenReader: boolean;
	/** The wheel scrolls and a click chooses. Selecting text in the terminal then needs Shift. */
	readonly hasMouse: boolean;
	/** `--format`, which each command checks itself. Undefined: the command's default, a screen for the monitor. */
	readonly format: string | undefined;
	/** TLS without verifying the server's certificate (`--insecure`). */
	readonly isInsecure: boolean;
	/** A profile says `environment = "production"`: every action is guarded like an action of the next class. */
	readonly isProduction: boolean;
	/** Keys that replace the default ones, by binding id. */
	readonly keys: KeyChanges;
	/** Thresholds and role of each node, for the rules. */
	readonly rules: TargetRules;
	/** The rules that `check` and `watch` report. */
	readonly ruleChoice: RuleChoice;
	/** The program that `watch` runs for each change, and its arguments. */
	readonly findingCommand: readonly string[] | undefined;
	/** The server version of `redis-top acl --for`, which connects to no server. */
	readonly aclServer: AclServer | undefined;
	readonly isAclForActions: boolean;
	/** The rules that `redis-top rules` prints: all where none is named. */
	readonly ruleIds: readonly RuleId[];
	/** `redis-top audit --since`: older lines are left out. Undefined: all lines. */
	readonly auditFrom: Moment | undefined;
};

/** The parts that the config file adds to the command line. */
export type FilePart = {
	readonly sources: readonly TargetSource[];
	readonly origins: Origins;
	readonly isProduction: boolean;
	readonly keys: ReadonlyMap<string, Placed<readonly KeyName[]>>;
};

const noFile = {origins: new Map(), isProduction: false, keys: new Map()};

export type Resolution =
	| {readonly config: Config; readonly warnings: readonly string[]}
	| {readonly problems: readonly ConfigProblem[]};

export const shortestIntervalMs = 200;
export const longestIntervalMs = 3_600_000;

/** Shortest timeout. TLS to another continent needs three to four round trips of 300 ms and a lookup. */
const shortestDefaultTimeoutMs = 2000;

/** Longest timeout. Above it, a server that hangs would be reported as slow. */
const longestDefaultTimeoutMs = 5000;

const shortestTimeoutMs = 50;

/**
Precedence: flags, environment, defaults. Pure: texts of files and the password prompt come in as `readings`. So it can check
everything once before the user is asked for a password.

Precedence of passwords: the target's URI; `-a`, `--pass-file` or `--askpass` (one of them); a URI of REDIS_URL;
REDISCLI_AUTH and VALKEYCLI_AUTH.
*/
export function resolveConfig(
	given: Given,
	environment: Environment,
	readings: Readings = {},
	file: FilePart = {...noFile, sources: [{given, readings}]},
): Resolution {
	const {command, flags} = given;
	const problems = new Problems();
	const {demo, problems: demoProblems} = demoRequest(given);
	for (const conflict of [...connectionConflicts(given), ...flagConflicts(command, flags), ...demoProblems]) {
		problems.add(conflict);
	}

	const intervalMs = intervalOf(command, flags, file.origins, problems);
	const ruleChoice = ruleChoiceOf(flags, problems);
	const findingCommand = findingCommandOf(flags, problems);
	const timeoutMs = timeoutOf(flags, file.origins, intervalMs, problems);
	const found = file.sources.map(source => connectionsOf(source, environment, timeoutMs, problems));
	const settings = firstOfEach(found.flatMap(connections => connections.settings));
	const natMap = natMapIn(file.sources, problems);
	const follow = followFor(flags, problems);
	const primaryName = file.sources.map(source => source.given.flags.masterName).find(name => name !== undefined);
	const panel = panelFor(flags, problems);
	const aclServer = aclServerOf(flags, problems);
	const theme = themeFor(flags, environment, problems);
	const ruleIds = command === 'rules' ? namedRules(given.targets, problems) : [];
	const auditFrom = auditFromOf(flags, problems);
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
			findingCommand,
			aclServer,
			isAclForActions: flags.actions ?? false,
			ruleIds,
			auditFrom,
		},
		warnings: [...new Set(found.flatMap(({warnings}) => warnings))],
	};
}

function flagConflicts(command: Command, flags: GivenFlags): string[] {
	const conflicts: ReadonlyArray<readonly [isConflict: boolean, text: string]> = [
		[
			flags.mask === true && !['monitor', 'demo', 'snapshot'].includes(command),
			`--mask goes with the monitor and with snapshot, not with ${command}`,
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

/** The settings of each address. The first target that names an address wins. */
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
	{interval = command === 'watch' ? '30s' : '1s'}: GivenFlags,
	origins: Origins,
	problems: Problems,
): number {
	const place = `${origins.get('interval') ?? '-i'} ${interval}`;
	const intervalMs = durationMs(interval);
	if (intervalMs === undefined) {
		problems.add(`${place}: is no duration; write 500ms, 2s or 1m`);
	} else if (intervalMs < shortestIntervalMs || intervalMs > longestIntervalMs) {
		problems.add(`${place}: must be from 200ms to 1h`);
	}

	return intervalMs ?? 1000;
}

/**
The longest wait for a connection or a reply. The default is the interval, limited to 2 s to 5 s. One request is in flight at
a time, so a wait longer than the interval skips polls and overlaps none. `--timeout` must not exceed the interval, because
every such wait would skip the next poll.
*/
function timeoutOf({timeout}: GivenFlags, origins: Origins, intervalMs: number, problems: Problems): number {
	const fallbackMs = Math.min(Math.max(intervalMs, shortestDefaultTimeoutMs), longestDefaultTimeoutMs);
	if (timeout === undefined) {
		return fallbackMs;
	}

	const place = `${origins.get('timeout') ?? '--timeout'} ${timeout}`;
	const timeoutMs = durationMs(timeout);
	if (timeoutMs === undefined) {
		problems.add(`${place}: is no duration; write 500ms or 2s`);
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
