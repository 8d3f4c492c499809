import type {Given} from '../arguments/argv.js';
import {addressOf, type Endpoint, type NodeAddress} from '../domain/node.js';
import type {SeriesLabels} from '../parse/prometheus-reply.js';
import {parseTarget} from '../parse/target.js';
import {areMatched, labelMatchers} from '../prometheus/label-matchers.js';
import {type FileSettings, type Profile, targetsIn} from './file/file-settings.js';

/** A server of the fleet that the monitor is opened on. */
export type FleetTarget = {readonly endpoint: Endpoint; readonly labels: SeriesLabels};

/**
The profile with the credentials for a server: the first profile that names the server's address, else the first profile
whose `match` fits the server's labels. Undefined if no profile fits.
*/
export function profileFor(settings: FileSettings, {endpoint, labels}: FleetTarget): string | undefined {
	const address = addressOf(endpoint);
	const profiles = [...settings.profiles];
	const named = profiles.find(([, {section}]) => targetsIn(section).some(word => addressIn(word) === address));
	return (named ?? profiles.find(([, profile]) => isMatched(profile, labels)))?.[0];
}

function addressIn(word: string): NodeAddress | undefined {
	const target = parseTarget(word);
	return 'problem' in target ? undefined : addressOf(target.endpoint);
}

function isMatched({section}: Profile, labels: SeriesLabels): boolean {
	const text = section.get('match')?.value;
	const found = typeof text === 'string' ? labelMatchers(text) : undefined;
	return found !== undefined && 'matchers' in found && found.matchers.length > 0 && areMatched(found.matchers, labels);
}

/** The mistakes in the `match` of profiles, one line each. */
export const matchProblems = ({profiles}: FileSettings): readonly string[] =>
	[...profiles.values()].flatMap(({section}) => {
		const placed = section.get('match');
		const found = typeof placed?.value === 'string' ? labelMatchers(placed.value) : {matchers: []};
		return 'problem' in found ? [`${placed?.origin}: ${found.problem}`] : [];
	});

/**
The command line and the settings that start the monitor of a server. They come from the profile that fits, with the
server as the only target. If no profile fits, only the address is used.
*/
export function monitorOf(
	fleet: Given,
	settings: FileSettings,
	target: FleetTarget,
): {readonly given: Given; readonly settings: FileSettings} {
	const {match: _, format: _format, json: _json, interval: _interval, ...flags} = fleet.flags;
	const address = addressOf(target.endpoint);
	const name = profileFor(settings, target);
	const profile = name === undefined ? undefined : settings.profiles.get(name);
	const given: Given = {...fleet, command: 'monitor', targets: [name ?? address], flags};
	if (name === undefined || profile === undefined) {
		return {given, settings};
	}

	const section = new Map(profile.section);
	section.delete('target');
	section.set('targets', {value: [address], origin: profile.origin});
	return {given, settings: {...settings, profiles: new Map([...settings.profiles, [name, {...profile, section}]])}};
}
