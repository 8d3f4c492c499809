import type {Check} from './check.js';

/** Most blind spots that the text lists. JSON has all of them. */
const shownBlind = 8;

/**
The text of `redis-top check`. The first line is the verdict, in the form of a Nagios plugin's output. Below it is every
finding with its meaning and next steps, then what could not be evaluated.
*/
export function checkText({status, verdict, findings, nodes, blind, notEvaluated, unconfirmed}: Check): string {
	const up = nodes.filter(({state}) => state === 'up').length;
	const denied = blind.filter(({reason}) => reason === 'denied' || reason === 'unseen');
	return [
		`${status.toUpperCase()}: ${verdict}`,
		...findings.flatMap(({severity, rule, node, title, meaning, next}) => [
			'',
			`${severity}  ${rule}  ${node ?? 'deployment'}  ${title}`,
			`  ${meaning}`,
			...next.map(step => `  - ${step}`),
		]),
		'',
		`${up} of ${nodes.length} node${nodes.length === 1 ? '' : 's'} up`,
		...denied
			.slice(0, shownBlind)
			.map(
				({what, node, why, fix}) =>
					`not seen: ${what}${node === null ? '' : ` on ${node}`}: ${why}${fix === null ? '' : `; ${fix}`}`,
			),
		...(denied.length > shownBlind ? [`not seen: ${denied.length - shownBlind} more; --json lists them`] : []),
		...unconfirmed.map(
			({rule, node, title, why}) => `not confirmed: ${rule}${node === null ? '' : ` on ${node}`}: ${title} (${why})`,
		),
		...(notEvaluated.length === 0
			? []
			: [`not evaluated: ${notEvaluated.join(', ')}: they must hold for longer than check looks; see redis-top watch`]),
	].join('\n');
}

/** The output formats of `redis-top check`; `text` is the default. */
export const checkFormats = {
	text: checkText,
	json: (check: Check): string => JSON.stringify(check, undefined, 2),
};
