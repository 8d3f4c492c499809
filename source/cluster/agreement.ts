import type {ClusterNode, LastingLine} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ReadView} from './node-view.js';

/**
What one node reports about another: the other node's role, and whether the reporting node reaches it. `missing`: the
reporting node does not list it.
*/
export type Opinion = {
	readonly role: 'primary' | 'replica' | 'unknown';
	readonly trust: 'ok' | 'suspect' | 'failed' | 'handshake' | 'no-address' | 'missing';
};

/** Nodes of one partition that have equal opinions of all other nodes. */
export type OpinionRow = {
	readonly viewers: readonly NodeAddress[];
	readonly side: 'majority' | 'minority';
	readonly signature: string;
	readonly state: string | undefined;
	/** One opinion for each entry of `subjects`, in the same order. */
	readonly opinions: readonly Opinion[];
};

/**
The opinions of all nodes about each other. Nodes with equal opinions share one row. A split into two partitions
therefore has two rows, however many nodes there are.
*/
export type AgreementMatrix = {
	/**
	The nodes about which opinions differ, and the nodes that some node does not reach. With `isWhole`: all nodes. The
	order is that of the node list.
	*/
	readonly subjects: readonly NodeId[];
	readonly rows: readonly OpinionRow[];
	/** True if all nodes have the same opinion of every node, and reach every node. */
	readonly isUnanimous: boolean;
};

const roles = ['primary', 'replica', 'unknown'] as const;
const trusts = ['ok', 'suspect', 'failed', 'handshake', 'no-address', 'missing'] as const;

/** One object for each pair of role and trust, so that equal opinions are identical. */
const opinions: readonly Opinion[] = roles.flatMap(role => trusts.map((trust): Opinion => ({role, trust})));

const sharedOpinion = (role: Opinion['role'], trust: Opinion['trust']): Opinion =>
	opinions[roles.indexOf(role) * trusts.length + trusts.indexOf(trust)] ?? {role, trust};

const missing = sharedOpinion('unknown', 'missing');

const opinionOf = (line: LastingLine | undefined): Opinion =>
	line === undefined ? missing : opinionByFlags(line.flags);

const opinionByFlags = memoizeByRef((flags: ClusterNode['flags']): Opinion => {
	const role = flags.has('master') ? 'primary' : flags.has('slave') ? 'replica' : 'unknown';
	const trust = flags.has('fail')
		? 'failed'
		: flags.has('fail?')
			? 'suspect'
			: flags.has('noaddr')
				? 'no-address'
				: flags.has('handshake')
					? 'handshake'
					: 'ok';
	return sharedOpinion(role, trust);
});

/**
A digest of a view, equal for views with equal opinions in any order of lines. It sums the digits of the node ids, each
id weighted by the opinion of that node. While a thousand nodes agree, only these digests are compared.
*/
const digestOf = memoizeByRef((lines: ReadView['lines']): string => {
	let [one, other] = [0, 0];
	for (const line of lines.values()) {
		const weight = 2 * opinions.indexOf(opinionOf(line)) + 1;
		one = (one + Math.imul(Number.parseInt(line.id.slice(0, 8), 16), weight)) | 0;
		other = (other + Math.imul(Number.parseInt(line.id.slice(8, 16), 16), weight)) | 0;
	}

	return `${lines.size} ${one} ${other}`;
});

/** A node's opinions as a string that can be compared. */
const opinionsKey = (given: readonly Opinion[]): string =>
	String.fromCharCode(...given.map(each => 48 + opinions.indexOf(each)));

/**
Compares the opinions of all nodes that answer.

@param order The nodes in the order of the node list on the screen.
@param isWhole True: nodes about which all views agree are listed too.
*/
export function agreementMatrix(
	{views, partitions, known}: ClusterComparison,
	order: readonly NodeId[],
	isWhole: boolean,
): AgreementMatrix {
	const listed = new Set(order);
	const everyNode = [...order, ...known.filter(id => !listed.has(id))];
	const isUniform = new Set(views.map(({lines}) => digestOf(lines))).size < 2;
	const isDisputed = (id: NodeId) => {
		const first = opinionOf(views[0]?.lines.get(id));
		return first.trust !== 'ok' || (!isUniform && views.some(({lines}) => opinionOf(lines.get(id)) !== first));
	};
	const disputed = everyNode.filter(isDisputed);
	const subjects = isWhole ? everyNode : disputed;
	const sideById = new Map(
		partitions.flatMap(({members, hasMajority}) =>
			members.map(id => [id, hasMajority ? 'majority' : 'minority'] as const),
		),
	);
	const partitionById = new Map(partitions.flatMap(({members}, index) => members.map(id => [id, index])));
	const partitionIndex = ({self}: ReadView) => partitionById.get(self.id) ?? 0;
	const rows = new Map<string, ReadView[]>();
	for (const view of views.toSorted((a, b) => partitionIndex(a) - partitionIndex(b))) {
		const opinionKey = isUniform ? '' : opinionsKey(subjects.map(id => opinionOf(view.lines.get(id))));
		const key = [partitionIndex(view), view.signature, view.state ?? '', opinionKey].join('|');
		rows.set(key, [...(rows.get(key) ?? []), view]);
	}

	return {
		subjects,
		isUnanimous: disputed.length === 0 && rows.size <= 1,
		rows: [...rows.values()].flatMap(viewers => {
			const [first] = viewers;
			return first === undefined
				? []
				: [
						{
							viewers: viewers.map(({address}) => address),
							side: sideById.get(first.self.id) ?? 'minority',
							signature: first.signature,
							state: first.state,
							opinions: subjects.map(id => opinionOf(first.lines.get(id))),
						},
					];
		}),
	};
}
