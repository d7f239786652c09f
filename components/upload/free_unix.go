//go:build linux || darwin

package upload

import (
	"os"
	"syscall"
)

// free returns how many bytes the disk has that the program may write.
func free(root *os.Root) (int64, error) {
	f, err := root.Open(".")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(f.Fd()), &s); err != nil {
		return 0, os.NewSyscallError("fstatfs", err)
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
