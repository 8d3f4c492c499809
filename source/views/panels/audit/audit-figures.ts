import type {Figure} from '../../figure.js';

/** What the columns of the panel Audit mean. */
export const auditFigures: readonly Figure[] = [
	['TIME UTC', 'When it was written, before sending and after.'],
	['WHO', 'User of the operating system, and where the session came from.'],
	['TARGET', 'The node that the action was for.'],
	['PHASE', 'intent, then sent, refused or aborted, then verified or unproved.'],
	['WHAT', 'The command, and what came of it.'],
];
