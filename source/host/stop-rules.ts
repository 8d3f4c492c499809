import type {SupervisorEvidence} from '../domain/host-evidence.js';
import {Gaps} from './gaps.js';
import {runTool} from './run-tool.js';
import {supervisorOf} from './supervisor.js';

/** How a supervisor stops a server, and whether it starts the server again. */
export type StopRules = {
	/**
	Seconds after which the supervisor kills a server that is still stopping. Infinity: never; undefined: unknown.
	*/
	readonly stopTimeoutSeconds: number | undefined;
	/** Whether the supervisor restarts a server that ended by itself with exit code 0; undefined: unknown. */
	readonly startsAgain: boolean | undefined;
};

export const unknownRules: StopRules = {stopTimeoutSeconds: undefined, startsAgain: undefined};

const spanSeconds: ReadonlyMap<string, number> = new Map([
	['us', 1e-6],
	['ms', 1e-3],
	['s', 1],
	['min', 60],
	['h', 3600],
	['d', 86_400],
	['w', 604_800],
]);

/**
A time span as `systemctl show` prints it (`1min 30s`, `infinity`), in seconds. Undefined for any other text. Source:
systemd.time(7).
*/
export function parseSpan(text: string): number | undefined {
	if (text === 'infinity') {
		return Number.POSITIVE_INFINITY;
	}

	const parts = text.split(' ').map(part => {
		const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part) ?? [];
		return Number(amount) * (spanSeconds.get(unit) ?? Number.NaN);
	});
	const sum = parts.reduce((total, part) => total + part, 0);
	return Number.isFinite(sum) ? sum : undefined;
}

/**
Reads the lines `TimeoutStopUSec=1min 30s` and `Restart=always`. A stop timeout of 0 means that systemd waits without
limit.
*/
export function parseUnitRules(text: string): StopRules {
	const property = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];
	const span = parseSpan(property('TimeoutStopUSec') ?? '');
	const restart = property('Restart');
	return {
		stopTimeoutSeconds: span === 0 ? Number.POSITIVE_INFINITY : span,
		startsAgain: restart === undefined ? undefined : restart === 'always' || restart === 'on-success',
	};
}

/**
Seconds that docker and podman wait by default before they kill a container. Source: docker-stop(1), podman-stop(1).
*/
const containerTimeoutSeconds = 10;

/** Reads a container's stop timeout and restart policy from a text such as `<nil>|unless-stopped`. */
export function parseContainerRules(text: string): StopRules {
	const [timeout = '', policy = ''] = text.trim().split('|');
	const isKnown = /^[\w<>-]*\|[\w-]*$/.test(text.trim());
	return isKnown
		? {
				stopTimeoutSeconds: /^\d+$/.test(timeout) ? Number(timeout) : containerTimeoutSeconds,
				startsAgain: policy === 'always' || policy === 'unless-stopped',
			}
		: unknownRules;
}

export type Supervision = {readonly supervisor: SupervisorEvidence | undefined; readonly rules: StopRules};

/**
The supervisor of a process, and how it stops the process. Never rejects; facts that cannot be read are undefined.
*/
export async function readSupervision(processId: number): Promise<Supervision> {
	const supervisor = await supervisorOf(processId, new Gaps());
	const rules = supervisor?.kind === 'systemd' ? readUnitRules(supervisor.unit) : readContainerRules(supervisor);
	return {supervisor, rules: await rules};
}

async function readUnitRules(unit: string): Promise<StopRules> {
	const shown = await runTool('systemctl', ['show', '--property=TimeoutStopUSec,Restart', '--', unit]);
	return parseUnitRules(shown.kind === 'done' ? shown.text : '');
}

async function readContainerRules(supervisor: SupervisorEvidence | undefined): Promise<StopRules> {
	const engine = supervisor?.kind === 'container' ? supervisor.engine : 'unknown';
	if (supervisor?.kind === 'container' && (engine === 'docker' || engine === 'podman')) {
		const format = '{{.Config.StopTimeout}}|{{.HostConfig.RestartPolicy.Name}}';
		const shown = await runTool(engine, ['inspect', '--type', 'container', '--format', format, supervisor.id]);
		return shown.kind === 'done' ? parseContainerRules(shown.text) : unknownRules;
	}

	return unknownRules;
}
