import {UsageError} from './usage-error.js';

/**
The output format that `--format` names, or the default format. Commands call this function before they poll.

@throws UsageError where the command has no such format.
*/
export function chosenFormat<Report extends readonly unknown[], Text extends string | Promise<string>>(
	formats: Readonly<Record<string, (...report: Report) => Text>>,
	{command, format}: {readonly command: string; readonly format: string | undefined},
): (...report: Report) => Text {
	const names = Object.keys(formats);
	const name = format ?? names[0] ?? '';
	const chosen = Object.hasOwn(formats, name) ? formats[name] : undefined;
	if (chosen === undefined) {
		const place = command === 'monitor' ? 'the monitor' : command;
		throw new UsageError(`--format ${name}: ${place} prints ${names.join(' or ')}`);
	}

	return chosen;
}
