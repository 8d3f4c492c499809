import {serverProduct} from '../derive/deployment.js';
import type {NextStep} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import {connectionArguments, type NodeFacts, quoted, quotedName} from './node-facts.js';

/** A command for the node of the facts: `redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR`, of Valkey `valkey-cli …`. */
export const redisCli = ({record, settings}: NodeFacts, command: Message): NextStep => {
	const info = record.sample?.info;
	const program = info !== undefined && serverProduct(info)?.product === 'valkey' ? 'valkey-cli' : 'redis-cli';
	return {kind: 'command', text: message`${program} ${connectionArguments(record.endpoint, settings)} ${command}`};
};

/** A command that needs an administrator: for questions about users, and where the node refuses redis-top's own user. */
export const redisCliAsAdministrator = ({record, settings}: NodeFacts, command: Message): NextStep => ({
	kind: 'command',
	text: message`redis-cli ${connectionArguments(record.endpoint, {...settings, user: 'ADMIN'})} --askpass ${command}`,
});

/** A command for a shell on the server's machine. */
export const onHost = (text: Message): NextStep => ({kind: 'shell', text});

/** A step in words. */
export const hint = (text: Message): NextStep => ({kind: 'words', text});

/** How to look at the service on the server's machine: by its unit or container if they are known. */
export function statusSteps({record}: NodeFacts): readonly NextStep[] {
	const evidence = record.host?.value;
	const supervisor = evidence?.kind === 'here' ? evidence.supervisor : undefined;
	switch (supervisor?.kind) {
		case 'systemd':
			return [
				onHost(message`systemctl status ${quotedName('quote', supervisor.unit)}`),
				onHost(message`journalctl -u ${quotedName('quote', supervisor.unit)} -n 50`),
			];
		case 'container': {
			const engine = supervisor.engine === 'podman' ? 'podman' : 'docker';
			const name = quotedName('quote', supervisor.name ?? supervisor.id);
			return supervisor.engine === 'kubernetes'
				? [onHost(message`kubectl describe pod ${name}`), onHost(message`kubectl logs --previous ${name}`)]
				: [onHost(message`${engine} inspect ${name}`), onHost(message`${engine} logs --tail 50 ${name}`)];
		}

		default:
			return [onHost('systemctl status redis-server redis valkey'), onHost('pgrep -a "redis|valkey"')];
	}
}

/** How to read the server's log: by its file if redis-top knows it. */
export function logSteps(facts: NodeFacts): readonly NextStep[] {
	const evidence = facts.record.host?.value;
	const source = evidence?.kind === 'here' ? evidence.log?.source : undefined;
	return source === undefined || source.startsWith('journal of')
		? [hint('read the server log: it names the reason')]
		: [onHost(message`tail -n 50 ${quotedName('path', source)}`)];
}

/** The folder that the server saves to (`dir`), as a word for a shell; `.` if the server does not tell it. */
export const saveFolder = (facts: NodeFacts): string => quoted(facts.setting('dir') ?? '.');
