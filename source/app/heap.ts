import v8 from 'node:v8';
import vm from 'node:vm';

/** Time from the start until the growth of the heap is limited, in milliseconds. A limit of 1 MB slows the start. */
const startMs = 1500;
/** Time from the start to the first full collection, in milliseconds: the garbage of the start is complete by then. */
const firstCollectionMs = 3000;
const collectionEveryMs = 120_000;

/**
Keeps the heap of a monitor that runs for days small: about 105 MB resident after an hour, for 0.5 % of a core. By default
V8 grows the new space to 32 MB, because frames are made of short-lived rows, and the old space to several times its live
objects. It returns no memory to a machine that may be short of it. A full collection every two minutes does, in 20 to 40 ms.
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

/** A full collection that returns free memory to the system; a no-op where the engine has no `gc`. */
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

/** Time until a large deployment is discovered, in milliseconds. Discovery leaves garbage scattered over 40 MB. */
const settledMs = 20_000;

/** Interval between two checks of the new space while it grows, in milliseconds. */
const growthLookMs = 1000;
/** Size of the new space, both halves, that 1,000 polls a second need. More only costs memory. */
const enoughNewSpaceBytes = 16 * 2 ** 20;

/**
Lets the heap grow for a deployment of many nodes. The objects of 100 polls outlive a new space of 1 MB and then need full
collections, which took half of all processor time at 1,000 nodes. There a full collection blocks keys for 330 ms, so one
runs after discovery and no other. Without a limit the new space would grow to three times the useful size.
*/
export function letHeapGrow(): void {
	if (isLarge) {
		return;
	}

	isLarge = true;
	v8.setFlagsFromString('--heap-growing-percent=45');
	// Four threads that look for a share of 2 ms of work cost more than the work: 5 % of all processor time.
	v8.setFlagsFromString('--no-parallel-scavenge');
	growNewSpace();
	setTimeout(() => {
		wholeCollection()();
		// The collection shrank the new space too.
		growNewSpace();
	}, settledMs).unref();
}

/** Lets the new space grow to `enoughNewSpaceBytes`, then stops its growth. */
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
