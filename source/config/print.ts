import {type FlagKey, flagTable, type GivenFlags} from '../arguments/flags.js';
import {addressOf} from '../domain/node.js';
import {allThresholds} from '../rules/all-thresholds.js';
import {sanitize} from '../text/sanitize.js';
import type {Config} from './config.js';
import type {Origins, Plan, TargetGroup} from './plan.js';

/** A setting as `--print-config` prints it, with its origin. */
type Row = readonly [name: string, value: string, origin: string];

const quoted = (text: string): string => JSON.stringify(sanitize(text));

/** Where a setting comes from: `--flag`, `default`, or the line of the config file. */
function originOf(key: FlagKey, typed: GivenFlags, origins: Origins): string {
	return origins.get(key) ?? (typed[key] === undefined ? 'default' : `--${flagTable[key].name}`);
}

const seconds = (milliseconds: number): string => quoted(`${milliseconds}ms`);

function sessionRows({given, origins}: Plan, config: Config): Row[] {
	const from = (key: FlagKey) => originOf(key, given.flags, origins);
	return [
		['interval', seconds(config.intervalMs), from('interval')],
		['timeout', seconds(config.timeoutMs), from('timeout')],
		['panel', quoted(config.panel), from('panel')],
		['read-only', String(config.isReadOnly), from('readOnly')],
		['allow-actions', String(config.allowsActions), from('allowActions')],
		['mask', String(config.isMasked), from('mask')],
		...(config.theme === undefined ? [] : [['theme', quoted(config.theme), from('theme')] as const]),
		['ascii', String(config.isAscii), given.flags.ascii === undefined ? 'locale' : from('ascii')],
	];
}

/** The flags of a connection that are printed. None of them is a secret. */
const shownFlags = ['user', 'passFile', 'tls', 'cacert', 'cacertdir', 'cert', 'key', 'sni', 'insecure'] as const;

function groupRows({given, origins, passwordCommand, role, environment}: TargetGroup): Row[] {
	const {flags} = given;
	const shown = shownFlags.flatMap(key => {
		const value = flags[key];
		const name = key === 'passFile' ? 'password-file' : flagTable[key].name;
		return value === undefined
			? []
			: [[name, typeof value === 'string' ? quoted(value) : 'true', originOf(key, flags, origins)] as const];
	});
	const masked: Row[] = [];
	if (passwordCommand !== undefined) {
		// The arguments of the command may contain a secret, so only the program is printed.
		masked.push(['password-command', `[${quoted(passwordCommand.value[0] ?? '')}, …]`, passwordCommand.origin]);
	}

	if (flags.pass !== undefined) {
		masked.push(['password', '"***"', '--pass']);
	}

	const settings = Object.entries({role, environment}).flatMap(([name, placed]): Row[] =>
		placed === undefined ? [] : [[name, quoted(String(placed.value)), placed.origin]],
	);
	return [...shown, ...masked, ...settings];
}

/** The thresholds that the profile itself sets, without those of the top level. */
const ownThresholds = ({thresholds}: TargetGroup, plan: Plan): Row[] =>
	[...thresholds].flatMap(([name, {value, origin}]) =>
		plan.thresholds.get(name)?.origin === origin ? [] : [[name, String(value), origin]],
	);

function lines(title: string | undefined, rows: readonly Row[]): string[] {
	const width = Math.max(0, ...rows.map(([name, value]) => name.length + value.length + 3));
	return [
		...(title === undefined ? [] : ['', title]),
		...rows.map(([name, value, origin]) => `${`${name} = ${value}`.padEnd(width)}  # ${sanitize(origin)}`),
	];
}

/** The text of `--print-config`: every setting with its origin. It has no secrets and no line break at its end. */
export function configText(plan: Plan, config: Config): string {
	const groups = plan.groups.flatMap(group => {
		if (group.profile === undefined) {
			return lines('[targets]', groupRows(group));
		}

		const own = ownThresholds(group, plan);
		const title = `profiles.${quoted(group.profile)}`;
		return [...lines(`[${title}]`, groupRows(group)), ...(own.length > 0 ? lines(`[${title}.thresholds]`, own) : [])];
	});
	const targets = config.targets.map(({endpoint, username, password, tls}): Row => {
		const access = [
			tls === undefined ? 'plain' : 'TLS',
			username ?? 'default user',
			password === undefined ? 'no password yet' : 'password',
		];
		return ['target', quoted(addressOf(endpoint)), access.join(', ')];
	});
	const thresholds = [...allThresholds].map(([name, {value, unit}]): Row => {
		const placed = plan.thresholds.get(name);
		return [name, String(placed?.value ?? value), placed?.origin ?? `default, ${unit}`];
	});
	const keys = [...plan.keys].map(([id, {value, origin}]): Row => [id, `[${value.map(quoted).join(', ')}]`, origin]);
	return [
		...lines(undefined, [...sessionRows(plan, config), ...targets]),
		...groups,
		...lines('[thresholds]', thresholds),
		...(keys.length > 0 ? lines('[keys]', keys) : []),
	].join('\n');
}
