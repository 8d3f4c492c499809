import type {Clock} from '../domain/clock.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import type {FollowMode} from '../wire/follow.js';
import type {RedisPort} from '../wire/redis-port.js';
import type {NatMap} from './nat-map.js';

export type FleetEvent =
	| {
			readonly kind: 'node-found';
			readonly address: NodeAddress;
			readonly endpoint: Endpoint;
			readonly origin: NodeOrigin;
	  }
	/** Another address of a node: an announced one that was mapped, or a second one of the same process. */
	| {readonly kind: 'node-alias'; readonly address: NodeAddress; readonly alias: NodeAddress}
	/** No node names it any more and it doesn't answer; or it is part of a deployment again. */
	| {readonly kind: 'node-gone'; readonly address: NodeAddress; readonly isGone: boolean}
	/** No target answers: the nodes of an earlier session are asked instead. */
	| {readonly kind: 'memory-used'; readonly nodes: number}
	| {readonly kind: 'outcome'; readonly outcome: PollOutcome; readonly intervalMs: number}
	/** PING on the second connection of the node in focus; undefined: no reply in time. */
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
	/** Connection settings of data nodes that a Sentinel announces; default: those of the Sentinel. */
	readonly dataAccess?: Omit<ConnectionSettings, 'endpoint'> | undefined;
	/** Only this one of the primaries that Sentinels monitor. */
	readonly primaryName?: string | undefined;
	readonly natMap?: NatMap | undefined;
	/** @default 'all' */
	readonly follow?: FollowMode | undefined;
	/** The nodes of an earlier session, asked when no target answers. */
	readonly remembered?: readonly Endpoint[] | undefined;
};
