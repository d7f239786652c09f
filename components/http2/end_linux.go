package http2

import "golang.org/x/sys/unix"

// saysNoMore reports whether the other end of a socket has closed its half.
func saysNoMore(fd uintptr) bool {
	poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	n, err := unix.Poll(poll, 0)
	return err == nil && n > 0
}
