import type {Command} from './commands.js';

export type FlagGroup = 'connection' | 'tls' | 'monitor' | 'output' | 'other';

export type FlagRow = {
	readonly group: FlagGroup;
	/** The long name without the dashes. A name that begins with `no-` sets the value to false. */
	readonly name: string;
	/** The flag's letter, without the dash. */
	readonly short?: string;
	/** Name of the value in `--help`; absent for a switch. */
	readonly value?: string;
	/** True for a flag whose value may start with a dash and must never be printed. */
	readonly isSecret?: boolean;
	/**
	The values that the flag may have, by command, if they differ between commands. For a command that is not
	listed, the flag has no values.
	*/
	readonly valuesOf?: Readonly<Record<string, readonly string[]>>;
	/** True for a flag that may be repeated. Its values are joined by commas. */
	readonly isList?: boolean;
	/** The commands that have the flag; absent for a flag of all commands. */
	readonly commands?: readonly Command[];
	/** The flag's meaning and its default, as `--help` prints them. */
	readonly text: string;
};
