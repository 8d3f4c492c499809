import {type Polling, startPolling} from '../app/polling.js';
import type {Config} from '../config/config.js';
import type {PollInterest} from '../poll/poll-demand.js';

/** All parts of a node that may be polled on demand. With this set, every request of a node is polled. */
export const allInterests: ReadonlySet<PollInterest> = new Set([
	'clients',
	'main-thread',
	'key-sizes',
	'histograms',
	'slowlog',
	'cluster',
]);

/** The polling of a command that takes a few samples and ends. */
export type Sampling = {
	readonly polling: Polling;
	readonly end: AbortController;
	/** Whether servers are also asked for logs and latencies from before redis-top started. */
	readonly asksEarlier: boolean;
};

/** Starts to poll every part of every node. The polling ends when `end` aborts. */
export function startSampling(config: Config, {asksEarlier = false, looksClosely = false} = {}): Sampling {
	const end = new AbortController();
	const options = {signal: end.signal, isEveryNodeFocused: true, endsByItself: true, asksEarlier, looksClosely};
	const polling = startPolling(config, options);
	polling.fleet.setInterests(allInterests);
	return {polling, end, asksEarlier};
}
