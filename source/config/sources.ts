import type {Given} from '../arguments/argv.js';
import type {Origins} from './plan.js';
import type {RuleGroup} from './rules.js';

export type FileReading = {readonly text: string} | {readonly why: string};

/** What the files named by flags held; `why` says why one can't be read. `cacertdir` is its files, one after the other. */
export type Readings = {
	readonly [Flag in 'passFile' | 'cacert' | 'cacertdir' | 'cert' | 'key']?: FileReading;
} & {
	/** What was typed at the prompt of `--askpass`; absent before it was asked for. */
	readonly askedPassword?: string;
	/** What a profile's `password-command` printed; absent before it was run. */
	readonly commandPassword?: string;
};

/** Targets that are reached in the same way, and what is known of that way. */
export type TargetSource = RuleGroup & {
	readonly given: Given;
	readonly readings: Readings;
	/** Where its profile's values stand. */
	readonly origins?: Origins;
	/** A program will give the password. */
	readonly hasPasswordCommand?: boolean;
};
