import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {measureEventLoopLag, measureRecentLag} from '../host/event-loop-lag.js';
import type {RememberedTopology} from '../parse/remembered-topology.js';
import {Fleet} from '../poll/fleet.js';
import type {FleetEvent} from '../poll/fleet-options.js';
import {openPort} from '../wire/ioredis-port.js';
import {recalled} from './topology-keeper.js';

export type PollingOptions = {
	readonly signal: AbortSignal;
	/** Polls every node like the node in focus, for commands without a screen. */
	readonly isEveryNodeFocused: boolean;
	/** Whether the command ends by itself after a few polls. @default false */
	readonly endsByItself?: boolean;
	/**
	Whether each node is asked once for what it knows of the time before redis-top started. @default true for a command
	that keeps running
	*/
	readonly asksEarlier?: boolean | undefined;
	/** Whether `check` looks closer at every node of a small deployment. @default false */
	readonly looksClosely?: boolean;
	/** Round trips of PING are measured only after this promise has resolved. */
	readonly pingAfter?: Promise<void> | undefined;
};

/** The polling of one configuration. Its events wait until they are taken. */
export type Polling = {
	readonly fleet: Fleet;
	/** The nodes that an earlier run has written to the state folder. */
	readonly remembered: RememberedTopology | undefined;
	/** Passes on the events so far, and each later event when it comes. To be called once. */
	readonly take: (report: (event: FleetEvent) => void) => void;
	/** Returns the event-loop lag of this process since the last call, in milliseconds. */
	readonly readLag: () => number;
};

/**
Starts the polling. It ends when the signal aborts.

Polling needs neither the store nor the rules. So a command that ends by itself starts polling first, and loads the rest
of its code while the servers answer.
*/
export function startPolling(config: Config, options: PollingOptions): Polling {
	const {intervalMs, targets, dataAccess, primaryName, natMap, follow} = config;
	const {
		signal,
		isEveryNodeFocused,
		endsByItself = false,
		asksEarlier = !endsByItself,
		looksClosely,
		pingAfter,
	} = options;
	const remembered = recalled(config);
	const lag = measureEventLoopLag();
	const recentLag = measureRecentLag(() => systemClock.elapsed());
	const stopMeasuring = () => {
		lag.stop();
		recentLag.stop();
	};

	signal.addEventListener('abort', stopMeasuring, {once: true});
	const waiting: FleetEvent[] = [];
	let report = (event: FleetEvent) => {
		waiting.push(event);
	};

	const fleet = new Fleet({
		targets,
		dataAccess,
		primaryName,
		natMap,
		follow,
		remembered: remembered?.nodes,
		looksClosely,
		pingAfter,
		openPort,
		clock: systemClock,
		signal,
		intervalMs,
		isEveryNodeFocused,
		watchedKeys: config.watchedKeys,
		hasPlaces: !endsByItself,
		asksEarlier,
		lagMs: recentLag.longestMs,
		report: event => report(event),
	});
	fleet.start();
	return {
		fleet,
		remembered,
		take: to => {
			report = to;
			for (const event of waiting.splice(0)) {
				to(event);
			}
		},
		readLag: () => lag.readAndReset(),
	};
}
