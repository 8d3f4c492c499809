import type {NextStep} from '../domain/finding.js';
import {type NodeFacts, quoted} from './node-facts.js';

/** A command for the node itself: `redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR`. */
export const redisCli = (facts: NodeFacts, command: string): NextStep => ({
	kind: 'command',
	text: `${facts.cli} ${command}`,
});

/** A command for a shell on the server's machine. */
export const onHost = (text: string): NextStep => ({kind: 'shell', text});

export const hint = (text: string): NextStep => ({kind: 'words', text});

/** How the service is looked at where it runs: by its unit or container when they are known. */
export function statusSteps({record}: NodeFacts): readonly NextStep[] {
	const evidence = record.host?.value;
	const supervisor = evidence?.kind === 'here' ? evidence.supervisor : undefined;
	switch (supervisor?.kind) {
		case 'systemd':
			return [
				onHost(`systemctl status ${quoted(supervisor.unit)}`),
				onHost(`journalctl -u ${quoted(supervisor.unit)} -n 50`),
			];
		case 'container': {
			const engine = supervisor.engine === 'podman' ? 'podman' : 'docker';
			const name = quoted(supervisor.name ?? supervisor.id);
			return supervisor.engine === 'kubernetes'
				? [onHost(`kubectl describe pod ${name}`), onHost(`kubectl logs --previous ${name}`)]
				: [onHost(`${engine} inspect ${name}`), onHost(`${engine} logs --tail 50 ${name}`)];
		}

		default:
			return [onHost('systemctl status redis-server redis valkey'), onHost('pgrep -a "redis|valkey"')];
	}
}

/** The server's log, where its place is known. */
export function logSteps(facts: NodeFacts): readonly NextStep[] {
	const evidence = facts.record.host?.value;
	const source = evidence?.kind === 'here' ? evidence.log?.source : undefined;
	return source === undefined || source.startsWith('journal of')
		? [hint('read the server log: it names the reason')]
		: [onHost(`tail -n 50 ${quoted(source)}`)];
}

/** Where the server saves, for a shell: its `dir`, as far as it tells. */
export const saveFolder = (facts: NodeFacts): string => quoted(facts.setting('dir') ?? '.');
