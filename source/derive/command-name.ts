import type {SlowlogEntry} from '../domain/slowlog.js';

/** The name of the command of an entry of the slow log, in capitals. */
export const commandOf = ({arguments: [command = '-']}: Pick<SlowlogEntry, 'arguments'>): string =>
	command.toUpperCase();
