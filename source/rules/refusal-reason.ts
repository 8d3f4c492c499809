import type {NodeRecord} from '../derive/node-record.js';
import {reasonOnHost} from '../derive/port-holder.js';
import type {Message} from '../domain/message.js';
import {type FileLimit, fileLimitOf, filesAllow} from './file-limit.js';

/**
The limit of open files of a server that turns clients away, if it admits fewer clients for that limit than its config
asks for. It has as many connections then as the limit allows. With fewer, somebody set `maxclients` lower.
*/
export function fileLimitOfFull(record: NodeRecord): FileLimit | undefined {
	const limit = record.failure?.reason === maxclientsReached ? fileLimitOf(record) : undefined;
	const holders = record.host?.value.kind === 'here' ? (record.host.value.connectionHolders ?? []) : [];
	const connections = holders.reduce((sum, each) => sum + each.connections, 0);
	return limit !== undefined && connections >= 0.9 * limit.clients ? limit : undefined;
}

function fileLimit(record: NodeRecord): string | undefined {
	const limit = fileLimitOfFull(record);
	return limit && `${filesAllow(limit)}, not the ${limit.asked} of its config`;
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
