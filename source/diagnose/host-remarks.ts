import {isGroupLimit, ownOomKill} from '../derive/own-oom-kill.js';
import {isSharedPort} from '../derive/port-holder.js';
import {endInLog} from '../derive/process-end.js';
import {standstillOf} from '../derive/suspended-process.js';
import type {ConfigMistake} from '../domain/config-evidence.js';
import type {NextStep} from '../domain/finding.js';
import type {Listener, LocalEvidence, SupervisorEvidence} from '../domain/host-evidence.js';
import type {HostRemark} from '../domain/ladder.js';
import type {LogRemark} from '../domain/log-lines.js';
import {messageText} from '../domain/message.js';
import type {Endpoint} from '../domain/node.js';
import {mistakeSteps, stepsOfEnd} from '../rules/end-steps.js';
import {quoted} from '../rules/node-facts.js';
import {bytes, utcDateTime} from '../text/units.js';

const words = (text: string): NextStep => ({kind: 'words', text});
const shell = (text: string): NextStep => ({kind: 'shell', text});

/** Milliseconds after which a kill by the kernel or a log line is too old to explain a current failure. */
const recentMs = 24 * 3_600_000;

/** Most milliseconds between two lines of one start that failed. */
const sameStartMs = 10_000;

/** The share of free disk space below which a disk counts as full: the next save or rewrite may fail. */
const fullShare = 0.05;

type Context = {
	readonly evidence: LocalEvidence;
	readonly endpoint: Endpoint;
	/** Whether the connection itself failed: no process accepted it, or no byte was received on it. */
	readonly isUnreachable: boolean;
	/** The addresses of the endpoint that refused the connection; empty if one of them took it. */
	readonly refused: readonly string[];
	readonly nowMs: number;
};

type Look = (context: Context) => readonly HostRemark[];

const processState: Look = ({evidence}) => {
	const {process} = evidence;
	if (process === undefined) {
		return [];
	}

	const standstill = process.suspendedBy === undefined ? undefined : standstillOf(evidence);
	if (standstill !== undefined) {
		return [
			{severity: 'critical', id: 'process-suspended', text: messageText(standstill.reason), next: standstill.resume},
		];
	}

	const who = `its process ${process.processId} (${process.name})`;
	switch (process.state) {
		case 'stopped':
			return [
				{
					severity: 'critical',
					id: 'process-stopped',
					text: `${who} is stopped, by a signal (SIGSTOP) or a debugger`,
					next: [shell(`kill -CONT ${process.processId}`), words('find out who stopped it before it happens again')],
				},
			];
		case 'disk-wait':
			return [
				{
					severity: 'critical',
					id: 'process-waits-for-disk',
					text: `${who} waits for a disk or for swap (state D${process.waitsIn === undefined ? '' : `, in ${process.waitsIn}`})`,
					next: [shell('iostat -x 1 3'), shell('vmstat 1 3')],
				},
			];
		case 'zombie':
			return [
				{
					severity: 'critical',
					id: 'process-zombie',
					text: `${who} is dead and not yet taken away by its parent (zombie)`,
					next: [shell(`ps -o pid,ppid,stat,cmd -p ${process.processId}`), words('restart the service')],
				},
			];
		default:
			return [];
	}
};

/**
Remark that another process listens on the port instead of the server: another program, a container's proxy, a tunnel.
*/
const portOwner: Look = ({evidence: {listeners, servers, process}, endpoint, isUnreachable}) => {
	const otherListener = listeners.find(
		({processId}) => processId !== undefined && servers.every(server => server.processId !== processId),
	);
	if (otherListener === undefined || process !== undefined) {
		return [];
	}

	const port = endpoint.kind === 'tcp' ? `port ${endpoint.port}` : 'the socket';
	const who = `${otherListener.processName ?? '?'} (process ${otherListener.processId})`;
	const isProxy = /docker-proxy|rootlessport|conmon|slirp4netns|pasta/.test(otherListener.processName ?? '');
	const isTunnel = /^(?:ssh|sshd|kubectl|socat|stunnel\d*|haproxy|envoy|nutcracker|twemproxy)$/.test(
		otherListener.processName ?? '',
	);
	const what = isProxy
		? `${port} is published for a container by ${who}`
		: isTunnel
			? `${port} belongs to ${who}: the server is behind it, elsewhere`
			: `${port} belongs to ${who}, which is no Redis by its name`;
	return [{severity: isUnreachable ? 'warning' : 'info', id: 'port-owner', text: what, next: []}];
};

const listenText = ({address, port}: Pick<Listener, 'address' | 'port'>): string =>
	port === 0 ? `unix:${address}` : `${address.includes(':') ? `[${address}]` : address}:${port}`;

/**
Remark on the ports on which this machine's servers do listen. It is made only if no process accepted the connection.
*/
const elsewhere: Look = ({evidence: {listeners, servers, process, gaps}, endpoint, isUnreachable, refused}) => {
	if (!isUnreachable || endpoint.kind === 'unix') {
		return [];
	}

	const bound = listeners.map(({address}) => address);
	if (process !== undefined && process.state !== 'zombie') {
		// A hung server, or dropped packets, tell nothing of `bind`: only a refused connection does.
		const isCovered = bound.some(address => ['0.0.0.0', '::', endpoint.host, ...refused].includes(address));
		return isCovered || bound.length === 0 || refused.length === 0 || isSharedPort(listeners)
			? []
			: [
					{
						severity: 'warning',
						id: 'other-address',
						text: `the server listens on ${bound.join(', ')} only (bind)`,
						next: [words(`connect to ${bound[0]}, or add this address to bind`)],
					},
				];
	}

	const others = servers.filter(({state}) => state !== 'zombie');
	if (others.length > 0) {
		const places = others.map(({name, processId, listens, title}) => {
			const where =
				listens.length > 0
					? listens.map(place => listenText(place)).join(', ')
					: (title ?? 'a port that cannot be seen from here');
			return `${name} (process ${processId}) on ${where}`;
		});
		return [
			{
				severity: 'info',
				id: 'other-port',
				text: `on this machine there ${others.length === 1 ? 'is' : 'are'} ${places.slice(0, 4).join('; ')}`,
				next: [words('is one of these the server that is meant?')],
			},
		];
	}

	return listeners.length > 0 || gaps.some(({what}) => what === 'processes')
		? []
		: [{severity: 'info', id: 'no-server', text: 'no Redis or Valkey process runs on this machine', next: []}];
};

function supervisorSteps(supervisor: Exclude<SupervisorEvidence, {kind: 'none'}>): readonly NextStep[] {
	if (supervisor.kind === 'systemd') {
		const unit = quoted(supervisor.unit);
		return [shell(`journalctl -u ${unit} -n 50`), shell(`systemctl start ${unit}`)];
	}

	const {engine, name, id} = supervisor;
	const container = quoted(name ?? id);
	if (engine === 'unknown') {
		return [words(`read the log of container ${name ?? id} with the tool of its engine`)];
	}

	return engine === 'kubernetes'
		? [shell(`kubectl logs --previous ${container}`)]
		: [shell(`${engine} logs --tail 50 ${container}`), shell(`${engine} start ${container}`)];
}

/** Remark on a systemd unit or container that should run the server but does not. */
const supervisor: Look = ({evidence: {supervisor: found, process}, isUnreachable}) => {
	if (found === undefined || found.kind === 'none' || process !== undefined || !isUnreachable) {
		return [];
	}

	const name = found.kind === 'systemd' ? `unit ${found.unit}` : `container ${found.name ?? found.id}`;
	const exit = found.lastExit === undefined ? '' : `, ${found.lastExit}`;
	return [
		{
			severity: 'warning',
			id: 'supervisor',
			text: `${name} is ${found.state ?? 'in an unknown state'}${exit}`,
			next: supervisorSteps(found),
		},
	];
};

const oomKilled: Look = ({evidence, nowMs}) => {
	const kill = ownOomKill(evidence, nowMs - recentMs);
	if (kill === undefined) {
		return [];
	}

	const at = kill.atMs === undefined ? '' : ` at ${utcDateTime(kill.atMs)} UTC`;
	const isOfGroup = isGroupLimit(kill);
	const limit = isOfGroup ? 'the memory limit of its control group was reached' : 'the machine was out of memory';
	return [
		{
			severity: evidence.process === undefined ? 'critical' : 'warning',
			id: 'oom-killed',
			text: `the kernel killed ${kill.name} (process ${kill.processId ?? '?'})${at}: ${limit}`,
			next: [
				shell("journalctl -k --grep 'Killed process' -n 5"),
				words(
					isOfGroup
						? 'raise the limit of its unit or container, or set maxmemory below it with room for a save'
						: 'set maxmemory below what the machine can give, with room for a save',
				),
			],
		},
	];
};

/** The line of the config file for which the last start of a server ended. The log was not opened then: it tells of earlier ones. */
function refusedStartOf({configMistake, process, log}: LocalEvidence): ConfigMistake | undefined {
	const isAfterLog = (configMistake?.refusedAtMs ?? 0) > (log?.starts?.at(-1)?.atMs ?? 0);
	return process === undefined && isAfterLog ? configMistake : undefined;
}

const refusedStart: Look = ({evidence, isUnreachable}) => {
	const mistake = isUnreachable ? refusedStartOf(evidence) : undefined;
	return mistake === undefined
		? []
		: [
				{
					severity: 'critical',
					id: 'log-config-refused',
					text: `each start ends at line ${mistake.line} of ${mistake.path}: ${mistake.text}; ${mistake.why}`,
					next: mistakeSteps(mistake),
				},
			];
};

/**
Remarks on lines of the server's log whose meaning is critical, and on the line that tells why its process ended, such as
SIGTERM. Lines older than a day count only while the server does not answer.
*/
const logged: Look = ({evidence, isUnreachable, nowMs}) =>
	(isUnreachable && refusedStartOf(evidence) !== undefined ? [] : (evidence.log?.remarks ?? []))
		.filter((remark, _, all) => !isOfUnreadableData(remark, all))
		.filter(
			remark =>
				(isUnreachable && endSteps(remark, evidence).length > 0) ||
				(remark.severity === 'critical' &&
					(isUnreachable || (remark.atMs !== undefined && nowMs - remark.atMs < recentMs))),
		)
		.slice(0, 3)
		.map(remark => ({
			severity: isUnreachable ? remark.severity : ('warning' as const),
			id: `log-${remark.id}`,
			text: `its log: ${remark.meaning}`,
			next: [
				...(isUnreachable ? endSteps(remark, evidence) : []),
				logStep(evidence.log?.source) ?? words(`the line of its log: ${remark.line}`),
			],
		}));

/** What to do about the end of the process, if the line is why its last process ended. */
const endSteps = (remark: LogRemark, {folder, log, process}: LocalEvidence): readonly NextStep[] =>
	process === undefined && endInLog(log)?.remark === remark
		? stepsOfEnd(remark, {
				folder: folder?.path,
				isValkey: (log?.lines ?? []).some(line => /valkey/i.test(line)),
				setting: () => undefined,
			})
		: [];

/** Whether the steps of the remark are those after the end of the process. */
export const hasEndSteps = ({id, next}: HostRemark): boolean => id.startsWith('log-') && next.length > 1;

/** The lines of data that is whole, and that this server cannot read. */
const unreadable: ReadonlySet<string> = new Set(['rdb-newer', 'rdb-foreign', 'module-missing', 'data-unreadable']);

/**
Whether the line follows from a version that is too old for the data, from a module that is missing, or from a right that
the server lacks. The server gives up with "Fatal error loading the DB", as it does for a damaged file.
*/
const isOfUnreadableData = ({id, atMs}: LogRemark, all: readonly LogRemark[]): boolean =>
	id === 'rdb-broken' &&
	all.some(other => unreadable.has(other.id) && Math.abs((other.atMs ?? 0) - (atMs ?? 0)) <= sameStartMs);

const logStep = (source: string | undefined): NextStep | undefined =>
	source?.startsWith('/') === true ? shell(`tail -n 50 ${quoted(source)}`) : undefined;

/** The number of log lines that tell how a process ended. */
const lastLogLines = 3;

/** Remark on a server that has ended: its process id, and the last lines of its log. */
const lastWords: Look = ({evidence: {process, earlierProcess, log}, isUnreachable}) => {
	const last = (log?.lines ?? []).slice(-lastLogLines);
	if (!isUnreachable || process !== undefined || (earlierProcess === undefined && last.length === 0)) {
		return [];
	}

	const who = earlierProcess === undefined ? 'its process has' : `its process ${earlierProcess.processId} has`;
	const end = last.length === 0 ? '' : `; the log ${log?.source} ends with: ${last.map(logWords).join(' | ')}`;
	const step = logStep(log?.source);
	return [{severity: 'info', id: 'ended', text: `${who} ended${end}`, next: step === undefined ? [] : [step]}];
};

/** A log line without the process id and the date, which the reader knows. The time of day stays. */
const logWords = (line: string): string =>
	line.replace(/^\d+:[MSCX] \d\d [A-Z][a-z]{2} \d{4} (\d\d:\d\d:\d\d)\.\d{3} [.\-*#] /, '$1 ');

const folder: Look = ({evidence: {folder: found}}) => {
	if (found === undefined) {
		return [];
	}

	const at = quoted(found.path);
	const remark = (id: string, text: string, ...commands: readonly string[]): HostRemark => ({
		severity: 'critical',
		id,
		text,
		next: commands.map(shell),
	});
	if (found.isMissing === true) {
		return [remark('dir-gone', `the folder ${found.path}, where it saves, is gone`, `ls -ld ${at}`)];
	}

	const share = found.totalBytes ? (found.freeBytes ?? found.totalBytes) / found.totalBytes : 1;
	const room = `${bytes(found.freeBytes)} of ${bytes(found.totalBytes)} free`;
	return [
		...(share < fullShare ? [remark('disk-full', `the disk of ${found.path} is full: ${room}`, `df -h ${at}`)] : []),
		...(found.freeInodes === 0
			? [remark('no-inodes', `the disk of ${found.path} has no inode left`, `df -i ${at}`)]
			: []),
		...(found.isReadOnlyMount === true
			? [remark('read-only-mount', `${found.path} is mounted read-only`, `findmnt -T ${at}`)]
			: []),
		...(found.isWritable === false
			? [
					remark(
						'dir-not-writable',
						`the server may not write into ${found.path} (${found.rights ?? '?'})`,
						`ls -ld ${at}`,
					),
				]
			: []),
	];
};

/**
Remark on connections that the kernel has accepted but the server has not. It is made only if more than half of the
accept queue is full.
*/
const queue: Look = ({evidence: {listeners, kernel}}) => {
	const longest = Math.max(0, ...listeners.map(({queued}) => queued ?? 0));
	const limit = Math.min(kernel.maximumBacklog ?? 511, 511);
	return longest * 2 > limit
		? [
				{
					severity: 'critical',
					id: 'accept-queue',
					text: `${longest} connections wait to be accepted, of ${limit} that may`,
					next: [words('the server hangs, or accepts too slowly')],
				},
			]
		: [];
};

const looks: readonly Look[] = [
	processState,
	oomKilled,
	supervisor,
	refusedStart,
	logged,
	lastWords,
	folder,
	queue,
	elsewhere,
	portOwner,
];

/**
Remarks on facts of this machine. They are reasons for a failed step, or separate problems. The most severe remark comes
first.
*/
export function hostRemarks(context: Context): readonly HostRemark[] {
	const rank = {critical: 0, warning: 1, info: 2};
	return looks.flatMap(look => look(context)).toSorted((one, other) => rank[one.severity] - rank[other.severity]);
}
