import type {LocalEvidence, LogEvidence} from '../domain/host-evidence.js';
import type {LogRemark} from '../domain/log-lines.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {shownLine} from '../parse/config-mistakes.js';
import {logLineTime} from '../parse/server-log.js';
import {utcClock} from '../text/units.js';
import type {NodeRecord} from './node-record.js';
import {ownOomKill} from './own-oom-kill.js';

/** Why a server's process ended or could not start, according to its log. */
export type ProcessEnd = {
	readonly remark: LogRemark;
	/** The reason in few words, such as `its append-only file is damaged`. */
	readonly reason: Message;
	/** When the machine started, if it did so after the end and nothing started the server since; milliseconds since the epoch. */
	readonly machineStartedAtMs?: number | undefined;
};

/** The id of lines about files that may not be written. */
const lineAtStart = 'no-right-to-dir';

/** The id of lines about a port on which the server cannot listen. */
const portAtStart = 'port-taken';

/**
The ids of lines that a server that runs writes as well, as after CONFIG SET, and goes on. Only as the last line of the log
do they tell why the server did not start.
*/
const onlyAsLast: ReadonlySet<string> = new Set([lineAtStart, portAtStart, 'aof-absent']);

/** The line about an address of `bind` that the machine lacks, if it directly precedes the end of the log. */
function missingAddress(end: LogRemark, {remarks, lines}: LogEvidence): ProcessEnd | undefined {
	const remark = end.id === portAtStart ? remarks.find(({id}) => id === 'address-missing') : undefined;
	const host = /listening socket (\S+):\d+: /.exec(remark?.line ?? '')?.[1];
	return remark === undefined || host === undefined || lines.at(-2) !== remark.line
		? undefined
		: {remark, reason: message`its machine lacks the address ${nameOf('host', host)} (bind)`};
}

/** A crash with the command that ran, if the report of the crash names it: it follows the line about the signal. */
function crashInCommand(end: LogRemark, {remarks}: LogEvidence): ProcessEnd | undefined {
	const place = end.id === 'crashed' ? remarks.findIndex(({id}) => id === 'crash-command') : -1;
	const [, command] = /^argv\[0\]: '"?([A-Za-z][\w.|-]*)/.exec(remarks[place]?.line ?? '') ?? [];
	// The remark with the newest line is the first.
	return command === undefined || place > remarks.indexOf(end)
		? undefined
		: {remark: end, reason: `it crashed in ${command.toUpperCase()}`};
}

/** A line of the config file that no module knows: the server opens its log before it asks its modules, since Redis 8. */
function unknownSetting(end: LogRemark, {lines}: LogEvidence): ProcessEnd | undefined {
	const line = end.id === 'bad-config' ? lines.findLast(each => />>> '.*'$/.test(each)) : undefined;
	const text = />>> '(.*)'$/.exec(line ?? '')?.[1];
	return text === undefined
		? undefined
		: {remark: end, reason: message`it does not know a line of its config file (${nameOf('quote', shownLine(text))})`};
}

function unopenedAtStart({line}: LogRemark): Message | undefined {
	const [, what, error] =
		/Can't open (the append-only file|or create append-only dir) .*(Permission denied|not permitted|Read-only file system)/.exec(
			line,
		) ?? [];
	if (what === undefined) {
		return undefined;
	}

	return error === 'Read-only file system'
		? 'its file system is read-only'
		: what === 'the append-only file'
			? 'it has no right to write its append-only file'
			: 'it has no right to write into its folder';
}

/** That the append-only file which a line names is missing. */
function fileMissing(line: string): Message {
	const [, file] = /AOF file (\S+) length/.exec(line) ?? [];
	return file === undefined
		? 'a file of its append-only files is missing'
		: message`its file ${nameOf('path', file)} is missing`;
}

/**
Reasons in few words, by the id of the log line's meaning. The first reason that the log shows counts, so a cause comes
before its consequences.
*/
const reasons: ReadonlyMap<string, (remark: LogRemark) => Message | undefined> = new Map<
	string,
	(remark: LogRemark) => Message | undefined
>([
	['replica-unwritable', () => 'it could not write to its disk, and ended itself'],
	['crashed', () => 'it crashed'],
	['nodes-conf-broken', () => 'its nodes.conf is damaged'],
	['nodes-conf-taken', () => 'another process uses its nodes.conf'],
	['nodes-conf-unwritable', () => 'it could not write its nodes.conf'],
	[
		'data-unreadable',
		({line}) =>
			/append log|AOF manifest/.test(line)
				? 'it has no right to read its append-only files'
				: 'it has no right to read its RDB file',
	],
	[lineAtStart, unopenedAtStart],
	['aof-missing', () => 'a file of its append-only files is missing'],
	['aof-absent', ({line}) => fileMissing(line)],
	['acl-twice', () => 'its config file has both users and an aclfile'],
	[
		'socket-unopened',
		({line}) =>
			/No such file/.test(line) ? 'the folder of its unixsocket is missing' : 'it cannot make its unixsocket',
	],
	['acl-broken', () => 'its ACL file has a mistake or cannot be read'],
	['module-unloadable', () => 'a module could not be loaded'],
	['tls-unusable', () => 'its certificate or key cannot be used'],
	['sentinel-file-unwritable', () => 'it cannot write its config file, as a Sentinel must'],
	['too-many-databases', () => 'its data has more databases than its config allows'],
	['aof-broken', () => 'its append-only file is damaged'],
	['aof-unknown-command', () => 'its append-only file has a command that it does not know'],
	[
		'module-missing',
		({line}: LogRemark) => {
			const name = /no matching module(?: type)? '([^']+)'/.exec(line)?.[1];
			return name === undefined
				? 'it lacks a module that its data needs'
				: message`it lacks the module ${nameOf('quote', name)}, which its data needs`;
		},
	],
	['rdb-newer', () => 'a newer version wrote its data'],
	['rdb-foreign', () => 'its RDB file is damaged, or of another product'],
	['rdb-broken', () => 'its RDB file is damaged'],
	['bad-config', () => 'its config file has a mistake or cannot be read'],
	[portAtStart, () => 'it cannot listen: its port is taken, or its address is not here'],
	['out-of-memory', () => 'the system gave it no more memory'],
	[
		'signalled',
		({line, atMs}: LogRemark) => message`${/SIG[A-Z]+/.exec(line)?.[0] ?? 'a signal'} stopped it${at(atMs)}`,
	],
	['asked-to-stop', ({atMs}: LogRemark) => message`it was told to stop${at(atMs)} (SHUTDOWN)`],
]);

const at = (atMs: number | undefined): string => (atMs === undefined ? '' : ` at ${utcClock(atMs)}`);

/** Number of last lines of a log in which a line without a time counts as written by the last process. */
const lastLines = 8;

/** Whether the last process that wrote into a log wrote the line: no other process has started since. */
function isOfLastProcess({line, atMs}: LogRemark, {starts, lines}: LogEvidence): boolean {
	const startedAtMs = starts?.at(-1)?.atMs;
	return atMs === undefined || startedAtMs === undefined ? lines.slice(-lastLines).includes(line) : atMs >= startedAtMs;
}

/** The end of the last process that wrote into a log; undefined when the log does not show it. */
export function endInLog(log: LogEvidence | undefined): ProcessEnd | undefined {
	for (const [id, reason] of reasons) {
		const remark = log?.remarks.find(each => each.id === id);
		const words = remark && reason(remark);
		const isEnd = !onlyAsLast.has(id) || log?.lines.at(-1) === remark?.line;
		if (log !== undefined && remark !== undefined && words !== undefined && isEnd && isOfLastProcess(remark, log)) {
			return (
				missingAddress(remark, log) ??
				crashInCommand(remark, log) ??
				unknownSetting(remark, log) ?? {remark, reason: words}
			);
		}
	}

	return undefined;
}

/**
The evidence of this machine about a node at whose address nothing listens. Evidence from before the failure does not count.
*/
function evidenceOfRefusal({failure, failingSinceMs, host}: NodeRecord): LocalEvidence | undefined {
	const isRefused = failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT';
	return isRefused && host?.value.kind === 'here' && host.atMs >= (failingSinceMs ?? 0) ? host.value : undefined;
}

/**
Why nothing listens at a node's address, according to the log of the process that ended. A process that has closed its port
is about to end: it may need seconds to give back its memory.
*/
export function endOfProcess(record: NodeRecord): ProcessEnd | undefined {
	const evidence = evidenceOfRefusal(record);
	if (evidence?.process !== undefined) {
		return evidence.listeners.length === 0 ? endInLog(evidence.log) : undefined;
	}

	return evidence && (withMachineStart(endInLog(evidence.log), evidence) ?? killOf(evidence));
}

/** Most milliseconds from the end of a server to the start of its machine, of which the end was a part. */
const shutdownMs = 1_800_000;

/** The end, with the start of the machine if the machine was stopped with the server: its own stop sends SIGTERM to all. */
function withMachineStart(end: ProcessEnd | undefined, {kernel: {bootedAtMs}}: LocalEvidence): ProcessEnd | undefined {
	if (end === undefined || bootedAtMs === undefined || !isStopOnDemand(end)) {
		return end;
	}

	const beforeMs = bootedAtMs - (end.remark.atMs ?? Number.POSITIVE_INFINITY);
	return beforeMs > 0 && beforeMs <= shutdownMs
		? {
				...end,
				reason: message`${end.reason}; its machine was restarted at ${utcClock(bootedAtMs)}`,
				machineStartedAtMs: bootedAtMs,
			}
		: end;
}

/** Whether this machine shows that no server has the node's port any more. */
export function isGoneFromHere(record: NodeRecord): boolean {
	const evidence = evidenceOfRefusal(record);
	return evidence !== undefined && evidence.process === undefined && evidence.listeners.length === 0;
}

/**
Matches a line of a server itself (not of its children) with the level notice, verbose or debug: `4242:M 24 Nov 2026
11:22:33.123 * words`. The last line of a process that ends by itself has the level warning (`#`). With `loglevel
warning`, Redis 7.2 and later log no shutdown, so only a log with lower levels shows that none came.
*/
const plainLine = /^(\d+):[MSX] .{20,32}? [*.-] /;

/**
The end of a process without a word in its log. A server logs its shutdown and each signal that it can handle, so SIGKILL
ended it. Undefined unless the log is that of the process that is gone. Another rule reports a kill by the kernel
for want of memory.
*/
function killOf(evidence: LocalEvidence): ProcessEnd | undefined {
	const {earlierProcess, listeners, servers, supervisor, log, kernel} = evidence;
	const line = log?.lines.at(-1) ?? '';
	const writer = Number(plainLine.exec(line)?.[1] ?? Number.NaN);
	const isOwnLog = writer === earlierProcess?.processId && servers.every(({processId}) => processId !== writer);
	if (!isOwnLog || listeners.length > 0 || supervisor?.kind === 'container' || ownOomKill(evidence, 0) !== undefined) {
		return undefined;
	}

	const remark: LogRemark = {
		id: 'killed',
		severity: 'critical',
		rules: [],
		meaning: 'the log ends without a shutdown',
		line,
		atMs: undefined,
		count: 1,
	};
	const bootedAtMs = kernel.bootedAtMs ?? 0;
	// A machine that loses its power, or is reset, ends its servers without a word.
	return (logLineTime(line) ?? Number.POSITIVE_INFINITY) < bootedAtMs
		? {
				remark,
				reason: `its machine was restarted at ${utcClock(bootedAtMs)}`,
				machineStartedAtMs: bootedAtMs,
			}
		: {remark, reason: 'it was killed'};
}

/** Whether SIGKILL or the end of its machine ended the process. A supervisor may start it again at once. */
export const isKill = (end: ProcessEnd | undefined): boolean => end?.remark.id === 'killed';

/** Whether an operator or a supervisor ended the process: by SHUTDOWN, SIGTERM or SIGINT. */
export const isStopOnDemand = (end: ProcessEnd | undefined): boolean =>
	end?.remark.id === 'asked-to-stop' || end?.remark.id === 'signalled';
