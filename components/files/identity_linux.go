package files

import (
	"os"
	"syscall"
)

// strongIdentity says that an identity tells any two versions of a file apart.
const strongIdentity = true

// identify tells which version of which file fi describes.
func identify(fi os.FileInfo) identity {
	id := identity{size: fi.Size(), mtime: fi.ModTime().UnixNano()}
	id.ctime = id.mtime
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		id.dev, id.ino, id.ctime = uint64(st.Dev), st.Ino, st.Ctim.Nano()
	}
	return id
}
