import type {NodeRecord} from '../derive/node-record.js';
import {reasonOnHost} from '../derive/port-holder.js';
import type {NextStep} from '../domain/finding.js';
import {certificateSteps} from './certificate.js';
import {explanationOf} from './connection-explanations.js';
import {fileLimitSteps} from './file-limit.js';
import {lostSettings} from './lost-settings.js';
import {diagnose, hint, logSteps, onHost, statusSteps} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {fileLimitOfFull, isMisnamed, maxclientsReached} from './refusal-reason.js';
import {changedToTls} from './tls-change.js';

/**
Whether something else answers at the address of a server: it replied there before, or other nodes name it. A gateway may
answer for hosts that are away, for example with HTTP.
*/
export const isForeignAnswer = ({failure, lastReplyAtMs, origin}: NodeRecord): boolean =>
	['PROTOCOL', 'NOT_REDIS', 'HTTP'].includes(failure?.code ?? '') &&
	(lastReplyAtMs !== undefined || origin !== 'target');

/** The steps for a server that refuses the connection, the likeliest cause first. */
export function refusalSteps(facts: NodeFacts): readonly NextStep[] {
	const {record} = facts;
	const lost = lostSettings(record) ?? changedToTls(record);
	if (lost !== undefined) {
		return [...lost.next, diagnose(record)];
	}

	if (reasonOnHost(record) !== undefined) {
		return [
			onHost('ss -ltnp'),
			hint('stop what holds the port, then start the server; or give the port of the server'),
		];
	}

	if (isForeignAnswer(record)) {
		return [
			hint('ask it on its own machine: it may serve there, or be away while a gateway answers in its place'),
			hint('see which way leads there from here: a route, a proxy, a load balancer'),
			diagnose(record),
		];
	}

	if (record.failure?.code === 'CERT_HAS_EXPIRED') {
		return certificateSteps(facts);
	}

	if (isMisnamed(record)) {
		return [
			diagnose(record),
			hint('let each node announce the host name of its certificate: cluster-announce-hostname (7.0)'),
			hint('or put the addresses of the nodes into their certificates (SAN); --insecure does without the check'),
		];
	}

	if (record.failure?.code === 'NOPERM') {
		return [
			hint('give the user what the monitor needs: redis-top acl prints the line for an administrator'),
			diagnose(record),
		];
	}

	const port = record.endpoint.kind === 'tcp' ? record.endpoint.port : undefined;
	const steps = record.failure && explanationOf(record.failure.kind ?? record.failure.code, record.endpoint)?.next;
	const limit = fileLimitOfFull(record);
	return record.failure?.reason === maxclientsReached && port !== undefined
		? [
				...(limit === undefined ? [] : fileLimitSteps(limit)),
				onHost(`ss -Htn state established 'sport = :${port}' | awk '{print $4}' | sed 's/:[0-9]*$//' | sort | uniq -c`),
				...(limit === undefined
					? [hint('close what holds most connections; a client that is connected already can CONFIG SET maxclients')]
					: []),
			]
		: [...(steps ?? [hint("try from the server's own machine")]), diagnose(record)];
}

/**
What to do about a server that listens on other addresses. Source for protected mode: redis.conf, `protected-mode`.
*/
export const stepsForBind: readonly NextStep[] = [
	hint('add this address to `bind` in its config file, and restart it; since 7.0 CONFIG SET bind needs no restart'),
	hint('give it a password or users first: without them protected mode still turns other hosts away'),
	hint('or let the clients use the address on which it listens'),
	onHost('ss -ltnp'),
];

/** The steps for a server of another machine that may be bound to loopback or may not run, see `isRefusedFromAfar`. */
export const stepsFromAfar = (facts: NodeFacts): readonly NextStep[] => [
	onHost(`ss -ltnp${facts.record.endpoint.kind === 'tcp' ? ` 'sport = :${facts.record.endpoint.port}'` : ''}`),
	hint(
		'a line with 127.0.0.1: it runs; give it a password, then add its address to `bind` in its config file and restart it',
	),
	hint('since 7.0 `CONFIG SET bind` in redis-cli on its host needs no restart'),
	hint('no line: it is not running, or has another port; start it, or give its port'),
	...statusSteps(facts),
	...logSteps(facts),
	hint('a line with 0.0.0.0, * or this address: a firewall there rejects'),
];
