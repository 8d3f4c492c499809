import v8 from 'node:v8';
import vm from 'node:vm';

/** Until then the space for new objects grows as V8 lets it: a start within a megabyte takes longer, milliseconds. */
const startMs = 1500;
/** By then all nodes of a large deployment have been met, milliseconds. What that took lies scattered over 40 MB. */
const settledMs = 20_000;
/** How often the space for new objects is looked at while it grows, milliseconds. */
const growthLookMs = 1000;
/** What a thousand polls a second need of the space for new objects, both halves of it. More costs 16 MB and helps nothing. */
const enoughNewSpaceBytes = 16 * 2 ** 20;

let isLarge = false;

/**
Keeps the heap of a monitor small. Frames are made of rows that live for a second: V8 lets the space for new objects grow to
32 MB for them, 25 MB of which stay resident. One collection gives back what the start took. Node can't be told by flags of
the command line, which an installed program doesn't have.
*/
export function keepHeapSmall(): void {
	setTimeout(() => {
		if (!isLarge) {
			letNewSpaceGrow(false);
		}
	}, startMs).unref();
	setTimeout(() => {
		wholeCollection()();
		if (isLarge) {
			// The collection has given it back too.
			growNewSpace();
		}
	}, settledMs).unref();
}

/** A full collection that returns free memory to the system; a no-op where the engine has no `gc`. */
export function wholeCollection(): () => void {
	v8.setFlagsFromString('--expose-gc');
	const collectGarbage: unknown = vm.runInNewContext('gc');
	return typeof collectGarbage === 'function'
		? () => collectGarbage({type: 'major', execution: 'sync', flavor: 'last-resort'})
		: () => undefined;
}

/**
For a deployment of many nodes. What a hundred polls bring outlives a space for new objects of a megabyte and is then
collected with everything else: that took half of all processor time at a thousand nodes. The rest of the heap grows by 45 %
before it is collected. V8's own measure takes 220 MB more.
*/
export function letHeapGrow(): void {
	if (!isLarge) {
		isLarge = true;
		v8.setFlagsFromString('--heap-growing-percent=45');
		growNewSpace();
	}
}

/** Lets the new space grow to `enoughNewSpaceBytes`, then stops its growth. */
function growNewSpace(): void {
	letNewSpaceGrow(true);
	const look = setInterval(() => {
		const newSpace = v8.getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space');
		if ((newSpace?.space_size ?? 0) >= enoughNewSpaceBytes) {
			letNewSpaceGrow(false);
			clearInterval(look);
		}
	}, growthLookMs);
	look.unref();
}

function letNewSpaceGrow(mayGrow: boolean): void {
	v8.setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
}
