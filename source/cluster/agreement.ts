import type {ClusterNode, LastingLine} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ReadView} from './node-view.js';

/** What one node says of another: its role, and whether it trusts it. `missing`: it doesn't know it. */
export type Opinion = {
	readonly role: 'primary' | 'replica' | 'unknown';
	readonly trust: 'ok' | 'suspect' | 'failed' | 'handshake' | 'no-address' | 'missing';
};

/** Nodes of one partition that say the same of everybody. */
export type OpinionRow = {
	readonly viewers: readonly NodeAddress[];
	readonly side: 'majority' | 'minority';
	readonly signature: string;
	readonly state: string | undefined;
	/** One for each of `subjects`. */
	readonly opinions: readonly Opinion[];
};

/** Who says what of whom, with equal rows put together: two sides of a split are two rows, however many nodes there are. */
export type AgreementMatrix = {
	/** Those of whom not all say the same, or somebody says no good; all of them when `isWhole`. By shard, as the list is. */
	readonly subjects: readonly NodeId[];
	readonly rows: readonly OpinionRow[];
	/** Everybody says the same of everybody, and nothing bad. */
	readonly isUnanimous: boolean;
};

const roles = ['primary', 'replica', 'unknown'] as const;
const trusts = ['ok', 'suspect', 'failed', 'handshake', 'no-address', 'missing'] as const;

/** One object for each, so that equal ones are the same. */
const opinions: readonly Opinion[] = roles.flatMap(role => trusts.map((trust): Opinion => ({role, trust})));

const theOpinion = (role: Opinion['role'], trust: Opinion['trust']): Opinion =>
	opinions[roles.indexOf(role) * trusts.length + trusts.indexOf(trust)] ?? {role, trust};

const missing = theOpinion('unknown', 'missing');

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
	return theOpinion(role, trust);
});

/**
Equal for views that say the same of the same nodes, in whatever order: sums of their ids' digits, weighed by what is said
of each. Of a thousand nodes that agree nothing else is looked at.
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

/** All that one says of many, for comparing. */
const signsOf = (said: readonly Opinion[]): string =>
	String.fromCharCode(...said.map(each => 48 + opinions.indexOf(each)));

/**
@param order Everybody, in the order in which they are listed.
@param isWhole Also those on whom all agree.
*/
export function agreementMatrix(
	{views, partitions, known}: ClusterComparison,
	order: readonly NodeId[],
	isWhole: boolean,
): AgreementMatrix {
	const listed = new Set(order);
	const everybody = [...order, ...known.filter(id => !listed.has(id))];
	const isUniform = new Set(views.map(({lines}) => digestOf(lines))).size < 2;
	const isDisputed = (id: NodeId) => {
		const first = opinionOf(views[0]?.lines.get(id));
		return first.trust !== 'ok' || (!isUniform && views.some(({lines}) => opinionOf(lines.get(id)) !== first));
	};
	const disputed = everybody.filter(isDisputed);
	const subjects = isWhole ? everybody : disputed;
	const sideById = new Map(
		partitions.flatMap(({members, hasMajority}) =>
			members.map(id => [id, hasMajority ? 'majority' : 'minority'] as const),
		),
	);
	const partitionById = new Map(partitions.flatMap(({members}, index) => members.map(id => [id, index])));
	const placeOf = ({self}: ReadView) => partitionById.get(self.id) ?? 0;
	const rows = new Map<string, ReadView[]>();
	for (const view of views.toSorted((a, b) => placeOf(a) - placeOf(b))) {
		const said = isUniform ? '' : signsOf(subjects.map(id => opinionOf(view.lines.get(id))));
		const key = [placeOf(view), view.signature, view.state ?? '', said].join('|');
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
