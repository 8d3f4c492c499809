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

/** Parses a restart that was saved to a file. Undefined if the text is no restart or is incomplete. Never throws. */
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
The silence of a restart. Undefined for any other value: a silence that redis-top doesn't know of ends by itself in
Alertmanager.
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
Whether redis-top itself could have written the command. The user may ask redis-top to run it, so every other command is
refused.
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
