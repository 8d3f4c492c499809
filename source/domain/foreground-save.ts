/**
The file into which a server's own thread writes a save now: `temp-4711.rdb` of process 4711. BGSAVE writes in a child
process, with another id in the name. Source: redis src/rdb.c, rdbSave.
*/
export type ForegroundSave = {readonly path: string; readonly sizeBytes: number};
