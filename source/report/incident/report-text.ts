import {type Message, messageText, type ShowName} from '../../domain/message.js';
import type {Finding} from '../../rules/finding.js';
import {findingText} from '../../rules/finding.js';
import {seconds, utcClock, utcDateTime} from '../../text/units.js';
import type {Episode} from './episodes.js';

/** How a report writes moments and names. */
export class ReportText {
	readonly #isOneDay: boolean;
	readonly #show: ShowName;

	/**
	@param fromMs First moment of the report, milliseconds since the epoch.
	@param toMs Its last moment. Within one day, moments have no date.
	*/
	constructor(fromMs: number, toMs: number, show: ShowName) {
		this.#isOneDay = utcDateTime(fromMs).slice(0, 10) === utcDateTime(toMs).slice(0, 10);
		this.#show = show;
	}

	/** `03:12:04`; with its date where the report is about more than one day. UTC. */
	time(atMs: number): string {
		return this.#isOneDay ? utcClock(atMs) : utcDateTime(atMs);
	}

	message(text: Message): string {
		return messageText(text, this.#show);
	}

	finding(finding: Finding): string {
		return findingText(finding, 'long', this.#show);
	}

	/** `client app-1, command KEYS, key user:*`; undefined where the evidence names nobody. */
	culprit({culprit}: Finding): string | undefined {
		if (culprit === undefined) {
			return undefined;
		}

		const {client, command, key, node} = culprit;
		const named = [
			client === undefined ? '' : `client ${this.#show(client)}`,
			command === undefined ? '' : `command ${command}`,
			key === undefined ? '' : `key ${this.#show(key)}`,
			node === undefined ? '' : `node ${node}`,
		].filter(text => text !== '');
		return named.length === 0 ? undefined : named.join(', ');
	}
}

/** `10.0.1.11:6379 (primary)`. */
export const nodeWithRole = ({node, role}: Pick<Episode, 'node' | 'role'>): string =>
	node === undefined ? 'the deployment' : role === undefined || role === 'unknown' ? node : `${node} (${role})`;

/** `a, b and c`; of many the first ones and their number. */
export function enumerated(items: readonly string[], most = 4): string {
	const shown = items.slice(0, most);
	const left = items.length - shown.length;
	const all = left === 0 ? shown : [...shown, `${left} more`];
	const last = all.at(-1) ?? '';
	return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}

/** `19m06s`; what is shorter than a second is `under 1s`. */
export const lasted = (ms: number): string => (ms < 1000 ? 'under 1s' : seconds(ms / 1000));
