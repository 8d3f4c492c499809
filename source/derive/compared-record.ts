import type {NodeSample} from '../domain/sample.js';
import {commandRates} from './command-rates.js';
import {mainThreadParts} from './main-thread.js';
import {newerRates} from './newer-rates.js';
import type {NodeRecord} from './node-record.js';
import {nodeValues} from './node-values.js';
import {replicaLinks} from './replica-links.js';

/**
The fields of a record that are computed from two samples. The live record, the history and the baseline all compute
these fields with `comparedRecord`, so a new field of this kind is added only here. History entries leave these fields
out.
*/
export type ComparedFields = Pick<NodeRecord, 'values' | 'commands' | 'mainThread' | 'newerRates' | 'replicas'>;

/** The compared fields when nothing is known: before the first sample, or in a history entry, which leaves them out. */
export const notCompared: ComparedFields = {
	values: new Map(),
	commands: [],
	mainThread: undefined,
	newerRates: undefined,
	replicas: [],
};

/**
Computes the compared fields of two samples of a node. A rate without a comparable earlier sample is undefined.

@param known The fields so far. They are kept when the later sample lacks a section: commandstats is polled only while a
panel shows it.
*/
export const comparedRecord = (
	earlier: NodeSample | undefined,
	later: NodeSample,
	known: ComparedFields = notCompared,
): ComparedFields => {
	const commands = commandRates(earlier, later);
	return {
		values: nodeValues(earlier, later),
		commands: commands ?? known.commands,
		mainThread: commands && mainThreadParts(earlier, later, commands),
		newerRates: newerRates(earlier, later),
		replicas: replicaLinks(earlier, later),
	};
};

/**
The fields that a failed poll resets, because their rates become unknown. Commands and replicas keep the values of the
last sample and are shown with its age.
*/
export const unknownAfterFailure: Pick<ComparedFields, 'values' | 'mainThread' | 'newerRates'> = {
	values: notCompared.values,
	mainThread: undefined,
	newerRates: undefined,
};
