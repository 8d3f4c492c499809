import {osUser} from '../app/os-user.js';
import type {AuditFact} from '../domain/audit.js';
import {systemClock} from '../domain/clock.js';
import {GrafanaAnnotator} from '../metrics/grafana-annotator.js';
import {HttpClient, type HttpService} from '../wire/http-client.js';

/**
Annotates the actions in the Grafana of `--grafana`. This file is a module of its own, so that a monitor without the
flag does not load it. Returns the function to call with each line of the audit log.
*/
export function annotateActions(
	service: HttpService,
	signal: AbortSignal,
	complain: (text: string) => void,
): (fact: AuditFact) => void {
	const client = new HttpClient(service);
	signal.addEventListener('abort', () => client.close(), {once: true});
	const annotator = new GrafanaAnnotator({client, osUser: osUser(), clock: systemClock, signal, complain});
	return fact => annotator.note(fact);
}
