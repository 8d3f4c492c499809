import type {Given} from '../arguments/argv.js';
import type {Origins} from './plan.js';
import type {RuleGroup} from './rules.js';

export type FileReading = {readonly text: string} | {readonly why: string};

/**
The texts of the files that flags name. If a file can't be read, its `why` has the reason. `cacertdir` is the joined
text of all files of the folder.
*/
export type Readings = {
	readonly [Flag in 'passFile' | 'cacert' | 'cacertdir' | 'cert' | 'key']?: FileReading;
} & {
	/** The password that was typed at the prompt of `--askpass`; absent before the prompt. */
	readonly askedPassword?: string;
	/** The first output line of a profile's `password-command`; absent before the command ran. */
	readonly commandPassword?: string;
};

/** Targets with the same connection settings, and everything from which those settings are made. */
export type TargetSource = RuleGroup & {
	readonly given: Given;
	readonly readings: Readings;
	/** For each value that came from the profile, its place in the config file. */
	readonly origins?: Origins;
	/** True if a `password-command` is going to return the password. */
	readonly hasPasswordCommand?: boolean;
};
