import type {ActionName} from '../domain/action.js';
import type {Culprit, Evidence, NextStep, Remedy} from '../domain/finding.js';
import type {Message} from '../domain/message.js';
import {bytes, perSecond} from '../text/units.js';
import {backlogMemory} from './backlog-memory.js';
import {clientMemory} from './client-memory.js';
import {keysWithoutTtl} from './keys-without-ttl.js';
import {loweredLimit} from './limit-facts.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {scriptMemory} from './script-memory.js';

/** Why a server evicts keys. A part that is undefined is told by the rule, as for evictions without a known cause. */
export type EvictionCause = {
	readonly problem: string;
	/** What the detail says instead of the rule's own figures. */
	readonly detail?: Message;
	readonly reason?: Message;
	readonly culprit?: Culprit;
	readonly evidence: readonly Evidence[];
	readonly meaning?: string;
	/** The steps that help against this cause alone. */
	readonly next: readonly NextStep[];
	/** Whether the general steps against evictions help, too. */
	readonly needsGeneralSteps: boolean;
	readonly action: ActionName | undefined;
	/** What the finding fills into the dialog of its action. */
	readonly remedy?: Remedy | undefined;
	/** Whether the cause shows that the writers are not to blame: they write again what was evicted. */
	readonly clearsWriters: boolean;
};

/**
The cause of a replica that evicts keys. Its data then differ from its primary's data. By default a replica ignores
maxmemory, and its primary sends it a DEL for each evicted key. Undefined for a primary.
*/
function ofReplica(facts: NodeFacts, evictedPerSecond: number): Partial<EvictionCause> | undefined {
	const {record, primary} = facts;
	if (record.role !== 'replica') {
		return undefined;
	}

	const limit = facts.number('memory', 'maxmemory') ?? 0;
	const used = primary?.sample?.info.number('memory', 'used_memory');
	return {
		problem: 'evicts keys that its primary keeps',
		detail: perSecond(evictedPerSecond),
		reason: 'replica-ignore-maxmemory no',
		meaning: `Reads here miss keys that exist, and after a failover these keys are lost. Its maxmemory is ${bytes(limit)}${used === undefined ? '' : `, its primary uses ${bytes(used)}`}.`,
		next: [
			redisCli(facts, 'CONFIG SET replica-ignore-maxmemory yes'),
			hint('then fetch the missing keys by a full resync: restart the replica, or REPLICAOF its primary again'),
			hint('give it at least the maxmemory of its primary'),
		],
		needsGeneralSteps: false,
		clearsWriters: true,
	};
}

/** The cause of evictions after maxmemory was lowered. */
function ofLoweredLimit(facts: NodeFacts): Partial<EvictionCause> | undefined {
	const lowered = loweredLimit(facts);
	return lowered === undefined
		? undefined
		: {
				reason: lowered.reason,
				meaning:
					'Keys that fitted before are evicted until the others fit. Reads miss them, and are answered by the store behind.',
				next: [
					...lowered.next,
					hint('if it was lowered on purpose: declare a cache in the config file (role = "cache")'),
					...(lowered.next.length > 0 ? [] : [hint('else set it back: CONFIG SET maxmemory with the limit before')]),
				],
				needsGeneralSteps: false,
				remedy: lowered.remedy,
				clearsWriters: true,
			};
}

/** The cause of evictions for replies that clients do not read. */
function ofClientMemory(facts: NodeFacts): Partial<EvictionCause> | undefined {
	const buffers = clientMemory(facts);
	return buffers === undefined
		? undefined
		: {
				reason: buffers.reason,
				...(buffers.client === undefined ? {} : {culprit: {client: buffers.client}}),
				evidence: buffers.evidence,
				meaning:
					'Client buffers count towards maxmemory. Keys are evicted for replies that nobody reads, and written again.',
				next: buffers.next,
				needsGeneralSteps: false,
				action: 'client-kill',
				clearsWriters: true,
			};
}

/** The cause of evictions for scripts of which an application sends a new one with each call. */
function ofScripts(facts: NodeFacts): Partial<EvictionCause> | undefined {
	const scripts = scriptMemory(facts);
	return scripts === undefined
		? undefined
		: {
				reason: scripts.reason,
				...(scripts.detail === undefined ? {} : {detail: scripts.detail}),
				...(scripts.culprit === undefined ? {} : {culprit: scripts.culprit}),
				evidence: scripts.evidence,
				meaning:
					'Cached scripts count towards maxmemory and are never evicted for it. Keys are evicted in their place.',
				next: scripts.next,
				needsGeneralSteps: false,
				action: undefined,
				clearsWriters: true,
			};
}

/** The cause of evictions for a replication backlog that is large beside the memory limit. */
function ofBacklog(facts: NodeFacts): Partial<EvictionCause> | undefined {
	const backlog = backlogMemory(facts);
	return backlog === undefined
		? undefined
		: {
				reason: backlog.reason,
				evidence: backlog.evidence,
				meaning: 'The replication backlog counts towards maxmemory. Keys are evicted in its place, and written again.',
				next: backlog.next,
				needsGeneralSteps: false,
				action: 'set-repl-backlog',
				clearsWriters: true,
			};
}

/** The cause of evictions where most of the memory has keys that may not be evicted. */
function ofKeysWithoutTtl(facts: NodeFacts, evictedPerSecond: number): Partial<EvictionCause> | undefined {
	const fixed = keysWithoutTtl(facts, evictedPerSecond);
	return fixed === undefined
		? undefined
		: {
				reason: fixed.reason,
				evidence: [
					{name: 'keys without a TTL', value: fixed.keys, unit: 'count'},
					{name: 'their memory, at least, estimated by input and evictions', value: fixed.share, unit: 'share'},
				],
				meaning:
					'The policy evicts only keys with a TTL. They share what the keys without a TTL leave, and are evicted soon after they are written.',
				next: [
					redisCli(facts, '--bigkeys -i 0.01'),
					hint('shorten the largest keys, or give keys a TTL; else raise maxmemory'),
				],
			};
}

/**
The first known cause of evictions: a replica that evicts by itself, a lowered limit, client buffers, cached scripts,
the replication backlog, or keys that may not be evicted.
@param evictedPerSecond Keys per second; above 0.
*/
export const evictionCause = (facts: NodeFacts, evictedPerSecond: number): EvictionCause => ({
	problem: `evicts keys at ${perSecond(evictedPerSecond)}`,
	evidence: [],
	next: [],
	needsGeneralSteps: true,
	action: 'set-maxmemory',
	clearsWriters: false,
	...(ofReplica(facts, evictedPerSecond) ??
		ofLoweredLimit(facts) ??
		ofClientMemory(facts) ??
		ofScripts(facts) ??
		ofBacklog(facts) ??
		ofKeysWithoutTtl(facts, evictedPerSecond)),
});
