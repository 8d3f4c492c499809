import {moveLength, type Pen, type Stroke} from './pen.js';
import {drawn, type Patch} from './row-patches.js';
import {styleChange} from './style-change.js';

/** Patches among which the nearest is looked for: more would take longer and save little. */
const lookAhead = 16;

/**
Writes patches by the nearest first: each time the one that the pen reaches with the fewest bytes for moving and for
changing its style. Digits below each other in a column are two bytes apart, the ends of two sparklines are of one colour.
*/
export function drawNearestFirst(start: Stroke, patches: readonly Patch[]): Stroke {
	const waiting = [...patches];
	let stroke = start;
	while (waiting.length > 0) {
		const nearest = nearestOf(stroke.pen, waiting);
		const [patch] = waiting.splice(nearest, 1);
		stroke = patch === undefined ? stroke : drawn(stroke, patch);
	}

	return stroke;
}

function nearestOf(pen: Pen, patches: readonly Patch[]): number {
	let best = 0;
	let fewest = Number.POSITIVE_INFINITY;
	for (let index = 0; index < Math.min(lookAhead, patches.length); index++) {
		const bytes = bytesTo(pen, patches[index]);
		if (bytes < fewest) {
			best = index;
			fewest = bytes;
		}
	}

	return best;
}

function bytesTo(pen: Pen, patch: Patch | undefined): number {
	return patch === undefined
		? Number.POSITIVE_INFINITY
		: moveLength(pen, patch.row, patch.column) + styleChange(pen.style, patch.firstStyle(pen.style)).length;
}
