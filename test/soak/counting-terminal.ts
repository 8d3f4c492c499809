import {EventEmitter} from 'node:events';

/** A terminal that accepts all output at once and only counts its bytes. */
export class CountingTerminal extends EventEmitter {
	byteCount = 0;
	writeCount = 0;

	constructor(
		readonly columns: number,
		readonly rows: number,
	) {
		super();
	}

	write(text: string, taken?: () => void): boolean {
		this.byteCount += Buffer.byteLength(text);
		this.writeCount += 1;
		if (taken !== undefined) {
			setImmediate(taken);
		}

		return true;
	}
}
