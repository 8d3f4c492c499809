import type {Config} from '../config/config.js';
import {exitCodes} from '../domain/exit-codes.js';
import {ruleFormats} from '../report/rules/rule-list.js';
import {chosenFormat} from './output-formats.js';
import {writeOut} from './write-out.js';

/**
`redis-top rules`: prints the documentation of the health rules, without asking any server. Resolves with the exit code.
*/
export async function runRules(config: Config): Promise<number> {
	const print = chosenFormat(ruleFormats, config);
	await writeOut(`${print(config.ruleIds)}\n`);
	return exitCodes.ok;
}
