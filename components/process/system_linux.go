package process

import (
	"time"

	"golang.org/x/sys/unix"
)

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

// set sets the limits of a program that runs.
func (l *Limits) set(pid int) error {
	for _, limit := range []struct {
		resource int
		most     int64
	}{
		{unix.RLIMIT_CPU, int64((l.CPU + time.Second - 1) / time.Second)},
		{unix.RLIMIT_AS, l.Memory},
		{unix.RLIMIT_NOFILE, l.Files},
		{unix.RLIMIT_FSIZE, l.FileSize},
		{unix.RLIMIT_NPROC, l.Processes},
	} {
		if limit.most > 0 {
			most := &unix.Rlimit{Cur: uint64(limit.most), Max: uint64(limit.most)}
			if limit.resource == unix.RLIMIT_CPU {
				most.Max++ // XCPU comes first, and then KILL
			}
			// One that has ended already needs no limit.
			if err := unix.Prlimit(pid, limit.resource, most, nil); err != nil && err != unix.ESRCH {
				return err
			}
		}
	}
	return nil
}
