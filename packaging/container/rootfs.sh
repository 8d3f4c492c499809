#!/bin/sh
# rootfs.sh EXECUTABLE FOLDER: writes the executable and the shared libraries that it names into a new folder, which is then
# the root of a container.
set -eu
executable=$1
root=$2
mkdir -p "$root/usr/bin" "$root/etc" "$root/state" "$root/tmp"
chmod 0755 "$root"
chmod 1777 "$root/tmp"
chmod 0777 "$root/state"
cp "$executable" "$root/usr/bin/redis-top"
chmod 0755 "$root/usr/bin/redis-top"
printf 'root:x:0:0::/:/\nredis-top:x:65534:65534::/state:/\n' > "$root/etc/passwd"
# Each line of ldd ends with the path of a library and its address. glibc loads the resolver by name.
libraries=$(ldd "$executable" | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*$/\1/p')
for library in $libraries; do
	mkdir -p "$root$(dirname "$library")"
	cp -L "$library" "$root$library"
done
libc=$(printf '%s\n' "$libraries" | sed -n '/\/libc\.so\.6$/p')
for name in libnss_dns.so.2 libnss_files.so.2 libresolv.so.2; do
	if [ -e "$(dirname "$libc")/$name" ]; then
		cp -L "$(dirname "$libc")/$name" "$root$(dirname "$libc")/$name"
	fi
done
printf '127.0.0.1 localhost\n::1 localhost\n' > "$root/etc/hosts"
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"
