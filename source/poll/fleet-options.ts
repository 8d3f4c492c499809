import type {Clock} from '../domain/clock.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {RedisPort} from '../wire/redis-port.js';
import type {NatMap} from './nat-map.js';

export type FleetEvent =
	| {
			readonly kind: 'node-found';
			readonly address: NodeAddress;
			readonly endpoint: Endpoint;
			readonly origin: NodeOrigin;
	  }
	/** Another name of a node: an announced one that was mapped, or a second name of the same process. */
	| {readonly kind: 'node-alias'; readonly address: NodeAddress; readonly alias: NodeAddress}
	/** Nobody names it any more and it doesn't answer; or it is part of something again. */
	| {readonly kind: 'node-gone'; readonly address: NodeAddress; readonly isGone: boolean}
	/** No target answers: the nodes of an earlier visit are asked instead. */
	| {readonly kind: 'memory-used'; readonly nodes: number}
	| {readonly kind: 'outcome'; readonly outcome: PollOutcome; readonly intervalMs: number}
	/** PING on the focused node's second connection; undefined: no answer in time. */
	| {readonly kind: 'ping'; readonly address: NodeAddress; readonly roundTripMs: number | undefined};

export type FleetOptions = {
	readonly targets: readonly ConnectionSettings[];
	readonly openPort: (settings: ConnectionSettings) => RedisPort;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly intervalMs: number;
	/** Every node is asked for everything, as `snapshot` wants it. */
	readonly isEveryNodeFocused?: boolean;
	readonly report: (report: FleetEvent) => void;
	/** Event-loop lag of the last seconds, milliseconds. */
	readonly lagMs?: (() => number) | undefined;
	/** How data nodes are reached that a sentinel names; default: like the sentinel. */
	readonly dataAccess?: Omit<ConnectionSettings, 'endpoint'> | undefined;
	/** Of the primaries that sentinels watch this one alone. */
	readonly primaryName?: string | undefined;
	readonly natMap?: NatMap | undefined;
	/** The nodes of an earlier visit, asked when no target answers. */
	readonly remembered?: readonly Endpoint[] | undefined;
};
