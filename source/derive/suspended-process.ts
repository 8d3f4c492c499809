import type {NextStep} from '../domain/finding.js';
import type {FolderEvidence, LocalEvidence, ProcessEvidence, SupervisorEvidence} from '../domain/host-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {bytes} from '../text/units.js';
import {folderObstacle} from './save-folder.js';

/**
Why a process does not run, and how to make it run again. The texts are sentences about "its process", the process of
the server. `resume` has commands for the server's machine.
*/
export type Standstill = {
	/** Why the process does not run, in the present tense: `its process is stopped (SIGSTOP)`. */
	readonly reason: Message;
	/** Why the process did not run, in the past tense. */
	readonly past: Message;
	readonly meaning: string;
	readonly resume: readonly NextStep[];
	/** What else to do, where nothing makes it go on sooner. */
	readonly next?: readonly NextStep[];
};

const shell = (text: Message): NextStep => ({kind: 'shell', text});

/** The parts of this machine's evidence that show why a process is suspended. */
type Evidence = Pick<LocalEvidence, 'process' | 'supervisor' | 'folder'> &
	Partial<Pick<LocalEvidence, 'foregroundSave' | 'dataFiles' | 'log'>>;

/** Why a process that exists is suspended, by the evidence of this machine. Undefined if it is not suspended. */
export function standstillOf({process, supervisor, folder, ...files}: Evidence): Standstill | undefined {
	const suspension = process?.suspendedBy;
	if (process === undefined) {
		return undefined;
	}

	if (suspension?.kind === 'frozen-group') {
		const isContainer = supervisor?.kind === 'container';
		const what = isContainer ? 'container' : 'control group';
		return {
			reason: isContainer
				? 'its container is paused'
				: message`its control group ${nameOf('path', suspension.group)} is frozen`,
			past: `its ${what} was frozen`,
			meaning: `Somebody paused its ${what}, or a suspend did. Every client waits until it goes on; nothing is lost.`,
			resume: [
				thaw(supervisor) ?? shell(message`echo ${suspension.value} | sudo tee ${nameOf('path', suspension.file)}`),
			],
		};
	}

	if (suspension?.kind === 'debugger') {
		const {processId, name} = suspension;
		return {
			reason: `${name} (process ${processId}) holds its process`,
			past: `${name} (process ${processId}) held its process`,
			meaning: 'A debugger is attached to it and stopped it. Every client waits until the debugger lets it go on.',
			resume: [
				shell(`ps -o pid,user,tty,lstart,args -p ${processId}`),
				{kind: 'words', text: 'let its user detach: in gdb, detach and quit'},
				shell(`kill ${processId}`),
			],
		};
	}

	const saving = process.state === 'stopped' ? undefined : foregroundSave(files);
	return saving ?? stoppedOrWaiting(process) ?? pausedByFolder(process, folder);
}

function stoppedOrWaiting({state, processId}: ProcessEvidence): Standstill | undefined {
	switch (state) {
		case 'stopped':
			return {
				reason: 'its process is stopped (SIGSTOP)',
				past: `its process ${processId} was stopped by a signal`,
				meaning: 'A signal or a debugger stopped it. Every client waits until it goes on.',
				resume: [shell(`kill -CONT ${processId}`)],
			};
		case 'disk-wait':
			return {
				reason: 'its process waits for a disk',
				past: `its process ${processId} waited for a disk or for swap`,
				meaning: 'The kernel holds it for a disk, a network file system or swap. Every client waits.',
				resume: [],
			};
		default:
			return undefined;
	}
}

/** The log lines of SHUTDOWN or SIGTERM before the save at the end. Source: redis src/server.c, prepareForShutdown. */
const savesBeforeEnd = /Saving the final RDB snapshot before exiting/;
/** Number of the last lines of the log among which the line of a save at the end stands. */
const lastLines = 5;

/** Why a server answers nothing while its own thread saves. */
function foregroundSave({
	foregroundSave: file,
	dataFiles,
	log,
}: Pick<Evidence, 'foregroundSave' | 'dataFiles' | 'log'>): Standstill | undefined {
	if (file === undefined) {
		return undefined;
	}

	const whole = dataFiles?.rdb?.sizeBytes ?? 0;
	const size = `${bytes(file.sizeBytes)}${whole > file.sizeBytes ? ` of about ${bytes(whole)}` : ''} written`;
	const look = shell(message`ls -l ${nameOf('path', file.path)}`);
	return log?.lines.slice(-lastLines).some(line => savesBeforeEnd.test(line)) === true
		? {
				reason: `it saves before it ends (SHUTDOWN, SIGTERM), ${size}`,
				past: 'it saved before its end',
				meaning:
					'Its thread writes the RDB file. It ends when the file is complete; killed before that, it loses what was not saved.',
				resume: [],
				next: [{kind: 'words', text: 'let it end: then start it again, unless its service does'}, look],
			}
		: {
				reason: `its thread saves (SAVE, DEBUG RELOAD), ${size}`,
				past: 'its thread saved (SAVE, DEBUG RELOAD)',
				meaning:
					'SAVE writes the RDB file on the main thread, and every client waits. BGSAVE writes it in a child process.',
				resume: [],
				next: [
					{kind: 'words', text: 'let the save end: it answers again then, and nothing is lost'},
					look,
					{
						kind: 'words',
						text: 'let whoever sends SAVE (cron, a backup script) send BGSAVE: its slow log names the client',
					},
				],
			};
}

/**
Matches the kernel functions in which a process waits during sleep(3). A server sleeps this way between its attempts to
create a file.
*/
const sleepsIn = /^(?:hrtimer_nanosleep|do_nanosleep|common_nsleep)/;

/**
Why a replica hardly runs: it cannot create the file for a full resync. It tries five times. Its main thread sleeps for
a second after each attempt, and answers nobody meanwhile. The next full resync, with five more attempts, begins a
second later. Source: redis src/replication.c, syncWithMaster.
*/
function pausedByFolder({waitsIn}: ProcessEvidence, folder: FolderEvidence | undefined): Standstill | undefined {
	const obstacle = folder === undefined ? undefined : folderObstacle(folder);
	return folder === undefined || obstacle === undefined || !sleepsIn.test(waitsIn ?? '')
		? undefined
		: {
				reason: message`it cannot create a file in ${nameOf('path', folder.path)}: ${obstacle}`,
				past: message`it could not create a file in ${nameOf('path', folder.path)}`,
				meaning: 'A replica cannot store the data of its primary there. Its thread sleeps a second after each attempt.',
				resume: [
					shell(message`ls -ld ${nameOf('path', folder.path)}`),
					{kind: 'words', text: 'give the folder to the user of the server (chown), or mount it for writing'},
				],
			};
}

/**
The command with which the service manager or container engine resumes a paused process. Undefined when it has no such
command.
*/
function thaw(supervisor: SupervisorEvidence | undefined): NextStep | undefined {
	if (supervisor?.kind === 'systemd') {
		return {kind: 'shell', text: message`sudo systemctl thaw ${nameOf('service', supervisor.unit)}`};
	}

	const isKnown =
		supervisor?.kind === 'container' && (supervisor.engine === 'docker' || supervisor.engine === 'podman');
	return isKnown
		? {
				kind: 'shell',
				text: message`${supervisor.engine} unpause ${nameOf('service', supervisor.name ?? supervisor.id)}`,
			}
		: undefined;
}
