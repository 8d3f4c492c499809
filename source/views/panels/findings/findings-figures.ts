import type {Figure} from '../../figure.js';

/** What each label of the panel Findings means. */
export const findingsFigures: readonly Figure[] = [
	[
		'SEVERITY',
		'!! critical: users feel it or data is at risk. ! warning: it will be so, or is half so. i note: advice.',
	],
	[
		'!! ! i ? of the title',
		'Causes that hold, by severity, kinds of advice, and rules that are not evaluated. Line 2 and the tab of the panel count the same !! and !.',
	],
	['SINCE', 'How long the condition has held.'],
	['NODE', 'The node that the finding is about.'],
	['WHAT', 'What is wrong, and what of it follows.'],
	['RULE', 'Id of the rule; redis-top rules ID explains it and its thresholds.'],
	['?', 'What cannot be known, and which grant would allow it. It is never counted as fine.'],
];
