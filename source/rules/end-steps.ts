import type {NodeRecord} from '../derive/node-record.js';
import {isKill, type ProcessEnd} from '../derive/process-end.js';
import type {ConfigMistake} from '../domain/config-evidence.js';
import type {Evidence, NextStep} from '../domain/finding.js';
import type {LogRemark} from '../domain/log-lines.js';
import {message, nameOf} from '../domain/message.js';
import {commandLine, hint, isValkey, onHost} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';

/** What to do where a file of the append-only files is missing. */
const stepsForMissingAof: readonly string[] = [
	'look into its appendonlydir: the manifest names the files; put a missing one back from a copy',
	'a replica or a backup may have the data: start empty only if no other has them',
];

/** Next steps by the cause of a process's end, as its log shows it. */
const steps: ReadonlyMap<string, readonly string[]> = new Map([
	['crashed', ['keep the report in its log, then start it; the same command may crash it again']],
	[
		'aof-unknown-command',
		['start the version and the modules that wrote the file', 'copy its appendonlydir away before any other start'],
	],
	[
		'bad-config',
		[
			'the lines after FATAL CONFIG FILE ERROR, or after Unresolved Configuration, name the mistake',
			'after a change of version: start the version that ran before again, or take out each line that this one does not know',
		],
	],
	[
		'address-missing',
		[
			'correct bind in its config file, then start it: ip -br address shows the addresses of the machine',
			'or give the machine that address back; with a minus before it, as -::1, bind takes an address that may be missing',
		],
	],
	['port-taken', ['see which process has the port, and whether bind names an address of this machine']],
	['out-of-memory', ['free memory, or lower maxmemory, before it starts again']],
	['signalled', ['start it again if nobody stopped it on purpose: a deploy, a supervisor, the end of a container']],
	[
		'asked-to-stop',
		[
			'start it again if nobody stopped it on purpose',
			'if it was started since: a start that fails before it opens its log prints why, as into the journal of its unit; start it by hand to see it',
		],
	],
	[
		'replica-unwritable',
		[
			'free its disk, or give it the right to its folder, then start it again: it gets the data from its primary',
			'replica-ignore-disk-write-errors yes lets it run on without a copy on disk',
		],
	],
	[
		'nodes-conf-broken',
		[
			'copy its nodes.conf away; a line that ends early is the damage: cut that line off, or take the file of a backup',
			'without the file it starts as a new node: then CLUSTER FORGET its old id on the others, CLUSTER MEET, CLUSTER REPLICATE',
		],
	],
	[
		'nodes-conf-taken',
		['another process runs in its folder: stop that process, or give each node a cluster-config-file of its own'],
	],
	[
		'nodes-conf-unwritable',
		['free the disk of its folder, or give its user the right to write there, then start it again'],
	],
	[
		'sentinel-file-unwritable',
		[
			'give its user the right to write the file and its folder, or mount it for writing: a copy of its own, no file that several share',
			'start it with the path of that file: redis-sentinel FILE',
		],
	],
	['aof-missing', stepsForMissingAof],
	['aof-absent', stepsForMissingAof],
	['acl-twice', ['move the user lines of its config file into the aclfile, or take aclfile out, then start it']],
	[
		'socket-unopened',
		['make the folder of unixsocket, for its user: in /run it is gone after each boot (RuntimeDirectory of its unit)'],
	],
	['acl-broken', ['the lines before name the user and the mistake: correct aclfile, or put its last version back']],
	['module-unloadable', ['the lines before name the module: is its file there, with the right to execute?']],
	['tls-unusable', ['the lines before name the file: tls-cert-file, tls-key-file or tls-ca-cert-file']],
	[
		'module-missing',
		[
			'put that module back: loadmodule in its config file, then start it',
			'the data file is not damaged: keep it, and start no empty server in its place',
		],
	],
	['too-many-databases', ['raise databases in its config file to the value that it had, then start it']],
]);

/** What is known of a server that has ended. */
type EndedServer = {
	/** The server's folder on its machine; undefined if it is not known. */
	readonly folder: string | undefined;
	readonly isValkey: boolean;
	readonly setting: (name: string) => string | undefined;
};

/** The tool that checks a data file. The server's log names it; else it has the name of the server's product. */
const checkTool = (what: 'aof' | 'rdb', {line}: LogRemark, server: EndedServer): string =>
	/\b(?:redis|valkey)-check-\w+/.exec(line)?.[0] ?? `${server.isValkey ? 'valkey' : 'redis'}-check-${what}`;

/**
The manifest of the append-only files, since Redis 7.0. The log names one of the files: `appendonly.aof.1.incr.aof`.
Undefined if it does not, or if the folder is not known.
*/
function manifestOf({line}: LogRemark, {folder, setting}: EndedServer): string | undefined {
	const [, base] = /append only file ([^\s:/]+)\.\d+\.(?:incr\.aof|base\.(?:aof|rdb))\b/.exec(line) ?? [];
	return base === undefined || folder === undefined
		? undefined
		: `${folder}/${setting('appenddirname') ?? 'appendonlydir'}/${base}.manifest`;
}

/** The steps for a damaged append-only file. */
function stepsForAof(remark: LogRemark, server: EndedServer): readonly NextStep[] {
	const tool = checkTool('aof', remark, server);
	const manifest = manifestOf(remark, server);
	const left = hint('what was written after the damage is lost: a replica or a backup may have more');
	return manifest === undefined
		? [
				hint(
					`copy its appendonlydir away, stop what starts it again, then ${tool} --fix MANIFEST: it cuts the file at the damage`,
				),
				left,
			]
		: [
				hint('copy its appendonlydir away, and stop what starts it again'),
				onHost(message`${tool} --fix ${quotedName('path', manifest)}   # cuts the file at the damage`),
				left,
			];
}

/** The steps for a damaged RDB file. */
function stepsForRdb(remark: LogRemark, server: EndedServer): readonly NextStep[] {
	const tool = checkTool('rdb', remark, server);
	const [folder, name] = [server.folder, server.setting('dbfilename')];
	return folder === undefined || name === undefined
		? [hint(`copy the file away, then ${tool} FILE; start from a backup or a replica`)]
		: [
				hint('copy the file away; start from a backup or a replica'),
				onHost(message`${tool} ${quotedName('path', `${folder}/${name}`)}   # says where it is damaged`),
			];
}

/** The steps for an RDB file of a newer version. A server that starts without the file saves its empty data over it. */
function stepsForNewerRdb({folder, setting}: EndedServer): readonly NextStep[] {
	const name = setting('dbfilename');
	const file =
		folder === undefined || name === undefined ? 'its RDB file' : message`${nameOf('path', `${folder}/${name}`)}`;
	return [
		hint('start the version that wrote the file again: no older one reads it'),
		hint(message`copy ${file} away before any other start: a server that starts empty saves over it`),
	];
}

/** The steps for an RDB file that does not begin as those of this product do. Valkey reads the files of Redis up to 7.2. */
function stepsForForeignRdb({folder, setting}: EndedServer): readonly NextStep[] {
	const name = setting('dbfilename');
	const path = folder === undefined || name === undefined ? undefined : `${folder}/${name}`;
	return [
		hint(
			'start what wrote the file again, as before the change: no Redis, and no Valkey before 9, reads a file of Valkey 9',
		),
		hint(
			message`copy ${path === undefined ? 'its RDB file' : message`${nameOf('path', path)}`} away before any other start: a server that starts empty saves over it`,
		),
		...(path === undefined
			? []
			: [
					onHost(
						message`head -c 9 ${quotedName('path', path)}; echo   # VALKEY080: of Valkey 9; anything else: damaged`,
					),
				]),
	];
}

/** The steps for files that the server may not read or write, as after a restore or a start as root. */
function stepsForRights({line}: LogRemark, {folder}: EndedServer): readonly NextStep[] {
	const place = folder === undefined ? 'its folder' : message`${nameOf('path', folder)}`;
	const path = folder === undefined ? [] : [quotedName('path', folder)];
	return /Read-only file system/.test(line)
		? [
				hint('mount its file system for writing again, then start it: the kernel log tells why it is read-only'),
				...path.map(each => onHost(message`findmnt -T ${each}; dmesg | tail -n 50`)),
			]
		: [
				hint(
					message`give the files in ${place} back to its user (chown -R), then start it: a restore or a start as root takes them`,
				),
				...path.map(each => onHost(message`ls -lnR ${each}`)),
				hint('its data are whole: start it with no empty folder in their place'),
			];
}

/** Evidence about a process that has ended: its id, and the last line of its log. */
export function lastWords({host}: NodeRecord): readonly Evidence[] {
	if (host?.value.kind !== 'here' || host.value.process !== undefined) {
		return [];
	}

	const {earlierProcess, log} = host.value;
	const last = log?.lines.at(-1);
	return [
		...(earlierProcess === undefined ? [] : [{name: 'process that ended', value: String(earlierProcess.processId)}]),
		...(last === undefined ? [] : [{name: 'end of its log', value: message`${nameOf('quote', last)}`}]),
	];
}

/** Name of the evidence that a server does not start for a mistake in its config file. */
const mistakenFile = 'config file';

/** Whether a server only needs a line of its config file corrected, so that nothing has to take over from it. */
export const isMistaken = ({
	rule,
	evidence,
}: {
	readonly rule: string;
	readonly evidence: readonly Evidence[];
}): boolean => rule === 'conn.refused' && evidence.some(({name}) => name === mistakenFile);

/** The mistake in a config file as evidence. */
export const mistakeEvidence = ({path, line, text, why, isMissingFolder}: ConfigMistake): readonly Evidence[] => [
	// A volume may be lost for good. So another node may have to take over.
	{
		name: isMissingFolder === true ? 'config with the folder' : mistakenFile,
		value: message`${nameOf('path', path)}, line ${line}`,
	},
	{name: 'its line', value: message`${nameOf('quote', text)}: ${why}`},
];

/** What a mistake in a config file means. */
export const meaningOfMistake = ({isMissingFolder, refusedAtMs}: ConfigMistake): string =>
	isMissingFolder === true
		? 'A server does not start without the folder of its data or of its log.'
		: refusedAtMs !== undefined
			? 'Each start ends at this line, before the log is opened. So the log still ends with the stop before.'
			: 'Its config file was changed after its last start, and it does not start with this line.';

/** What to do about a mistake in a config file. */
export const mistakeSteps = ({
	path,
	line,
	text,
	why,
	isMissingFolder,
	refusedAtMs,
}: ConfigMistake): readonly NextStep[] =>
	isMissingFolder === true
		? [
				hint(
					message`mount its volume again, then start it: ${nameOf('quote', text)}, line ${line} of ${nameOf('path', path)}, needs that folder`,
				),
				hint('only a folder that held no data may be made again: with a new data folder it starts empty'),
			]
		: [
				hint(message`correct line ${line} of its config file, then start it: ${why}, in ${nameOf('path', path)}`),
				...(refusedAtMs === undefined
					? []
					: [
							hint(
								'after a change of version: start the version that ran before again, or take out each line that this one does not know',
							),
							hint('an older version may not read the data of a newer one: copy its folder away first'),
						]),
			];

/** The step that starts a server again: by the program that ran it, or by hand as it was started. */
export const startAgain = (facts: NodeFacts): NextStep => startAsBefore(facts) ?? hint('start it again');

/** The same, where it is known how the server was started. */
function startAsBefore({record}: NodeFacts): NextStep | undefined {
	const host = record.host?.value;
	const supervisor = host?.kind === 'here' ? host.supervisor : undefined;
	if (supervisor?.kind === 'systemd' && supervisor.isGuess !== true) {
		return onHost(message`systemctl start ${quotedName('service', supervisor.unit)}   # starts it again`);
	}

	const line = supervisor?.kind === 'container' ? undefined : commandLine(record);
	return line === undefined ? undefined : hint(message`start it again: ${line}`);
}

/** Whether the first step after the end of a process is to start it again: nothing has to be repaired. */
export const isStartedFirst = (end: ProcessEnd): boolean => isKill(end) || end.machineStartedAtMs !== undefined;

/** The step that lets the machine start the server, which it did not at its own start. */
function startWithMachine({record}: NodeFacts): NextStep {
	const host = record.host?.value;
	const supervisor = host?.kind === 'here' ? host.supervisor : undefined;
	return supervisor?.kind === 'systemd'
		? onHost(message`systemctl enable ${quotedName('service', supervisor.unit)}   # the machine starts it from then on`)
		: hint('let the machine start it: systemctl enable its unit, or a restart policy of its container');
}

/**
The next steps after a process has ended; empty if its log does not show the cause.

@param isStartSaid Whether a step before says that the server is to be started. Then only the command for it follows.
*/
export function stepsAfterEnd(end: ProcessEnd | undefined, facts: NodeFacts, isStartSaid = false): readonly NextStep[] {
	if (end === undefined) {
		return [];
	}

	const start = isStartSaid ? startAsBefore(facts) : startAgain(facts);
	const first = start === undefined ? [] : [start];
	if (end.machineStartedAtMs !== undefined) {
		return [...first, startWithMachine(facts)];
	}

	const host = facts.record.host?.value;
	return end.remark.id === 'killed'
		? [...first, hint('its log ends without a shutdown (kill -9): ask who or what killed it')]
		: stepsOfEnd(end.remark, {
				folder: (host?.kind === 'here' ? host.folder?.path : undefined) ?? facts.setting('dir'),
				isValkey: isValkey(facts.record),
				setting: name => facts.setting(name),
			});
}

/** The next steps after a line of the log that tells why a process ended; empty for another line. */
export function stepsOfEnd(remark: LogRemark, server: EndedServer): readonly NextStep[] {
	switch (remark.id) {
		case 'data-unreadable':
		case 'no-right-to-dir':
			return stepsForRights(remark, server);
		case 'aof-broken':
			return stepsForAof(remark, server);
		case 'rdb-broken':
			return stepsForRdb(remark, server);
		case 'rdb-foreign':
			return stepsForForeignRdb(server);
		case 'rdb-newer':
			return stepsForNewerRdb(server);
		default:
			return (steps.get(remark.id) ?? []).map(text => hint(text));
	}
}
