import {type Message, messageText, type ShowName} from '../../domain/message.js';
import type {Finding} from '../../rules/finding.js';
import {findingText} from '../../rules/finding.js';
import {seconds, utcClock, utcDateTime} from '../../text/units.js';
import type {Episode} from './episodes.js';
import type {Successor} from './successor.js';

/** Formats the moments and names of a report. */
export class ReportText {
	readonly #isOneDay: boolean;
	readonly #show: ShowName;

	/**
	@param fromMs First moment of the report, in milliseconds since the epoch.
	@param toMs Last moment of the report, in the same unit. If both are on one UTC day, times are printed without a date.
	@param show Returns the text to print for a client's or key's name: the name itself, or its pseudonym.
	*/
	constructor(fromMs: number, toMs: number, show: ShowName) {
		this.#isOneDay = utcDateTime(fromMs).slice(0, 10) === utcDateTime(toMs).slice(0, 10);
		this.#show = show;
	}

	/** A moment as text, UTC: `03:12:04`. If the report covers more than one day, the text has the date, too. */
	time(atMs: number): string {
		return this.#isOneDay ? utcClock(atMs) : utcDateTime(atMs);
	}

	message(text: Message): string {
		return messageText(text, this.#show);
	}

	finding(finding: Finding): string {
		return findingText(finding, 'long', this.#show);
	}

	/** Whether the text of a finding names its culprit's client, command and key, as far as they are known. */
	namesCulprit(finding: Finding): boolean {
		const {client, command, key} = finding.culprit ?? {};
		const said = this.finding(finding);
		const names = [client && this.#show(client), command, key && this.#show(key)];
		return finding.culprit !== undefined && names.every(name => name === undefined || said.includes(name));
	}

	/** The culprit as text: `client app-1, command KEYS, key user:*`. Undefined if the evidence names no culprit. */
	culprit({culprit}: Finding): string | undefined {
		if (culprit === undefined) {
			return undefined;
		}

		const {client, command, key, node} = culprit;
		const named = [
			client === undefined ? '' : labelled('client', this.#show(client)),
			command === undefined ? '' : `command ${command}`,
			key === undefined ? '' : labelled('key', this.#show(key)),
			node === undefined ? '' : `node ${node}`,
		].filter(text => text !== '');
		return named.length === 0 ? undefined : named.join(', ');
	}
}

/** A name with what it is: `client app-1`. A pseudonym says it by itself: `client-08b32b78c2f3`. */
const labelled = (what: string, name: string): string =>
	name.toLowerCase().startsWith(what) ? name : `${what} ${name}`;

/** A node with its role as text: `10.0.1.11:6379 (primary)`. */
export const nodeWithRole = ({node, role}: Pick<Episode, 'node' | 'role'>): string =>
	node === undefined ? 'the deployment' : role === undefined || role === 'unknown' ? node : `${node} (${role})`;

/** Joins items to a text: `a, b and c`. A long list is cut to its first items and the number of the other items. */
export function enumerated(items: readonly string[], most = 4): string {
	const shown = items.slice(0, most);
	const left = items.length - shown.length;
	const all = left === 0 ? shown : [...shown, `${left} more`];
	const last = all.at(-1) ?? '';
	return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}

/** Texts with what repeats folded: `cancelled (3 times), sent`. */
export const folded = (texts: readonly string[]): string[] =>
	[...Map.groupBy(texts, text => text)].map(([text, {length}]) => (length === 1 ? text : `${text} (${length} times)`));

/** A duration as text: `19m06s`; below one second `under 1s`. */
export const lasted = (ms: number): string => (ms < 1000 ? 'under 1s' : seconds(ms / 1000));

/**
For how long users felt an outage that a takeover ended: `for 13s, until 10.0.1.12:6379 took over at 03:12:17`. A replica
that was promoted before the outage took over in time: `no, 10.0.1.12:6379 had taken over at 03:12:01`.

@param beganMs When the outage began, in milliseconds since the epoch.
*/
export const takeoverText = ({promotedAtMs, address}: Successor, beganMs: number, text: ReportText): string =>
	promotedAtMs > beganMs
		? `for ${lasted(promotedAtMs - beganMs)}, until ${address} took over at ${text.time(promotedAtMs)}`
		: `no, ${address} had taken over at ${text.time(promotedAtMs)}`;
