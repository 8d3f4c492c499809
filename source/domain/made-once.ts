/**
`make` with a memory: what is made of one and the same object is made once, and kept as long as the object. For what many
ask of a state that doesn't change: at a thousand nodes a look at all of them is a millisecond.
*/
export function madeOnce<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
	const known = new WeakMap<Of, {readonly made: Made}>();
	return of => {
		const entry = known.get(of) ?? {made: make(of)};
		known.set(of, entry);
		return entry.made;
	};
}
