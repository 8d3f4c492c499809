import type {NodeRecord} from '../derive/node-record.js';
import {serverProduct} from '../derive/server-product.js';
import type {NextStep} from '../domain/finding.js';
import {joinMessages, type Message, message, nameOf, nodeName} from '../domain/message.js';
import {addressOf} from '../domain/node.js';
import {connectionArguments, credentialArguments, type NodeFacts, quoted, quotedName} from './node-facts.js';

/**
A step with a redis-cli command for the facts' node: `redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR`. For Valkey it is
`valkey-cli …`.
*/
export const redisCli = ({record, settings}: Pick<NodeFacts, 'record' | 'settings'>, command: Message): NextStep => ({
	kind: 'command',
	text: message`${programFor(record)} ${connectionArguments(record.endpoint, settings)} ${command}`,
});

export const programFor = (record: Pick<NodeRecord, 'sample'>): 'redis-cli' | 'valkey-cli' =>
	isValkey(record) ? 'valkey-cli' : 'redis-cli';

/** Whether the server is Valkey, whose tools have names of their own, by its last INFO. */
export const isValkey = ({sample}: Pick<NodeRecord, 'sample'>): boolean =>
	sample !== undefined && serverProduct(sample.info)?.family === 'valkey';

/**
A step with a command of redis-cli's cluster manager: `redis-cli --cluster fix 10.0.1.11:6379`. The manager takes the
node as an argument and refuses `-h` and `-p`. A node that is reached by a socket is named by its port on this machine.
*/
export function clusterManager(
	{record, settings}: NodeFacts,
	subcommand: 'fix' | 'check' | 'rebalance',
	...options: readonly string[]
): NextStep {
	const {endpoint} = record;
	const node =
		endpoint.kind === 'tcp'
			? message`${quotedName('host', endpoint.host)}:${endpoint.port}`
			: `127.0.0.1:${record.sample?.info.number('server', 'tcp_port') ?? 6379}`;
	return {
		kind: 'command',
		text: joinMessages(
			[programFor(record), ...credentialArguments(settings), message`--cluster ${subcommand} ${node}`, ...options],
			' ',
		),
	};
}

/**
A step with a command that needs an administrator's user: it asks about users, or the node refuses redis-top's own user.
*/
export const redisCliAsAdministrator = (
	{record, settings}: Pick<NodeFacts, 'record' | 'settings'>,
	command: Message,
): NextStep => ({
	kind: 'command',
	text: message`${programFor(record)} ${connectionArguments(record.endpoint, {...settings, user: 'ADMIN'})} --askpass ${command}`,
});

/** The step that tests the connection to a node layer by layer. */
export const diagnose = ({endpoint}: NodeRecord): NextStep => ({
	kind: 'command',
	text: message`redis-top diagnose ${endpoint.kind === 'tcp' ? nodeName(addressOf(endpoint)) : nameOf('path', endpoint.path)}`,
});

/** A step with a command for a shell on the server's machine. */
export const onHost = (text: Message): NextStep => ({kind: 'shell', text});

/** A step in plain words. */
export const hint = (text: Message): NextStep => ({kind: 'words', text});

/**
Steps that show the state of the service on the server's machine. The service is given by its unit or container if
known, otherwise by its processes. A service manager's tool is used only if redis-top saw that manager run the server.

@param isStartTold Whether a step before these says how the server was started.
*/
export function statusSteps({record}: NodeFacts, isStartTold = false): readonly NextStep[] {
	const evidence = record.host?.value;
	const supervisor = evidence?.kind === 'here' ? evidence.supervisor : undefined;
	switch (supervisor?.kind) {
		case 'systemd':
			return [
				onHost(message`systemctl status ${quotedName('service', supervisor.unit)}`),
				onHost(message`journalctl -u ${quotedName('service', supervisor.unit)} -n 50`),
			];
		case 'container': {
			const name = quotedName('service', supervisor.name ?? supervisor.id);
			switch (supervisor.engine) {
				case 'kubernetes':
					return [onHost(message`kubectl describe pod ${name}`), onHost(message`kubectl logs --previous ${name}`)];
				case 'unknown':
					return [hint(message`look at container ${name} with the tool of its engine`)];
				default:
					return [
						onHost(message`${supervisor.engine} inspect ${name}`),
						onHost(message`${supervisor.engine} logs --tail 50 ${name}`),
					];
			}
		}

		default:
			return [...(isStartTold ? [] : startedAs(record)), onHost('ps -C redis-server,valkey-server -o pid,args')];
	}
}

/** The command line of a server that was started by hand, from its last INFO; undefined if it is not known. */
export function commandLine({sample}: NodeRecord): Message | undefined {
	const executable = sample?.info.text('server', 'executable');
	const file = sample?.info.text('server', 'config_file');
	return executable === undefined || executable === ''
		? undefined
		: message`${quotedName('path', executable)}${file ? ' ' : ''}${file ? quotedName('path', file) : ''}`;
}

function startedAs(record: NodeRecord): readonly NextStep[] {
	const line = commandLine(record);
	return line === undefined ? [] : [hint(message`it was started as ${line}`)];
}

/**
The server's process id for a command on its machine: the id that this machine shows, or else the id in INFO. In a
container, INFO has the id inside the container. In that case, or if no id is known, the shell searches for the process.
*/
export function processIdFor({record}: NodeFacts): string {
	const evidence = record.host?.value;
	const seen = evidence?.kind === 'here' ? evidence.process?.processId : undefined;
	const told = record.sample?.info.number('server', 'process_id');
	const known = seen ?? (told === 1 ? undefined : told);
	return known === undefined ? '$(pidof -s redis-server valkey-server)' : String(known);
}

/** The step for a log whose place redis-top does not know. */
export const readTheLog = 'read the server log: it names the reason';

/** Steps that show the server's log. If redis-top knows the log's file, the step names the file. */
export function logSteps(facts: NodeFacts): readonly NextStep[] {
	const evidence = facts.record.host?.value;
	const source = evidence?.kind === 'here' ? evidence.log?.source : undefined;
	return source === undefined || source.startsWith('journal of')
		? [hint(readTheLog)]
		: [onHost(message`tail -n 50 ${quotedName('path', source)}`)];
}

/** The folder that the server saves to (`dir`), quoted for a shell; `.` if the setting is unknown. */
export const saveFolder = (facts: NodeFacts): string => quoted(facts.setting('dir') ?? '.');
