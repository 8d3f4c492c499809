import {commandOf} from '../derive/command-name.js';
import type {NextStep} from '../domain/finding.js';
import {keySlot} from '../domain/key-slot.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {errorStats} from '../parse/info-fields.js';
import {milliseconds} from '../text/units.js';
import {hint, onHost, programFor} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';

/** Both halves of the move of a key between nodes of a cluster. RESTORE alone may be an import. */
const halvesOfMove: ReadonlySet<string> = new Set(['MIGRATE', 'RESTORE-ASKING']);

export const isHalfOfMove = (entry: SlowlogEntry): boolean => halvesOfMove.has(commandOf(entry));

/** A server that did not answer MIGRATE within its timeout. */
export type SilentTarget = {readonly host: string; readonly port: string; readonly timeoutMs: number};

/**
Times its timeout up to which MIGRATE gave up a silent server. A large key takes any time: each of its parts may take up
to the timeout. Source: Redis cluster.c, migrateCommand
*/
const aboutItsTimeout = 1.2;

/**
The server that MIGRATE could not reach: the command took its whole timeout, and IOERR was answered since the start of the
server. Undefined where errors are not counted (before 6.2).

The words are `MIGRATE host port key database timeout …`. Source: https://redis.io/docs/latest/commands/migrate/
*/
export function silentTarget(entry: SlowlogEntry | undefined, facts: NodeFacts): SilentTarget | undefined {
	if (entry === undefined || facts.sample === undefined || commandOf(entry) !== 'MIGRATE') {
		return undefined;
	}

	const [, host = '', port = '', , , timeout] = entry.arguments;
	const timeoutMs = Number(timeout);
	const ranMs = entry.durationMicroseconds / 1000;
	const isGivenUp = timeoutMs > 0 && ranMs >= timeoutMs && ranMs <= aboutItsTimeout * timeoutMs;
	return isGivenUp && (errorStats(facts.sample.info).get('IOERR') ?? 0) > 0 ? {host, port, timeoutMs} : undefined;
}

/** Why MIGRATE took long: `10.0.1.2:6379 did not answer it, timeout 3.0 s`. */
export const silentTargetReason = ({host, port, timeoutMs}: SilentTarget): Message =>
	message`${nameOf('host', host)}:${port} did not answer it, timeout ${milliseconds(timeoutMs)}`;

/** What to do about MIGRATE to a server that does not answer. The key stays: only an answer deletes it here. */
export const silentTargetSteps = (
	{host, port, timeoutMs}: SilentTarget,
	client: Name | undefined,
	facts: NodeFacts,
): readonly NextStep[] => [
	hint(
		message`stop ${client ?? 'what runs MIGRATE'} until ${nameOf('host', host)}:${port} answers: each try blocks all clients for ${milliseconds(timeoutMs)}`,
	),
	onHost(message`${programFor(facts.record)} -h ${quotedName('host', host)} -p ${port} PING`),
	hint('no key is lost: it stays here until the other server has confirmed it'),
];

/** What to do about the move of a large key. It blocks both servers, and ends by itself. */
export function migrationSteps(key: Name | undefined, facts: NodeFacts): readonly NextStep[] {
	const slot =
		key === undefined || facts.number('cluster', 'cluster_enabled') !== 1 ? '' : ` (slot ${keySlot(key.name)})`;
	return [
		hint(
			message`let it end, no failover meanwhile: ${key ?? 'what it moves'}${slot} is large, and blocks both servers`,
		),
		hint(message`before the next slots: split ${key ?? 'such keys'}, or move them at a quiet time`),
		hint('as long as large keys move: a cluster-node-timeout longer than that takes'),
	];
}
