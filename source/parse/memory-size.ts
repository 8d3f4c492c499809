const bytesPerUnit: ReadonlyMap<string, number> = new Map([
	['', 1],
	['b', 1],
	['k', 1000],
	['kb', 1024],
	['m', 1e6],
	['mb', 2 ** 20],
	['g', 1e9],
	['gb', 2 ** 30],
]);

/**
Converts a memory size of a config file to bytes, in the form that CONFIG GET prints: `256mb` becomes `268435456`. Other
text stays unchanged.
*/
export function sizeInBytes(text: string): string {
	const [, amount, unit = ''] = /^(\d+)([a-z]*)$/i.exec(text.trim()) ?? [];
	const factor = bytesPerUnit.get(unit.toLowerCase());
	return amount === undefined || factor === undefined ? text : String(Number(amount) * factor);
}
