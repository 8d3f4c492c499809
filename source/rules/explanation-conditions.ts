import type {Message} from '../domain/message.js';
import {awaitedState} from './awaited-resync.js';
import {unlinkedAtAnnounced} from './cluster-announce.js';
import {oldAddress} from './cluster-findings.js';
import {slotsUnknown} from './cluster-forgotten.js';
import {missingPrimary} from './cluster-majority-lost.js';
import {disconnectedSubscriber} from './disconnected-client.js';
import {errorCode} from './errors-modules.js';
import type {Finding} from './finding.js';
import {unknownProcesses} from './host-waits.js';
import {keysOfPrimary} from './keyspace.js';
import {killedAtLimit} from './killed-save.js';
import {longestMean} from './linear-commands.js';
import {noRoom} from './link-obstacles.js';
import {waitedInCommand} from './main-thread.js';
import {connectionsEvidence} from './main-thread-work.js';
import {slowByItself} from './own-slowness.js';
import {unservedResyncs} from './rdb.js';
import {forkOfResync} from './refused-peers.js';
import {repeatedCommand} from './repeated-commands.js';
import {cutOff} from './replication-lag.js';
import {obstacleInLog, primaryInLog, storageInLog} from './replication-obstacles.js';
import {scriptBytes} from './script-memory.js';
import {runIdOfPrimary} from './sentinel-links.js';
import {failoverReason, pauseReason} from './server-busy.js';
import {slowSymptoms} from './symptoms.js';
import {longSlow} from './unlogged-commands.js';
import {waitingForNetwork} from './waiting-replies.js';

/**
Mean milliseconds per call from which a command holds the main thread so long that several polls in a row time out.
*/
const silencingMs = 500;

export const holdsThread = ({evidence}: Finding): boolean =>
	evidence.some(({name, value}) => name === longestMean && typeof value === 'number' && value >= silencingMs);

/**
Duration of a logged command, in milliseconds, from which it explains a silence like it: a reply counts as pending after a
second.
*/
const silentMs = 1000;

/** Whether a command of the slow log took so long that polls timed out meanwhile. It may run again. */
export const hasSilenced = ({rule, evidence}: Finding): boolean =>
	rule === 'lat.slowlog_new' &&
	evidence.some(({unit, value}) => unit === 'milliseconds' && typeof value === 'number' && value >= silentMs);

export const isWarning = ({severity}: Finding): boolean => severity === 'warning';

/** Whether this machine shows no other reason for a silence, such as a stopped process. */
export const isWithoutReason = ({rule, reason}: Finding): boolean =>
	rule !== 'conn.unresponsive' || reason === undefined;

export const holdsLong = ({evidence}: Finding): boolean => evidence.some(({name}) => name === longSlow);

const hasEvidence =
	(...names: readonly string[]) =>
	({evidence}: Finding): boolean =>
		evidence.some(({name}) => names.includes(name));

export const hasNoPlaceForData = hasEvidence(storageInLog);

/** Whether the main thread waited for most of the time that a command took. */
export const waitsInCommand = hasEvidence(waitedInCommand);

export const hasLoggedObstacle = hasEvidence(obstacleInLog, storageInLog);
export const hasNoObstacle = (finding: Finding): boolean => !hasLoggedObstacle(finding);

/** Whether the log of a replica without a link shows a reason that lies with its primary. */
export const isOfPrimary = hasEvidence(primaryInLog);

/** Whether the replica has no link because its primary has no room for another client. */
export const isForRoom = (finding: Finding): boolean => finding.reason === noRoom || isOfPrimary(finding);

export const holdsReplicasBack = hasEvidence(unservedResyncs);

/** Whether a save failed because the memory of the control group was full. */
export const failedAtLimit = hasEvidence(killedAtLimit);

/** Whether nodes refuse commands because they do not know the owner of slots. */
export const missesOwner = hasEvidence(slotsUnknown);

/** Whether a replica without a link waits for a full resync that its primary has not begun. */
export const awaitsResync = hasEvidence(awaitedState);

export const cannotFork = hasEvidence(forkOfResync);

/** Whether a replica ran a slow command because its primary had run it. */
export const isRepeated = hasEvidence(repeatedCommand);

export const isKeptByPrimary = hasEvidence(keysOfPrimary);

export const isCutOff = hasEvidence(cutOff);

export const isForRights = ({evidence}: Finding): boolean =>
	evidence.some(({name, value}) => name === errorCode && value === 'NOPERM');

/** Whether most of the errors that a finding is about have this code. */
const isOfCode =
	(code: string) =>
	({evidence}: Finding): boolean =>
		evidence.some(({name, value}) => name === errorCode && value === code) ||
		evidence[0]?.name.startsWith(`${code} `) === true;

/** Whether writes fail because they reach a replica. */
export const isReadonly = isOfCode('READONLY');

/** Whether reads fail because a replica has no link to its primary. */
export const isMasterdown = isOfCode('MASTERDOWN');

/** Whether logins fail. */
export const isOfLogins = isOfCode('WRONGPASS');

const usersIn = (text: Message | undefined): string[] =>
	typeof text === 'object'
		? text.parts.flatMap(part => (typeof part === 'object' && part.kind === 'user' ? [part.name] : []))
		: [];

/** Whether the only user that differs between nodes is the user whose logins fail. */
export function hasOnlyUserOf({evidence}: Finding, {problem}: Finding): boolean {
	const users = new Set(evidence.flatMap(({value}) => (typeof value === 'number' ? [] : usersIn(value))));
	return users.size === 1 && usersIn(problem).some(user => users.has(user));
}

/** Whether writes wait for a failover. */
export const isOfFailover = ({evidence}: Finding): boolean =>
	evidence.some(({name, value}) => name === pauseReason && value === failoverReason);

export const isUnlinkedAtAnnounced = ({evidence}: Finding): boolean =>
	evidence.some(({name}) => name === unlinkedAtAnnounced);

export const hasOldAddresses = hasEvidence(oldAddress);

export const hasMissingPrimaries = hasEvidence(missingPrimary);

export const isCritical = ({severity}: Finding): boolean => severity === 'critical';

export const isForScripts = hasEvidence(scriptBytes);

/** Whether a server's replies fill the network. */
export const fillsNetwork = hasEvidence(waitingForNetwork);

/** Whether large replies are those of the slow command that the cause is about, and do not fill the network. */
export const isReplyOf = (finding: Finding, {culprit}: Finding): boolean =>
	!fillsNetwork(finding) &&
	culprit?.command !== undefined &&
	finding.culprit?.command?.toUpperCase() === culprit.command.toUpperCase();

/**
Whether an outage may explain a finding about its node. A server whose places are all taken runs, and what keeps its files
from being written is a fault of its own.
*/
export const isOfOutage = ({rule}: Finding, cause: Finding): boolean =>
	cause.rule !== 'conn.refusing' || (rule !== 'per.dir' && rule !== 'per.disk');

export const isUnlinked = hasEvidence(runIdOfPrimary);

/**
Least share of the time, 0–1, in which the process had no processor. From this share on, the wait for a processor
explains why a command took long.
*/
const mostlyStopped = 0.5;

/**
Whether the finding's evidence names no command that is slow by itself. Then the wait for a processor makes commands
look slow.
*/
export const isNoCommands = ({evidence}: Pick<Finding, 'evidence'>): boolean =>
	evidence.every(({name}) => name !== slowByItself);

/** Whether new connections are what keeps the main thread busy. */
export const isOfConnections = ({evidence}: Pick<Finding, 'evidence'>): boolean =>
	evidence.some(({name}) => name === connectionsEvidence);

export const isMostlyStopped =
	(what: string) =>
	({evidence}: Finding): boolean =>
		evidence.some(({name, value}) => name === what && typeof value === 'number' && value >= mostlyStopped) &&
		isNoCommands({evidence});

/** Name of the evidence with the share of the time in which the main thread waited for a processor. */
const queueShare = 'schedstat, time in the run queue';

/**
Least share of the time without a processor that explains a silence of seconds. A thread that runs in half of the time
replies within milliseconds: something else silences it.
*/
const nearlyStopped = 0.9;

/** Whether a wait for a processor explains the finding: that commands are slow, or that the server is silent. */
export const isSlowOrSilenced = ({rule}: Finding, {evidence}: Finding): boolean =>
	slowSymptoms.includes(rule) ||
	evidence.some(({name, value}) => name === queueShare && typeof value === 'number' && value >= nearlyStopped);

/**
Whether a finding says that the server waits for a processor, and neither a program nor a limit is known as the cause.
The whole machine is busy then, as in a finding of `os.psi`.
*/
export const isOfBusyMachine = ({rule: id, evidence}: Pick<Finding, 'rule' | 'evidence'>): boolean =>
	id === 'os.psi' || (id === 'os.runq' && evidence.some(({name}) => name === unknownProcesses));

/** Whether the server disconnected a subscriber that reads too slowly. */
export const isOfSubscriber = hasEvidence(disconnectedSubscriber);

/** Whether a finding is about the messages that the disconnected subscriber gets, or about how far it is behind. */
export const isOfMessages = ({rule, culprit}: Finding, cause: Finding): boolean =>
	rule === 'cli.pubsub'
		? culprit?.client?.name === cause.culprit?.client?.name
		: /^s?publish$/i.test(culprit?.command ?? '');

/** Whether the slow command is the one that emptied a database. */
export const isFlush = ({culprit}: Finding): boolean => /^(?:flushall|flushdb|swapdb)$/i.test(culprit?.command ?? '');

/** Whether a primary's finding is about the replica that the cause is about. A primary may have several replicas. */
export const concernsNodeOf = ({nodes = []}: Finding, {node}: Finding): boolean =>
	node !== undefined && nodes.includes(node);

/** Whether a primary's finding is about the replica whose main thread a command held for so long that it fell behind. */
export const isBehindSilenced = (finding: Finding, cause: Finding): boolean =>
	hasSilenced(cause) && concernsNodeOf(finding, cause);

/** Whether two findings name a node in common, as what happens within one shard does. */
export const sharesNode = (finding: Finding, cause: Finding): boolean => {
	const nodesOf = ({node, nodes = []}: Finding) => (node === undefined ? nodes : [node, ...nodes]);
	const ofCause = new Set(nodesOf(cause));
	return nodesOf(finding).some(node => ofCause.has(node));
};

/** Whether Sentinels hold a primary down that answers redis-top, and the cause is about that primary. */
export const isOfRefusedSentinels = (finding: Finding, cause: Finding): boolean =>
	isUnlinked(finding) && sharesNode(finding, cause);

/** Whether the slow command moved a key to another server, where the key is written as slowly. */
export const isMove = ({culprit}: Finding): boolean => culprit?.command === 'MIGRATE';

/** Whether a slow command is the other half of a move: it writes the key, or deletes the same key on a replica. */
export const isOfMove = ({culprit}: Finding, cause: Finding): boolean =>
	/^RESTORE(?:-ASKING)?$/.test(culprit?.command ?? '') ||
	(culprit?.key !== undefined && culprit.key.name === cause.culprit?.key?.name);

/** Whether Sentinels report the primary as down that the cause is about. */
export const isReportOf = ({culprit}: Finding, {node}: Finding): boolean =>
	node !== undefined && culprit?.node === node;
