import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type {Severity} from '../../source/domain/finding.js';
import {nameOf} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {RuleId} from '../../source/rules/all-rules.js';
import {fleetRules, nodeRules} from '../../source/rules/all-rules.js';
import {unlinkedAtAnnounced} from '../../source/rules/cluster-announce.js';
import {oldAddress} from '../../source/rules/cluster-findings.js';
import {slotsUnknown} from '../../source/rules/cluster-forgotten.js';
import {missingPrimary} from '../../source/rules/cluster-majority-lost.js';
import {disconnectedSubscriber} from '../../source/rules/disconnected-client.js';
import type {Explanation} from '../../source/rules/explanation.js';
import {explanations} from '../../source/rules/explanations.js';
import type {Finding} from '../../source/rules/finding.js';
import {joinFindings} from '../../source/rules/join-findings.js';
import {longestMean} from '../../source/rules/linear-commands.js';
import {noRoom} from '../../source/rules/link-obstacles.js';
import {waitedInCommand} from '../../source/rules/main-thread.js';
import {connectionsEvidence} from '../../source/rules/main-thread-work.js';
import {slowByItself} from '../../source/rules/own-slowness.js';
import {unservedResyncs} from '../../source/rules/rdb.js';
import {repeatedCommand} from '../../source/rules/repeated-commands.js';
import {obstacleInLog, primaryInLog, storageInLog} from '../../source/rules/replication-obstacles.js';
import {scriptBytes} from '../../source/rules/script-memory.js';
import {runIdOfPrimary} from '../../source/rules/sentinel-links.js';
import {waitingForNetwork} from '../../source/rules/waiting-replies.js';
import {findingOf} from '../harness/findings.js';

const primary = '10.0.1.1:6379' as NodeAddress;
const replica = '10.0.1.2:6379' as NodeAddress;
const otherReplica = '10.0.1.3:6379' as NodeAddress;
const primaryOf = new Map([
	[replica, primary],
	[otherReplica, primary],
]);

/** The finding that a subscriber was disconnected over its buffer limit. */
const ofSubscriber = (name: string) =>
	findingOf('cli.obuf_kill', 'warning', primary, {
		culprit: {client: nameOf('client', name)},
		evidence: [{name: disconnectedSubscriber, value: name}],
	});

const joined = (...findings: readonly Finding[]) =>
	joinFindings(findings, primaryOf).map(({finding, causeRule}) => [finding.rule, causeRule]);

const cases: ReadonlyArray<
	readonly [string, readonly Finding[], ReadonlyArray<readonly [RuleId, RuleId | undefined]>]
> = [
	['nothing', [], []],
	[
		'writes that full primaries refuse follow from the primary without slots beside them',
		[
			findingOf('clu.no_slots', 'warning', otherReplica, {nodes: [otherReplica, primary]}),
			findingOf('mem.oom', 'critical', primary),
			findingOf('mem.max', 'critical', primary),
		],
		[
			['clu.no_slots', undefined],
			['mem.max', 'clu.no_slots'],
			['mem.oom', 'clu.no_slots'],
		],
	],
	[
		'a full server that is none of the primaries beside an empty one has a cause of its own',
		[
			findingOf('mem.oom', 'critical', replica),
			findingOf('clu.no_slots', 'warning', otherReplica, {nodes: [otherReplica, primary]}),
		],
		[
			['mem.oom', undefined],
			['clu.no_slots', undefined],
		],
	],
	[
		'memory that fills up does not follow from the note of a primary without slots',
		[
			findingOf('mem.max', 'warning', primary),
			findingOf('clu.no_slots', 'info', otherReplica, {nodes: [otherReplica, primary]}),
		],
		[
			['mem.max', undefined],
			['clu.no_slots', undefined],
		],
	],
	[
		'replicas lose the keys that their primary lost, and the primary none that a replica lost',
		[
			findingOf('key.drop', 'critical', replica),
			findingOf('key.drop', 'critical', primary),
			findingOf('key.flush', 'warning', replica),
		],
		[
			['key.drop', undefined],
			['key.drop', 'key.drop'],
			['key.flush', 'key.drop'],
		],
	],
	['a replica that alone lost keys', [findingOf('key.drop', 'critical', replica)], [['key.drop', undefined]]],
	[
		'an address that leads to a primary and a replica explains the writes that a replica refuses',
		[
			findingOf('err.failed', 'warning', replica, {evidence: [{name: 'error code', value: 'READONLY'}]}),
			findingOf('conn.several_servers', 'warning', primary),
			findingOf('err.rate', 'warning', primary, {evidence: [{name: 'WRONGTYPE since the sample before', value: 9}]}),
		],
		[
			['conn.several_servers', undefined],
			['err.failed', 'conn.several_servers'],
			['err.rate', undefined],
		],
	],
	[
		'a primary that was made a replica explains the refused writes, and the lost keys of its replicas too',
		[
			findingOf('err.failed', 'warning', primary),
			findingOf('key.drop', 'critical', primary),
			findingOf('key.drop', 'critical', replica),
			findingOf('rep.made_replica', 'critical', primary, {effect: 'data-lost'}),
		],
		[
			['rep.made_replica', undefined],
			['key.drop', 'rep.made_replica'],
			['key.drop', 'rep.made_replica'],
			['err.failed', 'rep.made_replica'],
		],
	],
	[
		'a primary that was made a replica of a dead address has not lost its keys by that',
		[findingOf('key.drop', 'critical', primary), findingOf('rep.made_replica', 'critical', primary)],
		[
			['rep.made_replica', undefined],
			['key.drop', undefined],
		],
	],
	[
		'a replica that cannot load what its restarted primary sends lost its keys by that',
		[
			findingOf('key.drop', 'critical', replica),
			findingOf('srv.restarted', 'warning', primary),
			findingOf('rep.link_down', 'critical', replica, {
				evidence: [{name: obstacleInLog, value: 'primary-data-unreadable'}],
			}),
		],
		[
			['rep.link_down', undefined],
			['key.drop', 'rep.link_down'],
			['srv.restarted', undefined],
		],
	],
	[
		'a link that is down for no reason of its own explains no lost keys',
		[findingOf('key.drop', 'critical', replica), findingOf('rep.link_down', 'warning', replica)],
		[
			['key.drop', undefined],
			['rep.link_down', undefined],
		],
	],
	[
		'a failover that a command causes again and again explains each of them',
		[
			findingOf('rep.failed_over', 'critical', primary, {culprit: {command: 'SORT'}, nodes: [primary, replica]}),
			findingOf('rep.promoted_behind', 'critical', replica),
			findingOf('rep.failovers', 'critical', undefined, {culprit: {command: 'SORT'}}),
		],
		[
			['rep.failovers', undefined],
			['rep.promoted_behind', 'rep.failovers'],
			['rep.failed_over', 'rep.failovers'],
		],
	],
	[
		'the move of a large key explains its other half on the other nodes, and no other command',
		[
			findingOf('lat.slowlog_new', 'warning', replica, {culprit: {command: 'RESTORE-ASKING'}}),
			findingOf('lat.slowlog_new', 'warning', '10.0.1.14:6379', {culprit: {command: 'SORT', key: nameOf('key', 'b')}}),
			findingOf('lat.slowlog_new', 'warning', '10.0.1.15:6379', {culprit: {command: 'DEL', key: nameOf('key', 'a')}}),
			findingOf('lat.slowlog_new', 'warning', primary, {culprit: {command: 'MIGRATE', key: nameOf('key', 'a')}}),
		],
		[
			['lat.slowlog_new', undefined],
			['lat.slowlog_new', 'lat.slowlog_new'],
			['lat.slowlog_new', 'lat.slowlog_new'],
			['lat.slowlog_new', undefined],
		],
	],
	[
		'a command that fills the thread of a replica explains how far the replica is behind',
		[
			findingOf('rep.lag_bytes', 'critical', primary, {nodes: [primary, replica]}),
			findingOf('rep.overrun_eta', 'warning', primary, {nodes: [primary, replica]}),
			findingOf('lat.command_hog', 'warning', replica),
			findingOf('os.psi', 'warning', replica),
		],
		[
			['lat.command_hog', undefined],
			['rep.lag_bytes', 'lat.command_hog'],
			['rep.overrun_eta', 'lat.command_hog'],
			['os.psi', undefined],
		],
	],
	[
		'a command that holds the thread explains that replies wait, unless they wait for the network',
		[
			findingOf('lat.command_hog', 'critical', primary),
			findingOf('net.big_reply', 'warning', primary),
			findingOf('lat.command_hog', 'critical', replica),
			findingOf('net.big_reply', 'warning', replica, {evidence: [{name: waitingForNetwork, value: 1}]}),
		],
		[
			['lat.command_hog', undefined],
			['net.big_reply', 'lat.command_hog'],
			['lat.command_hog', undefined],
			['net.big_reply', undefined],
		],
	],
	[
		'new connections that keep the thread busy explain how many there are',
		[
			findingOf('cpu.main', 'critical', primary, {evidence: [{name: connectionsEvidence, value: 240}]}),
			findingOf('cli.churn', 'warning', primary),
			findingOf('cpu.main', 'critical', replica),
			findingOf('cli.churn', 'warning', replica),
		],
		[
			['cpu.main', undefined],
			['cli.churn', 'cpu.main'],
			['cpu.main', undefined],
			['cli.churn', undefined],
		],
	],
	[
		'a replica that the limit of its control group stops most of the time is behind for that',
		[
			findingOf('rep.lag_bytes', 'critical', primary, {nodes: [primary, replica]}),
			findingOf('cpu.throttle', 'warning', replica, {
				evidence: [{name: 'nr_throttled / nr_periods', value: 0.9, unit: 'share'}],
			}),
		],
		[
			['cpu.throttle', undefined],
			['rep.lag_bytes', 'cpu.throttle'],
		],
	],
	[
		'a limit that stops a replica now and then does not hold it back',
		[
			findingOf('rep.lag_bytes', 'critical', primary, {nodes: [primary, replica]}),
			findingOf('cpu.throttle', 'warning', replica, {
				evidence: [{name: 'nr_throttled / nr_periods', value: 0.2, unit: 'share'}],
			}),
		],
		[
			['rep.lag_bytes', undefined],
			['cpu.throttle', undefined],
		],
	],
	[
		'a replica that waits for its disk is behind for that',
		[
			findingOf('rep.lag_bytes', 'critical', primary, {nodes: [primary, replica]}),
			findingOf('os.disk', 'warning', replica),
		],
		[
			['os.disk', undefined],
			['rep.lag_bytes', 'os.disk'],
		],
	],
	[
		'a replica that a command held for seconds is behind for that, and acknowledges nothing',
		[
			findingOf('rep.lag_ack', 'critical', primary, {nodes: [primary, replica]}),
			findingOf('lat.slowlog_new', 'warning', replica, {
				evidence: [{name: 'SORT_RO', value: 3800, unit: 'milliseconds'}],
			}),
		],
		[
			['lat.slowlog_new', undefined],
			['rep.lag_ack', 'lat.slowlog_new'],
		],
	],
	[
		'a command of a tenth of a second holds no replica back',
		[
			findingOf('rep.lag_ack', 'critical', primary, {nodes: [primary, replica]}),
			findingOf('lat.slowlog_new', 'warning', replica, {
				evidence: [{name: 'SORT_RO', value: 130, unit: 'milliseconds'}],
			}),
		],
		[
			['rep.lag_ack', undefined],
			['lat.slowlog_new', undefined],
		],
	],
	[
		'a busy replica explains nothing of another replica',
		[
			findingOf('rep.lag_bytes', 'critical', primary, {nodes: [primary, '10.0.1.3:6379' as NodeAddress]}),
			findingOf('lat.command_hog', 'warning', replica),
		],
		[
			['rep.lag_bytes', undefined],
			['lat.command_hog', undefined],
		],
	],
	[
		'refused writes for a failed save explain why Sentinels hold the primary down that answers',
		[
			findingOf('sen.down', 'critical', undefined, {
				nodes: [primary],
				evidence: [{name: runIdOfPrimary, value: 'a'}],
			}),
			findingOf('per.misconf', 'critical', primary),
		],
		[
			['per.misconf', undefined],
			['sen.down', 'per.misconf'],
		],
	],
	[
		'refused writes of one primary explain nothing of another, nor of one that is down',
		[
			findingOf('per.misconf', 'critical', primary),
			findingOf('sen.down', 'critical', undefined, {
				nodes: [otherReplica],
				evidence: [{name: runIdOfPrimary, value: 'a'}],
			}),
			findingOf('sen.down', 'critical', undefined, {nodes: [primary], subject: 'other'}),
		],
		[
			['per.misconf', undefined],
			['sen.down', undefined],
			['sen.down', undefined],
		],
	],
	[
		'a failed save explains MISCONF',
		[findingOf('per.misconf', 'critical', primary), findingOf('per.rdb_fail', 'critical', primary)],
		[
			['per.rdb_fail', undefined],
			['per.misconf', 'per.rdb_fail'],
		],
	],
	[
		'a replica that ends again and again explains its silence, and the full resyncs of its primary',
		[
			findingOf('conn.unresponsive', 'critical', replica),
			findingOf('srv.crash_loop', 'critical', replica),
			findingOf('rep.fullsync_storm', 'critical', primary),
		],
		[
			['srv.crash_loop', undefined],
			['conn.unresponsive', 'srv.crash_loop'],
			['rep.fullsync_storm', 'srv.crash_loop'],
		],
	],
	[
		'a timeout of the replica that is too short explains why its link breaks again and again',
		[findingOf('rep.flapping', 'warning', primary), findingOf('rep.timeout', 'warning', replica)],
		[
			['rep.timeout', undefined],
			['rep.flapping', 'rep.timeout'],
		],
	],
	[
		'a replica that cannot load the data explains the full resyncs that it asks for',
		[
			findingOf('rep.fullsync_storm', 'critical', primary),
			findingOf('rep.link_down', 'critical', replica, {evidence: [{name: obstacleInLog, value: '-'}]}),
		],
		[
			['rep.link_down', undefined],
			['rep.fullsync_storm', 'rep.link_down'],
		],
	],
	[
		'a replica that cannot store the data is said before its full disk',
		[
			findingOf('per.disk', 'critical', replica),
			findingOf('rep.link_down', 'critical', replica, {evidence: [{name: storageInLog, value: '-'}]}),
			findingOf('rep.fullsync_storm', 'critical', primary),
		],
		[
			['rep.link_down', undefined],
			['per.disk', 'rep.link_down'],
			['rep.fullsync_storm', 'rep.link_down'],
		],
	],
	[
		'a primary without room for another client explains the missing link of its replica, by its log',
		[
			findingOf('cli.max', 'critical', primary),
			findingOf('rep.link_down', 'critical', replica, {evidence: [{name: primaryInLog, value: '-'}]}),
		],
		[
			['cli.max', undefined],
			['rep.link_down', 'cli.max'],
		],
	],
	[
		'a primary that rejects clients explains the missing link of its replica',
		[findingOf('cli.rejected', 'warning', primary), findingOf('rep.link_down', 'warning', replica, {reason: noRoom})],
		[
			['cli.rejected', undefined],
			['rep.link_down', 'cli.rejected'],
		],
	],
	[
		'a certificate of the primary that has expired explains why a replica refuses it',
		[
			findingOf('tls.expiry', 'critical', primary, {effect: 'connections-refused'}),
			findingOf('rep.link_down', 'critical', replica, {evidence: [{name: primaryInLog, value: '-'}]}),
		],
		[
			['tls.expiry', undefined],
			['rep.link_down', 'tls.expiry'],
		],
	],
	[
		'a certificate that expires soon explains no missing link',
		[
			findingOf('tls.expiry', 'warning', primary),
			findingOf('rep.link_down', 'critical', replica, {evidence: [{name: primaryInLog, value: '-'}]}),
		],
		[
			['rep.link_down', undefined],
			['tls.expiry', undefined],
		],
	],
	[
		'memory that is in swap is not hidden below a full group, and explains short commands that take long',
		[
			findingOf('mem.system', 'critical', primary),
			findingOf('mem.swap', 'critical', primary, {effect: 'slow'}),
			findingOf('lat.command_hog', 'warning', primary, {evidence: [{name: waitedInCommand, value: 0.02}]}),
			findingOf('mem.unset', 'warning', primary),
		],
		[
			['mem.system', undefined],
			['mem.unset', 'mem.system'],
			['mem.swap', undefined],
			['lat.command_hog', 'mem.swap'],
		],
	],
	[
		'memory that is in swap explains no command that uses a processor',
		[findingOf('mem.swap', 'critical', primary, {effect: 'slow'}), findingOf('lat.command_hog', 'warning', primary)],
		[
			['mem.swap', undefined],
			['lat.command_hog', undefined],
		],
	],
	[
		'memory that may be in swap is a part of a full machine',
		[findingOf('mem.system', 'critical', primary), findingOf('mem.swap', 'warning', primary)],
		[
			['mem.system', undefined],
			['mem.swap', 'mem.system'],
		],
	],
	[
		'a primary with many clients explains no other missing link',
		[findingOf('cli.max', 'critical', primary), findingOf('rep.link_down', 'critical', replica)],
		[
			['rep.link_down', undefined],
			['cli.max', undefined],
		],
	],
	[
		'a replica that could not store the data had lost its link before its primary died',
		[
			findingOf('conn.refused', 'critical', primary),
			findingOf('rep.link_down', 'critical', replica, {evidence: [{name: storageInLog, value: '-'}]}),
			findingOf('per.disk', 'critical', replica),
		],
		[
			['conn.refused', undefined],
			['rep.link_down', undefined],
			['per.disk', 'rep.link_down'],
		],
	],
	[
		'a primary that cannot write the file of a full resync is said before its full disk',
		[
			findingOf('rep.fullsync_storm', 'critical', primary),
			findingOf('per.disk', 'warning', primary),
			findingOf('per.rdb_fail', 'critical', primary, {evidence: [{name: unservedResyncs, value: 1}]}),
			findingOf('rep.link_down', 'warning', replica),
		],
		[
			['per.rdb_fail', undefined],
			['rep.fullsync_storm', 'per.rdb_fail'],
			['per.disk', 'per.rdb_fail'],
			['rep.link_down', 'per.rdb_fail'],
		],
	],
	[
		'a lost link explains that the replica of the replica receives nothing',
		[findingOf('rep.io_stale', 'warning', replica), findingOf('rep.link_down', 'warning', primary)],
		[
			['rep.link_down', undefined],
			['rep.io_stale', 'rep.link_down'],
		],
	],
	[
		'a full resync without data explains that the primary repeats it',
		[findingOf('rep.fullsync_storm', 'critical', primary), findingOf('rep.sync', 'critical', replica)],
		[
			['rep.sync', undefined],
			['rep.fullsync_storm', 'rep.sync'],
		],
	],
	[
		'a repeated full resync explains what its primary keeps for the replica',
		[findingOf('mem.repl_buf', 'warning', primary), findingOf('rep.sync', 'warning', replica)],
		[
			['rep.sync', undefined],
			['mem.repl_buf', 'rep.sync'],
		],
	],
	[
		'an address that nobody reaches explains that sentinels have no replica',
		[
			findingOf('sen.no_replica', 'warning', undefined, {node: undefined, subject: 'main'}),
			findingOf('conn.unreachable', 'warning', replica, {effect: 'failover-impossible'}),
		],
		[
			['conn.unreachable', undefined],
			['sen.no_replica', 'conn.unreachable'],
		],
	],
	[
		'full resyncs explain a link that is down for no other reason',
		[findingOf('rep.link_down', 'critical', replica), findingOf('rep.fullsync_storm', 'critical', primary)],
		[
			['rep.fullsync_storm', undefined],
			['rep.link_down', 'rep.fullsync_storm'],
		],
	],
	[
		'sentinels that cannot log in explain that they have no quorum',
		[
			findingOf('sen.quorum', 'critical', undefined, {subject: 'main'}),
			findingOf('sen.down', 'warning', undefined, {subject: 'main', evidence: [{name: runIdOfPrimary, value: '-'}]}),
		],
		[
			['sen.down', undefined],
			['sen.quorum', 'sen.down'],
		],
	],
	[
		'the outage of a primary explains that its sentinels report it as down, and the outage of another node does not',
		[
			findingOf('conn.refused', 'critical', otherReplica),
			findingOf('conn.refused', 'critical', replica),
			findingOf('conn.refused', 'critical', primary),
			findingOf('sen.down', 'critical', undefined, {subject: 'main', culprit: {node: primary}}),
			findingOf('sen.no_replica', 'warning', undefined, {subject: 'main'}),
		],
		[
			['conn.refused', undefined],
			['conn.refused', undefined],
			['conn.refused', undefined],
			['sen.down', 'conn.refused'],
			['sen.no_replica', 'conn.refused'],
		],
	],
	[
		'sentinels report a primary as down that redis-top does not poll',
		[
			findingOf('sen.down', 'critical', undefined, {subject: 'main', culprit: {node: primary}}),
			findingOf('conn.refused', 'critical', replica),
		],
		[
			['conn.refused', undefined],
			['sen.down', undefined],
		],
	],
	[
		'packets that get lost on the way to a node explain its late replies, and not those of another node',
		[
			findingOf('conn.loss', 'warning', replica),
			findingOf('conn.loss', 'warning', otherReplica),
			findingOf('os.retrans', 'warning', primary, {nodes: [primary, replica]}),
		],
		[
			['conn.loss', undefined],
			['os.retrans', undefined],
			['conn.loss', 'os.retrans'],
		],
	],
	[
		'a machine short of processor time explains slow commands',
		[findingOf('lat.slowlog_new', 'warning', primary), findingOf('os.psi', 'warning', primary)],
		[
			['os.psi', undefined],
			['lat.slowlog_new', 'os.psi'],
		],
	],
	[
		'a command that is slow by itself stays the cause on such a machine',
		[
			findingOf('lat.slowlog_new', 'warning', primary),
			findingOf('os.psi', 'warning', primary, {
				evidence: [{name: slowByItself, value: 2000, unit: 'milliseconds'}],
			}),
		],
		[
			['lat.slowlog_new', undefined],
			['os.psi', undefined],
		],
	],
	[
		'a subscriber that is disconnected explains that it is behind, and the large messages',
		[
			findingOf('net.big_reply', 'warning', primary, {culprit: {command: 'PUBLISH'}, effect: 'slow'}),
			findingOf('cli.pubsub', 'warning', primary, {culprit: {client: nameOf('client', 'feed')}}),
			ofSubscriber('feed'),
		],
		[
			['cli.obuf_kill', undefined],
			['cli.pubsub', 'cli.obuf_kill'],
			['net.big_reply', 'cli.obuf_kill'],
		],
	],
	[
		'a subscriber that is disconnected explains neither another subscriber nor large writes',
		[
			findingOf('net.big_reply', 'warning', primary, {culprit: {command: 'SET'}, effect: 'slow'}),
			findingOf('cli.pubsub', 'warning', primary, {culprit: {client: nameOf('client', 'other')}}),
			ofSubscriber('feed'),
		],
		[
			['cli.pubsub', undefined],
			['cli.obuf_kill', undefined],
			['net.big_reply', undefined],
		],
	],
	[
		'replies that wait for the network explain slow PINGs and large buffers',
		[
			findingOf('net.big_reply', 'warning', primary, {
				evidence: [{name: waitingForNetwork, value: 9_000_000, unit: 'bytes'}],
			}),
			findingOf('conn.rtt', 'critical', primary),
			findingOf('mem.clients', 'warning', primary),
		],
		[
			['net.big_reply', undefined],
			['conn.rtt', 'net.big_reply'],
			['mem.clients', 'net.big_reply'],
		],
	],
	[
		'places that are all taken explain no folder in which the server cannot save',
		[
			findingOf('conn.refusing', 'critical', primary),
			findingOf('per.dir', 'warning', primary),
			findingOf('cpu.main', 'warning', primary),
		],
		[
			['conn.refusing', undefined],
			['cpu.main', 'conn.refusing'],
			['per.dir', undefined],
		],
	],
	[
		'large replies that wait for nothing explain no slow PINGs',
		[findingOf('net.big_reply', 'warning', primary), findingOf('conn.rtt', 'critical', primary)],
		[
			['conn.rtt', undefined],
			['net.big_reply', undefined],
		],
	],
	[
		'a client that is disconnected explains no large messages',
		[
			findingOf('net.big_reply', 'warning', primary, {culprit: {command: 'PUBLISH'}}),
			findingOf('cli.obuf_kill', 'warning', primary, {culprit: {client: nameOf('client', 'feed')}}),
		],
		[
			['cli.obuf_kill', undefined],
			['net.big_reply', undefined],
		],
	],
	[
		'a slow command of the primary explains that its replica repeats it, and no other one of the replica',
		[
			findingOf('lat.slowlog_new', 'warning', replica, {evidence: [{name: repeatedCommand, value: primary}]}),
			findingOf('lat.slowlog_new', 'warning', primary),
			findingOf('lat.slowlog_new', 'warning', otherReplica),
		],
		[
			['lat.slowlog_new', undefined],
			['lat.slowlog_new', 'lat.slowlog_new'],
			['lat.slowlog_new', undefined],
		],
	],
	[
		'the kernel killed it, and so nothing listens',
		[
			findingOf('conn.refused', 'warning', primary),
			findingOf('os.oomscore', 'critical', primary),
			findingOf('per.stale', 'warning', primary),
		],
		[
			['os.oomscore', undefined],
			['conn.refused', 'os.oomscore'],
			['per.stale', 'os.oomscore'],
		],
	],
	[
		'a flush explains that it was slow, and not another slow command',
		[
			findingOf('lat.slowlog_new', 'warning', primary, {culprit: {command: 'FLUSHALL'}}),
			findingOf('key.flush', 'warning', primary),
		],
		[
			['key.flush', undefined],
			['lat.slowlog_new', 'key.flush'],
		],
	],
	[
		'another slow command beside a flush',
		[
			findingOf('lat.slowlog_new', 'warning', primary, {culprit: {command: 'KEYS'}}),
			findingOf('key.flush', 'warning', primary),
		],
		[
			['lat.slowlog_new', undefined],
			['key.flush', undefined],
		],
	],
	[
		'a folder that can’t be written explains the save, and through it the writes',
		[
			findingOf('per.rdb_fail', 'critical', primary),
			findingOf('per.misconf', 'critical', primary),
			findingOf('per.dir', 'warning', primary),
		],
		[
			['per.dir', undefined],
			['per.misconf', 'per.dir'],
			['per.rdb_fail', 'per.dir'],
		],
	],
	[
		'a command that holds the thread explains silence and lost connections, and no standing note hangs under them',
		[
			findingOf('conn.unresponsive', 'critical', primary),
			findingOf('conn.flapping', 'warning', primary),
			findingOf('lat.on_cmds', 'warning', primary, {
				evidence: [{name: longestMean, value: 1600, unit: 'milliseconds'}],
			}),
			findingOf('lat.p99', 'warning', primary),
			findingOf('sec.noauth', 'warning', primary),
			findingOf('per.none', 'info', primary),
		],
		[
			['lat.on_cmds', undefined],
			['conn.unresponsive', 'lat.on_cmds'],
			['conn.flapping', 'lat.on_cmds'],
			['lat.p99', 'lat.on_cmds'],
			['sec.noauth', undefined],
			['per.none', undefined],
		],
	],
	[
		'a logged command that took seconds explains the next silence and lost connections',
		[
			findingOf('conn.unresponsive', 'critical', primary),
			findingOf('conn.flapping', 'warning', primary),
			findingOf('lat.slowlog_new', 'warning', primary, {
				evidence: [{name: 'KEYS', value: 5300, unit: 'milliseconds'}],
			}),
		],
		[
			['lat.slowlog_new', undefined],
			['conn.unresponsive', 'lat.slowlog_new'],
			['conn.flapping', 'lat.slowlog_new'],
		],
	],
	[
		'a logged command that took a moment explains no silence',
		[
			findingOf('conn.unresponsive', 'critical', primary),
			findingOf('lat.slowlog_new', 'warning', primary, {
				evidence: [{name: 'KEYS', value: 240, unit: 'milliseconds'}],
			}),
		],
		[
			['conn.unresponsive', undefined],
			['lat.slowlog_new', 'conn.unresponsive'],
		],
	],
	[
		'no command explains the silence of a process that is stopped',
		[
			findingOf('conn.unresponsive', 'critical', primary, {reason: 'its process is stopped (SIGSTOP)'}),
			findingOf('lat.slowlog_new', 'warning', primary, {
				evidence: [{name: 'KEYS', value: 5300, unit: 'milliseconds'}],
			}),
			findingOf('lat.on_cmds', 'warning', primary, {
				evidence: [{name: longestMean, value: 1600, unit: 'milliseconds'}],
			}),
		],
		[
			['conn.unresponsive', undefined],
			['lat.on_cmds', 'conn.unresponsive'],
			['lat.slowlog_new', 'conn.unresponsive'],
		],
	],
	[
		'a quick command explains no silence',
		[
			findingOf('conn.unresponsive', 'critical', primary),
			findingOf('lat.on_cmds', 'warning', primary, {
				evidence: [{name: longestMean, value: 16, unit: 'milliseconds'}],
			}),
		],
		[
			['conn.unresponsive', undefined],
			['lat.on_cmds', 'conn.unresponsive'],
		],
	],
	[
		'a frozen primary explains what its replicas hear',
		[findingOf('rep.io_stale', 'warning', replica), findingOf('conn.unresponsive', 'critical', primary)],
		[
			['conn.unresponsive', undefined],
			['rep.io_stale', 'conn.unresponsive'],
		],
	],
	[
		'a replica that is gone explains what its primary misses',
		[findingOf('rep.lag_ack', 'critical', primary), findingOf('conn.refused', 'critical', replica)],
		[
			['conn.refused', undefined],
			['rep.lag_ack', 'conn.refused'],
		],
	],
	[
		'views differ where nodes forgot the owner of slots',
		[
			findingOf('clu.state', 'critical', replica, {evidence: [{name: slotsUnknown, value: 5461, unit: 'count'}]}),
			findingOf('clu.view', 'critical', primary),
		],
		[
			['clu.state', undefined],
			['clu.view', 'clu.state'],
		],
	],
	[
		'a split explains what each side says of the other, on whichever node',
		[
			findingOf('rep.lost', 'critical', primary),
			findingOf('clu.state', 'critical', replica),
			findingOf('clu.minority', 'critical', replica),
			findingOf('clu.split', 'critical', primary),
		],
		[
			['clu.split', undefined],
			['rep.lost', 'clu.split'],
			['clu.minority', 'clu.split'],
			['clu.state', 'clu.split'],
		],
	],
	[
		'nodes at new addresses explain that nothing answers at the old ones',
		[
			findingOf('conn.unreachable', 'critical', replica),
			findingOf('clu.minority', 'critical', primary, {evidence: [{name: oldAddress, value: replica}]}),
			findingOf('conn.refused', 'critical', primary),
		],
		[
			['clu.minority', undefined],
			['conn.unreachable', 'clu.minority'],
			['conn.refused', 'clu.minority'],
		],
	],
	[
		'most primaries without an answer explain that they are unreachable, not that another node is',
		[
			findingOf('conn.unreachable', 'critical', replica),
			findingOf('conn.refused', 'critical', primary),
			findingOf('clu.minority', 'critical', undefined, {
				nodes: [replica],
				evidence: [{name: missingPrimary, value: replica}],
			}),
		],
		[
			['conn.refused', undefined],
			['clu.minority', undefined],
			['conn.unreachable', 'clu.minority'],
		],
	],
	[
		'two primaries of one history explain what the replicas of the old one lack',
		[findingOf('rep.lag_ack', 'critical', primary), findingOf('rep.diverged', 'critical', primary)],
		[
			['rep.diverged', undefined],
			['rep.lag_ack', 'rep.diverged'],
		],
	],
	[
		'a failover that may be running explains nothing',
		[findingOf('rep.lag_ack', 'critical', primary), findingOf('rep.diverged', 'info', primary)],
		[
			['rep.lag_ack', undefined],
			['rep.diverged', undefined],
		],
	],
	[
		'another minority does not explain that a node is unreachable',
		[findingOf('conn.unreachable', 'critical', replica), findingOf('clu.minority', 'critical', primary)],
		[
			['conn.unreachable', undefined],
			['clu.minority', undefined],
		],
	],
	[
		'an announced address at which nothing answers explains a replica without a link, if the replica tries it',
		[
			findingOf('rep.link_down', 'warning', replica),
			findingOf('clu.announce', 'critical', primary, {evidence: [{name: unlinkedAtAnnounced, value: replica}]}),
		],
		[
			['clu.announce', undefined],
			['rep.link_down', 'clu.announce'],
		],
	],
	[
		'a failed node explains the state of its cluster, and why it failed explains both',
		[
			findingOf('clu.state', 'critical', replica),
			findingOf('clu.node_fail', 'critical', primary),
			findingOf('conn.refused', 'critical', primary),
		],
		[
			['conn.refused', undefined],
			['clu.node_fail', 'conn.refused'],
			['clu.state', 'conn.refused'],
		],
	],
	[
		'overhead explains OOM, and that the rest',
		[
			findingOf('mem.max', 'critical', primary),
			findingOf('mem.exceeded', 'warning', primary),
			findingOf('mem.oom', 'critical', primary),
			findingOf('mem.clients', 'warning', primary),
		],
		[
			['mem.clients', undefined],
			['mem.max', 'mem.clients'],
			['mem.oom', 'mem.clients'],
			['mem.exceeded', 'mem.clients'],
		],
	],
	[
		'cached scripts that refuse writes are not told a second time',
		[
			findingOf('mem.scripts', 'warning', primary),
			findingOf('mem.oom', 'critical', primary, {evidence: [{name: scriptBytes, value: 1}]}),
		],
		[
			['mem.oom', undefined],
			['mem.scripts', 'mem.oom'],
		],
	],
	[
		'cached scripts beside refused writes for another reason',
		[findingOf('mem.scripts', 'warning', primary), findingOf('mem.oom', 'critical', primary)],
		[
			['mem.oom', undefined],
			['mem.scripts', undefined],
		],
	],
	[
		'whatever else is said of a node that is gone',
		[findingOf('cli.max', 'critical', primary), findingOf('conn.refused', 'critical', primary)],
		[
			['conn.refused', undefined],
			['cli.max', 'conn.refused'],
		],
	],
	[
		'of another node it explains nothing',
		[findingOf('per.misconf', 'critical', primary), findingOf('per.rdb_fail', 'critical', replica)],
		[
			['per.misconf', undefined],
			['per.rdb_fail', undefined],
		],
	],
	[
		'a slow command explains its own large replies, and no others',
		[
			findingOf('lat.slowlog_new', 'warning', primary, {culprit: {command: 'HGETALL'}}),
			findingOf('net.big_reply', 'warning', primary, {culprit: {command: 'HGETALL'}}),
			findingOf('lat.on_cmds', 'warning', replica, {culprit: {command: 'HGETALL'}}),
			findingOf('net.big_reply', 'warning', replica, {culprit: {command: 'GET'}}),
		],
		[
			['net.big_reply', undefined],
			['lat.on_cmds', undefined],
			['lat.slowlog_new', undefined],
			['net.big_reply', 'lat.slowlog_new'],
		],
	],
	[
		'replies that fill the network are no consequence of their slow command',
		[
			findingOf('lat.on_cmds', 'warning', primary, {culprit: {command: 'HGETALL'}}),
			findingOf('net.big_reply', 'warning', primary, {
				culprit: {command: 'HGETALL'},
				evidence: [{name: waitingForNetwork, value: 1}],
			}),
		],
		[
			['net.big_reply', undefined],
			['lat.on_cmds', undefined],
		],
	],
	[
		'a note explains nothing',
		[findingOf('mem.exceeded', 'warning', primary), findingOf('mem.clients', 'info', primary)],
		[
			['mem.exceeded', undefined],
			['mem.clients', undefined],
		],
	],
	[
		'a control group that is stopped explains slow commands, a busy machine and a server that does not respond',
		[
			findingOf('lat.on_cmds', 'warning', primary),
			findingOf('lat.p99', 'warning', primary),
			findingOf('os.runq', 'warning', primary, {evidence: [{name: 'schedstat, time in the run queue', value: 0.9}]}),
			findingOf('os.psi', 'warning', primary),
			findingOf('conn.unresponsive', 'critical', primary),
			findingOf('cpu.throttle', 'warning', primary, {evidence: [{name: 'nr_throttled / nr_periods', value: 0.9}]}),
		],
		[
			['cpu.throttle', undefined],
			['conn.unresponsive', 'cpu.throttle'],
			['lat.p99', 'cpu.throttle'],
			['lat.on_cmds', 'cpu.throttle'],
			['os.psi', 'cpu.throttle'],
			['os.runq', 'cpu.throttle'],
		],
	],
	[
		'a command that is slow by itself is named, although its server waits for a processor',
		[
			findingOf('lat.on_cmds', 'warning', primary),
			findingOf('os.runq', 'warning', primary, {
				evidence: [
					{name: 'schedstat, time in the run queue', value: 0.9},
					{name: slowByItself, value: 4000},
				],
			}),
		],
		[
			['lat.on_cmds', undefined],
			['os.runq', undefined],
		],
	],
	[
		'a wait for a processor in half of the time explains no silence',
		[
			findingOf('conn.unresponsive', 'critical', primary),
			findingOf('os.runq', 'warning', primary, {evidence: [{name: 'schedstat, time in the run queue', value: 0.51}]}),
		],
		[
			['conn.unresponsive', undefined],
			['os.runq', 'conn.unresponsive'],
		],
	],
	[
		'a wait for a processor in nearly all of the time explains a silence',
		[
			findingOf('conn.unresponsive', 'critical', primary),
			findingOf('os.runq', 'warning', primary, {evidence: [{name: 'schedstat, time in the run queue', value: 0.95}]}),
		],
		[
			['os.runq', undefined],
			['conn.unresponsive', 'os.runq'],
		],
	],
	[
		'one that is seldom stopped does not explain a slow command',
		[
			findingOf('lat.on_cmds', 'warning', primary),
			findingOf('lat.p99', 'warning', primary),
			findingOf('cpu.throttle', 'warning', primary, {evidence: [{name: 'nr_throttled / nr_periods', value: 0.2}]}),
		],
		[
			['lat.on_cmds', undefined],
			['lat.p99', 'lat.on_cmds'],
			['cpu.throttle', undefined],
		],
	],
	[
		'a busy disk explains fsyncs that are late, and what waits for them',
		[
			findingOf('per.fsync', 'critical', primary),
			findingOf('lat.event', 'warning', primary),
			findingOf('conn.rtt', 'warning', primary),
			findingOf('os.disk', 'warning', primary),
		],
		[
			['os.disk', undefined],
			['per.fsync', 'os.disk'],
			['conn.rtt', 'os.disk'],
			['lat.event', 'os.disk'],
		],
	],
	[
		'a disk that is busy while the server does not wait for it explains nothing',
		[findingOf('per.fsync', 'warning', primary), findingOf('os.disk', 'info', primary)],
		[
			['per.fsync', undefined],
			['os.disk', undefined],
		],
	],
	[
		'what has ended explains nothing and stands last',
		[
			{...findingOf('conn.refused', 'critical', primary), clearedAtMs: 5},
			findingOf('rep.link_down', 'warning', replica),
		],
		[
			['rep.link_down', undefined],
			['conn.refused', undefined],
		],
	],
	[
		'the worst consequence ranks its cause',
		[
			findingOf('mem.frag', 'warning', primary),
			findingOf('per.dir', 'warning', primary),
			findingOf('per.rdb_fail', 'critical', primary),
		],
		[
			['per.dir', undefined],
			['per.rdb_fail', 'per.dir'],
			['mem.frag', undefined],
		],
	],
];

for (const [name, findings, expected] of cases) {
	test(`findings are joined: ${name}`, () => {
		assert.deepEqual(joined(...findings), expected);
	});
}

test('every row of the explanations names existing rules', () => {
	const ids = new Set<string>([...nodeRules, ...fleetRules].map(({id}) => id));
	for (const {cause, symptoms} of explanations) {
		assert.ok(ids.has(cause), cause);
		for (const symptom of symptoms) {
			assert.ok(symptom === '*' || ids.has(symptom), symptom);
		}
	}
});

const rules: readonly RuleId[] = ['mem.max', 'mem.oom', 'per.dir', 'cpu.main'];
const wildFinding = fc.record({
	rule: fc.constantFrom(...rules),
	severity: fc.constantFrom<Severity>('info', 'warning', 'critical'),
	node: fc.constantFrom(primary, replica),
});
const wildRow: fc.Arbitrary<Explanation> = fc.record({
	cause: fc.constantFrom(...rules),
	where: fc.constantFrom('here', 'replicas', 'primary'),
	symptoms: fc.array(fc.constantFrom(...rules, '*' as const), {maxLength: 4}),
});

test('every finding is listed once, worst families first, even if explanations form a circle', () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(wildFinding, {selector: ({rule, node}) => `${rule} ${node}`, maxLength: 8}),
			fc.array(wildRow, {maxLength: 8}),
			(wild, rows) => {
				const findings = wild.map(({rule, severity, node}) => findingOf(rule, severity, node));
				const list = joinFindings(findings, primaryOf, rows);
				assert.equal(list.length, findings.length);
				assert.equal(new Set(list.map(({key}) => key)).size, findings.length);
				const rank = {info: 0, warning: 1, critical: 2};
				const causes = list.filter(({causeKey}) => causeKey === undefined).map(({severity}) => rank[severity]);
				assert.deepEqual(
					causes,
					causes.toSorted((x, y) => y - x),
				);
			},
		),
	);
});

const idOf = ({id}: {readonly id: RuleId}): RuleId => id;
const anyFinding = fc.record({
	rule: fc.constantFrom(...[...nodeRules, ...fleetRules].map(idOf)),
	severity: fc.constantFrom<Severity>('info', 'info', 'warning', 'critical'),
	node: fc.constantFrom(primary, replica),
	clearedAtMs: fc.constantFrom(undefined, undefined, undefined, 1),
	effect: fc.constantFrom(undefined, undefined, 'data-lost' as const),
});

test('lone notes, which are put in order by themselves, stand where all others would stand', () => {
	fc.assert(
		fc.property(fc.array(anyFinding, {maxLength: 40}), wild => {
			const findings = wild.map(({rule, severity, node, ...parts}, index) =>
				findingOf(rule, severity, node, {...parts, subject: String(index)}),
			);
			const urgency = (family: readonly Finding[]) =>
				Math.min(...family.map(({effect}) => (effect === undefined ? 9 : 1)));
			// Rows of a list that is not the table itself are joined without that shortcut.
			assert.deepEqual(
				joinFindings(findings, primaryOf, explanations, urgency),
				joinFindings(findings, primaryOf, [...explanations], urgency),
			);
		}),
	);
});
