/**
A reply as it comes off the wire, before anything in it is trusted: bytes decoded as UTF-8, an error reply as an `Error`
in place of its value.
*/
export type RawReply = string | number | null | Error | readonly RawReply[];
