import type {EvidenceGap} from '../domain/host-evidence.js';
import {errorWords} from './file-error.js';

/** Collects the facts of this machine that could not be read. Each fact is listed once, with the first reason. */
export class Gaps {
	readonly #gaps = new Map<string, string>();

	add(what: string, why: string): undefined {
		if (!this.#gaps.has(what)) {
			this.#gaps.set(what, why);
		}

		return undefined;
	}

	/**
	Resolves with the result of `read`. If `read` fails, notes the fact `what` as missing, with the reason, and resolves
	with undefined.
	*/
	async reading<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
		try {
			return await read();
		} catch (error) {
			return this.add(what, errorWords(error));
		}
	}

	list(): readonly EvidenceGap[] {
		return [...this.#gaps].map(([what, why]) => ({what, why}));
	}
}
