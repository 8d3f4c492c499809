import type {AlertState} from '../parse/alertmanager-alerts.js';

/** What the Alertmanagers know of the findings. */
export type AlertingView = {
	/** The state of each alert of redis-top there, by `findingKey`. */
	readonly states: ReadonlyMap<string, AlertState>;
	/** Why no Alertmanager tells, as one printable line; undefined when one does. */
	readonly problem: string | undefined;
};
