package tcp

import (
	"syscall"
	"unsafe"
)

// readNow reads what is there, from a socket that does not block: the scheduler
// need not be told of a system call that returns at once.
func readNow(fd uintptr, b []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
