import type {NodeView} from '../../source/cluster/node-view.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {cluNoReplica, cluPlacement, cluReplicaSkew, cluReplicaUnfit} from '../../source/rules/cluster-replicas.js';
import {six, sixViews} from '../cluster/views.js';
import {silent, testClusterRule, well} from './cluster-cases.js';

const linkUp = {replication: {role: 'slave', master_link_status: 'up', slave_repl_offset: 100}};
const linked = {17053: linkUp, 17054: linkUp, 17055: linkUp};

testClusterRule(cluNoReplica, [
	[
		'a link that never was, at first',
		{
			...well,
			info: {
				...linked,
				17053: {replication: {role: 'slave', master_link_status: 'down', master_link_down_since_seconds: -1}},
			},
		},
		/^info 17050: has no replica that could be promoted: 17053 never synchronised/,
	],
	[
		'a link that never was',
		{
			...well,
			heldSeconds: 10,
			info: {
				...linked,
				17053: {replication: {role: 'slave', master_link_status: 'down', master_link_down_since_seconds: -1}},
			},
		},
		/^warning 17050: has no replica that could be promoted: 17053 never synchronised/,
	],
	[
		'its replica has just restarted',
		{
			...well,
			heldSeconds: 30,
			info: {
				...linked,
				17053: {
					server: {uptime_in_seconds: 40},
					replication: {role: 'slave', master_link_status: 'down', master_link_down_since_seconds: -1},
				},
			},
		},
		/^info 17050: has no replica that could be promoted/,
	],
	[
		'none, while a replica loads and reports the role primary',
		{
			views: sixViews({}, {lines: six.filter(line => !line.startsWith('17053'))}).filter(
				({address}) => !address.endsWith('17053'),
			),
			info: {...linked, 17054: {...linkUp, server: {uptime_in_seconds: 20}}},
		},
		/^info 17050: has no replica$/,
	],
	[
		'none',
		{
			views: sixViews({}, {lines: six.filter(line => !line.startsWith('17053'))}).filter(
				({address}) => !address.endsWith('17053'),
			),
			info: linked,
		},
		/^warning 17050: has no replica$/,
	],
	['all linked', {...well, info: linked}, undefined],
]);

/** The same views with each node on a host of its own. */
const onHosts = (views: readonly NodeView[], hostOf: (port: number) => string): NodeView[] =>
	views.map(view => {
		const nodes = view.nodes.map(node => ({...node, host: hostOf(node.port)}));
		const self = nodes.find(({flags}) => flags.has('myself'));
		return {...view, address: `${self?.host}:${self?.port}` as NodeAddress, nodes};
	});
const apart = onHosts(sixViews(), port => `10.0.1.${port - 17_050}`);
const besideItsReplica = (port: number) => `10.0.1.${port === 17_053 ? 0 : port - 17_050}`;
const twoBesideOne = sixViews({}, {changed: ['17054 slave:17050 1']});
const withGhost = sixViews({}, {changed: ['17059 slave,noaddr:17052 5']}).map(view => ({
	...view,
	nodes: view.nodes.map(node => (node.flags.has('noaddr') ? {...node, host: '', port: 0} : node)),
}));

testClusterRule(cluPlacement, [
	[
		'a primary beside its only replica',
		{views: onHosts(sixViews(), besideItsReplica)},
		/^warning 10\.0\.1\.0:17050: shares host 10\.0\.1\.0 with its replica 10\.0\.1\.0:17053$/,
	],
	[
		'another replica is elsewhere',
		{views: onHosts(twoBesideOne, besideItsReplica)},
		/^info 10\.0\.1\.0:17050: shares host 10\.0\.1\.0 with its replica 10\.0\.1\.0:17053$/,
	],
	['a host for each node', {views: apart}, undefined],
	['all nodes on one host', well, undefined],
	['all nodes on one host, and one without an address', {views: withGhost}, undefined],
]);

testClusterRule(cluReplicaSkew, [
	[
		'two on one, none on another',
		{views: sixViews({}, {changed: ['17054 slave:17050 1']})},
		/^info -: replicas are spread unevenly, 2 of 17050, 0 of 17051$/,
	],
	['even', well, undefined],
]);

const twoReplicas = sixViews({}, {changed: ['17054 slave:17050 1']});
testClusterRule(cluReplicaUnfit, [
	[
		'one of two has lost its link',
		{
			views: twoReplicas,
			info: {
				...linked,
				17054: {replication: {role: 'slave', master_link_status: 'down', master_link_down_since_seconds: -1}},
			},
		},
		/^warning 17054: could not be promoted: never synchronised/,
	],
	[
		'one of two has copied nothing yet',
		{
			views: twoReplicas,
			info: {...linked, 17054: {replication: {role: 'slave', master_link_status: 'up', slave_repl_offset: 0}}},
		},
		/^warning 17054: could not be promoted: has copied nothing yet/,
	],
	[
		'one of two does not answer: that is said elsewhere',
		{views: twoReplicas, info: linked, parts: {17054: {failure: silent}}},
		undefined,
	],
	['both are fit', {views: twoReplicas, info: linked}, undefined],
	[
		'the only one is unfit: another rule says so',
		{...well, info: {...linked, 17053: {replication: {role: 'slave', master_link_status: 'down'}}}},
		undefined,
	],
]);
