/** The size, start time and title of an asciicast, a recording of a terminal in asciinema's format. */
export type CastHeader = {
	readonly columns: number;
	readonly rows: number;
	/** When the cast begins, in milliseconds since the epoch. */
	readonly beganMs: number;
	readonly title: string;
};

/** The first line of an asciicast: https://docs.asciinema.org/manual/asciicast/v2/ */
export const castHeader = ({columns, rows, beganMs, title}: CastHeader): string =>
	`${JSON.stringify({version: 2, width: columns, height: rows, timestamp: Math.floor(beganMs / 1000), title})}\n`;

/**
An event of an asciicast as one line of JSON.

@param kind `o`: output to the terminal. `m`: a marker, with its label.
@param atMs Milliseconds since the beginning of the cast.
*/
export const castEvent = (atMs: number, kind: 'o' | 'm', text: string): string =>
	`${JSON.stringify([Math.round(atMs) / 1000, kind, text])}\n`;
