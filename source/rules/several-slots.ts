import {errorStats} from '../parse/info-fields.js';
import {usualErrors} from './error-codes.js';
import type {NodeFacts} from './node-facts.js';
import {oneKeyCommands} from './one-key-commands.js';

/** The error code of a command whose keys are in several slots of a cluster. */
export const severalSlots = 'CROSSSLOT';

type FailingCommand = {readonly command: string; readonly failures: number; readonly calls: number};

/**
The failing commands that CROSSSLOT errors account for; none if most errors have another code. Redis counts errors by
code and by command, not by both. Only commands with several keys get CROSSSLOT, so MOVED errors of other commands are
left out.
*/
export function commandsOfSeveralSlots(
	facts: NodeFacts,
	failing: readonly FailingCommand[],
): readonly FailingCommand[] {
	const rise = facts.errorIncrease(severalSlots) ?? 0;
	const commands = rise === 0 ? [] : failing.filter(({command}) => !oneKeyCommands.has(command));
	const codes = facts.sample === undefined ? [] : [...errorStats(facts.sample.info).keys()];
	const sumOf = (some: readonly string[]) => some.reduce((sum, code) => sum + (facts.errorIncrease(code) ?? 0), 0);
	const errors = sumOf(codes);
	const unusual = sumOf(codes.filter(code => !usualErrors.includes(code)));
	const rate = (rows: readonly FailingCommand[]) => rows.reduce((sum, {failures}) => sum + failures, 0);
	const all = rate(
		facts.record.commands.map(({command, failuresPerSecond = 0}) => ({command, failures: failuresPerSecond, calls: 0})),
	);
	const isMost = rise >= unusual / 2 && (rise / Math.max(1, errors)) * all >= rate(commands) / 2;
	return isMost ? commands : [];
}
