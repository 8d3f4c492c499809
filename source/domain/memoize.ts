/**
Memoizes `make` by the identity of its argument, for as long as the argument lives. Many readers need the same value of
one state, and computing it over 1,000 nodes takes a millisecond.
*/
export function memoizeByRef<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
	const known = new WeakMap<Of, {readonly made: Made}>();
	return of => {
		const before = known.get(of);
		if (before !== undefined) {
			return before.made;
		}

		const made = make(of);
		known.set(of, {made});
		return made;
	};
}

/**
Returns a function that keeps the last result of `make`. It returns this result again while its argument has the same
members. The argument, a list, may be a new list each time.
*/
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
