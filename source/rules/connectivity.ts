import type {NodeRecord} from '../derive/node-record.js';
import {seconds} from '../text/units.js';
import {announcedWords, isAnnouncedUnreachable} from '../topology/announced.js';
import {hint, logSteps, onHost, redisCli, statusSteps} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const connUnreachable = rule({
	id: 'conn.unreachable',
	scope: 'node',
	docs: {
		looksAt: 'The name, the route or the connection fails.',
		since: 'any',
		falsePositives: [
			"An address that others reach and redis-top never did is a warning: the node may be well. Of a cluster's clu.announce says it.",
			'TLS spoken to a plaintext port looks the same until the port is asked in plain; that was done before this says so.',
		],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	appliesTo: facts => connRefused.evaluate(facts, 0).kind === 'clear',
	needs: {},
	evaluate(_, {record, nodes}) {
		const {failure, endpoint, origin} = record;
		if (failure?.state !== 'down') {
			return clear;
		}

		if (isAnnouncedUnreachable(record, nodes)) {
			return origin === 'cluster' ? clear : announcedOnly(record);
		}

		const host = endpoint.kind === 'tcp' ? endpoint.host : '';
		return fires('critical', {
			problem: failure.text,

			evidence: [
				{name: 'error', value: failure.code},
				{name: 'layer', value: failure.layer},
			],
			meaning: 'Nobody who takes this way can use the node; whether it runs can only be seen from elsewhere.',
			next: [
				{
					kind: 'command',
					text: `redis-top diagnose ${endpoint.kind === 'tcp' ? `${host}:${endpoint.port}` : endpoint.path}`,
				},
				...(failure.layer === 'dns'
					? [hint(`resolve ${host} from here and from where it works; look at /etc/resolv.conf`)]
					: [hint("compare with another client's host: a firewall, a security group, a route, or the host is down")]),
				onHost('ss -ltnp'),
			],
		});
	},
});

const announcedOnly = (record: NodeRecord) =>
	fires('warning', {
		problem: announcedWords(record),

		evidence: [{name: 'error', value: record.failure?.code ?? '-'}],
		meaning: 'Nothing is known of it from here; clients on this side of the network can not reach it either.',
		next: [
			hint(
				'map it with --nat-map, or let it announce what can be reached: replica-announce-ip, sentinel announce-ip, cluster-announce-ip',
			),
		],
	});

export const connRefused = rule({
	id: 'conn.refused',
	scope: 'node',
	docs: {
		looksAt: 'Nothing listens on the port (ECONNREFUSED).',
		since: 'any',
		falsePositives: [
			'A process that answered a minute ago may just be restarting: a warning until then.',
			'Of an address that is only announced, and good where the others stand, nothing is known: conn.unreachable says so.',
		],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	appliesTo: ({record, nodes}) => record.failure === undefined || !isAnnouncedUnreachable(record, nodes),
	needs: {},
	evaluate(_, facts) {
		const {failure, lastReplyAtMs, failingSinceMs} = facts.record;
		if (failure?.code !== 'ECONNREFUSED' && failure?.code !== 'ENOENT') {
			return clear;
		}

		const lostSeconds = (facts.nowMs - (lastReplyAtMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		const mayRestart = lostSeconds < facts.threshold('conn.refused.restart');
		return fires(mayRestart ? 'warning' : 'critical', {
			problem: failure.text,

			evidence: [
				{name: 'error', value: failure.code},
				...(failingSinceMs === undefined
					? []
					: [{name: 'failing for', value: seconds((facts.nowMs - failingSinceMs) / 1000)}]),
			],
			meaning: mayRestart
				? 'The process is gone or restarting; nobody can use this node meanwhile.'
				: 'The process is dead, listens on another port, or is bound to another address.',
			next: [...statusSteps(facts), onHost('ss -ltnp'), hint('look for why it ended in its log and in dmesg')],
		});
	},
});

export const connRefusing = rule({
	id: 'conn.refusing',
	scope: 'node',
	docs: {
		looksAt:
			'It is there and turns redis-top away: maxclients, protected mode, a TLS setting, another service on the port, no right to INFO. Credentials have a rule of their own.',
		since: 'any',
		falsePositives: [],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, {record: {failure, endpoint}}) {
		if (failure?.state !== 'refusing' || failure.layer === 'auth') {
			return clear;
		}

		const target = endpoint.kind === 'tcp' ? `${endpoint.host}:${endpoint.port}` : endpoint.path;
		return fires('critical', {
			problem: failure.text,

			evidence: [
				{name: 'reply', value: failure.code},
				{name: 'layer', value: failure.layer},
			],
			meaning: "The server answers, but not to this connection; what else is wrong with it can't be seen.",
			next: [
				{kind: 'command', text: `redis-top diagnose ${target}`},
				onHost('ss -tn state established | wc -l'),
				hint("try from the server's own machine"),
			],
		});
	},
});

export const connUnresponsive = rule({
	id: 'conn.unresponsive',
	scope: 'node',
	docs: {
		looksAt: 'It takes connections and owes a reply.',
		since: 'any',
		falsePositives: [
			'One long command looks the same for as long as it lasts: a warning before five seconds.',
			'Nothing more is sent meanwhile, so that the evidence is of before, or of this machine.',
		],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	clearAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const {failure, pendingSinceMs, host} = facts.record;
		const owedSeconds = (facts.nowMs - (pendingSinceMs ?? facts.nowMs)) / 1000;
		if (failure?.code !== 'TIMEOUT' || owedSeconds < facts.threshold('conn.unresponsive.warning')) {
			return clear;
		}

		const process = host?.value.kind === 'here' ? host.value.process : undefined;
		const isStopped = process?.state === 'stopped';
		return fires(owedSeconds >= facts.threshold('conn.unresponsive.critical') || isStopped ? 'critical' : 'warning', {
			problem: isStopped
				? 'is stopped (SIGSTOP) and owes a reply'
				: process?.state === 'disk-wait'
					? 'owes a reply: its process waits for a disk'
					: 'takes connections and gives no reply',

			evidence: [
				{name: 'reply owed for', value: seconds(owedSeconds)},
				...(process === undefined ? [] : [{name: 'process state', value: process.state}]),
			],
			meaning:
				'Its one thread is blocked: a long command or script, a fork, swap or a slow disk, CLIENT PAUSE, or a stopped process. Every client waits.',
			next: [
				onHost(
					isStopped
						? `kill -CONT ${process.processId}`
						: `grep -E "State|VmSwap" /proc/${process?.processId ?? 'PID'}/status`,
				),
				hint('wait: nothing sent now is answered; a restart loses what was not saved'),
				redisCli(facts, 'SLOWLOG GET 10'),
				redisCli(facts, 'LATENCY LATEST'),
			],
		});
	},
});

const windowMs = 60_000;

export const connFlapping = rule({
	id: 'conn.flapping',
	scope: 'node',
	docs: {
		looksAt: 'The connection was lost again and again within a minute.',
		since: 'any',
		falsePositives: ["A server's own `timeout` closes idle connections; ours never is that long."],
	},
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const losses = facts.memory.lossesAtMs.filter(atMs => atMs > facts.nowMs - windowMs).length;
		if (losses < facts.threshold('conn.flapping.count')) {
			return clear;
		}

		return fires('warning', {
			problem: `connection lost ${losses} times within a minute`,

			evidence: [{name: 'losses in 60 s', value: losses, unit: 'count'}],
			meaning:
				'A load balancer, maxclients, an output buffer limit or CLIENT KILL ends connections, or the process restarts over and over.',
			next: [
				redisCli(facts, 'INFO server'),
				...logSteps(facts),
				hint('compare uptime_in_seconds before and after a loss'),
			],
		});
	},
});

export const connectivityRules = [connUnreachable, connRefused, connRefusing, connUnresponsive, connFlapping] as const;
