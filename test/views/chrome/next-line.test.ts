import assert from 'node:assert/strict';
import test from 'node:test';
import type {NextStep} from '../../../source/domain/finding.js';
import {nameOf} from '../../../source/domain/message.js';
import {usualKeyboard} from '../../../source/keys/keyboard.js';
import type {Finding} from '../../../source/rules/finding.js';
import type {NodeRecord} from '../../../source/state/monitor-state.js';
import {newView} from '../../../source/state/reduce-view.js';
import {nextSubject} from '../../../source/state/subject.js';
import {verdictOf} from '../../../source/state/verdict.js';
import type {ViewState} from '../../../source/state/view-state.js';
import {unicodeGlyphs} from '../../../source/text/glyphs.js';
import {plainText} from '../../../source/text/line.js';
import {rowAction} from '../../../source/views/control/action-subject.js';
import {screenLines} from '../../../source/views/screen.js';
import type {ScreenInput} from '../../../source/views/screen-input.js';
import {findingOf} from '../../harness/findings.js';
import {clientOf, recordFrom, refusedConnection, sampledAtMs, stateOf} from '../../harness/records.js';

const nowMs = sampledAtMs + 300;
const nodes = [11, 12].map(host =>
	recordFrom({address: `10.0.1.${host}:6379`, info: {server: {run_id: `r${host}`}, memory: {used_memory: 5}}}),
);
const [first, second] = nodes;
const words = (text: string): NextStep => ({kind: 'words', text});

type Parts = {
	readonly findings?: readonly Finding[];
	readonly view?: Partial<ViewState>;
	readonly input?: Partial<ScreenInput>;
	readonly records?: typeof nodes;
};

function inputOf({findings = [], view = {}, input = {}, records = nodes}: Parts): ScreenInput {
	const state = {...stateOf(records), findings};
	const subject = nextSubject(undefined, verdictOf(state, nowMs), nowMs);
	return {
		state,
		view: {...newView('overview', 1000), subject, ...view},
		deployment: 'replicated',
		lock: {kind: 'locked'},
		nowMs,
		liveNowMs: nowMs,
		keyboard: usualKeyboard,
		glyphs: unicodeGlyphs,
		columns: 80,
		rows: 24,
		...input,
	};
}

/** Line 3 of the screen. */
const lineOf = (parts: Parts): string => {
	const [, , line = []] = screenLines(inputOf(parts));
	return plainText(line).trimEnd();
};

const full = findingOf('mem.max', 'critical', first?.address, {
	action: 'set-maxmemory',
	next: [{kind: 'command', text: 'redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR'}, words('raise maxmemory')],
});

test('Overview names the action that helps, the way to all steps, and the save', () => {
	assert.equal(
		lineOf({findings: [full]}),
		' next  X CONFIG SET maxmemory                     9 all steps  A S b saves :6379',
	);
});

test('a finding without an action shows its first step, cut only where no step fits', () => {
	const steps = (...next: readonly NextStep[]) =>
		lineOf({findings: [findingOf('mem.max', 'critical', first?.address, {next})]});
	assert.match(steps(words('slow the writer down')), /^ next {2}slow the writer down +9 all steps/);
	assert.match(steps({kind: 'shell', text: 'df -h'}), /^ next {2}on its host: df -h +9 all steps/);
	const long = 'x'.repeat(90);
	assert.match(steps(words(long), words('short')), /^ next {2}short +9 all steps/);
	assert.match(steps(words(long)), /^ next {2}x+… {2}9 all steps/);
	const clauses = words('bring it back: it has the newest data; else promote another and lose what that one lacks:');
	assert.match(steps(clauses, words('look at it')), /^ next {2}bring it back: it has the newest data {2,}9 all steps/);
	const wide = words('CONFIG SET replica-priority 100 on 10.0.1.12:6379, then CONFIG REWRITE');
	assert.match(
		steps(wide, words('look at it')),
		/^ next {2}CONFIG SET replica-priority 100 on 10\.0\.1\.12:6379 {2,}9 all steps$/,
		'the first step in place of the key of a save',
	);
	const places = words('on the replica: CONFIG SET masterauth with the password of this node, which has requirepass');
	assert.match(steps(places, words('compare the passwords')), /^ next {2}compare the passwords {2,}9 all steps/);
	const way = words('from here: ping -M do -s 1472 -c 3 10.99.16.1');
	assert.match(
		steps(way, words('look at it')),
		/^ next {2}from here: ping -M do -s 1472 -c 3 10\.99\.16\.1 {2,}9 all steps/,
	);
	const routes = words('check firewalls and routes between them, in both directions');
	assert.match(steps(routes, words('look at it')), /^ next {2}check firewalls and routes between them {2,}9 all steps/);
	const log = words('read the server log: it names the reason');
	assert.match(steps(words(long), log, words('and a word')), /^ next {2}read the server log: it names the reason +9/);
	assert.match(steps(log, words('then wait'), words('set auth-pass')), /^ next {2}set auth-pass {2,}9 all steps/);
	assert.match(steps({kind: 'shell', text: 'df -h'}, words('free the disk')), /^ next {2}free the disk /);
});

test('a command that does not fit stands there without its program, if it is for the node that line 2 names', () => {
	const lineWith = (...next: readonly NextStep[]) =>
		lineOf({findings: [findingOf('cli.timeout', 'warning', first?.address, {next})]});
	const command = (host: string, text: string): NextStep => ({
		kind: 'command',
		text: `valkey-cli -h ${host} -p 6379 ${text}`,
	});
	assert.match(
		lineWith(command('10.0.1.11', 'CONFIG SET timeout 0')),
		/^ next {2}CONFIG SET timeout 0 {2,}9 all steps/,
	);
	assert.match(lineWith(command('10.0.1.11', 'PING')), /^ next {2}valkey-cli -h 10\.0\.1\.11 -p 6379 PING {2,}9 all/);
	assert.match(
		lineWith(command('10.0.1.12', 'CONFIG SET timeout 0')),
		/^ next {2}valkey-cli -h 10\.0\.1\.12 .*… {2}9 all/,
	);
	assert.match(
		lineWith(command('10.0.1.11', '--bigkeys --interval 0.01')),
		/^ next {2}valkey-cli -h 10\.0\.1\.11 .*… {2}9 all/,
	);
});

test('a long action leaves out the key of a save before it is cut', () => {
	const far = recordFrom({address: '10.77.102.200:36379', info: {server: {run_id: 'r3'}}});
	const finding = findingOf('clu.node_fail', 'critical', first?.address, {
		action: 'cluster-failover-force',
		remedy: {node: far.address},
		next: [words('wait')],
	});
	const line = lineOf({findings: [finding], records: [...nodes, far]});
	assert.match(line, /^ next {2}X CLUSTER FAILOVER FORCE on 10\.77\.102\.200:36379 .* 9 all steps$/);
});

test('X on Overview is the remedy of line 2, on the node of the finding', () => {
	const other = {...full, node: second?.address};
	const {state, view} = inputOf({findings: [other]});
	assert.deepEqual(rowAction(state, view, first?.address), {
		node: second,
		choice: {action: 'set-maxmemory', value: undefined},
	});
	assert.match(lineOf({findings: [other]}), / on 10\.0\.1\.12:6379/);
	assert.equal(rowAction({...state, findings: []}, view, first?.address), undefined);
});

test('without a problem the line has the keys that a newcomer looks for', () => {
	assert.match(lineOf({}), /^ keys {2}A S b saves to disk/);
	assert.match(
		lineOf({records: nodes.slice(0, 1)}),
		/^ keys {2}A S b saves to disk {2}\? explains the figures {2}A all actions/,
	);
});

test('no key of an action is named where it would do nothing', () => {
	const readOnly = lineOf({findings: [full], input: {lock: {kind: 'read-only'}}});
	assert.doesNotMatch(readOnly, / X | A S b /);
	assert.match(readOnly, /^ next {2}redis-cli -h 10\.0\.1\.11 -p 6379 MEMORY DOCTOR|raise maxmemory/);
	assert.doesNotMatch(lineOf({view: {shownAtMs: nowMs - 60_000}, findings: [full]}), /next|keys {2}A/);
	assert.doesNotMatch(lineOf({findings: [full], input: {rows: 23}}), /next/);
	assert.doesNotMatch(lineOf({findings: [full], view: {panel: 'memory'}}), /next/);
	const down = recordFrom({address: '10.0.1.11:6379', reach: 'down'});
	assert.doesNotMatch(lineOf({records: [down, ...nodes.slice(1)], view: {node: down.address}}), /A S b/);
});

test('no save is offered where the last one failed and the next must fail as well', () => {
	const failing = (action?: 'bgsave') =>
		findingOf('per.rdb_fail', 'critical', first?.address, {
			...(action === undefined ? {} : {action}),
			next: [words('CONFIG SET repl-diskless-sync yes: replicas get their data without a file; and free disk space')],
		});
	assert.match(lineOf({findings: [failing()]}), /^ next {2}CONFIG SET repl-diskless-sync yes {2,}9 all steps$/);
	assert.match(lineOf({findings: [failing('bgsave')]}), / A S b saves /);
	assert.match(lineOf({findings: [{...failing(), node: second?.address}]}), / A S b saves /);
	assert.match(lineOf({findings: [full, {...failing(), clearedAtMs: nowMs}]}), / A S b saves /);
});

test('no save is offered where it would replace the file that still has the lost data', () => {
	const lost = findingOf('per.not_loaded', 'critical', first?.address, {effect: 'data-lost'});
	assert.doesNotMatch(lineOf({findings: [lost]}), /saves/);
	assert.match(lineOf({findings: [{...lost, node: second?.address}]}), / A S b saves /);
});

test('a problem that has ended has no remedy', () => {
	const {view, state} = inputOf({findings: [full]});
	const ended = view.subject && {...view.subject, endedAtMs: nowMs};
	assert.equal(rowAction(state, {...view, subject: ended}, undefined), undefined);
});

test('where nothing can be sent to a dead primary, the action and the steps are those of its consequence', () => {
	const refused = findingOf('conn.refused', 'critical', first?.address, {effect: 'unreachable'});
	const unserved = findingOf('clu.node_fail', 'critical', first?.address, {
		action: 'cluster-failover',
		remedy: {node: second?.address},
		next: [words('let its replica take over')],
	});
	const replica = {...nodes[1], role: 'replica'} as NodeRecord;
	const parts = {findings: [refused, unserved], records: [...nodes.slice(0, 1), replica, ...nodes.slice(2)]};
	const down = recordFrom({
		address: first?.address ?? '',
		reach: 'down',
		failure: refusedConnection,
		failingSinceMs: nowMs - 60_000,
		info: {server: {run_id: 'r11'}},
	});
	const refusesWrites = {...unserved, action: undefined, effect: 'writes-refused' as const};
	assert.match(
		lineOf({findings: [refused, refusesWrites], records: [down, ...nodes.slice(1)]}),
		/^ next {2}let its replica take over /,
	);
	const {state, view} = inputOf({...parts, view: {subject: undefined}});
	const found = rowAction(state, {...view, panel: 'overview'}, undefined);
	assert.deepEqual([found?.node.address, found?.choice.action], [second?.address, 'cluster-failover']);
	assert.match(lineOf({...parts, view: {subject: undefined}}), /X CLUSTER FAILOVER/);
});

test('a node that loads its data is waited for, though it refused connections a moment ago', () => {
	const loads = recordFrom({
		address: '10.0.1.11:6379',
		reach: 'loading',
		info: {persistence: {loading: 1, loading_loaded_perc: 20}},
	});
	const refused = findingOf('conn.refused', 'critical', loads.address, {next: [words('look for why it ended')]});
	const loading = findingOf('srv.loading', 'critical', loads.address, {next: [words('wait')]});
	const lost = findingOf('rep.link_down', 'critical', second?.address, {
		nodes: nodes.map(({address}) => address),
		next: [words('read the log')],
	});
	const records = [loads, ...nodes.slice(1)];
	assert.match(lineOf({findings: [refused, loading, lost], records}), /^ next {2}wait {2}/);
});

test('a note at its primary is no remedy for a replica that does not answer', () => {
	const silent = findingOf('conn.unresponsive', 'critical', second?.address, {
		effect: 'not-responding',
		next: [words('limit what its primary keeps for it')],
	});
	const primary = recordFrom({
		address: first?.address ?? '',
		role: 'primary',
		info: {
			server: {run_id: 'r11'},
			replication: {connected_slaves: 1, slave0: 'ip=10.0.1.12,port=6379,state=online,offset=1,lag=30'},
		},
	});
	const replica = recordFrom({
		address: second?.address ?? '',
		role: 'replica',
		reach: 'stale',
		failure: {code: 'TIMEOUT', layer: 'server', state: 'stale', problem: 'is not responding'},
		failingSinceMs: nowMs - 60_000,
		info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379}},
	});
	const lineWith = (severity: 'info' | 'warning') =>
		lineOf({
			findings: [
				silent,
				findingOf('rep.lag_ack', 'critical', first?.address, {subject: second?.address}),
				findingOf('mem.repl_buf', 'warning', first?.address),
				findingOf('mem.unset', severity, first?.address, {action: 'set-maxmemory'}),
			],
			records: [primary, replica],
		});
	assert.match(lineWith('info'), /^ next {2}limit what its primary keeps for it /);
	assert.match(lineWith('warning'), /^ next {2}limit what its primary keeps for it /);
});

test('a node that a line of its config file keeps down needs that line corrected, and nothing that takes over', () => {
	const unserved = findingOf('clu.node_fail', 'critical', first?.address, {
		action: 'cluster-failover',
		effect: 'writes-refused',
		remedy: {node: second?.address},
		next: [words('let its replica take over')],
	});
	const line = (mistaken: boolean) => {
		const refused = findingOf('conn.refused', 'critical', first?.address, {
			effect: 'unreachable',
			evidence: mistaken ? [{name: 'config file', value: '/etc/redis.conf, line 9'}] : [],
			next: [words('correct line 9 of its config file, then start it: 2 words where one belongs')],
		});
		const down = {...nodes[0], reach: 'down', failure: refusedConnection} as NodeRecord;
		return lineOf({findings: [refused, unserved], records: [down, ...nodes.slice(1)]});
	};
	assert.match(line(true), /^ next {2}correct line 9 of its config file, then start it {2}/);
	assert.match(line(false), /^ next {2}let its replica take over /);
});

test('a dead primary that its Sentinels do not fail over by themselves has what lets them as its remedy', () => {
	const [primary, sentinel] = [first, second];
	const refused = findingOf('conn.refused', 'critical', primary?.address, {
		effect: 'unreachable',
		next: [words('read it')],
	});
	const held = {
		...findingOf('sen.down', 'critical', undefined, {
			reason: 'sentinels count 6, 3 of them left over',
			culprit: {node: primary?.address},
			action: 'sentinel-failover',
			remedy: {node: sentinel?.address, value: 'shop'},
			next: [words('SENTINEL FAILOVER needs no votes')],
		}),
		node: undefined,
	};
	const down = recordFrom({
		address: primary?.address ?? '',
		reach: 'down',
		failure: refusedConnection,
		failingSinceMs: nowMs - 60_000,
		info: {server: {run_id: 'r11'}},
	});
	const lines = (...findings: readonly Finding[]) => lineOf({findings, records: [down, ...nodes.slice(1)]});
	assert.match(lines(refused, held), /^ next {2}X SENTINEL FAILOVER.* on 10\.0\.1\.12:6379/);
	// Sentinels that can fail it over do so by themselves.
	assert.match(lines(refused, {...held, reason: undefined}), /^ next {2}read it /);
	assert.match(lines(refused, {...held, culprit: {node: sentinel?.address}}), /^ next {2}read it /);
	assert.match(lines(refused, {...held, clearedAtMs: nowMs}), /^ next {2}read it /);
	const unfit = {...held, action: undefined, remedy: undefined, next: [words('CONFIG SET replica-priority 100')]};
	assert.match(lines(refused, unfit), /^ next {2}CONFIG SET replica-priority 100 /);
});

test('once its replica has taken over, a dead primary has no remedy of a failover, and is never to be forgotten', () => {
	const refused = findingOf('conn.refused', 'critical', first?.address, {effect: 'unreachable'});
	const consequence = (action: 'cluster-failover-force' | 'cluster-forget') =>
		findingOf('clu.node_fail', 'critical', first?.address, {action, remedy: {node: second?.address}});
	const remedyWith = (action: 'cluster-failover-force' | 'cluster-forget', role: NodeRecord['role']) => {
		const records = nodes.map(node => (node.address === second?.address ? {...node, role} : node));
		const findings = [refused, consequence(action)];
		const {state, view} = inputOf({findings, records, view: {subject: undefined}});
		return rowAction(state, {...view, panel: 'overview'}, undefined)?.choice.action;
	};
	assert.equal(remedyWith('cluster-failover-force', 'replica'), 'cluster-failover-force');
	assert.equal(remedyWith('cluster-failover-force', 'primary'), undefined);
	assert.equal(remedyWith('cluster-forget', 'replica'), undefined);
});

test('no action is offered on a node that is down, its own or that of a consequence', () => {
	const down = recordFrom({
		address: first?.address ?? '',
		reach: 'down',
		failure: refusedConnection,
		failingSinceMs: nowMs - 60_000,
		info: {server: {run_id: 'r11'}},
	});
	const refused = findingOf('conn.refused', 'critical', first?.address, {effect: 'unreachable'});
	const storm = findingOf('rep.fullsync_storm', 'critical', first?.address, {action: 'set-repl-backlog'});
	const failover = findingOf('clu.node_fail', 'critical', first?.address, {
		action: 'cluster-failover-force',
		remedy: {node: second?.address},
	});
	const replica = {...nodes[1], role: 'replica'} as NodeRecord;
	const offered = (findings: readonly Finding[], record: NodeRecord) => {
		const {state, view} = inputOf({findings, records: [record, replica], view: {subject: undefined}});
		return rowAction(state, {...view, panel: 'overview'}, undefined)?.choice.action;
	};
	assert.equal(offered([refused, storm], down), undefined);
	assert.equal(offered([storm], down), undefined);
	assert.equal(offered([refused, storm, failover], down), 'cluster-failover-force');
	assert.equal(offered([storm], nodes[0]!), 'set-repl-backlog');
});

test('a finding that names a client and no action offers to close its connection, if there is one', () => {
	const heavy = findingOf('lat.on_cmds', 'warning', first?.address, {
		culprit: {client: nameOf('client', 'cron-report'), command: 'KEYS'},
	});
	const withClients = (...names: readonly string[]) => {
		const value = names.map((name, id) => clientOf({id: id + 5, name}));
		return [{...nodes[0]!, clients: {atMs: sampledAtMs, value}}];
	};
	const one = {findings: [heavy], records: withClients('api', 'cron-report')};
	assert.match(lineOf(one), /^ next {2}X CLIENT KILL ID: close cron-report /);
	const {state, view} = inputOf(one);
	assert.deepEqual(rowAction(state, view, undefined)?.choice, {action: 'client-kill', clientId: 6});
	assert.doesNotMatch(lineOf({...one, records: withClients('cron-report', 'cron-report')}), / X /);
	assert.doesNotMatch(lineOf({...one, records: withClients('api')}), / X /);
	assert.doesNotMatch(lineOf({...one, records: [nodes[0]!]}), / X /, 'the clients are not known');
	const young = {atMs: sampledAtMs, value: [clientOf({id: 5, name: 'cron-report', ageSeconds: 0})]};
	assert.doesNotMatch(lineOf({...one, records: [{...nodes[0]!, clients: young}]}), / X /, 'it may live for a moment');
	// A client whose commands fail, or that fills a queue or a cache, connects again and sends the same.
	for (const rule of [
		'err.failed',
		'key.undrained',
		'key.untrimmed',
		'key.miss',
		'key.empty_db',
		'mem.scripts',
		'cli.obuf_kill',
		'cli.no_subscribers',
		'cli.churn',
		'cli.storm',
	] as const) {
		const sends = findingOf(rule, 'warning', first?.address, {
			culprit: {client: nameOf('client', 'cron-report'), command: 'LPUSH'},
			next: [words('restart the client')],
		});
		assert.match(lineOf({...one, findings: [sends]}), /^ next {2}restart the client /);
	}
});

test('a finding that recommends to close a connection names the client', () => {
	const flushed = findingOf('key.flush', 'warning', first?.address, {
		action: 'client-kill',
		culprit: {client: nameOf('client', 'nightly-job'), command: 'FLUSHALL'},
	});
	const withClients = (...names: readonly string[]) => {
		const value = names.map((name, id) => clientOf({id: id + 5, name}));
		return {findings: [flushed], records: [{...nodes[0]!, clients: {atMs: sampledAtMs, value}}]};
	};
	const one = withClients('api', 'nightly-job');
	assert.match(lineOf(one), /^ next {2}X CLIENT KILL ID: close nightly-job /);
	const {state, view} = inputOf(one);
	assert.deepEqual(rowAction(state, view, undefined)?.choice, {action: 'client-kill', clientId: 6});
	const two = withClients('nightly-job', 'nightly-job');
	assert.match(lineOf(two), /^ next {2}X CLIENT KILL ID: close one of nightly-job /);
	const inTwo = inputOf(two);
	assert.equal(rowAction(inTwo.state, inTwo.view, undefined)?.choice.clientId, undefined, 'which of them is not known');
	const nobody = {...flushed, culprit: undefined};
	assert.match(lineOf({...one, findings: [nobody]}), /^ next {2}X CLIENT KILL ID: close one connection /);
});

test('after one deletion of all keys the steps that save them come first', () => {
	const clients = {atMs: sampledAtMs, value: [clientOf({id: 6, name: 'ci-tests'})]};
	for (const rule of ['key.flush', 'key.drop'] as const) {
		const lost = findingOf(rule, 'critical', first?.address, {
			culprit: {client: nameOf('client', 'ci-tests'), command: 'FLUSHALL'},
			next: [words('copy the append-only file away')],
		});
		assert.match(lineOf({findings: [lost], records: [{...nodes[0]!, clients}]}), /^ next {2}copy the append-only file/);
	}
});

test('closing the client of a slow log entry is no remedy: its command has ended', () => {
	const slow = findingOf('lat.slowlog_new', 'warning', first?.address, {
		culprit: {client: nameOf('client', 'cron-report'), command: 'KEYS'},
		next: [words('see panel 6')],
	});
	const clients = {atMs: sampledAtMs, value: [clientOf({id: 6, name: 'cron-report'})]};
	assert.match(lineOf({findings: [slow], records: [{...nodes[0]!, clients}]}), /^ next {2}see panel 6 /);
});
