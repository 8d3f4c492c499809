import type {Given} from '../arguments/argv.js';
import type {Origins} from './plan.js';
import type {RuleGroup} from './rules.js';

export type FileReading = {readonly text: string} | {readonly why: string};

/** The texts of files that flags name; `why` says why one can't be read. `cacertdir` is all files of the folder, joined. */
export type Readings = {
	readonly [Flag in 'passFile' | 'cacert' | 'cacertdir' | 'cert' | 'key']?: FileReading;
} & {
	/** The input of the `--askpass` prompt; absent before it. */
	readonly askedPassword?: string;
	/** The first line of a profile's `password-command`; absent before it ran. */
	readonly commandPassword?: string;
};

/** Targets with the same connection settings, and everything that those settings come from. */
export type TargetSource = RuleGroup & {
	readonly given: Given;
	readonly readings: Readings;
	/** Where the profile's values come from. */
	readonly origins?: Origins;
	/** A `password-command` will return the password. */
	readonly hasPasswordCommand?: boolean;
};
