import type {EvidenceGap} from '../domain/host-evidence.js';
import {errorWords} from './file-error.js';

/** Collects what could not be read. A thing is named once, by its first reason. */
export class Gaps {
	readonly #gaps = new Map<string, string>();

	add(what: string, why: string): undefined {
		if (!this.#gaps.has(what)) {
			this.#gaps.set(what, why);
		}

		return undefined;
	}

	/** The result of reading; undefined and a gap where it fails. */
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
