import {cluNoSlots} from '../../source/rules/cluster-without-slots.js';
import {six, viewFrom} from '../cluster/views.js';
import {type ClusterCase, testClusterRule, well} from './cluster-cases.js';

/** 17053 was added as a primary and owns no slots; the others have this share of their memory in use. */
const added = (used: number): ClusterCase => {
	const lines = six.map(line => (line.startsWith('17053') ? '17053 master 0' : line));
	const memory = {memory: {used_memory: used, maxmemory: 100}};
	return {
		views: [17050, 17051, 17052, 17053, 17054, 17055].map(port => viewFrom(port, {lines})),
		info: {17050: memory, 17051: memory, 17052: {memory: {used_memory: 10, maxmemory: 100}}},
	};
};

testClusterRule(cluNoSlots, [
	['all primaries own slots', well, undefined],
	['a primary without slots beside others with room', added(89), /^info 17053: is a primary that serves no slot$/],
	[
		'a primary without slots beside others that are full',
		added(95),
		/^warning 17053: serves no slot beside full primaries, 17050, 17051$/,
	],
	[
		'a node that is alone is no primary without slots',
		{views: [viewFrom(17050, {lines: ['17050 master 0']})]},
		undefined,
	],
]);
