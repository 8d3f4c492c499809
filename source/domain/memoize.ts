/**
`make` with a memory: what is made of one and the same object is made once, and kept as long as the object. For what many
ask of a state that doesn't change: at a thousand nodes a look at all of them is a millisecond.
*/
export function memoizeByRef<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
	const known = new WeakMap<Of, {readonly made: Made}>();
	return of => {
		const entry = known.get(of) ?? {made: make(of)};
		known.set(of, entry);
		return entry.made;
	};
}

/** The same of a list that comes anew each time: what was made of the last one is kept while a list has the same members. */
export function memoizeLast<Member, Made>(make: (of: readonly Member[]) => Made): (of: readonly Member[]) => Made {
	let last: {readonly of: readonly Member[]; readonly made: Made} | undefined;
	return of => {
		const isAlike = last?.of.length === of.length && of.every((member, index) => member === last?.of[index]);
		last = isAlike && last !== undefined ? last : {of, made: make(of)};
		return last.made;
	};
}
