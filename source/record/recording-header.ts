import {sanitize} from '../text/sanitize.js';

/**
The schema that this version writes. Later versions may add to a schema without changing its number. A reader skips the
additions that it does not know.
*/
export const recordingSchema = 'redis-top/recording@2';

const schemaPattern = /^redis-top\/recording@(\d+)$/;
const newestKnown = 2;

/** The first line of a recording, in plain JSON: it can be read with `head -1`. */
export type RecordingHeader = {
	readonly schema: string;
	/** The version of the redis-top that wrote the recording. */
	readonly version: string;
	/** The targets as they were typed, without passwords. */
	readonly target: string;
	/** When this file began: ISO 8601, UTC. */
	readonly began: string;
	/** Identifies one run of redis-top. Files of one run continue each other. */
	readonly session: string;
	/** The kinds of names that pseudonyms replace: some of `arguments`, `keys`, `clients` and `addresses`. */
	readonly masked: readonly string[];
	readonly intervalMs: number;
	readonly isInsecure: boolean;
	readonly user?: string | undefined;
	readonly rememberedAtMs?: number | undefined;
};

/** The error of a file that can't be replayed. Its message is one line. */
export class RecordingProblem extends Error {
	override readonly name = 'RecordingProblem';

	constructor(
		message: string,
		/** `usage`: the file is no recording, or the moment is not in it. `access`: the file can't be read or written. */
		readonly kind: 'usage' | 'access' = 'usage',
	) {
		super(message);
	}
}

/** Longest first line that is read as a header, in bytes. */
export const mostHeaderBytes = 64 * 1024;

/**
Reads the header in the first bytes of a file. `bytes` is the length of the header, which the first frame follows.

@throws RecordingProblem for a file that is no recording, or has a newer schema.
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
