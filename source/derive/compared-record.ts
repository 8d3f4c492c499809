import type {NodeSample} from '../domain/sample.js';
import {commandRates} from './command-rates.js';
import type {NodeRecord} from './node-record.js';
import {nodeValues} from './node-values.js';
import {replicaLinks} from './replica-links.js';

/**
The fields of a record that are computed from two samples. A new one is added here alone: the live record, the history and
the baseline compute them with `comparedRecord`, and history entries leave them out.
*/
export type ComparedFields = Pick<NodeRecord, 'values' | 'commands' | 'replicas'>;

/** Nothing is known: no sample yet, or the fields are left out of a history entry. */
export const notCompared: ComparedFields = {values: new Map(), commands: [], replicas: []};

/**
What two samples of a node say together. A rate without a comparable earlier sample is undefined.

@param known Kept where the later sample lacks a section: commandstats is asked only where it is shown.
*/
export const comparedRecord = (
	earlier: NodeSample | undefined,
	later: NodeSample,
	known: ComparedFields = notCompared,
): ComparedFields => ({
	values: nodeValues(earlier, later),
	commands: commandRates(earlier, later) ?? known.commands,
	replicas: replicaLinks(earlier, later),
});

/** What a failed poll takes away: rates. The commands and replicas of the last sample stay, with its age. */
export const unknownAfterFailure: Pick<ComparedFields, 'values'> = {values: notCompared.values};
