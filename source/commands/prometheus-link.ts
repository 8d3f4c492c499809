import type {PrometheusRequest} from '../config/prometheus.js';
import {systemClock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import {Prometheus} from '../prometheus/prometheus.js';
import {PrometheusHistory, type PrometheusHistoryOptions} from '../prometheus/prometheus-history.js';
import type {History} from '../state/history.js';
import type {MonitorStore} from '../state/monitor-store.js';
import type {ShownState} from '../state/shown-state.js';
import {HttpClient} from '../wire/http-client.js';

export type PrometheusLink = Pick<PrometheusHistory, 'momentFrom'>;

export type PrometheusLinkOptions = {
	readonly request: PrometheusRequest;
	readonly store: Pick<MonitorStore, 'get' | 'subscribe'>;
	readonly history: History;
	readonly shown: ShownState;
	/** The node in focus. */
	readonly focus: () => NodeAddress | undefined;
	/** The nodes on the screen. */
	readonly seen: () => ReadonlySet<NodeAddress>;
	readonly signal: AbortSignal;
	readonly notify: PrometheusHistoryOptions['notify'];
};

/**
Connects the monitor with the Prometheus of `--prometheus`. This file is a module of its own, so that a monitor without
the flag does not load it.
*/
export function linkPrometheus({
	request: {service, mapping},
	store,
	history,
	shown,
	focus,
	seen,
	signal,
	notify,
}: PrometheusLinkOptions): PrometheusLink {
	const http = new HttpClient(service);
	const past = new PrometheusHistory({
		prometheus: new Prometheus(http),
		mapping,
		clock: systemClock,
		signal,
		live: () => store.get(),
		ownFrom: node => history.oldest(node),
		notify,
	});
	shown.setEarlier(past);
	const follow = () => past.follow(focus(), seen());
	const stop = store.subscribe(follow);
	signal.addEventListener(
		'abort',
		() => {
			stop();
			http.close();
		},
		{once: true},
	);
	follow();
	return past;
}
