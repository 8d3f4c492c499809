/**
Memoizes `make` by the identity of its argument, for as long as the argument lives. Many readers ask the same of one state,
and at 1,000 nodes a look at all of them takes a millisecond.
*/
export function memoizeByRef<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
	const known = new WeakMap<Of, {readonly made: Made}>();
	return of => {
		const entry = known.get(of) ?? {made: make(of)};
		known.set(of, entry);
		return entry.made;
	};
}

/** Memoizes the last result for as long as the list has the same members: for a list that is built again each time. */
export function memoizeLast<Members extends readonly unknown[], Made>(
	make: (of: Members) => Made,
): (of: Members) => Made {
	let last: {readonly of: Members; readonly made: Made} | undefined;
	return of => {
		const isAlike = last?.of.length === of.length && of.every((member, index) => member === last?.of[index]);
		last = isAlike && last !== undefined ? last : {of, made: make(of)};
		return last.made;
	};
}
