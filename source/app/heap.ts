import v8 from 'node:v8';
import vm from 'node:vm';
import {scale} from '../domain/scale.js';
import type {MonitorStore} from '../state/monitor-store.js';

/**
Time after the start from which V8 may not enlarge the space for new objects, in milliseconds. If that space were
limited to one megabyte from the beginning, the start would take longer. The time is later than `keepAfterMs` of
`app/linked-program.ts`: V8 accepts compiled code only under the flags with which it was made.
*/
const startMs = 3500;
/**
Time after the start when one full collection runs, in milliseconds. By then all nodes of a large deployment are found.
The collection frees the garbage of discovery, which is spread over 40 MB.
*/
const settledMs = 20_000;
/** Interval between two checks of the size of the space for new objects while it grows, in milliseconds. */
const growthLookMs = 1000;
/**
Size of the space for new objects, both halves together, that a thousand polls a second need. A larger space takes 16 MB
more and saves no time.
*/
const enoughNewSpaceBytes = 16 * 2 ** 20;

let isLarge = false;
let isOptimized = false;
let isStarted = false;

/**
By how much the heap of a command without a screen may grow before it is collected, in percent. V8's own limit lets
`watch` on six nodes grow from 17 to 58 MB.
*/
export const heapGrowth = {
	watch: 60,
	/** A recorder compares each reply with the previous one, so that more of what it holds becomes garbage later. */
	record: 40,
} as const;

/**
Keeps the heap small in a command that runs for hours. The heap may grow if there are many nodes.

@param growthPercent By how much the heap may grow before it is collected; undefined: V8 decides.
*/
export function fitHeap(store: Pick<MonitorStore, 'get' | 'subscribe'>, growthPercent?: number): void {
	keepHeapSmall();
	if (growthPercent !== undefined) {
		collectEarlier(growthPercent);
	}

	store.subscribe(() => {
		const {size} = store.get().nodes;
		if (size > scale.unoptimizedUpTo) {
			letOptimize();
		}

		if (size > scale.smallHeapUpTo) {
			letHeapGrow();
		}
	});
}

/**
Keeps the heap of the monitor small. The objects that are made to draw the screen live for about a second. For them, V8
would enlarge the space for new objects to 32 MB, of which 25 MB would stay resident. One full collection frees the
memory that the start took. V8's flags are set at run time, because an installed program has no command line for Node.
*/
function keepHeapSmall(): void {
	setTimeout(() => {
		isStarted = true;
		setOptimizing();
		if (!isLarge) {
			letNewSpaceGrow(false);
		}
	}, startMs).unref();
	setTimeout(() => {
		wholeCollection()();
		if (isLarge) {
			// The full collection has also shrunk the space for new objects, so the space has to grow again.
			growNewSpace();
		}
	}, settledMs).unref();
}

/**
Lets the heap grow by so much before it is collected. What a poll leaves behind lives until the next poll. It outlives the
space for new objects, and becomes garbage among the old objects.
*/
function collectEarlier(growthPercent: number): void {
	setTimeout(() => {
		if (!isLarge) {
			v8.setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
		}
	}, startMs).unref();
}

/**
Returns a function that runs a full collection and returns free memory to the system. The function does nothing if the
engine has no `gc`.
*/
export function wholeCollection(): () => void {
	v8.setFlagsFromString('--expose-gc');
	const collectGarbage: unknown = vm.runInNewContext('gc');
	return typeof collectGarbage === 'function'
		? () => collectGarbage({type: 'major', execution: 'sync', flavor: 'last-resort'})
		: () => undefined;
}

/**
Lets the heap grow for a deployment of many nodes. V8 keeps new objects in a space of their own, at first one megabyte.
The results of a hundred polls fill it while they are still used, and V8 then moves them to the old objects. Collecting
the old objects took half of all processor time at a thousand nodes. The old objects may grow by 45 % before they are
collected. With V8's default, redis-top takes 220 MB more at a thousand nodes.
*/
function letHeapGrow(): void {
	if (!isLarge) {
		isLarge = true;
		v8.setFlagsFromString('--heap-growing-percent=45');
		growNewSpace();
	}
}

/** Lets the space for new objects grow to `enoughNewSpaceBytes`, then stops its growth. */
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

/**
Keeps V8 from compiling functions with its optimizing compilers. At a few polls a second they cost more processor time
than they save, and they cost memory. V8 still compiles functions that are called often, without optimizations. With many
nodes, it may optimize.
*/
function setOptimizing(): void {
	v8.setFlagsFromString(isOptimized ? '--opt' : '--no-opt');
}

/**
Lets V8 optimize functions, because there are many nodes. During the start the flag stays as it is. A changed flag would
make the compiled code of this start useless for the next start.
*/
function letOptimize(): void {
	if (!isOptimized) {
		isOptimized = true;
		if (isStarted) {
			setOptimizing();
		}
	}
}
