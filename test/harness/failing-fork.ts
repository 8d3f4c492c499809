import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import path from 'node:path';

/**
Compiles a library that makes fork() fail while the file `flag` exists, for LD_PRELOAD. Undefined if there is no
compiler.
*/
export function failingFork(folder: string): {readonly library: string; readonly flag: string} | undefined {
	const [source, library, flag] = ['fork.c', 'fork.so', 'no-fork'].map(file => path.join(folder, file)) as [
		string,
		string,
		string,
	];
	writeFileSync(
		source,
		`#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>
pid_t fork(void) {
	if (access("${flag}", F_OK) == 0) { errno = ENOMEM; return -1; }
	return ((pid_t (*)(void)) dlsym(RTLD_NEXT, "fork"))();
}
`,
	);
	const {status} = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
	return status === 0 ? {library, flag} : undefined;
}
