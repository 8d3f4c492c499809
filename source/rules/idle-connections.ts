import {serverProduct} from '../derive/server-product.js';
import type {ClientRow} from '../domain/client.js';
import type {NextStep} from '../domain/finding.js';
import {message, type Name, nameOf} from '../domain/message.js';
import {seconds} from '../text/units.js';
import {otherClients} from './client-names.js';
import {hint} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';

/** Connections of one host or one name of which none has been used for a while, although others are. */
export type IdleConnections = {
	readonly name: Name;
	readonly isHost: boolean;
	readonly connections: number;
	/** How long none of them has been used, in seconds. */
	readonly idleSeconds: number;
};

/** Seconds without a command from any connection of a host, or of a name, from which they count as idle. */
const idleHostSeconds = 5;
const idleNameSeconds = 60;
/** Fewest idle connections that are told. */
const fewest = 5;
/** Least share of the used connections that is told. */
const leastShare = 0.2;

const hostOf = ({address}: ClientRow): string => address.replace(/:\d+$/, '');

/** Connections that wait for messages or in a blocking command, or watch with MONITOR, are idle while they are used. */
const isWaiting = ({flags}: ClientRow): boolean => /[bPO]/.test(flags);

/**
The largest group of idle connections: of a host, else of a name. A host that lost its power leaves its connections
open, and the server keeps them until TCP keepalive ends them. Undefined if no group is large, and if no other client was
active since: a server that nobody uses has idle connections alone.

@param used Number of used connections.
*/
export function idleConnections(facts: NodeFacts, used: number): IdleConnections | undefined {
	const rows = otherClients(facts);
	const largestOf = (keyOf: (row: ClientRow) => string, leastSeconds: number) =>
		[...Map.groupBy(rows, keyOf)]
			.filter(([key, own]) => key !== '' && own.length >= fewest && own.length >= leastShare * used)
			.filter(([, own]) => own.every(row => row.idleSeconds >= leastSeconds && !isWaiting(row)))
			.toSorted(([, one], [, other]) => other.length - one.length)[0];
	const host = largestOf(hostOf, idleHostSeconds);
	const found = host ?? largestOf(({name}) => name, idleNameSeconds);
	if (found === undefined) {
		return undefined;
	}

	const [key, own] = found;
	const idleSeconds = Math.min(...own.map(row => row.idleSeconds));
	if (!rows.some(row => row.idleSeconds < idleSeconds)) {
		return undefined;
	}

	return {
		name: nameOf(host === undefined ? 'client' : 'host', key),
		isHost: host !== undefined,
		connections: own.length,
		idleSeconds,
	};
}

/** A setting `timeout` in seconds that closes abandoned connections soon, and leaves most connection pools alone. */
const shortTimeout = 120;

/** Whether CLIENT KILL has filters for the host and the idle time: Valkey 9.0. */
function killsByHost({sample}: NodeFacts): boolean {
	const {product, version} = (sample && serverProduct(sample.info)) ?? {};
	return product === 'valkey' && Number.parseInt(version ?? '0', 10) >= 9;
}

/** The steps that free the places of idle connections. */
export function idleSteps(facts: NodeFacts, {name, isHost, idleSeconds}: IdleConnections): readonly NextStep[] {
	const timeout = facts.setting('timeout');
	const keepalive = Number(facts.setting('tcp-keepalive') ?? Number.NaN);
	const condition = isHost ? message`if ${name} is gone` : message`if ${name} uses them no longer`;
	return [
		isHost && killsByHost(facts)
			? hint(
					message`${condition}, over a connection that is open: CLIENT KILL IP ${quotedName('host', name.name)} IDLE ${Math.floor(idleSeconds)}`,
				)
			: hint(
					message`${condition}, over a connection that is open: CONFIG SET timeout ${shortTimeout}, which closes every client that is idle as long; then set it back${timeout === undefined ? '' : ` to ${timeout}`}`,
				),
		...(isHost && (keepalive === 0 || keepalive > shortTimeout)
			? [
					hint(
						`tcp-keepalive is ${keepalive}: connections of a host that is gone stay ${keepalive === 0 ? 'for ever' : seconds(2 * keepalive)}; a shorter one holds for new connections`,
					),
				]
			: []),
	];
}
