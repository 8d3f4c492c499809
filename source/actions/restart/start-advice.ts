import type {SupervisorEvidence} from '../../domain/host-evidence.js';
import type {StartAdvice} from '../../domain/restart.js';
import type {StopRules} from '../../host/stop-rules.js';
import {commandText} from '../../text/command-words.js';
import type {ServerFacts} from '../catalogue/server-facts.js';

/**
The supervisor's command that stops the server and starts it again. Operators often try it first, so the dialog of a
restart says whether that command would keep the data.
*/
export function supervisorRestart(supervisor: SupervisorEvidence | undefined): string | undefined {
	switch (supervisor?.kind) {
		case 'systemd':
			return `systemctl restart ${supervisor.unit}`;
		case 'container':
			return supervisor.engine === 'kubernetes' ? 'deleting the pod' : `${supervisor.engine} restart`;
		case 'none':
			return 'a plain SHUTDOWN or kill';
		case undefined:
			return undefined;
	}
}

/** Who starts the server after it has stopped, and with which command. */
export function startAdvice(
	supervisor: SupervisorEvidence | undefined,
	{startsAgain}: StopRules,
	facts: Pick<ServerFacts, 'info' | 'config'>,
): StartAdvice {
	switch (supervisor?.kind) {
		case 'systemd': {
			const command = ['systemctl', '--no-ask-password', 'start', supervisor.unit];
			const who = `systemd (${supervisor.unit})`;
			return {who, text: `sudo systemctl start ${supervisor.unit}`, command, isAutomatic: startsAgain};
		}

		case 'container': {
			const {engine, id, name} = supervisor;
			if (engine === 'docker' || engine === 'podman') {
				const command = [engine, 'start', id];
				return {who: `${engine} (${name ?? id})`, text: commandText(command), command, isAutomatic: startsAgain};
			}

			return engine === 'kubernetes'
				? {who: 'its kubelet', text: 'kubectl get pods --watch', command: undefined, isAutomatic: true}
				: {
						who: 'its container engine',
						text: `start container ${name ?? id}`,
						command: undefined,
						isAutomatic: undefined,
					};
		}

		case 'none':
			return {who: 'nobody', text: byHand(facts), command: undefined, isAutomatic: false};
		case undefined:
			return {
				who: 'not known from here',
				text: 'on its machine, as it was started: by its service manager, its container engine or by hand',
				command: undefined,
				isAutomatic: undefined,
			};
	}
}

/**
The command that starts the server by hand. Servers overwrite their own command line with a title (`set-proc-title`), so
the original command line cannot be read. The config file is used, or else the values of INFO and CONFIG GET.
*/
function byHand({info, config}: Pick<ServerFacts, 'info' | 'config'>): string {
	const program = info.text('server', 'executable') || 'redis-server';
	const file = info.text('server', 'config_file') ?? '';
	const port = info.text('server', 'tcp_port') ?? '';
	const folder = config.get('dir') ?? '';
	const words = file === '' ? [program, '--port', port, '--dir', folder, '...'] : [program, file];
	return file === '' ? `${commandText(words)} (with the arguments it had)` : commandText(words);
}
