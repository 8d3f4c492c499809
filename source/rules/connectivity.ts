import {configMistakeOf, mistakeReason} from '../derive/config-mistake.js';
import {heldConnections} from '../derive/connection-holder.js';
import {boundElsewhere, reasonOnHost} from '../derive/port-holder.js';
import {endOfProcess} from '../derive/process-end.js';
import {mayBeRestarting, restartSeconds} from '../derive/restarting.js';
import type {Effect, NextStep} from '../domain/finding.js';
import {message, nameOf, nodeName} from '../domain/message.js';
import type {Endpoint} from '../domain/node.js';
import type {Failure} from '../domain/sample.js';
import {seconds} from '../text/units.js';
import {isAnnouncedUnreachable, isListedInCluster} from '../topology/announced.js';
import {otherAddressOf, secondAddressStatement} from '../topology/announced-primary.js';
import {leftOf, lostReplicaOf, replicaProblem} from '../topology/lost-replica.js';
import {meaningOfTakeover, replacedPrimary, replacedProblem, takeoverOf} from '../topology/taken-over.js';
import {onlyAnnounced} from './announced-nodes.js';
import {type Explanation, explanationOf} from './connection-explanations.js';
import {isCrashLoop} from './crash-loop.js';
import {
	isStartedFirst,
	lastWords,
	meaningOfMistake,
	mistakeEvidence,
	mistakeSteps,
	startAgain,
	stepsAfterEnd,
} from './end-steps.js';
import {isInDiskWait} from './felt-waits.js';
import {recentKillSteps} from './kernel-kills.js';
import {livingHost} from './living-host.js';
import {lostSettings} from './lost-settings.js';
import {diagnose, hint, logSteps, onHost, redisCli, statusSteps} from './next-steps.js';
import {heldBackReplica, noFailoverSteps, waitingDetail} from './no-failover-steps.js';
import {isPlannedStop, isRemoved} from './planned-restart.js';
import {promotionByHand} from './promotion-by-hand.js';
import {isRefusedFromAfar, meaningOfAbsence, refusedFromAfar} from './refusal-meaning.js';
import {fileLimitOfFull, refusalReason} from './refusal-reason.js';
import {isForeignAnswer, refusalSteps, stepsForBind, stepsFromAfar} from './refusal-steps.js';
import {clear, fires, rule} from './rule.js';
import {forgetLeftover, forgetReplicaSteps, leftoverSentinel} from './sentinel-leftovers.js';
import {stepsOfDiskWait, waitsForDisk} from './stalled-disk.js';
import {changedToTls} from './tls-change.js';
import {connUnresponsive} from './unresponsive.js';

export const connUnreachable = rule({
	id: 'conn.unreachable',
	scope: 'node',
	docs: {
		looksAt:
			'redis-top cannot connect: the host name cannot be resolved, no route leads to the host, or the connection fails.',
		since: 'any',
		falsePositives: [
			'The node may be well where another node reaches its address and redis-top never did. The finding is a warning then; in a cluster clu.announce reports it.',
			'A node that no node of its cluster, or no Sentinel, names any more was removed. The finding is info then.',
			'A server without TLS does not answer a TLS connection. redis-top then tries the port without TLS, and conn.refusing fires.',
			replacedPrimary,
		],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	appliesTo: facts => connRefused.evaluate(facts, 0).kind === 'clear',
	needs: {},
	evaluate(_, facts) {
		const {record, nodes} = facts;
		const {failure, endpoint} = record;
		if (failure?.state !== 'down') {
			return clear;
		}

		if (isAnnouncedUnreachable(record, nodes)) {
			return isListedInCluster(record, nodes) ? clear : onlyAnnounced(facts);
		}

		const other = otherAddressOf(record, nodes);
		if (other !== undefined) {
			return fires('warning', {
				...secondAddressStatement(other),
				evidence: [{name: 'error', value: failure.code}],
				meaning: 'The sentinel answers. The others that know it by this address alone miss its vote.',
				next: [
					hint(message`on ${nodeName(other)}: SENTINEL CONFIG SET announce-ip ADDRESS, the one that it listens on`),
					diagnose(record),
				],
			});
		}

		const held = reasonOnHost(record);
		const living = livingHost(facts);
		const takeover = takeoverOf(record, nodes);
		const leftover = leftoverSentinel(record, nodes);
		const lost = isRemoved(record) || takeover !== undefined ? undefined : lostReplicaOf(record, nodes);
		const isMinor = takeover !== undefined || leftover !== undefined;
		const isHere = isMinor || held !== undefined || isRemoved(record) || outOfHere.has(failure.code);
		const byHand = isHere ? undefined : promotionByHand(facts, 'if its host is gone');
		return fires(isRemoved(record) ? 'info' : isMinor ? 'warning' : 'critical', {
			problem: replicaProblem(replacedProblem(failure.problem, takeover), lost),
			detail: leftOf(lost) ?? byHand?.detail ?? (takeover === undefined ? waitingDetail(record, nodes) : undefined),
			reason: held ?? leftover?.reason ?? living?.reason ?? failure.reason,
			effect: isMinor || outOfHere.has(failure.code) ? undefined : 'unreachable',
			evidence: [
				{name: 'error', value: failure.code},
				{name: 'layer', value: failure.layer},
			],
			meaning:
				takeover !== undefined
					? meaningOfTakeover(takeover)
					: outOfHere.has(failure.code)
						? 'Other programs of this machine may be without connections as well. It says nothing of the server.'
						: held === undefined
							? `${byHand === undefined ? '' : `${byHand.meaning} `}${living?.meaning ?? explained(failure, endpoint)?.meaning ?? 'Clients on the same network path cannot use the node. Whether it runs can only be seen from elsewhere.'}`
							: 'A process that is no Redis or Valkey server takes the connections: a proxy, perhaps with no server behind it.',
			next:
				held === undefined
					? [
							...(leftover === undefined ? [] : [forgetLeftover]),
							...(takeover === undefined ? noFailoverSteps(record, nodes) : []),
							...(living === undefined ? (byHand?.next ?? []) : []),
							...(living?.next ?? unreachableSteps(failure, endpoint)),
							...forgetReplicaSteps(record, nodes),
							diagnose(record),
						]
					: [
							hint(
								'if it is a proxy: see in its log and its status page which servers it has behind it, and whether they run',
							),
							...(failure.code === 'ECONNRESET' ? [hint('if it takes TLS: rediss:// or --tls')] : []),
							hint('if it is not: stop what holds the port, then start the server'),
							onHost('ss -ltnp'),
						],
		});
	},
});

/**
Error codes of connections that this machine cannot start, so that nothing was sent. Source: connect(2), socket(2).
*/
const outOfHere: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS']);

/** The explanation of the failure that `redis-top diagnose` gives, too; undefined for a code without an entry. */
const explained = ({kind, code}: Failure, endpoint: Endpoint): Explanation | undefined =>
	explanationOf(kind ?? code, endpoint);

/** What to do about a name that cannot be resolved. Its last address comes first: with it the server can be seen at once. */
const nameSteps = (host: string, {earlierAddress}: Failure): readonly NextStep[] => [
	...(earlierAddress === undefined
		? []
		: [hint(message`use the address that ${nameOf('host', host)} had before: ${nameOf('host', earlierAddress)}`)]),
	hint(message`resolve ${nameOf('host', host)} from here and from where it works; look at /etc/resolv.conf`),
];

/** What to do here where no local port is free. Connections in TIME_WAIT belong to no process any more. */
function portSteps({localPorts}: Failure, port: number): readonly NextStep[] {
	const holders = hint(
		`sudo ss -Htnp 'dport = :${port}' | grep -o '"[^"]*",pid=[0-9]*' | sort | uniq -c | sort -rn | head -n 5`,
	);
	const range = hint('sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse');
	return localPorts !== undefined && localPorts.waiting >= localPorts.held / 2
		? [
				hint('let the program here keep its connections (a pool): each that it ends holds a port for a minute'),
				hint(`here, not on the server: ss -Htan state time-wait 'dport = :${port}' | wc -l`),
				hint('until then: sudo sysctl -w net.ipv4.tcp_tw_reuse=1'),
				holders,
				range,
			]
		: [
				hint('here, not on the server: find which processes hold the connections, and how many ports there are'),
				holders,
				range,
			];
}

function unreachableSteps(failure: Failure, endpoint: Endpoint): readonly NextStep[] {
	const {code, layer} = failure;
	if (code === 'EADDRNOTAVAIL' && endpoint.kind === 'tcp') {
		return portSteps(failure, endpoint.port);
	}

	if (outOfHere.has(code)) {
		return [hint('here, not on the server: ulimit -n, cat /proc/sys/fs/file-nr, cat /proc/net/sockstat')];
	}

	return [
		...(layer === 'dns' && endpoint.kind === 'tcp' ? nameSteps(endpoint.host, failure) : []),
		...(explained(failure, endpoint)?.next ?? [
			hint("compare with another client's host: a firewall, a security group, a route, or the host is down"),
			onHost('ss -ltnp'),
		]),
	];
}

/** What to do about a replaced primary: nothing is urgent. The steps of its end may say already that it is to be started. */
const returnAfterTakeover = (isStartSaid: boolean): NextStep =>
	hint(`${isStartSaid ? 'then' : 'start it again when its end is understood:'} it returns as a replica`);

const otherServer = hint('if another server has that address, start the one that belongs to this address');

export const connRefused = rule({
	id: 'conn.refused',
	scope: 'node',
	docs: {
		looksAt:
			'The connection is refused: nothing listens on the port (ECONNREFUSED), or the socket file is missing (ENOENT). Where the server ran on this machine, the finding names the end in its log, and the line of its config file for which it does not start again. Only mistakes that are certain count, in a file that was changed after the last start. A log that ends without a shutdown shows that the server was killed.',
		since: 'any',
		falsePositives: [
			'A process that replied before may be restarting. The finding is only a warning for the first five seconds, unless this machine shows why the process does not come back.',
			'A planned restart begins with the nodes that others replace meanwhile: replicas, primaries that were failed over, one of several Sentinels. The finding is info for `srv.planned.stop` there, unless the log tells of a crash or ends without a shutdown, and for `srv.planned.start` where the log tells of a stop on demand.',
			'An announced address may be valid only on the network of the other nodes. conn.unreachable reports such an address.',
			'A node that no node of its cluster, or no Sentinel, names any more was removed. The finding is info then.',
			replacedPrimary,
		],
	},
	thresholds: {
		restart: {
			value: restartSeconds,
			unit: 'seconds',
			source: 'a restart with little data takes less; as for a reply that is pending (conn.unresponsive)',
		},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	appliesTo: ({record, nodes}) => record.failure === undefined || !isAnnouncedUnreachable(record, nodes),
	needs: {},
	evaluate(_, facts, limits) {
		const {failure, failingSinceMs} = facts.record;
		if (failure?.code !== 'ECONNREFUSED' && failure?.code !== 'ENOENT') {
			return clear;
		}

		const rejected = reasonOnHost(facts.record);
		const bound = rejected === undefined ? boundElsewhere(facts.record) : undefined;
		const end = rejected === undefined ? endOfProcess(facts.record) : undefined;
		const mistake = (rejected ?? bound) === undefined ? configMistakeOf(facts.record) : undefined;
		const here = facts.record.host?.value.kind === 'here' ? facts.record.host.value : undefined;
		const mayRestart = mayBeRestarting(facts.record, facts.nowMs, limits.restart);
		const takeover = takeoverOf(facts.record, facts.nodes);
		const isGone = isRemoved(facts.record);
		const lost = isGone ? undefined : lostReplicaOf(facts.record, facts.nodes);
		const isPlanned = isGone || isPlannedStop(facts);
		const leftover = leftoverSentinel(facts.record, facts.nodes);
		const isMinor = takeover !== undefined || leftover !== undefined;
		const isFar = !isMinor && !isPlanned && lost === undefined && isRefusedFromAfar(facts.record);
		const isHeldBack = takeover === undefined && heldBackReplica(facts.record, facts.nodes) !== undefined;
		const isReplaced = takeover !== undefined;
		const stepsOfItsEnd = mistake === undefined ? stepsAfterEnd(end, facts, isHeldBack) : mistakeSteps(mistake);
		const byHand = promotionByHand(facts, 'if it cannot be started')?.next ?? [];
		const isStartFirst =
			mistake === undefined && (end === undefined ? lost !== undefined && !isPlanned : isStartedFirst(end));
		return fires(isPlanned ? 'info' : mayRestart || isMinor ? 'warning' : 'critical', {
			problem: replicaProblem(replacedProblem(failure.problem, takeover), lost),
			detail: mistake === undefined ? leftOf(lost) : mistake.refusedAtMs === undefined ? end?.reason : undefined,
			reason:
				rejected ??
				bound ??
				leftover?.reason ??
				(mistake && mistakeReason(mistake)) ??
				end?.reason ??
				(isFar ? refusedFromAfar : failure.reason),
			effect: isPlanned || isMinor ? undefined : 'unreachable',
			evidence: [
				{name: 'error', value: failure.code},
				...(failingSinceMs === undefined
					? []
					: [{name: 'failing for', value: seconds((facts.nowMs - failingSinceMs) / 1000)}]),
				...(mistake === undefined ? [] : mistakeEvidence(mistake)),
				...(end === undefined ? [] : [{name: 'its log', value: message`${nameOf('quote', end.remark.line)}`}]),
				...lastWords(facts.record),
			],
			meaning: isGone
				? 'Somebody removed it: no node names it any more.'
				: takeover !== undefined
					? meaningOfTakeover(takeover)
					: rejected !== undefined
						? 'The server runs and listens. A firewall rule on the way turns connections away.'
						: bound !== undefined
							? 'A server runs on this port, at another address. Clients that use this address cannot reach it.'
							: mistake !== undefined
								? meaningOfMistake(mistake)
								: meaningOfAbsence({record: facts.record, end, isPlanned, mayRestart, lost}),
			next:
				rejected !== undefined
					? [onHost('sudo nft list ruleset'), onHost('sudo iptables -S | grep REJECT')]
					: bound !== undefined
						? [...stepsForBind, ...(facts.record.lastReplyAtMs === undefined ? [otherServer] : [])]
						: isFar
							? [...noFailoverSteps(facts.record, facts.nodes), ...stepsFromAfar(facts), ...byHand]
							: [
									...(leftover === undefined ? [] : [forgetLeftover]),
									...(mistake === undefined ? [] : stepsOfItsEnd),
									...(isReplaced ? [] : noFailoverSteps(facts.record, facts.nodes)),
									...(mistake === undefined ? stepsOfItsEnd : []),
									...(isReplaced ? [returnAfterTakeover(stepsOfItsEnd.length > 0)] : []),
									...(end === undefined && mistake === undefined ? recentKillSteps(here, facts.nowMs) : []),
									...(isStartFirst && !isReplaced && end === undefined ? [startAgain(facts)] : []),
									...statusSteps(facts, isStartFirst),
									...(isPlanned || isMinor || mayRestart ? [] : byHand),
									...logSteps(facts),
									...forgetReplicaSteps(facts.record, facts.nodes),
									onHost('ss -ltnp'),
									...(end === undefined ? [hint('look for why it ended in its log and in dmesg')] : []),
								],
		});
	},
});

export const connRefusing = rule({
	id: 'conn.refusing',
	scope: 'node',
	docs: {
		looksAt:
			'The server answers and does not serve redis-top. The reply names the reason: `maxclients` is reached, protected mode, a TLS setting, another service on the port, or no right to INFO.',
		since: 'any',
		falsePositives: ['Refused credentials are no such reason. conn.auth reports them.'],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		const {record} = facts;
		const {failure} = record;
		if (failure?.state !== 'refusing' || failure.layer === 'auth') {
			return clear;
		}

		const lost = lostSettings(record) ?? changedToTls(record);
		const held = heldConnections(record)?.text;
		const reason = lost?.reason ?? refusalReason(record);
		// Who holds the connections is no cause where the server admits fewer clients than its config asks for.
		const isLowered = fileLimitOfFull(record) !== undefined;
		return fires('critical', {
			problem: lost?.problem ?? failure.problem,
			detail: isLowered ? undefined : held,
			reason: isLowered && held !== undefined && reason !== undefined ? message`${reason}; ${held}` : reason,
			effect: lost === undefined ? refusalEffect(failure) : 'connections-refused',
			evidence: [
				{name: 'reply', value: failure.code},
				{name: 'layer', value: failure.layer},
			],
			meaning: `${isForeignAnswer(record) ? 'A server of this deployment has the address, and something else answers there: a proxy or a gateway on the way, or a program that took the port.' : (lost?.meaning ?? explained(failure, record.endpoint)?.meaning ?? 'The server answers but refuses this connection.')} redis-top cannot see what else is wrong with it.`,
			next: refusalSteps(facts),
		});
	},
});

/**
The effect of a refused connection on clients. Undefined unless the first commands on the connection failed (layer
`greet`). A failure of another layer, such as TLS or a missing right, may concern redis-top alone.
*/
function refusalEffect({layer, code}: Failure): Effect | undefined {
	if (layer !== 'greet') {
		return undefined;
	}

	return ['PROTOCOL', 'NOT_REDIS', 'PROXY_PROTOCOL'].includes(code) ? 'unreachable' : 'connections-refused';
}

/** Length of the window in which lost connections are counted, milliseconds. */
const lossWindowMs = 60_000;

export const connFlapping = rule({
	id: 'conn.flapping',
	scope: 'node',
	docs: {
		looksAt: "The rule counts how often redis-top's own connection was lost within the last minute.",
		since: 'any',
		falsePositives: [
			'The server setting `timeout` closes idle connections. redis-top polls more often than any usual `timeout`.',
			'A process that restarts repeatedly loses each connection. srv.crash_loop reports it.',
		],
	},
	thresholds: {
		count: {value: 3, unit: 'count', source: 'lost connections in a minute; a restart loses one'},
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	appliesTo: facts => !isCrashLoop(facts),
	needs: {},
	evaluate(_, facts, limits) {
		const losses = facts.memory.lossesAtMs.filter(atMs => atMs > facts.nowMs - lossWindowMs).length;
		if (losses < limits.count) {
			return clear;
		}

		const disk = isInDiskWait(facts) ? waitsForDisk : undefined;
		return fires('warning', {
			problem: `lost its connection ${losses} times`,
			detail: 'within a minute',
			reason: disk,
			evidence: [{name: 'losses in 60 s', value: losses, unit: 'count'}],
			meaning:
				'A load balancer, maxclients, an output buffer limit or CLIENT KILL ends connections, or redis-top gave up after a pending reply.',
			next: [
				...(disk === undefined ? [] : stepsOfDiskWait(facts)),
				redisCli(facts, 'INFO server'),
				...logSteps(facts),
				hint('compare uptime_in_seconds before and after a loss'),
			],
		});
	},
});

export const connectivityRules = [connUnreachable, connRefused, connRefusing, connUnresponsive, connFlapping] as const;
