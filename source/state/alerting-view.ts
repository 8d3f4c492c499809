import type {AlertState} from '../parse/alertmanager-alerts.js';

/** What the Alertmanagers know of redis-top's findings. */
export type AlertingView = {
	/** The state of each redis-top alert in the Alertmanagers, by `findingKey`. */
	readonly states: ReadonlyMap<string, AlertState>;
	/** Why no Alertmanager answers, as one printable line; undefined when at least one answers. */
	readonly problem: string | undefined;
};
