import {message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {hint, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {type FleetEvaluation, fires, rule} from './rule.js';

/**
Whether the server writes its RDB file at times: by its save points, or as a replica, which stores each full resync there.
Source: redis src/replication.c, readSyncBulkPayload.
*/
const writesFile = (facts: NodeFacts): boolean => facts.record.role === 'replica' || facts.setting('save') !== '';

/** The RDB file of a server that runs on this machine, outside of any container, and that writes the file at times. */
function writtenFile(facts: NodeFacts): string | undefined {
	const host = facts.record.host?.value;
	const process = host?.kind === 'here' ? host.process : undefined;
	const [folder, name] = [facts.setting('dir'), facts.setting('dbfilename')];
	const isKnown = process !== undefined && !process.hasOwnRoot && facts.record.failure === undefined;
	return isKnown &&
		folder !== undefined &&
		name !== undefined &&
		facts.setting('save') !== undefined &&
		writesFile(facts)
		? `${folder}/${name}`
		: undefined;
}

const processOf = ({record}: NodeFacts): number | undefined =>
	record.host?.value.kind === 'here' ? record.host.value.process?.processId : undefined;

export const perSameFile = rule({
	id: 'per.same_file',
	scope: 'fleet',
	docs: {
		looksAt:
			'Two servers that run on this machine write one RDB file: `dir` and `dbfilename` of both are the same. Each save of one replaces the data of the other.',
		since: 'any',
		falsePositives: [
			'Containers have files of their own under the same path. The rule leaves out a process with a root folder of its own.',
			'A server with `save ""` that is no replica writes no such file by itself. It does not count.',
			'One process may be known by two addresses. Only different processes count.',
		],
	},
	evaluate({nodes}) {
		const firstOf = new Map<string, NodeFacts>();
		const found: FleetEvaluation[] = [];
		for (const facts of nodes.values()) {
			const file = writtenFile(facts);
			const first = file === undefined ? undefined : firstOf.get(file);
			if (file !== undefined && first === undefined) {
				firstOf.set(file, facts);
			} else if (file !== undefined && first !== undefined && processOf(first) !== processOf(facts)) {
				found.push({...sharing(facts, first.address, file), node: facts.address});
			}
		}

		return found;
	},
});

const sharing = (facts: NodeFacts, other: NodeAddress, file: string): FleetEvaluation =>
	fires('warning', {
		problem: message`saves over the data of ${nodeName(other)}`,
		reason: message`both write ${quotedName('path', file)}`,
		effect: 'data-at-risk',
		nodes: [facts.address, other],
		evidence: [
			{name: 'dir', value: message`${quotedName('path', facts.setting('dir') ?? '')}`},
			{name: 'dbfilename', value: message`${quotedName('path', facts.setting('dbfilename') ?? '')}`},
		],
		meaning: 'Each save replaces the file. After a restart, both have the data of the one that saved last.',
		next: [
			hint('before any restart: BGSAVE one, copy the file away, then BGSAVE the other'),
			redisCli(facts, 'CONFIG GET dir'),
			hint('then start each with a folder of its own (dir in its config file) and its copy in there'),
		],
	});

export const sameFileRules = [perSameFile] as const;
