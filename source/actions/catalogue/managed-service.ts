import {hostingOf} from '../../derive/hosting.js';
import type {InfoReply} from '../../domain/info-reply.js';
import type {Endpoint} from '../../domain/node.js';

/** Why a managed service doesn't run the command, and what to use there; undefined for a server of one's own. */
export function serviceInstead(
	wanted: 'save' | 'restart',
	endpoint: Endpoint,
	info: InfoReply | undefined,
): string | undefined {
	const {service} = hostingOf({endpoint, info});
	return service === undefined ? undefined : `${service.name} forbids it; use ${service[wanted]}`;
}
