import {hostingOf} from '../../derive/hosting.js';
import type {InfoReply} from '../../domain/info-reply.js';
import type {Endpoint} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';

/** Why a managed service doesn't run the command, and what to use in its place; undefined for a self-hosted server. */
export function serviceInstead(
	wanted: 'save' | 'restart',
	endpoint: Endpoint,
	info: InfoReply | undefined,
): string | undefined {
	const {service} = hostingOf({endpoint, info});
	return service === undefined ? undefined : `${service.name} forbids it; use ${service[wanted]}`;
}

/** Why a managed service doesn't run the command, and where its console is; undefined for a self-hosted server. */
export function forbiddenText(command: readonly string[], {endpoint, sample}: NodeRecord): string | undefined {
	const {service} = hostingOf({endpoint, info: sample?.info});
	const [name = ''] = command;
	return service?.forbidden.includes(name) ? `${service.name} forbids ${name}; see ${service.console}` : undefined;
}
