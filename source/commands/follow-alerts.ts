import {systemClock} from '../domain/clock.js';
import {readAlertmanagers} from '../metrics/alertmanager-reader.js';
import type {AlertingView} from '../state/alerting-view.js';
import {HttpClient, type HttpService} from '../wire/http-client.js';

/**
Follows the alerts in the Alertmanagers of `--alertmanager` until the signal aborts. This file is a module of its own,
so that a monitor without the flag does not load it.
*/
export function followAlerts(
	services: readonly HttpService[],
	signal: AbortSignal,
	onChange: (view: AlertingView) => void,
): void {
	const clients = services.map(service => new HttpClient(service));
	void readAlertmanagers({clients, clock: systemClock, signal, onChange}).then(() => {
		for (const client of clients) {
			client.close();
		}
	});
}
