import type {Figure} from '../../figure.js';

/** What the columns of the panel Events mean. */
export const eventsFigures: readonly Figure[] = [
	['TIME UTC', 'When redis-top saw it; of an earlier one, when it happened by the server.'],
	['!', 'Severity: !! critical, ! warning.'],
	['NODE', 'The node that it happened to.'],
	['KIND', 'What kind of event: restart, role change, link, eviction, finding.'],
	[
		'WHAT HAPPENED',
		'What happened, in the past tense. `earlier`: before redis-top, or the recording, started, as servers and this machine still know it.',
	],
];
