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
import {connectionsOf} from './connections.js';
import type {Placed} from './file/file-settings.js';
import {
	aclServerOf,
	type DemoRequest,
	demoRequest,
	findingCommandOf,
	isScreenReader,
	namedRules,
	ruleChoiceOf,
	sinceFor,
	themeFor,
} from './options.js';
import type {Origins} from './plan.js';
import {type ConfigProblem, Problems} from './problems.js';
import {TargetRules} from './rules.js';
import {labelOf, natMapIn} from './sentinel.js';
import type {Readings, TargetSource} from './sources.js';
import {connectionConflicts} from './targets.js';
import {durationMs, type Environment, isAsciiLocale, isDumbTerminal, type Since} from './values.js';

/** Everything the program was asked to do, understood and complete. It holds passwords: never print it whole. */
export type Config = {
	readonly command: Command;
	/** The addresses asked for, in their order, for the header and the reports: no user, no password. */
	readonly label: string;
	/** At least one, no address twice; empty for the demo, which brings its own. */
	readonly targets: readonly ConnectionSettings[];
	/** How the data nodes are reached that Sentinels name; undefined: like who names them. */
	readonly dataAccess: Omit<ConnectionSettings, 'endpoint'> | undefined;
	/** `--master-name`; undefined: all that Sentinels watch. */
	readonly primaryName: string | undefined;
	/** From what nodes announce to where they are reached from here. */
	readonly natMap: NatMap;
	/** Undefined unless the command is `demo`. */
	readonly demo: DemoRequest | undefined;
	readonly intervalMs: number;
	readonly timeoutMs: number;
	readonly panel: PanelId;
	readonly isReadOnly: boolean;
	/** The war room's wall: large, and read-only. */
	readonly isWall: boolean;
	/** Names are hidden (`--mask`), and nothing acts. */
	readonly isMasked: boolean;
	readonly allowsActions: boolean;
	readonly isAscii: boolean;
	/** Undefined: no colour and no other attribute. */
	readonly theme: ThemeName | undefined;
	/** The terminal can't move its cursor: text samples instead of a screen. */
	readonly isDumbTerminal: boolean;
	/** Lines appended on change instead of a screen, for a screen reader. */
	readonly isScreenReader: boolean;
	/** The wheel scrolls and a click chooses; the terminal's own selection then wants Shift. */
	readonly hasMouse: boolean;
	/** As asked for; each command knows its own formats. Undefined: the command's default, the screen for the monitor. */
	readonly format: string | undefined;
	/** A server's certificate may go unchecked (`--insecure`, and TLS is used). */
	readonly isInsecure: boolean;
	/** A profile says `environment = "production"`: every action is guarded like one of the next class. */
	readonly isProduction: boolean;
	/** Other keys than the usual ones. */
	readonly keys: KeyChanges;
	/** What the rules are told of each node. */
	readonly rules: TargetRules;
	/** The rules that `check` and `watch` look at. */
	readonly ruleChoice: RuleChoice;
	/** What `watch` runs for each change, word by word. */
	readonly findingCommand: readonly string[] | undefined;
	/** The server that `redis-top acl` is asked about without asking it (`--for`). */
	readonly aclServer: AclServer | undefined;
	readonly isAclForActions: boolean;
	/** What `redis-top rules` prints: all where none is named. */
	readonly ruleIds: readonly RuleId[];
	/** What `redis-top audit` leaves out; undefined: nothing. */
	readonly since: Since | undefined;
};

/** What the config file adds to the command line. */
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

/** Below, a connection to the next continent with TLS can't be made: three to four round trips of 300 ms and a lookup. */
const shortestDefaultTimeoutMs = 2000;

/** Above, a hung server would be called slow rather than hung. */
const longestDefaultTimeoutMs = 5000;

const shortestTimeoutMs = 50;

/**
Flags over environment over defaults. Pure: what the named files held and what was typed at a prompt comes in as
`readings`, so that it can be called once to check everything before anybody is asked for a password.

A password is looked for in the target's own URI, then in `-a`, `--pass-file` or `--askpass` (one of them), then in
REDISCLI_AUTH and VALKEYCLI_AUTH; flags go before a URI that came from REDIS_URL.
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
	const primaryName = file.sources.map(source => source.given.flags.masterName).find(name => name !== undefined);
	const panel = panelFor(flags, problems);
	const aclServer = aclServerOf(flags, problems);
	const theme = themeFor(flags, environment, problems);
	const ruleIds = command === 'rules' ? namedRules(given.targets, problems) : [];
	const since = sinceFor(flags, problems);
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
			since,
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

/** A node that two targets name is reached as the first one says. */
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
The longest wait for a connection or a reply. By default it is the interval, but 2 s to 5 s: one request is in flight at
a time, so a longer wait skips turns and overlaps nothing. Who sets it may not exceed the interval, because then every
wait that long would cost the next reading.
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
		problems.add(`--panel ${panel}: is none; write one of ${panelChoices}`);
	}

	return found ?? 'overview';
}
