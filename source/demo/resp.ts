/** A reply as RESP2 has it. An error reply is a `LoadError` value. */
export type LoadReply = string | number | null | LoadError | readonly LoadReply[];

export class LoadError extends Error {
	override readonly name = 'LoadError';
}

/** The text of a command in RESP: an array of bulk strings. */
export function encodeCommand(parts: ReadonlyArray<string | number>): string {
	const bulks = parts.map(part => {
		const text = String(part);
		return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
	});
	return `*${parts.length}\r\n${bulks.join('')}`;
}

/** The text of a reply in RESP2. Short words (`OK`, `PONG`) are simple strings, as servers send them. */
export function encodeReply(reply: LoadReply): string {
	if (reply === null) {
		return '$-1\r\n';
	}

	if (typeof reply === 'number') {
		return `:${reply}\r\n`;
	}

	if (reply instanceof LoadError) {
		return `-${reply.message}\r\n`;
	}

	if (typeof reply === 'string') {
		return /^[A-Z]{2,8}$/.test(reply) ? `+${reply}\r\n` : `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
	}

	return `*${reply.length}\r\n${reply.map(encodeReply).join('')}`;
}

/** Splits a stream of bytes into replies. An incomplete reply is kept until its rest arrives. */
export class ReplyReader {
	#bytes: Buffer = Buffer.alloc(0);
	#offset = 0;

	/**
	Returns the replies that `chunk` completes, in order.

	@throws TypeError for bytes that aren't RESP2.
	*/
	read(chunk: Buffer): LoadReply[] {
		this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
		this.#offset = 0;
		const replies: LoadReply[] = [];
		let end = 0;
		for (;;) {
			const reply = this.#next();
			if (reply === undefined) {
				break;
			}

			replies.push(reply);
			end = this.#offset;
		}

		this.#bytes = this.#bytes.subarray(end);
		return replies;
	}

	#line(): string | undefined {
		const end = this.#bytes.indexOf('\r\n', this.#offset);
		if (end === -1) {
			return undefined;
		}

		const text = this.#bytes.toString('utf8', this.#offset, end);
		this.#offset = end + 2;
		return text;
	}

	#next(): LoadReply | undefined {
		const head = this.#line();
		if (head === undefined) {
			return undefined;
		}

		const rest = head.slice(1);
		switch (head[0]) {
			case '+':
				return rest;
			case '-':
				return new LoadError(rest);
			case ':':
				return Number(rest);
			case '$':
				return this.#bulk(Number(rest));
			case '*':
				return this.#array(Number(rest));
			default:
				throw new TypeError('a reply that is no RESP2');
		}
	}

	#bulk(length: number): string | null | undefined {
		if (length < 0) {
			return null;
		}

		const end = this.#offset + length;
		if (this.#bytes.length < end + 2) {
			return undefined;
		}

		const text = this.#bytes.toString('utf8', this.#offset, end);
		this.#offset = end + 2;
		return text;
	}

	#array(length: number): readonly LoadReply[] | null | undefined {
		if (length < 0) {
			return null;
		}

		const items: LoadReply[] = [];
		for (let index = 0; index < length; index++) {
			const item = this.#next();
			if (item === undefined) {
				return undefined;
			}

			items.push(item);
		}

		return items;
	}
}
