import type {Clock} from '../domain/clock.js';
import type {CloserLook} from '../domain/closer-look.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {FollowMode} from '../wire/follow.js';
import type {RedisPort} from '../wire/redis-port.js';
import type {answeringPort} from '../wire/silent-host.js';
import type {NatMap} from './nat-map.js';

export type FleetEvent =
	| {
			readonly kind: 'node-found';
			readonly address: NodeAddress;
			readonly endpoint: Endpoint;
			readonly origin: NodeOrigin;
	  }
	/**
	Another address of a known node: an announced address that `--nat-map` maps, or a second address of the same process.
	*/
	| {readonly kind: 'node-alias'; readonly address: NodeAddress; readonly alias: NodeAddress}
	/**
	`isGone` true: the node doesn't answer, and no node names it any more. False: it is part of a deployment again.
	*/
	| {readonly kind: 'node-gone'; readonly address: NodeAddress; readonly isGone: boolean}
	/** No target answers, so the nodes of an earlier session are polled. `nodes` is their number. */
	| {readonly kind: 'memory-used'; readonly nodes: number}
	| {readonly kind: 'outcome'; readonly outcome: PollOutcome; readonly intervalMs: number}
	/**
	The round trip of a PING on the second connection of the node in focus, in milliseconds; undefined when no reply
	came in time.
	*/
	| {readonly kind: 'ping'; readonly address: NodeAddress; readonly roundTripMs: number | undefined}
	| {readonly kind: 'look'; readonly address: NodeAddress; readonly look: CloserLook};

export type FleetOptions = {
	readonly targets: readonly ConnectionSettings[];
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly intervalMs: number;
	/** Whether every node is polled like the node in focus, as `snapshot` needs. */
	readonly isEveryNodeFocused?: boolean;
	/**
	Whether each node is polled at its own moment within the interval (`phaseOf`), which spreads redis-top's work. A
	subcommand of redis-top that takes two samples then waits up to half an interval longer. @default true
	*/
	readonly hasPlaces?: boolean | undefined;
	/** Asks the host of a target that answers no connection. Tests of fake servers give their own. */
	readonly answeringPort?: typeof answeringPort | undefined;
	/** Whether each node is asked once for logs and latencies from before redis-top started. @default false */
	readonly asksEarlier?: boolean | undefined;
	/** The names of the keys that the user watches (`--watch-key`). */
	readonly watchedKeys?: readonly string[] | undefined;
	readonly report: (report: FleetEvent) => void;
	/** Returns the event-loop lag of the last seconds, in milliseconds. */
	readonly lagMs?: (() => number) | undefined;
	/** Connection settings of data nodes that a Sentinel announces. Default: the settings of the Sentinel. */
	readonly dataAccess?: Omit<ConnectionSettings, 'endpoint'> | undefined;
	/** The name of a primary that Sentinels monitor. Only its nodes are polled; undefined: the nodes of all primaries. */
	readonly primaryName?: string | undefined;
	readonly natMap?: NatMap | undefined;
	/** Which announced nodes are polled. @default 'all' */
	readonly follow?: FollowMode | undefined;
	/** The nodes of an earlier session, which are polled when no target answers. */
	readonly remembered?: readonly Endpoint[] | undefined;
	/** Whether every node of a small deployment is looked at closer, not only the node in focus. @default false */
	readonly looksClosely?: boolean | undefined;
	/**
	Resolves when round trips may be measured. While the program loads, its event-loop lag would lengthen the round trips.
	*/
	readonly pingAfter?: Promise<void> | undefined;
};
