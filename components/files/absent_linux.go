package files

import (
	"os"
	"syscall"
)

// A glance tells quickly that a name is not there. os.Root opens all directories
// on the way to a name, which is most of what a look costs, and names beside a
// file are looked for at each. What there is, or may be, is os.Root's to say: a
// glance goes by any link, even out of the root, but sees nothing.
type glance struct {
	dir *os.File
	raw syscall.RawConn
}

func newGlance(root *os.Root) glance {
	dir, err := root.Open(".")
	if err != nil {
		return glance{}
	}
	raw, err := dir.SyscallConn()
	if err != nil {
		_ = dir.Close()
		return glance{}
	}
	return glance{dir, raw}
}

// absent reports whether there is no file called name; false means that there
// may be one.
func (g glance) absent(name string) bool {
	if g.dir == nil {
		return false
	}
	var errno error
	err := g.raw.Control(func(fd uintptr) { errno = syscall.Faccessat(int(fd), name, 0, 0) })
	return err == nil && errno == syscall.ENOENT
}

func (g glance) close() {
	if g.dir != nil {
		_ = g.dir.Close()
	}
}
