/**
A reply from the wire before anything is checked: bytes decoded as UTF-8. An error reply is an `Error` in place of a
value.
*/
export type RawReply = string | number | null | Error | readonly RawReply[];
