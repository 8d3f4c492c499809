import {readCommandLine} from '../../source/arguments/command-line.js';
import {loadConfig} from '../../source/config/load.js';

/** From the arguments to what the program does, as an invocation of it goes. */
export async function loadFrom(
	argv: readonly string[],
	environment: Parameters<typeof loadConfig>[1],
	ask?: Parameters<typeof loadConfig>[2],
) {
	const line = readCommandLine(argv);
	return line.kind === 'given' ? loadConfig(line, environment, ask) : line;
}
