import type {NodeAddress, NodeRole} from '../domain/node.js';
import type {RestartBefore, RestartRun, RestartStep, RestartStepId, StartAdvice} from '../domain/restart.js';
import type {Silence, SilencePart} from '../domain/silence.js';
import {sanitize} from '../text/sanitize.js';

const stepIds: readonly RestartStepId[] = ['failover', 'save', 'stop', 'start', 'load', 'prove'];
const stepStates: ReadonlyArray<RestartStep['state']> = ['todo', 'sent', 'done', 'skipped', 'failed'];
const roles: readonly NodeRole[] = ['primary', 'replica', 'sentinel', 'unknown'];

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
	typeof value === 'object' && value !== null ? (value as Fields) : undefined;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? sanitize(value) : undefined);
const numberOf = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const oneOf = <T extends string>(value: unknown, all: readonly T[]): T | undefined => all.find(one => one === value);

/**
Parses the state of a guided restart, which redis-top saved to a file. Undefined if the text has another format or is
incomplete. Never throws.
*/
export function parseRestartRun(text: string): RestartRun | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}

	const fields = fieldsOf(value) ?? {};
	const address = textOf(fields.address);
	const startedAtMs = numberOf(fields.startedAtMs);
	const before = beforeOf(fields.before);
	const start = startOf(fields.start);
	const silence = silenceOf(fields.silence, address as NodeAddress);
	const steps = Array.isArray(fields.steps) ? fields.steps.map(stepOf) : [undefined];
	if (address === undefined || startedAtMs === undefined || before === undefined || start === undefined) {
		return undefined;
	}

	return steps.every(step => step !== undefined)
		? {
				address: address as NodeAddress,
				startedAtMs,
				osUser: textOf(fields.osUser) ?? '',
				ownerPid: numberOf(fields.ownerPid) ?? 0,
				before,
				start,
				isSaveOptional: fields.isSaveOptional === true,
				steps,
				...(silence !== undefined && {silence}),
			}
		: undefined;
}

/**
The silence in Alertmanager that belongs to a restart. Undefined for an invalid value: redis-top then can't lift the
silence, which ends at its own time.
*/
function silenceOf(value: unknown, target: NodeAddress): Silence | undefined {
	const {parts, endsAtMs} = fieldsOf(value) ?? {};
	const end = numberOf(endsAtMs);
	const known = Array.isArray(parts) ? parts.flatMap(part => partOf(part) ?? []) : [];
	return end === undefined || known.length === 0 ? undefined : {target, parts: known, endsAtMs: end};
}

function partOf(value: unknown): SilencePart | undefined {
	const {place, id} = fieldsOf(value) ?? {};
	const [where, name] = [textOf(place), textOf(id)];
	return where === undefined || name === undefined ? undefined : {place: where, id: name};
}

function beforeOf(value: unknown): RestartBefore | undefined {
	const {runId, role, keys, expiring, replicas} = fieldsOf(value) ?? {};
	const id = textOf(runId);
	const wasRole = oneOf(role, roles);
	return id === undefined || id === '' || wasRole === undefined
		? undefined
		: {
				runId: id,
				role: wasRole,
				keys: numberOf(keys),
				expiring: numberOf(expiring) ?? 0,
				replicas: numberOf(replicas) ?? 0,
			};
}

/**
Whether a command to start the server has a form that redis-top itself writes. Any other command in the file is refused,
because redis-top may run the command when the user asks for it.
*/
const isStartCommand = (words: readonly string[]): boolean =>
	/^(?:systemctl --no-ask-password start [\w@.:\\-]+|(?:docker|podman) start [\da-f]{12,64})$/.test(words.join(' '));

function startOf(value: unknown): StartAdvice | undefined {
	const {who, text, command, isAutomatic} = fieldsOf(value) ?? {};
	const [name, shown] = [textOf(who), textOf(text)];
	const areWords = Array.isArray(command) && command.every(word => typeof word === 'string');
	const words = areWords && isStartCommand(command as string[]) ? (command as string[]) : undefined;
	return name === undefined || shown === undefined
		? undefined
		: {who: name, text: shown, command: words, isAutomatic: typeof isAutomatic === 'boolean' ? isAutomatic : undefined};
}

function stepOf(value: unknown): RestartStep | undefined {
	const {id, state, note, atMs} = fieldsOf(value) ?? {};
	const [stepId, stepState, at] = [oneOf(id, stepIds), oneOf(state, stepStates), numberOf(atMs)];
	return stepId === undefined || stepState === undefined || at === undefined
		? undefined
		: {id: stepId, state: stepState, note: textOf(note) ?? '', atMs: at};
}
