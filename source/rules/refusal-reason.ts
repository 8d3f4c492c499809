import type {NodeRecord} from '../derive/node-record.js';
import {reasonOnHost} from '../derive/port-holder.js';
import type {Message} from '../domain/message.js';
import {reservedFiles} from './client-limits.js';

/** Open files that are enough for all connections of the default `maxclients`. Source: redis src/server.h, config.c. */
const filesOfDefault = 10_000 + reservedFiles;

/**
Why the process may open too few files, if this machine shows its limit. With too few files, the server lowers
maxclients at its start.
*/
function fileLimit({failure, host}: NodeRecord): string | undefined {
	const limit = host?.value.kind === 'here' ? host.value.process?.openFilesLimit : undefined;
	return failure?.reason !== maxclientsReached || limit === undefined || limit >= filesOfDefault
		? undefined
		: `${maxclientsReached}; its process may open ${limit} files, so maxclients is at most ${Math.max(0, limit - reservedFiles)}`;
}

export const maxclientsReached = 'maxclients is reached';

/**
Whether the certificate of a discovered node is for another name. Then `--sni` does not help: it sets one name for all
nodes.
*/
export const isMisnamed = ({failure, origin}: NodeRecord): boolean =>
	failure?.code === 'ERR_TLS_CERT_ALTNAME_INVALID' && origin !== 'target';

const misnamed = 'it lacks the address by which the node was found';

/** Why the server refuses a connection, as far as this machine and the reply tell. */
export const refusalReason = (record: NodeRecord): Message | undefined =>
	reasonOnHost(record) ?? (isMisnamed(record) ? misnamed : (fileLimit(record) ?? record.failure?.reason));
