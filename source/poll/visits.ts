import {nodeRole, primaryAddress} from '../derive/replication-peers.js';
import type {Clock} from '../domain/clock.js';
import type {InfoReply} from '../domain/info-reply.js';
import {addressOf, type Endpoint, isLoopback, type NodeAddress} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {withheld} from '../wire/follow.js';
import {ownHosts} from './discovery.js';
import type {FleetOptions} from './fleet-options.js';
import {reachableEndpoint} from './nat-map.js';

/**
Milliseconds for which the address of a lost replica is tried. A process that ends soon after each start answers between
two attempts. An address where nothing answers was most likely given up.
*/
const triedForMs = 20_000;

/**
Milliseconds between two attempts. A process that is killed in a loop may answer for two seconds at a time, which longer
pauses miss again and again.
*/
const retryMs = 500;

/** A primary whose log names a replica that it lost. */
type LosingPrimary = {readonly endpoint: Endpoint; readonly info: InfoReply};

type VisitOptions = Pick<FleetOptions, 'targets' | 'natMap' | 'follow' | 'clock'> & {
	/** Whether a node is polled at this address already. */
	readonly isKnown: (address: NodeAddress) => boolean;
};

type VisitPolling = {
	/** Polls an address at once. */
	readonly retry: (address: NodeAddress) => void;
	/** Ends the polling of an address. */
	readonly leave: (address: NodeAddress) => void;
};

type Visit = {readonly clock: Clock; readonly primary: LosingPrimary; readonly untilMs: number; isOver: boolean};

/** The host and port of an address, which a log has as text: `10.0.1.12:6379`, `fd00::12:6379`. */
export function loggedEndpoint(address: NodeAddress): Endpoint | undefined {
	const {host, port} = /^\[?(?<host>[^[\]\s]+?)\]?:(?<port>\d{1,5})$/.exec(address)?.groups ?? {};
	const number = Number(port);
	return host === undefined || !(number > 0 && number <= 65_535) ? undefined : {kind: 'tcp', host, port: number};
}

/**
Whether a node is a replica of the primary that lost it, and not promoted or moved to another deployment since. It names
the primary, or it has the primary's history: a primary has many names, and one history.
*/
function isReplicaOf(info: InfoReply, {endpoint, info: ofPrimary}: LosingPrimary): boolean {
	if (nodeRole(info) !== 'replica') {
		return false;
	}

	const historyOf = (of: InfoReply) => of.text('replication', 'master_replid') ?? '';
	const [history, named] = [historyOf(info), primaryAddress(info)];
	const namedEndpoint = named && loggedEndpoint(named);
	return (
		named === addressOf(endpoint) ||
		(history === historyOf(ofPrimary) && !/^0*$/.test(history)) ||
		(endpoint.kind === 'tcp' &&
			namedEndpoint?.kind === 'tcp' &&
			namedEndpoint.port === endpoint.port &&
			isLoopback(namedEndpoint) &&
			isLoopback(endpoint))
	);
}

/**
The addresses of lost replicas, which only a log names. Such a node is polled, and becomes a node of the deployment with
the first reply that shows it as a replica of its primary. An address without such a reply is never shown: a replica
that was shut down for good, promoted or moved is no failure.
*/
export class Visits {
	readonly #visits = new Map<NodeAddress, Visit>();
	readonly #polling: VisitPolling;

	constructor(polling: VisitPolling) {
		this.#polling = polling;
	}

	/** The connection settings with which a lost replica is visited; undefined if it is known or was visited before. */
	begin(
		named: NodeAddress,
		info: InfoReply,
		settings: ConnectionSettings,
		options: VisitOptions,
	): ConnectionSettings | undefined {
		const {natMap = new Map(), follow = 'all', clock, isKnown} = options;
		const announced = loggedEndpoint(named);
		if (announced === undefined || follow === 'none') {
			return undefined;
		}

		const endpoint = reachableEndpoint(announced, settings.endpoint, natMap);
		const address = addressOf(endpoint);
		if (this.#visits.has(address) || isKnown(address)) {
			return undefined;
		}

		this.#visits.set(address, {
			clock,
			primary: {endpoint: settings.endpoint, info},
			untilMs: clock.elapsed() + triedForMs,
			isOver: false,
		});
		return {...withheld(settings, endpoint, ownHosts(options), follow), endpoint};
	}

	/** Whether an address is only visited so far. */
	isUnderWay(address: NodeAddress): boolean {
		return this.#visits.get(address)?.isOver === false;
	}

	/** Ends a visit. */
	end(address: NodeAddress): void {
		const visit = this.#visits.get(address);
		if (visit !== undefined) {
			visit.isOver = true;
		}
	}

	/** Whether any address is only visited so far. */
	get isAnyUnderWay(): boolean {
		return [...this.#visits.values()].some(({isOver}) => !isOver);
	}

	/**
	Whether a node whose poll had this outcome is shown from now on. An address that is tried no longer is left.

	@param nowMs Monotonic milliseconds.
	*/
	admits(outcome: PollOutcome, nowMs: number): boolean {
		const visit = this.#visits.get(outcome.address);
		if (visit === undefined || visit.isOver) {
			return true;
		}

		const isSampled = outcome.kind === 'sampled';
		const isMember = isSampled && isReplicaOf(outcome.sample.info, visit.primary);
		// More attempts with refused credentials would lock accounts and raise alarms.
		visit.isOver = isSampled || outcome.failure.layer === 'auth' || nowMs >= visit.untilMs;
		if (visit.isOver && !isMember) {
			this.#polling.leave(outcome.address);
		} else if (!visit.isOver) {
			void visit.clock.sleep(retryMs).then(() => this.#polling.retry(outcome.address));
		}

		return isMember;
	}
}
