import type {Finding} from '../rules/finding.js';
import {type Alert, alertKey, alertOf, isAlert} from './alert.js';

/** An alert that still holds or has ended. */
export type BookedAlert = Alert & {
	/** When the condition ended, in milliseconds since the epoch; undefined while it holds. */
	readonly endsAtMs: number | undefined;
	/**
	Set for an alert of an earlier run: since when it has waited for its finding, in milliseconds since the epoch. After a
	restart, a condition must hold for a while before it is a finding again. Until then the alert is not sent.
	*/
	readonly waitsSinceMs?: number | undefined;
	/** Whether the alert began in an earlier run of redis-top. Alertmanagers may already know such an alert. */
	readonly isKept?: boolean | undefined;
};

/** The alerts that held when redis-top ended, by key. The next run reads them. */
export type KeptAlerts = ReadonlyMap<string, Alert>;

/**
Milliseconds for which the end of an alert is sent repeatedly, because an Alertmanager that was restarted has forgotten
the earlier message. Prometheus also repeats for 15 minutes (rules/alerting.go, resolvedRetention).
*/
export const resolvedAgainMs = 900_000;

/** Largest number of milliseconds for which an ended alert is kept while an Alertmanager does not answer. */
const undeliveredMs = 86_400_000;

/**
Milliseconds for which an alert of an earlier run waits for its finding. Most rules confirm a condition within two
minutes.
*/
export const restoredMs = 300_000;

/** Largest number of ended alerts that are kept. The oldest are removed first. */
const mostEnded = 5000;

/** The alerts that hold, and the alerts that ended recently. All senders read the same book. */
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
	Updates the alerts from the findings that hold.

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
				// An alert that began in an earlier run, or in an earlier sample, keeps its start.
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

/** Removes the severity from an alert's key. The rest is the key of the alert's finding. */
const withoutSeverity = (key: string): string => key.slice(0, key.lastIndexOf(' '));

/**
The new state of an alert whose finding does not hold. The alert has ended, unless it still waits for its finding after
a restart. If the finding is back with another severity, the wait ends.
*/
function afterFinding(alert: BookedAlert, nowMs: number, isOtherSeverity: boolean): BookedAlert {
	const {endsAtMs, waitsSinceMs} = alert;
	return endsAtMs !== undefined || (waitsSinceMs !== undefined && !isOtherSeverity && nowMs - waitsSinceMs < restoredMs)
		? alert
		: {...alert, endsAtMs: nowMs, waitsSinceMs: undefined};
}

const isOver = ({endsAtMs}: BookedAlert, nowMs: number, isDelivered: boolean): boolean =>
	endsAtMs !== undefined && nowMs - endsAtMs >= (isDelivered ? resolvedAgainMs : undeliveredMs);
