import {sharedPlaces} from '../topology/placement.js';
import {topologyOf} from '../topology/topology.js';
import {clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/**
A primary that shares its host with a replica of it, or its zone with all of them (`availability_zone`, Valkey 8.0). Where
everything stands on one host (a test, a laptop, containers behind one address) nothing is said.
*/
export const cluPlacement = clusterRule('clu.placement', (_, fleet) => {
	const {places, isOneHost} = sharedPlaces(topologyOf(recordsIn(fleet)));
	return isOneHost
		? []
		: places.map(({primary, replicas, by, place, hasAnother}) => ({
				...fires(
					hasAnother ? 'info' : 'warning',
					`shares ${by} ${place} with its ${replicas.length === 1 ? 'replica' : 'replicas'} ${replicas.map(({address}) => address).join(', ')}`,
					{
						evidence: [{name: by, value: place}],
						meaning: hasAnother
							? 'One failure takes both; another replica stands elsewhere.'
							: 'One failure takes the primary and all that could replace it.',
						next: [words('move the replica, or let it follow the primary of another host with CLUSTER REPLICATE')],
						action: null,
					},
				),
				node: primary.address,
				subject: by,
			}));
});
