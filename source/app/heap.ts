import v8 from 'node:v8';
import vm from 'node:vm';

/** Until then it may grow as it likes: a start within a space of a megabyte takes longer, milliseconds. */
const startMs = 1500;
/** By then the start's own garbage is complete, milliseconds. */
const firstCollectionMs = 3000;
const collectionEveryMs = 120_000;

/**
Keeps the heap of a monitor that runs for days small: about 105 MB resident after an hour, for half a per cent of a
core. V8 lets the space for new objects grow to 32 MB while frames are made of short-lived rows, and the old space to
several times what is alive; and of itself it gives nothing back to a machine that may be short of memory just then. A
collection that does takes 20 to 40 ms, every two minutes.
*/
export function keepHeapSmall(): void {
	setTimeout(limitGrowth, startMs).unref();
	const collectAll = wholeCollection();
	const collect = () => {
		if (!isLarge) {
			collectAll();
		}
	};

	setTimeout(collect, firstCollectionMs).unref();
	setInterval(collect, collectionEveryMs).unref();
}

/** A collection of everything, which gives back what is free; an engine without one does nothing. */
export function wholeCollection(): () => void {
	v8.setFlagsFromString('--expose-gc');
	const collectGarbage: unknown = vm.runInNewContext('gc');
	return typeof collectGarbage === 'function'
		? () => collectGarbage({type: 'major', execution: 'sync', flavor: 'last-resort'})
		: () => undefined;
}

function limitGrowth(): void {
	if (!isLarge) {
		v8.setFlagsFromString('--semi-space-growth-factor=1');
		v8.setFlagsFromString('--heap-growing-percent=25');
	}
}

let isLarge = false;

/** By then all nodes of a large deployment have been met, milliseconds; what that took lies scattered over 40 MB. */
const settledMs = 20_000;

/** Looked at so often while it grows, milliseconds. */
const growthLookMs = 1000;
/** The space for new objects, both halves of it, that a thousand polls a second want; more only costs memory. */
const enoughNewSpaceBytes = 16 * 2 ** 20;

/**
For a deployment of many nodes: what a hundred polls bring outlives a space for new objects of a megabyte and is then
collected with everything else, which took half of all processor time at a thousand nodes. A collection of everything
holds up the keys for a third of a second there, so that there is one, when all have been met, and no other. Of itself the space would grow to three times of what helps.
*/
export function letHeapGrow(): void {
	if (isLarge) {
		return;
	}

	isLarge = true;
	v8.setFlagsFromString('--heap-growing-percent=45');
	// Four threads that look for a share of two milliseconds' work cost more than the work: a twentieth of all.
	v8.setFlagsFromString('--no-parallel-scavenge');
	growNewSpace();
	setTimeout(() => {
		wholeCollection()();
		// It was given back too.
		growNewSpace();
	}, settledMs).unref();
}

/** Up to what helps, and no further. */
function growNewSpace(): void {
	v8.setFlagsFromString('--semi-space-growth-factor=2');
	const look = setInterval(() => {
		const newSpace = v8.getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space');
		if ((newSpace?.space_size ?? 0) >= enoughNewSpaceBytes) {
			v8.setFlagsFromString('--semi-space-growth-factor=1');
			clearInterval(look);
		}
	}, growthLookMs);
	look.unref();
}
