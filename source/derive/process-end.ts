import type {LogEvidence, LogRemark} from '../domain/host-evidence.js';
import {type Message, message} from '../domain/message.js';
import {utcClock} from '../text/units.js';
import type {NodeRecord} from './node-record.js';

/** Why a server's process ended or could not start, according to its log. */
export type ProcessEnd = {
	readonly remark: LogRemark;
	/** The reason in few words, such as `its append-only file is damaged`. */
	readonly reason: Message;
};

/**
Reasons in few words, by the id of the log line's meaning. The first reason that the log shows counts, so a cause comes
before its consequences.
*/
const reasons: ReadonlyMap<string, (remark: LogRemark) => Message> = new Map([
	['replica-unwritable', () => 'it could not write to its disk, and ended itself'],
	['crashed', () => 'it crashed'],
	['nodes-conf-broken', () => 'its nodes.conf is damaged'],
	['nodes-conf-taken', () => 'another process uses its nodes.conf'],
	['nodes-conf-unwritable', () => 'it could not write its nodes.conf'],
	['aof-missing', () => 'a file of its append-only files is missing'],
	['acl-broken', () => 'its ACL file has a mistake or cannot be read'],
	['module-unloadable', () => 'a module could not be loaded'],
	['tls-unusable', () => 'its certificate or key cannot be used'],
	['too-many-databases', () => 'its data has more databases than its config allows'],
	['aof-broken', () => 'its append-only file is damaged'],
	['aof-unknown-command', () => 'its append-only file has a command that it does not know'],
	['rdb-newer', () => 'a newer version wrote its data'],
	['rdb-broken', () => 'its RDB file is damaged'],
	['bad-config', () => 'its config file has a mistake or cannot be read'],
	['port-taken', () => 'it cannot listen: its port is taken, or its address is not here'],
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
		if (log !== undefined && remark !== undefined && isOfLastProcess(remark, log)) {
			return {remark, reason: reason(remark)};
		}
	}

	return undefined;
}

/**
Why nothing listens at a node's address, according to the log of the process that ended. Evidence from before the
failure does not count.
*/
export function endOfProcess({failure, failingSinceMs, host}: NodeRecord): ProcessEnd | undefined {
	const isRefused = failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT';
	return isRefused &&
		host?.value.kind === 'here' &&
		host.value.process === undefined &&
		host.atMs >= (failingSinceMs ?? 0)
		? endInLog(host.value.log)
		: undefined;
}

/** Whether an operator or a supervisor ended the process: by SHUTDOWN, SIGTERM or SIGINT. */
export const isStopOnDemand = (end: ProcessEnd | undefined): boolean =>
	end?.remark.id === 'asked-to-stop' || end?.remark.id === 'signalled';
