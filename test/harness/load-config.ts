import {readCommandLine} from '../../source/arguments/command-line.js';
import {loadConfig} from '../../source/config/load.js';

/** Reads command-line arguments and makes the configuration, as a start of the program does. */
export async function loadFrom(
	argv: readonly string[],
	environment: Parameters<typeof loadConfig>[1],
	ask?: Parameters<typeof loadConfig>[2],
) {
	const line = readCommandLine(argv);
	return line.kind === 'given' ? loadConfig(line, environment, ask) : line;
}
