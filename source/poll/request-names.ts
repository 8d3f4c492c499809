import {sentinelChannel} from '../wire/read-commands.js';
import type {RequestKind} from './poll-request.js';

/** The name and the ACL rule of what a request asks, for the blind spot it becomes when the server refuses it. */
export function requestName(kind: RequestKind): {readonly command: string; readonly grant: string | undefined} {
	const names: Record<RequestKind, {command: string; grant: string | undefined}> = {
		info: {command: 'INFO', grant: '+info'},
		commandstats: {command: 'INFO', grant: '+info'},
		slowlog: {command: 'SLOWLOG GET', grant: '+slowlog|get'},
		clients: {command: 'CLIENT LIST', grant: '+client|list'},
		histograms: {command: 'LATENCY HISTOGRAM', grant: '+latency|histogram'},
		'latency-events': {command: 'LATENCY LATEST', grant: '+latency|latest'},
		'large-requests': {command: 'COMMANDLOG GET', grant: '+commandlog|get'},
		'large-replies': {command: 'COMMANDLOG GET', grant: '+commandlog|get'},
		'access-log': {command: 'ACL LOG', grant: '+acl|log'},
		modules: {command: 'MODULE LIST', grant: '+module|list'},
		'module-info': {command: 'INFO', grant: '+info'},
		// Of the default user, of whom it is asked: that it may not is the answer.
		'default-rights': {command: 'ACL DRYRUN', grant: undefined},
		'cluster-nodes': {command: 'CLUSTER NODES', grant: '+cluster|nodes'},
		'cluster-links': {command: 'CLUSTER LINKS', grant: '+cluster|links'},
		'slot-keys': {command: 'CLUSTER COUNTKEYSINSLOT', grant: '+cluster|countkeysinslot'},
		'slot-migrations': {command: 'CLUSTER GETSLOTMIGRATIONS', grant: '+cluster|getslotmigrations'},
		// The same right would allow IMPORT and CANCEL.
		'migration-status': {command: 'CLUSTER MIGRATION', grant: undefined},
		'cluster-info': {command: 'CLUSTER INFO', grant: '+cluster|info'},
		'sentinel-primaries': {command: 'SENTINEL MASTERS', grant: '+sentinel|masters'},
		'sentinel-replicas': {command: 'SENTINEL REPLICAS', grant: '+sentinel|replicas'},
		'sentinel-sentinels': {command: 'SENTINEL SENTINELS', grant: '+sentinel|sentinels'},
		'sentinel-quorum': {command: 'SENTINEL CKQUORUM', grant: '+sentinel|ckquorum'},
		'hello-listeners': {command: 'PUBSUB NUMSUB', grant: '+pubsub|numsub'},
		hello: {command: `SUBSCRIBE ${sentinelChannel}`, grant: `+subscribe &${sentinelChannel}`},
		config: {command: 'CONFIG GET', grant: '+config|get'},
	};
	return names[kind];
}
