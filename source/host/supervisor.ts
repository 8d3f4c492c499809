import {readFile} from 'node:fs/promises';
import type {SupervisorEvidence} from '../domain/host-evidence.js';
import {cgroupOwner} from '../parse/proc-text.js';
import {sanitize} from '../text/sanitize.js';
import type {Gaps} from './gaps.js';
import {runTool} from './run-tool.js';

type Systemd = Extract<SupervisorEvidence, {kind: 'systemd'}>;
type Container = Extract<SupervisorEvidence, {kind: 'container'}>;

/**
Names of systemd units in packages and manuals, for a server on this port. Debian's template is `redis-server@NAME`, and
`redis_PORT` is what install_server.sh makes.
*/
function usualUnits(port: number | undefined): readonly string[] {
	switch (port) {
		case undefined:
			return [];
		case 6379:
			return ['redis-server', 'redis', 'valkey-server', 'valkey'].map(name => `${name}.service`);
		case 26_379:
			return ['redis-sentinel', 'valkey-sentinel'].map(name => `${name}.service`);
		default:
			return ['redis-server@', 'redis@', 'valkey-server@', 'valkey@', 'redis_', 'valkey_'].map(
				name => `${name}${port}.service`,
			);
	}
}

const wantedProperties = 'Id,LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,NRestarts,MainPID';

/** The properties of each unit in the output of `systemctl show`, where an empty line separates units. */
export function parseUnits(text: string): ReadonlyArray<ReadonlyMap<string, string>> {
	return text
		.split(/\n\s*\n/)
		.map(
			block =>
				new Map(
					block.split('\n').flatMap(line => {
						const equals = line.indexOf('=');
						return equals > 0 ? [[line.slice(0, equals), sanitize(line.slice(equals + 1).trim())] as const] : [];
					}),
				),
		)
		.filter(properties => properties.size > 0);
}

/**
How the unit's main process ended, in words. ExecMainCode: 1 exited, 2 killed, 3 dumped. Source: waitid(2), CLD_*.
*/
function exitWords(properties: ReadonlyMap<string, string>): string | undefined {
	const result = properties.get('Result') ?? '';
	const status = properties.get('ExecMainStatus') ?? '?';
	const words: ReadonlyMap<string, string> = new Map([
		['1', `exited ${status}`],
		['2', `killed by signal ${status}`],
		['3', `crashed with signal ${status}`],
	]);
	const how = words.get(properties.get('ExecMainCode') ?? '');
	return result === '' || result === 'success' ? how : [result, how].filter(part => part !== undefined).join(', ');
}

export function unitEvidence(properties: ReadonlyMap<string, string>): Systemd | undefined {
	const unit = properties.get('Id');
	const active = properties.get('ActiveState');
	if (unit === undefined || properties.get('LoadState') === 'not-found') {
		return undefined;
	}

	const restarts = Number(properties.get('NRestarts') ?? Number.NaN);
	return {
		kind: 'systemd',
		unit,
		state: active === undefined ? undefined : `${active}/${properties.get('SubState') ?? '?'}`,
		lastExit: exitWords(properties),
		restarts: Number.isFinite(restarts) ? restarts : undefined,
	};
}

/**
Whether a unit supervises the server: by the unit's name, or because the server is its main process. A server started
from a shell or a cron job is only in the unit's control group. Starting the unit would not start that server again.
*/
export const isUnitOf = (unit: string, mainProcessId: string | undefined, processId: number): boolean =>
	/redis|valkey|keydb/i.test(unit) || mainProcessId === String(processId);

async function showUnits(units: readonly string[], gaps: Gaps): Promise<ReadonlyArray<ReadonlyMap<string, string>>> {
	if (units.length === 0) {
		return [];
	}

	const result = await runTool('systemctl', ['show', `--property=${wantedProperties}`, '--', ...units]);
	if (result.kind === 'failed') {
		gaps.add('service units', result.why);
	}

	return result.kind === 'done' ? parseUnits(result.text) : [];
}

const askSystemd = async (units: readonly string[], gaps: Gaps): Promise<readonly Systemd[]> =>
	(await showUnits(units, gaps)).flatMap(unit => unitEvidence(unit) ?? []);

const inspectFormat =
	'{{.Id}}|{{.Name}}|{{.State.Status}}|{{.State.ExitCode}}|{{.State.OOMKilled}}|{{.RestartCount}}|{{.State.Error}}';

/** Parses one line of `docker inspect`, in the format that redis-top requests. */
export function parseContainer(line: string, engine: Container['engine']): Container | undefined {
	const [id = '', name = '', state = '', code = '', oomKilled = '', restarts = '', error = ''] = line.trim().split('|');
	if (!/^[\da-f]{12,64}$/.test(id)) {
		return undefined;
	}

	const isOver = state !== 'running' && state !== 'paused';
	const exit = [oomKilled === 'true' ? 'killed for memory' : '', `exit code ${code}`, error].filter(
		part => part !== '',
	);
	return {
		kind: 'container',
		engine,
		id: id.slice(0, 12),
		name: name === '' ? undefined : sanitize(name.replace(/^\//, '')),
		state: state === '' ? undefined : sanitize(state),
		lastExit: isOver || oomKilled === 'true' ? sanitize(exit.join(', ')) : undefined,
		restarts: /^\d+$/.test(restarts) ? Number(restarts) : undefined,
	};
}

async function askContainers(
	engine: 'docker' | 'podman',
	ids: readonly string[],
	gaps: Gaps,
): Promise<readonly Container[]> {
	if (ids.length === 0) {
		return [];
	}

	const result = await runTool(engine, ['inspect', '--type', 'container', '--format', inspectFormat, ...ids]);
	if (result.kind === 'failed') {
		gaps.add(`${engine} containers`, result.why);
	}

	return result.kind === 'done' ? result.text.split('\n').flatMap(line => parseContainer(line, engine) ?? []) : [];
}

/**
The supervisor of a process: by its control group, then by what systemctl or the container's engine prints about it.
*/
export async function supervisorOf(processId: number, gaps: Gaps): Promise<SupervisorEvidence | undefined> {
	const text = await gaps.reading("the process' control group", () => readFile(`/proc/${processId}/cgroup`, 'utf8'));
	if (text === undefined) {
		return undefined;
	}

	const owner = cgroupOwner(text);
	if (owner.kind === 'systemd') {
		const [shown] = await showUnits([owner.unit], gaps);
		if (!isUnitOf(owner.unit, shown?.get('MainPID'), processId)) {
			return {kind: 'none'};
		}

		const unknown = {state: undefined, lastExit: undefined, restarts: undefined};
		return (shown && unitEvidence(shown)) ?? {kind: 'systemd', unit: owner.unit, ...unknown};
	}

	if (owner.kind === 'container') {
		const {engine, id} = owner;
		const asked = engine === 'docker' || engine === 'podman' ? await askContainers(engine, [id], gaps) : [];
		const unknown = {name: undefined, state: undefined, lastExit: undefined, restarts: undefined};
		return asked[0] ?? {kind: 'container', engine, id: id.slice(0, 12), ...unknown};
	}

	return owner;
}

/**
The supervisor that should run a server on this port while no server runs. This is the unit or container in which the
server was seen before, else a container that publishes the port, running or not. Without either, it is a loaded unit
with a usual name for the port. Undefined where no such unit or container is found.
*/
export async function supervisorOfPort(
	port: number | undefined,
	before: SupervisorEvidence | undefined,
	gaps: Gaps,
): Promise<SupervisorEvidence | undefined> {
	if (before?.kind === 'systemd' && before.isGuess !== true) {
		return (await askSystemd([before.unit], gaps))[0] ?? before;
	}

	if (before?.kind === 'container' && (before.engine === 'docker' || before.engine === 'podman')) {
		return (await askContainers(before.engine, [before.id], gaps))[0] ?? before;
	}

	const engines = port === undefined ? [] : (['docker', 'podman'] as const);
	const [units, ...containers] = await Promise.all([
		askSystemd(usualUnits(port), gaps),
		...engines.map(engine => publishedBy(engine, port ?? 0, gaps)),
	]);
	// A unit that ended says more about the server than a unit that was never started.
	const unit = units.find(({lastExit, state}) => lastExit !== undefined && state !== 'active/running') ?? units[0];
	return containers.flat()[0] ?? (unit && {...unit, isGuess: true});
}

async function publishedBy(engine: 'docker' | 'podman', port: number, gaps: Gaps): Promise<readonly Container[]> {
	const listed = await runTool(engine, ['ps', '--all', '--quiet', '--no-trunc', '--filter', `publish=${port}`]);
	if (listed.kind === 'failed') {
		gaps.add(`${engine} containers`, listed.why);
	}

	const ids = listed.kind === 'done' ? listed.text.split('\n').filter(id => /^[\da-f]{12,64}$/.test(id)) : [];
	return askContainers(engine, ids.slice(0, 4), gaps);
}
