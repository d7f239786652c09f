package process

import (
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A running is a program that runs. It is not reaped before reap says so.
//
// It does by itself what os/exec does, since that has a price here: os/exec makes
// the program's ends of the pipes known to Go's poller, takes them out again, and
// waits for the end in a thread of its own.
type running struct {
	pid int
}

// launch starts a program, and makes the pipes to it. Without input it reads the
// null device.
func launch(cmd *exec.Cmd, input bool) (*running, *pipes, error) {
	if cmd.Err != nil {
		return nil, nil, cmd.Err
	}
	var ours, theirs [3]int
	for i := range 3 {
		ours[i], theirs[i] = -1, -1
	}
	p, err := openPipes(input, &ours, &theirs)
	defer closeAll(theirs[:])
	if err != nil {
		closeAll(ours[:])
		return nil, nil, err
	}
	files := []uintptr{uintptr(theirs[0]), uintptr(theirs[1]), uintptr(theirs[2])}
	for _, f := range cmd.ExtraFiles {
		files = append(files, f.Fd())
	}
	pid, err := syscall.ForkExec(cmd.Path, cmd.Args, &syscall.ProcAttr{
		Dir: cmd.Dir, Env: cmd.Environ(), Sys: cmd.SysProcAttr, Files: files,
	})
	if err != nil {
		p.close()
		return nil, nil, &fs.PathError{Op: "fork/exec", Path: cmd.Path, Err: err}
	}
	return &running{pid: pid}, p, nil
}

// openPipes makes the pipes, and tells their descriptors at both ends. Those of
// the program block.
func openPipes(input bool, ours, theirs *[3]int) (*pipes, error) {
	for i := range 3 {
		ends := [2]int{-1, -1} // as they stay if there is no pipe
		var err error
		switch {
		case i > 0:
			err = unix.Pipe2(ends[:], unix.O_CLOEXEC)
			ours[i], theirs[i] = ends[0], ends[1]
		case input:
			err = unix.Pipe2(ends[:], unix.O_CLOEXEC)
			ours[i], theirs[i] = ends[1], ends[0]
		default:
			theirs[i], err = unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
		if err == nil && ours[i] >= 0 {
			_, err = unix.FcntlInt(uintptr(ours[i]), unix.F_SETFL, unix.O_NONBLOCK)
		}
		if err != nil {
			return nil, os.NewSyscallError("pipe2", err)
		}
	}
	p := &pipes{stdout: os.NewFile(uintptr(ours[1]), "stdout"), stderr: os.NewFile(uintptr(ours[2]), "stderr")}
	if input {
		p.stdin = os.NewFile(uintptr(ours[0]), "stdin")
	}
	return p, nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}

// wait waits until the program has ended, by Go's poller; and where the system has
// no descriptors of processes (before Linux 5.10), in a thread.
func (r *running) wait() {
	if fd, err := unix.PidfdOpen(r.pid, unix.O_NONBLOCK); err == nil {
		end := os.NewFile(uintptr(fd), "pidfd")
		defer end.Close()
		if conn, err := end.SyscallConn(); err == nil && conn.Read(hasEnded) == nil {
			return
		}
	}
	waitInThread(r.pid)
}

// over reports whether the program has ended already.
func (r *running) over() bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, r.pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err == nil && info.Signo != 0
}

// hasEnded reports whether the program of a pidfd has ended.
func hasEnded(fd uintptr) bool {
	poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(poll, 0)
	return err == nil && n > 0
}

// waitInThread waits until a program has ended, and does not reap it.
func waitInThread(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// reap takes the program's end, and with it its number away.
func (r *running) reap(e *Exit) {
	var status syscall.WaitStatus
	var use syscall.Rusage
	var err error
	for {
		if _, err = syscall.Wait4(r.pid, &status, 0, &use); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		e.Err = os.NewSyscallError("wait4", err)
		return
	}
	e.Status = status.ExitStatus() // -1 of one that a signal has ended
	if status.Signaled() {
		e.Signal = status.Signal()
	}
	e.User, e.System = time.Duration(use.Utime.Nano()), time.Duration(use.Stime.Nano())
}

// signal sends TERM, or KILL, to the program's group.
func (r *running) signal(kill bool) { signalGroup(r.pid, kill) }
