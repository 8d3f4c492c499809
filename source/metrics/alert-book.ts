import type {Finding} from '../rules/finding.js';
import {type Alert, alertKey, alertOf, isAlert} from './alert.js';

/** An alert that holds or has ended. */
export type BookedAlert = Alert & {
	/** When the condition ended, in milliseconds since the epoch; undefined while it holds. */
	readonly endsAtMs: number | undefined;
	/**
	Since when the alert of an earlier run waits for its finding, in milliseconds since the epoch. Conditions have to hold
	for a while again before they are findings, so that nothing is said of the alert until then.
	*/
	readonly waitsSinceMs?: number | undefined;
	/** Whether an earlier run began the alert, so that Alertmanagers may know it. */
	readonly isKept?: boolean | undefined;
};

/** What outlives the program: the alerts that held when it ended, by key. */
export type KeptAlerts = ReadonlyMap<string, Alert>;

/**
How long an ended alert is sent again, in milliseconds. Prometheus does so for 15 minutes too (rules/alerting.go,
resolvedRetention): an Alertmanager that was restarted has forgotten the first time.
*/
export const resolvedAgainMs = 900_000;

/** How long an ended alert waits at most for an Alertmanager that does not answer, in milliseconds. */
const undeliveredMs = 86_400_000;

/**
How long an alert of an earlier run waits for its finding, in milliseconds. Most rules confirm a condition within two
minutes.
*/
export const restoredMs = 300_000;

/** Most ended alerts that are kept. The oldest ones go first. */
const mostEnded = 5000;

/** The alerts that hold, and those that ended lately. Every sender reads the same book. */
export class AlertBook {
	readonly #deployment: string;
	#alerts = new Map<string, BookedAlert>();

	/** @param kept The alerts that held at the end of an earlier run. */
	constructor(deployment: string, kept: KeptAlerts, nowMs: number) {
		this.#deployment = deployment;
		for (const [key, alert] of kept) {
			this.#alerts.set(key, {...alert, endsAtMs: undefined, waitsSinceMs: nowMs, isKept: true});
		}
	}

	get alerts(): ReadonlyMap<string, BookedAlert> {
		return this.#alerts;
	}

	/** The alerts that hold now. */
	get kept(): KeptAlerts {
		return new Map(
			[...this.#alerts]
				.filter(([, {endsAtMs}]) => endsAtMs === undefined)
				.map(([key, {labels, annotations, startsAtMs}]) => [key, {labels, annotations, startsAtMs}]),
		);
	}

	/**
	Takes over the findings that hold.

	@param isDelivered Whether every sender has delivered the end of an alert.
	*/
	update(findings: Iterable<Finding>, nowMs: number, isDelivered: (key: string) => boolean): void {
		const next = new Map<string, BookedAlert>();
		const open = new Set<string>();
		for (const finding of findings) {
			if (isAlert(finding)) {
				const key = alertKey(finding);
				open.add(withoutSeverity(key));
				const alert = alertOf(finding, this.#deployment);
				const known = this.#alerts.get(key);
				const isSame = known !== undefined && known.endsAtMs === undefined;
				// The alert goes on where an earlier run or an earlier sample began it.
				const startsAtMs = isSame ? Math.min(known.startsAtMs, alert.startsAtMs) : alert.startsAtMs;
				next.set(key, {...alert, startsAtMs, endsAtMs: undefined});
			}
		}

		const ended = [...this.#alerts].flatMap(([key, alert]): Array<[string, BookedAlert]> => {
			const isOtherSeverity = open.has(withoutSeverity(key));
			const later = next.has(key) ? undefined : afterFinding(alert, nowMs, isOtherSeverity);
			return later === undefined || isOver(later, nowMs, isDelivered(key)) ? [] : [[key, later]];
		});
		for (const [key, alert] of ended.slice(-mostEnded)) {
			next.set(key, alert);
		}

		this.#alerts = next;
	}
}

/** The key of an alert's finding. */
const withoutSeverity = (key: string): string => key.slice(0, key.lastIndexOf(' '));

/**
An alert whose finding does not hold: it has ended, unless it still waits for its finding after a restart. A finding that is
back with another severity ends the wait.
*/
function afterFinding(alert: BookedAlert, nowMs: number, isOtherSeverity: boolean): BookedAlert {
	const {endsAtMs, waitsSinceMs} = alert;
	return endsAtMs !== undefined || (waitsSinceMs !== undefined && !isOtherSeverity && nowMs - waitsSinceMs < restoredMs)
		? alert
		: {...alert, endsAtMs: nowMs, waitsSinceMs: undefined};
}

const isOver = ({endsAtMs}: BookedAlert, nowMs: number, isDelivered: boolean): boolean =>
	endsAtMs !== undefined && nowMs - endsAtMs >= (isDelivered ? resolvedAgainMs : undeliveredMs);
