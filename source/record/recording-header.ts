import {sanitize} from '../text/sanitize.js';

/** The schema that this version writes. A later one of the same number is read as well: what it adds is skipped. */
export const recordingSchema = 'redis-top/recording@1';

const schemaPattern = /^redis-top\/recording@(\d+)$/;
const newestKnown = 1;

/** The first line of a recording, in plain JSON: it can be read with `head -1`. */
export type RecordingHeader = {
	readonly schema: string;
	/** The version of redis-top that recorded. */
	readonly version: string;
	/** As they were typed, without passwords. */
	readonly target: string;
	/** When this file begins, ISO 8601, UTC. */
	readonly began: string;
	/** One run of redis-top: its files continue each other. */
	readonly session: string;
	/** What is replaced by pseudonyms: `arguments`, `keys`, `clients`, `addresses`. */
	readonly masked: readonly string[];
	readonly intervalMs: number;
	readonly isInsecure: boolean;
	readonly user?: string | undefined;
	readonly rememberedAtMs?: number | undefined;
};

/** A file that can't be replayed: one line that says why. */
export class RecordingProblem extends Error {
	override readonly name = 'RecordingProblem';

	constructor(
		message: string,
		/** `usage`: not a recording, or no moment of it. `access`: the file can't be read or written. */
		readonly kind: 'usage' | 'access' = 'usage',
	) {
		super(message);
	}
}

/** Longest first line that is looked at, bytes. */
export const mostHeaderBytes = 64 * 1024;

/**
The header in the first bytes of a file, and where its frames begin.

@throws RecordingProblem for a file that is no recording, or one of a newer schema.
*/
export function readHeader(start: Buffer, file: string): {readonly header: RecordingHeader; readonly bytes: number} {
	const end = start.indexOf(0x0a);
	const header = end === -1 ? undefined : parsed(start.subarray(0, end).toString());
	const [, number] = schemaPattern.exec(String(header?.schema)) ?? [];
	if (header === undefined || number === undefined) {
		throw new RecordingProblem(`${file} is no recording of redis-top`);
	}

	if (Number(number) > newestKnown) {
		throw new RecordingProblem(
			`${file} has the schema ${recordingSchema.replace(/\d+$/, number)}: a newer redis-top reads it`,
		);
	}

	const {target, session, began, masked, intervalMs, version, isInsecure, user, rememberedAtMs} = header;
	return {
		bytes: end + 1,
		header: {
			schema: recordingSchema,
			version: textOr(version, 'unknown'),
			target: textOr(target, file),
			session: textOr(session, file),
			began: textOr(began, ''),
			masked: Array.isArray(masked) ? masked.map(String) : [],
			intervalMs: typeof intervalMs === 'number' && intervalMs > 0 ? intervalMs : 1000,
			isInsecure: isInsecure === true,
			user: typeof user === 'string' ? user : undefined,
			rememberedAtMs: typeof rememberedAtMs === 'number' ? rememberedAtMs : undefined,
		},
	};
}

export const headerLine = (header: RecordingHeader): Buffer => Buffer.from(`${JSON.stringify(header)}\n`);

const textOr = (value: unknown, otherwise: string): string => sanitize(typeof value === 'string' ? value : otherwise);

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
	} catch {
		return undefined;
	}
}
