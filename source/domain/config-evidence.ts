/** The present content of the config file with which the server was started. */
export type ConfigFileEvidence = {
	readonly path: string;
	/** The values in the config file by lower-case setting name, only for settings that rules compare. */
	readonly settings: ReadonlyMap<string, string>;
	/** The commands that the file renames or takes away (`rename-command`), in upper case. Their new names are secret. */
	readonly renamedCommands?: readonly string[] | undefined;
	/** The certificate that the server would load from `tls-cert-file`; undefined without one that can be read. */
	readonly certificate?: CertificateFile | undefined;
};

/** A certificate in a file. Times are in milliseconds since the epoch. */
export type CertificateFile = {
	readonly path: string;
	readonly validFromMs: number;
	readonly validToMs: number;
	/** When the file was last changed. */
	readonly changedAtMs: number;
};

/** A line of a config file for which the server does not start. */
export type ConfigMistake = {
	/** The file with the line: the config file, or one that it includes. */
	readonly path: string;
	/** The number of the line, from 1. */
	readonly line: number;
	/** The line, printable and short. Of a secret setting, its name alone. */
	readonly text: string;
	/** What is not valid, in few words: `two values where one belongs`. */
	readonly why: string;
	/** Whether the line is valid, and its folder is gone. */
	readonly isMissingFolder?: true;
	/** When the file was last changed, milliseconds since the epoch. */
	readonly changedAtMs: number;
	/** When a start of the server printed that it does not accept the line, milliseconds since the epoch. */
	readonly refusedAtMs?: number | undefined;
	/** The version that printed it: `Redis 7.0.15`. */
	readonly refusedBy?: string | undefined;
};
