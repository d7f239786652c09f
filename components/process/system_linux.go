package process

import "golang.org/x/sys/unix"

// waitFor waits until a program has ended, and does not reap it. It reports
// whether that was possible.
func waitFor(pid int) bool {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return err == nil
		}
	}
}
