import type {Clock} from '../domain/clock.js';
import {type AlertState, parseAlerts} from '../parse/alertmanager-alerts.js';
import type {AlertingView} from '../state/alerting-view.js';
import type {HttpClient} from '../wire/http-client.js';

export type AlertmanagerReaderOptions = {
	readonly clients: readonly HttpClient[];
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly onChange: (view: AlertingView) => void;
};

/**
Milliseconds between two reads of the alerts. For comparison: Alertmanager waits 30 s by default before it notifies
people of a new group of alerts.
*/
const everyMs = 10_000;

/** Largest reply that is read, in bytes: 20,000 alerts. */
const mostBytes = 32 * 2 ** 20;

/**
The rank of an alert's states. One finding may have several alerts: one in each Alertmanager, and one for each severity.
If their states differ, the state with the highest rank counts. `fires` has the highest rank, because people are then
notified.
*/
const rank: Readonly<Record<AlertState, number>> = {inhibited: 0, silenced: 1, fires: 2};

/**
Repeatedly reads which alerts of redis-top the Alertmanagers have, and which of them are silenced. Resolves when the
signal aborts; never rejects.
*/
export async function readAlertmanagers({clients, clock, signal, onChange}: AlertmanagerReaderOptions): Promise<void> {
	while (!signal.aborted) {
		const views = await Promise.all(clients.map(client => readOne(client, signal)));
		if (!signal.aborted) {
			onChange(merged(views));
		}

		await clock.sleep(everyMs, signal);
	}
}

async function readOne(client: HttpClient, signal: AbortSignal): Promise<AlertingView> {
	const outcome = await client.request({
		path: '/api/v2/alerts',
		query: {filter: 'source="redis-top"'},
		signal,
		mostBytes,
	});
	const alerts = outcome.kind === 'answered' ? parseAlerts(outcome.body) : undefined;
	if (alerts === undefined) {
		const why = outcome.kind === 'failed' ? outcome.why : 'answers something that is no list of alerts';
		return {states: new Map(), problem: `Alertmanager ${client.place} ${why}`};
	}

	const states = new Map<string, AlertState>();
	for (const {rule, node, subject, state} of alerts) {
		add(states, `${rule} ${node ?? ''} ${subject ?? ''}`, state);
	}

	return {states, problem: undefined};
}

function add(states: Map<string, AlertState>, key: string, state: AlertState): void {
	const known = states.get(key);
	if (known === undefined || rank[state] > rank[known]) {
		states.set(key, state);
	}
}

/**
Combines what several Alertmanagers report about alerts. A problem is reported only if none of the Alertmanagers
answers.
*/
function merged(views: readonly AlertingView[]): AlertingView {
	const states = new Map<string, AlertState>();
	for (const view of views) {
		for (const [key, state] of view.states) {
			add(states, key, state);
		}
	}

	const isAnswered = views.some(({problem}) => problem === undefined);
	return {states, problem: isAnswered ? undefined : views[0]?.problem};
}
