import type {RawReply} from '../domain/reply.js';
import {parseAccessLog} from '../parse/access-log.js';
import {parseClientList} from '../parse/client-list.js';
import {parseClusterInfo, parseClusterNodes} from '../parse/cluster-nodes.js';
import {parseInfo} from '../parse/info.js';
import {parseHistograms, parseLatencyLatest} from '../parse/latency.js';
import {numberOf} from '../parse/reply-values.js';
import {parseModules} from '../parse/server-modules.js';
import {parseSlotMigrations} from '../parse/slot-migrations.js';
import {parseLargeLog, parseSlowlog} from '../parse/slowlog.js';
import type {PollRequest, RequestKind} from './poll-request.js';
import type {WritableExtras} from './poll-state.js';

type Read = (reply: RawReply, extras: WritableExtras, command: readonly string[]) => void;

const textIn = (reply: RawReply): string => (typeof reply === 'string' ? reply : '');

const readMigrations: Read = (reply, extras) => {
	extras.slotMigrations = parseSlotMigrations(reply);
};

/** What an answer of the slow lanes means; those that are read together with others stand elsewhere. */
const readers: Readonly<Partial<Record<RequestKind, Read>>> = {
	slowlog: (reply, extras) => {
		extras.slowlog = parseSlowlog(reply);
	},
	'large-requests': (reply, extras) => {
		extras.largeRequests = parseLargeLog(reply, 'large-request');
	},
	'large-replies': (reply, extras) => {
		extras.largeReplies = parseLargeLog(reply, 'large-reply');
	},
	clients: (reply, extras) => {
		extras.clients = parseClientList(textIn(reply));
	},
	histograms: (reply, extras) => {
		extras.histograms = parseHistograms(reply);
	},
	'latency-events': (reply, extras) => {
		extras.latencyEvents = parseLatencyLatest(reply);
	},
	'access-log': (reply, extras) => {
		extras.accessLog = parseAccessLog(reply);
	},
	modules: (reply, extras) => {
		extras.modules = parseModules(reply);
	},
	'module-info': (reply, extras) => {
		extras.moduleInfo = parseInfo(textIn(reply));
	},
	// What the user may not is said in words, as a reply and no error.
	'default-rights': (reply, extras) => {
		extras.defaultUserCanShutdown = reply === 'OK';
	},
	'cluster-nodes': (reply, extras) => {
		extras.clusterNodes = parseClusterNodes(textIn(reply));
	},
	'cluster-info': (reply, extras) => {
		extras.clusterInfo = parseClusterInfo(textIn(reply));
	},
	'slot-keys': (reply, extras, command) => {
		const keys = numberOf(reply);
		if (keys !== undefined) {
			extras.slotKeys = new Map(extras.slotKeys).set(Number(command.at(-1)), keys);
		}
	},
	'hello-listeners': (reply, extras) => {
		const listeners = numberOf(Array.isArray(reply) ? reply[1] : null);
		if (listeners !== undefined) {
			extras.sentinelListeners = listeners;
		}
	},
	'slot-migrations': readMigrations,
	'migration-status': readMigrations,
};

/** Takes in an answer. False where it says something in a form that is not known: then nothing of it is. */
export function readReply({kind, command}: PollRequest, reply: RawReply, extras: WritableExtras): boolean {
	readers[kind]?.(reply, extras, command);
	// Of Redis 8.4 only the documentation was at hand.
	const isUnread = readers[kind] === readMigrations && !(Array.isArray(reply) && reply.length === 0);
	return !isUnread || (extras.slotMigrations ?? []).length > 0;
}
