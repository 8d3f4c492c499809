/** What a server lacks that was started without its config file. */
export const lostWithTheFile =
	'A server that is started without its config file lacks its password, its maxmemory, its folder and so its data.';
/** The last step for a server that was started without its config file. CONFIG REWRITE fails there: it has no file. */
export const startWithItsFile = 'then start it with its config file again';
/** How to see whether a server has its config file and its options. */
export const seeItsStart = 'see on its host how it was started: ps -C redis-server,valkey-server -o pid,args';
/**
How clients get in at once again where a line of the config file is missing. Without the file, the server may be empty:
its replicas would copy the empty data set as soon as they can log in.
*/
export const giveItsPassword =
	'there CONFIG SET requirepass with the password of its clients lets them in at once; then put the line back';
/** How to end a server before it is started with its config file. */
export const endWithoutSave =
	'end it with SHUTDOWN NOSAVE: a save could replace the RDB file, and CONFIG REWRITE fails without a config file';
